//! `waymark staff …` and `waymark key …`: who may work here, and which machines.

use clap::{Args, Subcommand};
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::people::{keys, staff};

use super::{Place, say};

/// Manages the people who work here.
#[derive(Args)]
pub struct Staff {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: staff::command::Command,
}

impl Staff {
    pub async fn run(self) -> Result<()> {
        let password = self.command.reads_password().then(first_line).transpose()?;
        let (config, db) = self.place.connect().await?;
        for line in staff::command::run(&db, &config, self.command, password, Clock::real().now()).await? {
            say(&line);
        }
        Ok(())
    }
}

fn first_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Manages the keys of the public interface.
#[derive(Args)]
pub struct Key {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key and print it; it is shown this once.
    Add {
        /// Whose key it is.
        #[arg(long)]
        name: String,
    },
    /// Withdraw a key.
    Revoke {
        /// The id that `add` printed.
        id: i64,
    },
}

impl Key {
    pub async fn run(self) -> Result<()> {
        let (_, db) = self.place.connect().await?;
        let now = Clock::real().now();
        match self.command {
            KeyCommand::Add { name } => {
                let work = async move |tx: &mut waymark::db::Tx| keys::create(tx, &name, None, None, now).await;
                let (id, key): (i64, String) = db.write::<_, Error, _>(work).await?;
                say(&format!("key {id}: {key}"));
            }
            KeyCommand::Revoke { id } => {
                db.write::<_, Error, _>(async move |tx| keys::revoke(tx, id, None, now).await).await?;
                say(&format!("key {id} is withdrawn"));
            }
        }
        Ok(())
    }
}
