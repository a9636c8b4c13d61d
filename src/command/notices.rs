//! `waymark notices …`: what became of messages to people outside.

use clap::Args;
use waymark::clock::Clock;
use waymark::error::Result;
use waymark::notices::command;

use super::{Place, say};

/// Shows what became of messages, and tries again.
#[derive(Args)]
pub struct Notices {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: command::Command,
}

impl Notices {
    pub async fn run(self) -> Result<()> {
        let (config, db) = self.place.connect().await?;
        for line in command::run(&db, &config, self.command, Clock::real().now()).await? {
            say(&line);
        }
        Ok(())
    }
}
