/** What was found, as people call it. */
import * as m from '../paraglide/messages.js';
import type { Found } from '../api/moderation';

const names: Record<Found['kind'], () => string> = {
  email: m.found_email,
  card: m.found_card,
  id: m.found_id,
  phone: m.found_phone,
  plate: m.found_plate,
};

export const nameOf = (kind: Found['kind']) => names[kind]();
