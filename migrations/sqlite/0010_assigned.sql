-- where the system that a request comes from says that it belongs: names of districts and what they are there
alter table request add column assigned_json text;
