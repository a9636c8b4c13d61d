-- what was said of a request's place and service before staff put it right; since when
alter table request add column said_lon real;
alter table request add column said_lat real;
alter table request add column said_service_id integer references service (id);
alter table request add column corrected_at integer;
