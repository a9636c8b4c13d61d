-- what was said of a request's place and service before staff put it right; since when
alter table request add column said_lon double precision;
alter table request add column said_lat double precision;
alter table request add column said_service_id bigint references service (id);
alter table request add column corrected_at bigint;
