//! `waymark notices …`: what the command line may do with the delivery log. The lines to print come back from [`run`].

use clap::{Args, Subcommand};

use super::{State, list, retry, retry_all};
use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result};

/// What can be done.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// List the newest messages: id, state, template, address (most of it hidden), tries, why it failed.
    List {
        /// Only those that were given up.
        #[arg(long)]
        failed: bool,
    },
    /// Try messages again that were given up.
    Retry(Which),
}

/// Which of them.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// The id of one.
    #[arg(long)]
    id: Option<i64>,
    /// Every one.
    #[arg(long)]
    all: bool,
}

/// Does it and returns the lines to print.
pub async fn run(db: &Db, config: &Config, command: Command, now: i64) -> Result<Vec<String>> {
    match command {
        Command::List { failed } => {
            let page = list(db, failed.then_some(State::Failed), None, config.limits.page).await?;
            let line = |entry: super::Entry| {
                let state = match entry.state {
                    State::Waiting => "waiting",
                    State::Sent => "sent",
                    State::Failed => "failed",
                };
                format!("{}\t{state}\t{}\t{}\t{}\t{}", entry.id, entry.template, entry.address, entry.attempts, entry.error)
            };
            Ok(page.notices.into_iter().map(line).collect())
        }
        Command::Retry(which) => {
            let hours = config.notices.give_up_hours;
            let revived = db.write(async move |tx| match which.id {
                Some(id) => retry(tx, id, hours, now).await.map(|()| 1),
                None => retry_all(tx, hours, now).await,
            });
            let revived = revived.await.map_err(|e: Error| e)?;
            Ok(vec![format!("{revived} {} tried again.", if revived == 1 { "message is" } else { "messages are" })])
        }
    }
}
