-- what likens two requests: a threshold and a prior a service, a weight each kind of evidence (what has no row weighs its default)
alter table service add column duplicate_threshold double precision not null default 0.2;
alter table service add column duplicate_prior double precision not null default 1.0;
create table duplicate_weight (name text primary key, value double precision not null);
alter table duplicate_candidate add column probability double precision;
-- keyed hashes of how the reporter can be reached; they go when the contact goes
create table reporter_mark (request_id bigint primary key references request (id), marks text not null);
-- 64 bits that the same picture has in common, whatever its size
alter table photo add column fingerprint bigint;
-- how often each exact coordinate was given: bitmaps from which the number of different services, addresses and days is told
create table place_tally (
    lon double precision not null, lat double precision not null, cell bigint not null, requests bigint not null, services bigint not null,
    addresses bigint not null, days bigint not null, pile boolean not null, primary key (lon, lat)
);
create index place_tally_cell on place_tally (cell);
-- the same spot again after closing: linked, never merged
create table case_recurrence (
    case_id bigint primary key references case_record (id), earlier_case_id bigint not null references case_record (id), metres double precision not null
);
create index case_recurrence_earlier on case_recurrence (earlier_case_id);
-- the request that opened a case stands for it when others are compared with it, however many have joined since
create index request_opener on request (case_id) where not joined;
