-- messages on their way to people outside: an address and words only until they are sent (then the words go), and what became of
-- them for as long as `notices.keep_days` says; `next_at` is null once nothing more is tried
create table outbox (
    id integer primary key, template text not null, channel text not null, address text not null, language text not null,
    subject text not null, body text not null, secret integer not null, once text unique, request_id integer, member_id integer,
    created_at integer not null, give_up_at integer not null, attempts integer not null, next_at integer, sent_at integer, failed_at integer,
    error text not null
) strict;
create index outbox_due on outbox (channel, next_at) where next_at is not null;
create index outbox_request on outbox (request_id) where request_id is not null;
create index outbox_age on outbox (created_at);

-- links that staff open once: invitations and new passwords; without a member it stands for an address that nobody here has
create table member_link (
    token_hash text primary key, kind text not null, member_id integer references member (id), created_at integer not null,
    expires_at integer not null
) strict;
create index member_link_member on member_link (member_id);
create index member_link_expiry on member_link (expires_at);

-- residents who prove that a mail address or telephone is theirs, and then see what was filed with it
create table resident_code (
    browser_hash text primary key, code_hash text not null, channel text not null, contact_key text not null, tries integer not null,
    created_at integer not null, expires_at integer not null
) strict;
create index resident_code_expiry on resident_code (expires_at);
create table resident_session (
    token_hash text primary key, channel text not null, contact_key text not null, created_at integer not null, seen_at integer not null,
    expires_at integer not null
) strict;
create index resident_session_expiry on resident_session (expires_at);

-- what a contact is found by: the mail address folded, the digits of the telephone; null in rows older than these columns
alter table contact add column email_key text;
alter table contact add column phone_key text;
create index contact_email on contact (email_key) where email_key is not null;
create index contact_phone on contact (phone_key) where phone_key is not null;
create index contact_unkeyed on contact (request_id) where (email <> '' and email_key is null) or (phone <> '' and phone_key is null);
