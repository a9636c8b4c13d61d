/**
 * The keys of the queue. Letters act only while the list has the focus, and can be switched off for good (WCAG 2.1.4):
 * somebody who speaks to the computer would press them by talking. Arrows, Enter and Space always work.
 */
import * as m from '../paraglide/messages.js';

const KEY = 'waymark-keys';

class Keys {
  on = $state(remembered());

  switch(on: boolean): void {
    this.on = on;
    try {
      if (on) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, 'off');
    } catch {
      // Then it holds as long as the page.
    }
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export const keys = new Keys();

/** The filter that follows `g`. */
export const GOALS: Record<string, string> = { t: 'team', d: 'area', s: 'services', u: 'status', w: 'assignee', o: 'sort' };

export interface Hint {
  /** Each of these does it; a pair is pressed one after the other. */
  keys: string[][];
  what: string;
  /** Works with letters switched off, too. */
  always?: boolean;
}

export function sheet(): { title: string; hints: Hint[] }[] {
  return [
    {
      title: m.keys_walk(),
      hints: [
        { keys: [['j'], ['↓']], what: m.keys_next(), always: true },
        { keys: [['k'], ['↑']], what: m.keys_before(), always: true },
        { keys: [['Home'], ['End']], what: m.keys_ends(), always: true },
        { keys: [['Enter']], what: m.keys_enter(), always: true },
        { keys: [['o']], what: m.keys_open() },
        { keys: [['Esc']], what: m.keys_leave(), always: true },
      ],
    },
    {
      title: m.keys_decide(),
      hints: [
        { keys: [['s']], what: m.keys_status() },
        { keys: [['a']], what: m.keys_take() },
        { keys: [['n']], what: m.keys_note() },
        { keys: [['x'], ['Space']], what: m.keys_mark(), always: true },
        { keys: [['Shift', '↓']], what: m.keys_range(), always: true },
        { keys: [['Ctrl', 'A']], what: m.keys_mark_all(), always: true },
        { keys: [['z']], what: m.keys_undo() },
      ],
    },
    {
      title: m.keys_find(),
      hints: [
        { keys: [['/']], what: m.keys_filter() },
        { keys: [['g', 't']], what: m.queue_team() },
        { keys: [['g', 'd']], what: m.filter_area() },
        { keys: [['g', 's']], what: m.filter_service() },
        { keys: [['g', 'u']], what: m.filter_status() },
        { keys: [['g', 'w']], what: m.queue_assignee() },
        { keys: [['g', 'o']], what: m.keys_order() },
        { keys: [['.']], what: m.keys_show() },
        { keys: [['?']], what: m.keys_help() },
      ],
    },
  ];
}
