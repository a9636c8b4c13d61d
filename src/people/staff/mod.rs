//! Staff: members, what they were granted, and the teams and agencies they work in.
//!
//! It keeps them and says what they hold; what a grant is worth is `people::policy`'s. Nobody is ever deleted, since the log
//! names members by id: a member is deactivated.

mod colleagues;
pub mod command;
mod grants;
mod manage;
mod members;
mod scopes;
mod teams;

pub use colleagues::{Colleague, Colleagues, Search, colleague, colleagues};
pub use grants::{Granted, NewGrant, follow_provider, grant, grants_of, meant, revoke, who};
pub use manage::{Change, Hire, change, demand, end_sessions, hire, put_grants};
pub use members::{Listed, NewMember, add, check_name, deactivate, find, list, name_and_email, plausible, set_password, tidy_email};
pub use scopes::{Scopes, scopes};
pub use teams::{join_team, put_agency, put_team, teams_of};

use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, New, append};

/// The log's word that staff changed; the log does not say how, since that would be about a person.
async fn changed(tx: &mut Tx, member: Option<i64>, by: Option<i64>, now: i64) -> Result<()> {
    if let Some(member) = member {
        touched(tx, member).await?;
    }
    append(tx, New::at(now, Fact::StaffChanged { member }).by(by)).await
}

/// Counts a change of a member, so that whoever saw it before does not undo it unseen.
async fn touched(tx: &mut Tx, member: i64) -> Result<()> {
    tx.sql("update member set version = version + 1 where id = $1").bind(member).run().await?;
    Ok(())
}
