-- who gets a case that comes to a team: nobody yet (queue), each in turn, who has the skill, who has least; and at most so many each
alter table team add column strategy text not null default 'queue';
alter table team add column most_open integer;
alter table team add column last_member_id integer references member (id);
alter table team add column version integer not null default 1;
create table member_skill (
    member_id integer not null references member (id), service_id integer not null references service (id),
    primary key (member_id, service_id)
) strict;
create index member_skill_service on member_skill (service_id);
-- who is away, and who stands in
create table absence (
    id integer primary key, member_id integer not null references member (id), from_at integer not null, until_at integer not null,
    cover_id integer references member (id)
) strict;
create index absence_member on absence (member_id, until_at);
create index case_record_open_assignee on case_record (assignee_id) where closed_at is null and assignee_id is not null;
