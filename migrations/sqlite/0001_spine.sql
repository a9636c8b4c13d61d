-- Times are epoch milliseconds (`*_at`); a `*_json` column holds JSON text that SQL never looks into; a `cell` is an
-- H3 index of resolution 10. Keep this file and its twin in step: tests/api/schema_parity.rs compares the two.

create table secret (name text primary key, value text not null) strict;
create table version (name text primary key, value integer not null) strict;

-- who is responsible
create table agency (id integer primary key, code text not null unique, name text not null) strict;
create table team (
    id integer primary key, agency_id integer not null references agency (id), code text not null unique, name text not null
) strict;
create table member (
    id integer primary key, agency_id integer references agency (id), name text not null,
    email text not null unique, password_hash text, active integer not null, created_at integer not null
) strict;
create table member_team (member_id integer not null references member (id), team_id integer not null references team (id), primary key (member_id, team_id)) strict;
create table session (
    token_hash text primary key, member_id integer not null references member (id), created_at integer not null, seen_at integer not null,
    expires_at integer not null
) strict;
create index session_member on session (member_id);
create table api_key (
    id integer primary key, name text not null, key_hash text not null unique, created_at integer not null,
    expires_at integer, revoked_at integer
) strict;

-- what can be asked for
create table service (
    id integer primary key, code text not null unique, name text not null, description text not null,
    group_name text not null, keywords text not null, kind text not null, agency_id integer references agency (id), priority text not null,
    due_hours integer, duplicate_policy text not null, duplicate_radius_m real not null, duplicate_window_days integer not null,
    photo_review integer not null, active integer not null
) strict;
create table service_related (
    service_id integer not null references service (id), related_id integer not null references service (id), primary key (service_id, related_id)
) strict;
create table attribute (
    id integer primary key, service_id integer not null references service (id), code text not null,
    ordinal integer not null, variable integer not null, datatype text not null, required integer not null, description text not null,
    datatype_description text not null, condition_json text, unique (service_id, code)
) strict;
create table attribute_value (
    attribute_id integer not null references attribute (id), key text not null, name text not null, ordinal integer not null, stop text,
    primary key (attribute_id, key)
) strict;

-- where it goes
create table layer (
    id integer primary key, code text not null unique, name text not null, precedence integer not null
) strict;
create table jurisdiction (
    id integer primary key, layer_id integer not null references layer (id), code text not null, name text not null,
    precedence integer not null, team_id integer references team (id), geometry_json text not null, valid_from integer, valid_to integer,
    unique (layer_id, code, valid_from)
) strict;
create table rule (
    id integer primary key, ordinal integer not null unique, name text not null, conditions_json text not null,
    team_id integer references team (id), team_of_layer_id integer references layer (id), priority text, due_hours integer
) strict;
create table member_grant (
    id integer primary key, member_id integer not null references member (id), role text not null,
    agency_id integer references agency (id), jurisdiction_id integer references jurisdiction (id), service_id integer references service (id)
) strict;
create index member_grant_member on member_grant (member_id);

-- the work
create table case_record (
    id integer primary key, service_id integer not null references service (id), status text not null,
    priority text not null, team_id integer references team (id), assignee_id integer references member (id), lon real,
    lat real, cell integer, address text not null, route_json text not null, request_count integer not null,
    opened_at integer not null, updated_at integer not null, due_at integer, closed_at integer, version integer not null
) strict;
create index case_record_open_cell on case_record (service_id, cell) where closed_at is null;
create index case_record_opened on case_record (opened_at, id);
create index case_record_team on case_record (team_id, opened_at, id);
create index case_record_service on case_record (service_id, opened_at, id);
create index case_record_assignee on case_record (assignee_id, opened_at, id) where assignee_id is not null;
create index case_record_open on case_record (opened_at, id) where closed_at is null;
create index case_record_open_team on case_record (team_id, opened_at, id) where closed_at is null;
create index case_record_updated on case_record (updated_at, id);
-- `opened_at` is the case's: it never changes, and the queue of one district is read in its order
create table case_jurisdiction (
    case_id integer not null references case_record (id), jurisdiction_id integer not null references jurisdiction (id),
    opened_at integer not null, primary key (case_id, jurisdiction_id)
) strict;
create index case_jurisdiction_place on case_jurisdiction (jurisdiction_id, opened_at, case_id);

-- what residents file
create table request (
    id integer primary key, number text not null unique, case_id integer not null references case_record (id),
    service_id integer not null references service (id), source text not null, external_id text, lon real, lat real,
    accuracy_m real, cell integer, address text not null, address_id text not null, zipcode text not null, description text not null,
    media_url text not null, language text not null, salt text not null, open311_token text unique, joined integer not null,
    filed_at integer not null, recorded_at integer not null, unique (source, external_id)
) strict;
create index request_case on request (case_id);
create index request_filed on request (filed_at, id);
create table request_answer (
    request_id integer not null references request (id), ordinal integer not null, attribute text not null, value text not null,
    primary key (request_id, ordinal)
) strict;
create table contact (
    request_id integer primary key references request (id), first_name text not null, last_name text not null, email text not null,
    phone text not null, account_id text not null, device_id text not null
) strict;
create table duplicate_candidate (
    request_id integer not null references request (id), case_id integer not null references case_record (id), metres real not null,
    reasons_json text not null, decision text not null, primary key (request_id, case_id)
) strict;
create table idempotency (
    key_hash text primary key, fingerprint text not null, request_id integer references request (id), created_at integer not null
) strict;
create index idempotency_age on idempotency (created_at);
create table note (
    id integer primary key, case_id integer not null references case_record (id), member_id integer references member (id),
    request_id integer references request (id), kind text not null, public integer not null,
    text text not null, salt text not null, created_at integer not null
) strict;
create index note_case on note (case_id, id);
create table photo (
    id text primary key, content text not null, request_id integer references request (id), state text not null, width integer not null,
    height integer not null, lon real, lat real, taken_at integer, uploaded_at integer not null, expires_at integer
) strict;
create index photo_request on photo (request_id);
create index photo_content on photo (content);
create index photo_expiry on photo (expires_at) where expires_at is not null;

-- everything that happens; `link` is room for a hash chain over (position, what the row says, its commitment)
create table event (
    seq integer primary key autoincrement, position integer generated always as (seq) virtual unique, at integer not null, kind text not null,
    case_id integer, request_id integer, member_id integer, data_json text not null, commitment text, link text
) strict;
create index event_case on event (case_id, seq);
create table follower (name text primary key, position integer not null) strict;
