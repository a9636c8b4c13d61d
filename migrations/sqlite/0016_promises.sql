-- when work is done: the hours of a week and the days that differ, by the clocks of one zone; one calendar may be the whole city's
create table calendar (
    id integer primary key, code text not null unique, name text not null, zone text not null, week_json text not null,
    days_json text not null, city integer not null, version integer not null
) strict;
alter table agency add column calendar_id integer references calendar (id);
-- what is promised of a service within so many minutes, by priority ('': any other)
create table target (
    service_id integer not null references service (id), priority text not null, counts text not null, response_minutes integer,
    resolution_minutes integer, primary key (service_id, priority)
) strict;
-- what was promised of a case (kind: response, resolution), and how its clock stands; without a calendar every hour counts
create table promise (
    case_id integer not null references case_record (id), kind text not null, calendar_id integer references calendar (id),
    started_at integer not null, soon_at integer not null, due_at integer not null, paused_at integer, met_at integer,
    soon_said integer not null, overdue_said integer not null, primary key (case_id, kind)
) strict;
create index promise_soon on promise (soon_at) where met_at is null and paused_at is null and not soon_said;
create index promise_overdue on promise (due_at) where met_at is null and paused_at is null and not overdue_said;
create index case_record_due on case_record (coalesce(due_at, 9007199254740991), id) where closed_at is null;
