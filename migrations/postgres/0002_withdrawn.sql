-- residents may take a request back; it stays, and its case goes on while others report it
alter table request add column withdrawn_at bigint;
