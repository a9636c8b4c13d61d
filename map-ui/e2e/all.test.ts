/** One city and one browser for all stories: starting them costs more than most stories. */
import { after, before } from 'node:test';
import { openBrowser } from './browser.ts';
import { openCity } from './city.ts';
import { world } from './world.ts';
import './stories/the_map_shows_where_it_hurts.ts';
import './stories/a_resident_files.ts';
import './stories/a_report_without_network.ts';
import './stories/a_photo_knows_its_place.ts';
import './stories/a_place_is_found_by_its_name.ts';
import './stories/a_resident_adds_and_withdraws.ts';
import './stories/mail_opens_doors.ts';
import './stories/a_dispatcher_moves_a_case.ts';
import './stories/a_dispatcher_corrects_a_case.ts';
import './stories/the_desk_by_keys_alone.ts';
import './stories/two_at_one_desk.ts';
import './stories/what_is_due_comes_first.ts';
import './stories/an_administrator_blocks.ts';
import './stories/a_leader_reads_the_city.ts';
import './stories/an_admin_protects_what_is_personal.ts';
import './stories/an_admin_sets_duplicates.ts';
import './stories/an_admin_sets_hours_and_a_promise.ts';
import './stories/staff_sign_in_with_a_phone.ts';
import './stories/what_strangers_do_not_see.ts';
import './stories/an_admin_invites_a_colleague.ts';
import './stories/everybody_can_use_it.ts';

before(async () => {
  const [city, browser] = await Promise.all([openCity(), openBrowser()]);
  Object.assign(world, { city, browser, base: city.address });
});

after(async () => {
  await world.browser?.close();
  await world.city?.stop();
});
