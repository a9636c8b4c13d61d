//! `waymark person export | erase` and `waymark retention`: what is held about one person, and what is old.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use waymark::app;
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::forgetting::{self, Person, Swept};
use waymark::photos::Photos;

use super::{Place, say};

/// Hands out or erases what is held about one person.
#[derive(Args)]
pub struct People {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum What {
    /// Write everything that is held about the person as JSON. That it was handed out is on the timeline of every case.
    Export {
        #[command(flatten)]
        who: Whom,
        /// Write it here instead of to the terminal.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show what would be erased; with the token that is shown then, erase it.
    Erase {
        #[command(flatten)]
        who: Whom,
        /// What the first run showed at its end.
        #[arg(long)]
        token: Option<String>,
    },
}

/// The person.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Whom {
    /// By mail address.
    #[arg(long)]
    email: Option<String>,
    /// By telephone number.
    #[arg(long)]
    phone: Option<String>,
    /// Only the request with this number.
    #[arg(long)]
    number: Option<String>,
}

impl From<Whom> for Person {
    fn from(Whom { email, phone, number }: Whom) -> Person {
        Person { email, phone, number }
    }
}

impl People {
    pub async fn run(self) -> Result<()> {
        let config = self.place.config()?;
        let db = app::connect(&config).await?;
        let clock = Clock::real();
        match self.what {
            What::Export { who, out } => {
                let export = forgetting::export(&db, &who.into(), None, clock.now()).await?;
                let text = serde_json::to_string_pretty(&export)?;
                match out {
                    Some(file) => std::fs::write(&file, text + "\n").map_err(Error::from)?,
                    None => say(&text),
                }
            }
            What::Erase { who, token: None } => {
                let shown = forgetting::preview(&db, &who.into()).await?;
                for request in &shown.requests {
                    let state = match (request.erased_at, request.held) {
                        (Some(_), _) => "erased already",
                        (None, 0) => "is erased",
                        (None, _) => "stays: its case is under hold",
                    };
                    say(&format!("{}  {}  {state}", request.number, request.service_name));
                }
                say(&format!(
                    "Words of {} requests, {} contacts, {} photos, {} comments, {} answers; {} requests stay under hold.",
                    shown.words, shown.contacts, shown.photos, shown.comments, shown.answers, shown.held
                ));
                say(&format!("Nothing was erased yet. To erase this: the same command with --token {}", shown.token));
            }
            What::Erase { who, token: Some(token) } => {
                let done = forgetting::erase(&db, &who.into(), &token, None, clock.now()).await?;
                Photos::open(&config)?.expire(&db, &clock).await?;
                say(&format!("Erased: {}", in_words(&done.erased)));
                if !done.held.is_empty() {
                    say(&format!("Under hold, and left as they are: {}", in_words(&done.held)));
                }
            }
        }
        Ok(())
    }
}

fn in_words(numbers: &[String]) -> String {
    if numbers.is_empty() { "nothing".to_owned() } else { numbers.join(", ") }
}

/// Does what the rules of retention say (/settings/data), or only counts it. A running server does it once a day by itself.
#[derive(Args)]
pub struct Retention {
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

impl Retention {
    pub async fn run(self) -> Result<()> {
        let config = self.place.config()?;
        let db = app::connect(&config).await?;
        let clock = Clock::real();
        if self.dry_run {
            let due = forgetting::due(&db, None, clock.now()).await?;
            say(&format!("{:<40} {:>10} {:>10} {:>10}", "service", "anonymise", "delete", "under hold"));
            for service in &due {
                say(&format!("{:<40} {:>10} {:>10} {:>10}", service.service, service.anonymise, service.delete, service.held));
            }
            say("Nothing was changed.");
            return Ok(());
        }
        let Swept { anonymised, deleted, held } = forgetting::sweep(&db, clock.now()).await?;
        Photos::open(&config)?.expire(&db, &clock).await?;
        say(&format!("{anonymised} cases anonymised, {deleted} deleted, {held} left as they are under hold"));
        Ok(())
    }
}
