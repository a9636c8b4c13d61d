//! `waymark staff …` and `waymark key …`: who may work here, and which machines.

use clap::{Args, Subcommand};
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::people::keys::{self, NewKey, NewPower};
use waymark::people::staff;

use super::{Place, say};

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

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
        /// What it may do: file, read, leader or auditor, and where, such as `file service=pothole` or
        /// `leader jurisdiction=district:north`; may be given several times.
        #[arg(long, value_parser = power, default_values = ["file", "read"])]
        may: Vec<NewPower>,
        /// Days after which it ends; otherwise it does not.
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=36_500))]
        days: Option<i64>,
        /// How often it may ask in a minute; otherwise what the settings say.
        #[arg(long)]
        per_minute: Option<i64>,
    },
    /// Withdraw a key.
    Revoke {
        /// The id that `add` printed.
        id: i64,
    },
}

impl Key {
    pub async fn run(self) -> Result<()> {
        let (config, db) = self.place.connect().await?;
        let now = Clock::real().now();
        match self.command {
            KeyCommand::Add { name, may, days, per_minute } => {
                let new = NewKey { name, expires_at: days.map(|days| now + days * DAY), per_minute, powers: may };
                let most = config.limits.key_per_minute;
                let work = async move |tx: &mut waymark::db::Tx| keys::create(tx, None, &new, most, now).await;
                let (id, key): (i64, String) = db.write::<_, Error, _>(work).await?;
                say(&format!("key {id}: {key}"));
            }
            KeyCommand::Revoke { id } => {
                db.write::<_, Error, _>(async move |tx| keys::revoke(tx, None, id, now).await).await?;
                say(&format!("key {id} is withdrawn"));
            }
        }
        Ok(())
    }
}

/// A power as it is typed: its word, and what limits it.
fn power(typed: &str) -> Result<NewPower, String> {
    let mut words = typed.split_whitespace();
    let mut power = NewPower { power: words.next().unwrap_or_default().to_owned(), agency: None, jurisdiction: None, service: None };
    for limit in words {
        let (name, code) =
            limit.split_once('=').ok_or_else(|| format!("`{limit}` is no limit; write agency=, jurisdiction= or service="))?;
        let place = match name {
            "agency" => &mut power.agency,
            "jurisdiction" => &mut power.jurisdiction,
            "service" => &mut power.service,
            _ => return Err(format!("`{name}` is no limit; those are agency, jurisdiction and service")),
        };
        *place = Some(code.to_owned());
    }
    Ok(power)
}
