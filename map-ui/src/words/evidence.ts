/** Why two may be the same, in the reader's language: the server sends each reason as a code with its figures. */
import type { Said } from '../api/said';
import * as m from '../paraglide/messages.js';
import { metres } from './figures';
import { localeOfReader } from './locale';
import { span } from './times';

export type Reason = Said<'Reason'>;

const MINUTE = 60_000;

/** A reason as people say it. Notes of earlier versions have fewer figures, and kinds that are not known say themselves. */
export function evidence(reason: Reason): string {
  switch (reason.kind) {
    case 'distance': return reason.accuracy_m ? m.evidence_distance_unsure({ distance: metres(reason.metres), accuracy: metres(reason.accuracy_m) }) : m.evidence_distance({ distance: metres(reason.metres) });
    case 'no_real_place': return m.evidence_no_place();
    case 'same_area': return m.evidence_same_area();
    case 'age': return m.evidence_age({ span: span((reason.minutes ?? reason.days * 1440) * MINUTE) });
    case 'same_service': return m.evidence_same_service();
    case 'related_service': return m.evidence_related_service();
    case 'same_address': return m.evidence_same_address();
    case 'same_block': return m.evidence_same_block();
    case 'same_street': return m.evidence_same_street();
    case 'other_street': return m.evidence_other_street();
    case 'words': return m.evidence_words({ percent: percent(reason.percent / 100) });
    case 'same_reporter': return m.evidence_same_reporter();
    case 'same_picture': return m.evidence_same_picture();
  }
}

/** Whether a reason speaks for it, against it, or neither: what weighs next to nothing is neither. */
export function side(reason: Reason): 'for' | 'against' | 'neither' {
  const weight = reason.log_odds ?? 0;
  return weight > 0.1 ? 'for' : weight < -0.1 ? 'against' : 'neither';
}

export function percent(share: number): string {
  return new Intl.NumberFormat(localeOfReader(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}
