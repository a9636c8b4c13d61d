-- what stands in the city: kinds of assets (streets among them), the assets, and the register of addresses. What a file does not name any
-- more is deleted; nothing else points here.
create table asset_kind (id integer primary key, code text not null unique, name text not null, role text not null) strict;
create table asset (
    id integer primary key, kind_id integer not null references asset_kind (id), external_id text not null, name text not null,
    geometry_json text not null, properties_json text not null, unique (kind_id, external_id)
) strict;
create table address (
    id integer primary key, external_id text not null unique, number text not null, street text not null, zipcode text not null,
    lon real not null, lat real not null
) strict;
