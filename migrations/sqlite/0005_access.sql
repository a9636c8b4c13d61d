-- keys say what they are for, how often they may ask, and where they were last used
alter table api_key add column hint text not null default '';
alter table api_key add column per_minute integer;
alter table api_key add column created_by integer references member (id);
alter table api_key add column used_at integer;
alter table api_key add column used_from text;
create table api_key_grant (
    id integer primary key, api_key_id integer not null references api_key (id), power text not null,
    agency_id integer references agency (id), jurisdiction_id integer references jurisdiction (id), service_id integer references service (id)
) strict;
create index api_key_grant_key on api_key_grant (api_key_id);
-- until now a key could file, and read what everybody reads
insert into api_key_grant (api_key_id, power) select id, 'file' from api_key;
insert into api_key_grant (api_key_id, power) select id, 'read' from api_key;
-- counts what was changed of a member, so that nobody undoes what they did not see
alter table member add column version integer not null default 0;
