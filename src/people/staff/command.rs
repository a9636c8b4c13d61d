//! `waymark staff …`: what the command line may do to staff, on the database and in words. Reading standard input and
//! printing are `main`'s; the lines come back from [`run`].

use clap::{Args, Subcommand};

use super::{NewGrant, NewMember, add, deactivate, find, grant, grants_of, join_team, list, revoke, set_password, teams_of};
use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::notices::Notices;
use crate::people::invitations::{self, Invited};
use crate::people::policy::{ROLES, Role};
use crate::people::sessions::password::Passwords;
use crate::people::sessions::reset_second_factor;
use crate::people::token;

/// What can be done to staff.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Add a member; the password is made and printed once, unless it is given on standard input or the member is invited.
    Add {
        /// The mail address to sign in with.
        #[arg(long)]
        email: String,
        /// The name that colleagues see.
        #[arg(long)]
        name: String,
        /// The first role; more come by `grant`.
        #[command(flatten)]
        scope: Scope,
        /// The code of a team to work in; may be given several times.
        #[arg(long)]
        team: Vec<String>,
        /// Read the password from the first line of standard input.
        #[arg(long, conflicts_with = "invite")]
        password_stdin: bool,
        /// Send a link by mail under which the person chooses a name and a password; where the settings name no mail server it
        /// is printed.
        #[arg(long)]
        invite: bool,
    },
    /// Give a member a role in a scope.
    Grant {
        /// The member.
        #[arg(long)]
        email: String,
        /// What and where.
        #[command(flatten)]
        scope: Scope,
    },
    /// Take a role in a scope away.
    Revoke {
        /// The member.
        #[arg(long)]
        email: String,
        /// What and where.
        #[command(flatten)]
        scope: Scope,
    },
    /// Give a member another password and end every session.
    Password {
        /// The member.
        #[arg(long)]
        email: String,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take away the second factor of somebody whose phone is gone, and end every session.
    ResetSecondFactor {
        /// The member.
        #[arg(long)]
        email: String,
    },
    /// List everybody with grants and teams.
    List,
    /// Stop a member: no sign-in, and every session ends.
    Deactivate {
        /// The member.
        #[arg(long)]
        email: String,
    },
}

/// A role and where it holds; what is left out is no limit.
#[derive(Debug, Clone, Args)]
pub struct Scope {
    /// resident, member, dispatcher, supervisor, leader, auditor or admin.
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// Only what this agency (a code) is responsible for.
    #[arg(long)]
    pub agency: Option<String>,
    /// Only in this jurisdiction, as layer:code.
    #[arg(long)]
    pub jurisdiction: Option<String>,
    /// Only this service (a code).
    #[arg(long)]
    pub service: Option<String>,
}

impl From<Scope> for NewGrant {
    fn from(scope: Scope) -> NewGrant {
        NewGrant { role: scope.role, agency: scope.agency, jurisdiction: scope.jurisdiction, service: scope.service }
    }
}

impl Command {
    /// Whether the password is to be read from standard input.
    pub fn reads_password(&self) -> bool {
        matches!(self, Command::Add { password_stdin: true, .. } | Command::Password { password_stdin: true, .. })
    }
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| format!("the roles are {}", ROLES.map(Role::word).join(", ")))
}

/// Does it and returns the lines to print. `given` is the password from standard input, where [`Command::reads_password`].
pub async fn run(db: &Db, config: &Config, command: Command, given: Option<String>, now: i64) -> Result<Vec<String>> {
    match command {
        Command::Add { email, name, scope, team, invite, .. } => {
            let (hash, said) = match invite {
                true => (None, None),
                false => new_password(config, given, &email, &name).await.map(|(hash, said)| (Some(hash), said))?,
            };
            let new = NewMember { name, email: email.clone(), agency: None, password_hash: hash };
            let (notices, days) = (Notices::open(config)?, config.limits.invitation_days);
            let scope = NewGrant::from(scope);
            let write = db.write(async move |tx| {
                let agency: Option<(i64,)> = match &scope.agency {
                    Some(code) => tx.sql("select id from agency where code = $1").bind(code.clone()).optional().await?,
                    None => None,
                };
                let new = NewMember { agency: agency.map(|(id,)| id), ..new.clone() };
                let member = add(tx, &new, None, now).await?;
                grant(tx, member, &scope, None, now).await?;
                for code in &team {
                    join_team(tx, member, code, None, now).await?;
                }
                match invite {
                    true => invitations::invite(tx, &notices, member, "", days, None, now).await.map(Some),
                    false => Ok(None),
                }
            });
            let said = match write.await? {
                None => said,
                Some(Invited { link: Some(link), .. }) => {
                    Some(format!("The settings name no mail server: hand this link over yourself. {link}"))
                }
                Some(Invited { link: None, .. }) => Some(format!("An invitation goes to {email}; the running server sends it.")),
            };
            Ok(std::iter::once(format!("Added {email}.")).chain(said).collect())
        }
        Command::Grant { email, scope } => {
            let (to, scope) = (email.clone(), NewGrant::from(scope));
            let line = format!("{email} is now {}.", in_words(&scope));
            db.write(async move |tx| {
                let member = find(tx, &to).await?;
                grant(tx, member, &scope, None, now).await
            })
            .await?;
            Ok(vec![line])
        }
        Command::Revoke { email, scope } => {
            let (from, scope) = (email.clone(), NewGrant::from(scope));
            let line = format!("{email} is no longer {}.", in_words(&scope));
            db.write(async move |tx| {
                let member = find(tx, &from).await?;
                revoke(tx, member, &scope, None, now).await
            })
            .await?;
            Ok(vec![line])
        }
        Command::Password { email, .. } => {
            let known: Option<(String,)> =
                db.sql("select name from member where email = $1").bind(super::tidy_email(&email)).optional().await?;
            let (name,) = known.ok_or(Error::NotFound("member"))?;
            let (hash, said) = new_password(config, given, &email, &name).await?;
            let of = email.clone();
            db.write(async move |tx| {
                let member = find(tx, &of).await?;
                set_password(tx, member, hash.clone(), None, now).await
            })
            .await?;
            Ok(std::iter::once(format!("{email} has another password; every session has ended.")).chain(said).collect())
        }
        Command::ResetSecondFactor { email } => {
            let of = email.clone();
            db.write(async move |tx| {
                let member = find(tx, &of).await?;
                reset_second_factor(tx, member, None, now).await
            })
            .await?;
            Ok(vec![format!("{email} has no second factor any more; every session has ended.")])
        }
        Command::List => {
            let mut lines = Vec::new();
            for member in list(db).await? {
                let grants = grants_of(db, member.id).await?;
                let grants: Vec<String> = grants
                    .into_iter()
                    .map(|g| in_words_of(&g.role, g.agency.as_deref(), g.jurisdiction.as_deref(), g.service.as_deref()))
                    .collect();
                let teams = teams_of(db, member.id).await?;
                let state = if member.active { "active" } else { "stopped" };
                lines.push(format!("{}\t{}\t{state}\t{}\t{}", member.email, member.name, grants.join("; "), teams.join(",")));
            }
            Ok(lines)
        }
        Command::Deactivate { email } => {
            let of = email.clone();
            db.write(async move |tx| {
                let member = find(tx, &of).await?;
                deactivate(tx, member, None, now).await
            })
            .await?;
            Ok(vec![format!("{email} is stopped; every session has ended.")])
        }
    }
}

/// The hash of the password that was given, or of a new one with the line that says it.
async fn new_password(config: &Config, given: Option<String>, email: &str, name: &str) -> Result<(String, Option<String>)> {
    let (password, said) = match given {
        Some(password) => (password, None),
        None => {
            let made = token::fresh_password();
            let said = format!("Password, shown only now: {made}");
            (made, Some(said))
        }
    };
    let passwords = Passwords::new(1, &config.city.name)?;
    Ok((passwords.choose(password, vec![email.to_owned(), name.to_owned()]).await?, said))
}

fn in_words(grant: &NewGrant) -> String {
    in_words_of(grant.role.word(), grant.agency.as_deref(), grant.jurisdiction.as_deref(), grant.service.as_deref())
}

fn in_words_of(role: &str, agency: Option<&str>, jurisdiction: Option<&str>, service: Option<&str>) -> String {
    let mut words = role.to_owned();
    for (limit, value) in [("agency", agency), ("jurisdiction", jurisdiction), ("service", service)] {
        if let Some(value) = value {
            words.push_str(&format!(" {limit}={value}"));
        }
    }
    words
}
