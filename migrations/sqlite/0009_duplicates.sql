-- what likens two requests: a threshold and a prior a service, a weight each kind of evidence (what has no row weighs its default)
alter table service add column duplicate_threshold real not null default 0.2;
alter table service add column duplicate_prior real not null default 1.0;
create table duplicate_weight (name text primary key, value real not null) strict;
alter table duplicate_candidate add column probability real;
-- keyed hashes of how the reporter can be reached; they go when the contact goes
create table reporter_mark (request_id integer primary key references request (id), marks text not null) strict;
-- 64 bits that the same picture has in common, whatever its size
alter table photo add column fingerprint integer;
-- how often each exact coordinate was given: bitmaps from which the number of different services, addresses and days is told
create table place_tally (
    lon real not null, lat real not null, cell integer not null, requests integer not null, services integer not null,
    addresses integer not null, days integer not null, pile integer not null, primary key (lon, lat)
) strict;
create index place_tally_cell on place_tally (cell);
-- the same spot again after closing: linked, never merged
create table case_recurrence (
    case_id integer primary key references case_record (id), earlier_case_id integer not null references case_record (id), metres real not null
) strict;
create index case_recurrence_earlier on case_recurrence (earlier_case_id);
-- the request that opened a case stands for it when others are compared with it, however many have joined since
create index request_opener on request (case_id) where not joined;
