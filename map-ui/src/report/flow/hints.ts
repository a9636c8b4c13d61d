/** Before words are sent: is there something in them that their writer may want to leave out? Not knowing is no reason to stop. */
import { check, type Hint } from '../../api/moderation';
import { without } from '../../moderation/spans';
import { within } from '../../offline/network';
import type { Flow } from './flow.svelte.ts';

/** How long the question may hold somebody up. */
const CHECK_MS = 4_000;

/** The words as they are checked: what was said to be fine once is not asked about again. */
function written(flow: Flow) {
  const { description, answers } = flow.draft.words;
  const texts = flow.questions.filter(({ datatype }) => datatype === 'text').map(({ code }) => [code, answers[code]?.[0] ?? ''] as const);
  return { description, answers: Object.fromEntries(texts.filter(([, text]) => text.trim() !== '')) };
}

/** Whether there is something to be looked at before sending; it is then on the screen. */
export async function pointedOut(flow: Flow): Promise<boolean> {
  const words = written(flow);
  const asked = JSON.stringify(words);
  if (asked === flow.checked || (words.description.trim() === '' && Object.keys(words.answers).length === 0)) return false;
  try {
    flow.hints = (await within(CHECK_MS, (signal) => check(words, signal))).hints;
  } catch {
    flow.hints = []; // the server finds it again when it is sent, and hides it from others
  }
  flow.checked = asked;
  return flow.hints.length > 0;
}

/** Takes one thing out of the words; what else was found stays on the screen. */
export function leaveOut(flow: Flow, hint: Hint): void {
  const { words } = flow.draft;
  const code = hint.field.replace('answers.', '');
  const before = hint.field === 'description' ? words.description : (words.answers[code]?.[0] ?? '');
  const after = without(before, hint);
  if (hint.field === 'description') words.description = after;
  else words.answers = { ...words.answers, [code]: [after] };
  const shorter = [...before].length - [...after].length;
  flow.hints = flow.hints
    .filter((other) => other !== hint)
    .map((other) => (other.field === hint.field && other.from > hint.from ? { ...other, from: other.from - shorter, to: other.to - shorter } : other));
  flow.checked = JSON.stringify(written(flow));
}
