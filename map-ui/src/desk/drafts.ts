/** Notes that were begun and not sent, one a case. They outlive another case, a reload and a lost connection, but not the tab. */
export interface Draft {
  text: string;
  /** Residents will read it. */
  shown: boolean;
}

const key = (id: number) => `waymark-note-${id}`;
/** Where the browser keeps nothing, the page does. */
const here = new Map<number, Draft>();

export function draftOf(id: number): Draft {
  try {
    const kept = sessionStorage.getItem(key(id));
    if (kept) return JSON.parse(kept) as Draft;
  } catch {
    // What cannot be read was not kept.
  }
  return here.get(id) ?? { text: '', shown: false };
}

export function keepDraft(id: number, draft: Draft): void {
  here.set(id, draft);
  try {
    if (draft.text) sessionStorage.setItem(key(id), JSON.stringify(draft));
    else sessionStorage.removeItem(key(id));
  } catch {
    // Kept above.
  }
}

/** Somebody else may sit down here next. */
export function forgetDrafts(): void {
  here.clear();
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith('waymark-note-')) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
