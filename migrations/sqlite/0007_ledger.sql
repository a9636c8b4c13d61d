-- the log made tamper-evident: a row holds the hashes of up to 64 leaves (level 0) or of complete subtrees, and heads are what was signed
create table log_tile (level integer not null, place integer not null, hashes blob not null, primary key (level, place)) strict;
create table log_head (size integer primary key, root text not null, at integer not null, key text not null, note text not null) strict;
alter table event drop column link;

-- what is forgotten and when, what must be kept, and what is left of what was deleted
alter table request add column erased_at integer;
create table retention_rule (
    id integer primary key, service_id integer references service (id), status text, days integer not null, action text not null
) strict;
create table hold (
    case_id integer primary key references case_record (id), member_id integer references member (id), reason text not null,
    held_at integer not null
) strict;
create table deleted_request (
    number text primary key, source text not null, external_id text, deleted_at integer not null, unique (source, external_id)
) strict;
create index case_record_closed on case_record (closed_at, id) where closed_at is not null;
-- jobs by the clock that one server does for all, and when each was last begun
create table job (name text primary key, begun_at integer not null) strict;
