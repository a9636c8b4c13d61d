//! `waymark demo`: serves the invented city of Alderford.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use clap::Args;
use waymark::config::Config;
use waymark::demo::{self, Options, council};
use waymark::error::Result;

use super::say;
use super::serve::{Serve, open, serve};

/// Serves an invented city, filled with requests at the first start.
#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    serve: Serve,
    /// Requests of the last two years; a data folder that was filled before keeps what it has.
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    requests: u32,
    /// What the requests are thrown with: the same seed gives the same city life.
    #[arg(long, value_name = "S", default_value_t = 311)]
    seed: u64,
}

impl Demo {
    pub async fn run(self) -> Result<()> {
        let config = self.serve.config_with(demo::settings)?;
        let (app, _lock) = open(config).await?;
        let started = Instant::now();
        let mut bar = Bar::default();
        let options = Options { requests: self.requests as usize, seed: self.seed, pictures: demo::pictures::COUNT };
        let filled = demo::fill(&app.filing, &app.photos, options, |there, all| bar.show(there, all)).await?;
        bar.clear();
        let Options { requests, seed, .. } = options;
        say(&match filled.added {
            0 => format!("Alderford is here already: {} requests of seed {}.", filled.requests, filled.seed),
            added => format!(
                "Alderford has {} requests of seed {}, {added} added in {:.1} s.",
                filled.requests,
                filled.seed,
                started.elapsed().as_secs_f64()
            ),
        });
        if (filled.requests, filled.seed) != (requests, seed) {
            say(&format!("You asked for {requests} of seed {seed}: take another folder with --data for those."));
        }
        tell(&app.config);
        serve(app).await
    }
}

fn tell(config: &Config) {
    say("\nStaff of the demo (these accounts are invented and the password is public):");
    for person in &council::STAFF {
        let place = if person.districts.is_empty() { String::new() } else { format!(", {}", person.districts.join(", ")) };
        let teams = if person.teams.is_empty() { String::new() } else { format!(", team {}", person.teams.join(" and ")) };
        say(&format!("  {:<32} {}: {}{place}{teams}", person.email, person.name, person.role));
    }
    say(&format!("  password of everybody            {}", council::PASSWORD));
    say(&format!("\nOpen311 api_key                    {}", council::KEY));
    say(&format!("Address                            {}\n", config.public_url()));
}

/// A line that says how far it is: rewritten in place on a terminal, a new line now and then elsewhere.
#[derive(Default)]
struct Bar {
    last: Option<Instant>,
    drawn: bool,
}

impl Bar {
    #[expect(clippy::print_stdout, reason = "this is the command line")]
    fn show(&mut self, there: usize, all: usize) {
        let terminal = std::io::stdout().is_terminal();
        let pause = Duration::from_millis(if terminal { 100 } else { 3_000 });
        if self.last.is_some_and(|last| last.elapsed() < pause) {
            return;
        }
        self.last = Some(Instant::now());
        let line = format!("Filling Alderford: {there} of {all} requests, {} %", there * 100 / all.max(1));
        if terminal {
            print!("\r{line}");
            let _ = std::io::stdout().flush();
            self.drawn = true;
        } else {
            println!("{line}");
        }
    }

    #[expect(clippy::print_stdout, reason = "this is the command line")]
    fn clear(&self) {
        if self.drawn {
            print!("\r{:60}\r", "");
        }
    }
}
