//! `waymark verify-log` and `waymark log head`: whether the log is what it was, and the proof to keep of what it is.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Subcommand};
use waymark::app;
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::ledger::{self, Head, Report, Signer};

use super::{Place, say};

/// Checks every row of the log against its tree, the tree against every head that was signed, and the words that still stand against
/// what the log committed to. It ends with 0 if all is as it was recorded.
#[derive(Args)]
pub struct VerifyLog {
    /// A head that was kept elsewhere (the answer of /api/log/head, or its note); may be given several times. What the database itself
    /// remembers could have been rewritten with the log: this cannot.
    #[arg(long, value_name = "FILE")]
    head: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl VerifyLog {
    pub async fn run(self) -> Result<()> {
        let config = self.place.config()?;
        let db = app::connect(&config).await?;
        let signer = Signer::load(&db, config.ledger.key.as_deref(), &config.public_url()).await?;
        let mut given = Vec::new();
        for file in &self.head {
            let text = std::fs::read_to_string(file).map_err(|e| Error::invalid("head", format!("{}: {e}", file.display())))?;
            given.push(Head::read(&text, &signer)?);
        }
        let started = Instant::now();
        let mut shown = Instant::now();
        let report = ledger::verify(&db, &given, |done, all| {
            if shown.elapsed().as_millis() > 500 {
                shown = Instant::now();
                progress(&format!("{done} of {all} events, {} %", done * 100 / all.max(1)));
            }
        })
        .await?;
        progress("");
        tell(&report, started.elapsed().as_secs_f64());
        match report.first {
            None => Ok(()),
            Some(first) => {
                let row = first.seq.map_or_else(String::new, |seq| format!(", seq {seq}"));
                let more = if report.breaches > 1 { format!(" ({} breaches in all)", report.breaches) } else { String::new() };
                Err(Error::Conflict(format!("the log is broken at position {}{row}: {}{more}", first.position, first.what)))
            }
        }
    }
}

fn tell(report: &Report, seconds: f64) {
    say(&format!("{} events checked in {seconds:.1} s; root {}", report.size, report.root));
    if report.waiting > 0 {
        say(&format!("{} newer events wait for their place in the tree; a running server gives it to them", report.waiting));
    }
    say(&format!("{} signed heads hold", report.heads));
    say(&format!("{} requests and notes say what they said; {} were erased, as the log says", report.words, report.erased));
}

/// A line that is written over; only for somebody who looks.
#[expect(clippy::print_stderr, reason = "this is the command line")]
fn progress(line: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{line:60}\r");
        let _ = std::io::stderr().flush();
    }
}

/// The log and its heads.
#[derive(Args)]
pub struct Log {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum What {
    /// Put all that was committed into the tree, sign it, and print the head. Keep it where nobody who can write to the database can.
    Head,
}

impl Log {
    pub async fn run(self) -> Result<()> {
        let What::Head = self.what;
        let config = self.place.config()?;
        let db = app::connect(&config).await?;
        let signer = Signer::load(&db, config.ledger.key.as_deref(), &config.public_url()).await?;
        ledger::catch_up(&db).await?;
        ledger::sign(&db, &signer, 0, Clock::real().now()).await?;
        let head = ledger::newest(&db).await?.ok_or(Error::NotFound("event in the log yet"))?;
        say(&serde_json::to_string_pretty(&head)?);
        Ok(())
    }
}
