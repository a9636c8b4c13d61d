-- signing in: sessions whose token is renewed, second factors, and who somebody is at the provider of identities
drop table session;
create table session (
    id integer primary key, member_id integer not null references member (id), method text not null, browser text not null,
    network text not null, created_at integer not null, seen_at integer not null, renewed_at integer not null, expires_at integer not null
) strict;
create index session_member on session (member_id);
-- every token that a session had; one that was replaced long ago and comes again was stolen
create table session_token (
    id integer primary key, session_id integer not null references session (id) on delete cascade, token_hash text not null unique,
    used_at integer, replaced_at integer
) strict;
create index session_token_session on session_token (session_id);
-- the password was right, the second factor is still to come
create table pending_sign_in (
    token_hash text primary key, member_id integer not null references member (id), tries integer not null, expires_at integer not null
) strict;
create index pending_sign_in_member on pending_sign_in (member_id);
create table second_factor (
    member_id integer primary key references member (id), sealed text not null, last_step integer not null, created_at integer not null,
    confirmed_at integer
) strict;
create table recovery_code (
    member_id integer not null references member (id), code_hash text not null, used_at integer, primary key (member_id, code_hash)
) strict;
create table member_identity (
    issuer text not null, subject text not null, member_id integer not null references member (id), created_at integer not null,
    primary key (issuer, subject)
) strict;
create index member_identity_member on member_identity (member_id);
-- a grant that follows a claim of the provider; empty: given by hand
alter table member_grant add column issuer text;
