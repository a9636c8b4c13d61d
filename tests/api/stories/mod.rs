//! Stories that cross routes, processes and crashes.

mod a_kill_at_any_instant_loses_nothing;
mod a_storm_over_one_pothole;
mod a_tampered_log_is_noticed;
mod an_erased_person_leaves_a_whole_log;
mod one_file_one_server;
mod the_log_survives_a_restore;
mod what_one_may_not_see_leaves_no_trace;
