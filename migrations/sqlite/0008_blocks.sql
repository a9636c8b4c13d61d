-- Who may not file, comment or upload for a while, and why.
create table block (
    id integer primary key, kind text not null, value text not null, shown text not null, reason text not null,
    member_id integer references member (id), created_at integer not null, expires_at integer, lifted_at integer
) strict;
