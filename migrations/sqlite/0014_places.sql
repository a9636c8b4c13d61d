-- when a coordinate was last given, as a place in the log: those that were not given for longest are forgotten first, piles last
alter table place_tally add column seen integer not null default 0;
create index place_tally_seen on place_tally (pile, seen);
