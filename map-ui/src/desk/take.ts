/** Takes the case of a row for oneself, without opening it. */
import { take } from '../api/assignment';
import { Problem } from '../api/call';
import { type CaseRow, rowsOf } from '../api/desk';
import * as m from '../paraglide/messages.js';
import { staff } from '../staff/staff.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import { triage } from './triage.svelte.ts';

export async function takeRow(row: CaseRow, queue: Queue): Promise<void> {
  try {
    await take(row.id, row.version);
    const [now] = await rowsOf([row.id]);
    if (now) queue.changed(row.id, now);
    triage.toast = { text: m.assign_taken({ name: row.service_name }), made: [], failed: [] };
  } catch (error) {
    if (staff.ended(error)) return;
    const why = error instanceof Problem && !error.offline ? error.detail || error.title : m.state_offline();
    triage.toast = { text: m.moved_none(), made: [], failed: [{ row, why }] };
  }
}
