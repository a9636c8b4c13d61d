//! Black-box tests: a server on a free port with a database of its own, spoken to over HTTP, on SQLite and on PostgreSQL.
//! Files mirror the routes; test names are sentences; stories that cross routes are in `stories/`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "a test may stop at the first surprise")]

#[macro_use]
mod helpers;

mod abuse;
mod account;
mod administration;
mod agreement;
mod assignment;
mod authz;
mod blocks;
mod cases;
mod contracts;
mod corrections;
mod demo;
mod duplicates;
mod hardening;
mod heat;
mod imports;
mod invitations;
mod keys;
mod live;
mod log;
mod moderation;
mod my;
mod notices;
mod oidc;
mod open311;
mod own;
mod photos;
mod places;
mod privacy;
mod promises;
mod requests;
mod routing;
mod schema_parity;
mod session;
mod staff;
mod stories;
mod tiles;
mod tls;
