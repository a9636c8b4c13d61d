//! `waymark import requests | services`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use waymark::app::App;
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::imports::requests::{Import, import, rejects_beside};
use waymark::imports::{Counts, Layout, services};

use super::{Place, say};

/// What can be imported.
#[derive(Subcommand)]
pub enum What {
    /// A city's requests: CSV, JSON or XML, plain or gzip. Safe to run again; a running server takes them in as they come.
    Requests(Requests),
    /// The catalogue: the services of any Open311 server (JSON or XML), or our own JSON. Safe to run again.
    Services(Services),
}

#[derive(Args)]
pub struct Requests {
    /// The file.
    file: PathBuf,
    /// How it is written: chicago, boston, nyc, sf, open311, or csv with --mapping.
    #[arg(long)]
    layout: String,
    /// TOML or JSON file that names the columns of a CSV file (docs/imports.md).
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Keep the city's numbers under this name instead of the layout's.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Read times without an offset in this IANA zone instead of the layout's.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Write what is not taken, with line and reason, here instead of beside the file.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Services {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl What {
    pub async fn run(self) -> Result<()> {
        match self {
            What::Requests(requests) => requests.run().await,
            What::Services(services) => services.run().await,
        }
    }
}

impl Requests {
    async fn run(self) -> Result<()> {
        let mut layout = match (self.layout.as_str(), &self.mapping) {
            ("csv", Some(mapping)) => {
                let text =
                    std::fs::read_to_string(mapping).map_err(|e| Error::invalid("mapping", format!("{}: {e}", mapping.display())))?;
                Layout::mapping(&text)?
            }
            ("csv", None) => return Err(Error::invalid("layout", "csv needs --mapping FILE, which names the columns")),
            (_, Some(_)) => return Err(Error::invalid("mapping", "goes with --layout csv; the other layouts know their columns")),
            (name, None) => Layout::named(name)?,
        };
        if let Some(source) = self.source {
            layout.source = source;
        }
        layout.zone = self.zone.or(layout.zone);
        layout.check()?;
        let app = App::build(self.place.config()?, Clock::real()).await?;
        let rejects = self.rejects.unwrap_or_else(|| rejects_beside(&self.file));
        let mut progress = Progress { began: Instant::now(), told: Instant::now() };
        let order = Import { file: self.file, name: self.layout, layout, rejects };
        let summary = import(&app.filing, order, &mut |counts| progress.tell(counts)).await?;
        for remark in summary.counts.remarks() {
            say(&remark);
        }
        if let Some(path) = &summary.rejects {
            say(&format!("rejects: {}", path.display()));
        }
        let seconds = progress.began.elapsed().as_secs_f64();
        say(&format!("{} ({:.0} rows/s)", summary.counts, summary.counts.read as f64 / seconds.max(0.001)));
        summary.broken.map_or(Ok(()), Err)
    }
}

impl Services {
    async fn run(self) -> Result<()> {
        let app = App::build(self.place.config()?, Clock::real()).await?;
        let counts = services::import(&app.db, &app.catalog, &self.file, app.clock.now()).await?;
        say(&counts.to_string());
        Ok(())
    }
}

/// A line to the terminal once a second.
struct Progress {
    began: Instant,
    told: Instant,
}

impl Progress {
    #[expect(clippy::print_stderr, reason = "this is the command line")]
    fn tell(&mut self, counts: &Counts) {
        if self.told.elapsed() < Duration::from_secs(1) {
            return;
        }
        self.told = Instant::now();
        let rate = counts.read as f64 / self.began.elapsed().as_secs_f64();
        eprintln!("{counts} ({rate:.0} rows/s)");
    }
}
