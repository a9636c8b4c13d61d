//! Staff: members, what they were granted, and the teams and agencies they work in.
//!
//! It keeps them and says what they hold; what a grant is worth is `people::policy`'s. Nobody is ever deleted, since the log
//! names members by id: a member is deactivated.

pub mod command;
mod grants;
mod members;
mod teams;

pub use grants::{Granted, NewGrant, follow_provider, grant, grants_of, revoke, who};
pub use members::{Listed, NewMember, add, check_name, deactivate, find, list, name_and_email, set_password, tidy_email};
pub use teams::{join_team, put_agency, put_team, teams_of};

use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, New, append};

/// The log's word that staff changed; the log does not say how, since that would be about a person.
async fn changed(tx: &mut Tx, member: Option<i64>, by: Option<i64>, now: i64) -> Result<()> {
    append(tx, New::at(now, Fact::StaffChanged { member }).by(by)).await
}
