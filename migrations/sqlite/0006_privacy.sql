-- what of a place the public sees, and whether small numbers of a service are kept back
alter table service add column place_privacy text not null default 'exact';
alter table service add column sensitive integer not null default 0;

-- `proof_salt` is the salt of what the log has committed to; rows from before use `salt`. It goes with the words it proves.
-- `words` is `clear`, or `flagged` while personal data was found in them and staff has not decided.
alter table request add column proof_salt text;
alter table request add column words text not null default 'clear';
alter table request add column hidden_at integer;
alter table request add column hidden_reason text;
create index request_flagged on request (id) where words = 'flagged';
create index request_hidden on request (id) where hidden_at is not null;
alter table note add column words text not null default 'clear';
alter table note add column hidden_at integer;
alter table note add column hidden_reason text;
create index note_flagged on note (id) where words = 'flagged';
create index note_hidden on note (id) where hidden_at is not null;
alter table photo add column hidden_reason text;
create index photo_looked_at on photo (state, uploaded_at, id) where state in ('review', 'hidden');

-- somebody outside says that a request should not be public; `reporter` is a keyed hash of a network address
create table abuse_report (
    request_id integer not null references request (id), reporter text not null, words text not null, reported_at integer not null,
    decided_at integer, primary key (request_id, reporter)
) strict;
create index abuse_report_open on abuse_report (request_id) where decided_at is null;
create index abuse_report_reporter on abuse_report (reporter, reported_at);
