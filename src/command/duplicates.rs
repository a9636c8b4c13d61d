//! `waymark duplicates measure | fit`: how well duplicates are found here, and learning to find them better.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use waymark::app::App;
use waymark::catalog::{self, EVIDENCE, Weights};
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::imports::{Layout, duplicates as files};
use waymark::requests::duplicates::fit::Fitted;
use waymark::requests::duplicates::measure::history::{History, Wanted};
use waymark::requests::duplicates::measure::{Report, measure};
use waymark::requests::duplicates::settings;

use super::{Place, say};

/// What can be done about duplicates.
#[derive(Subcommand)]
pub enum What {
    /// Hold our decisions against what clerks wrote down: precision, recall and F1, by service, with examples to read.
    Measure(Measure),
    /// Learn weights, and radius, window, threshold and related services of each service, from the city's own history; shows them
    /// unless told to apply.
    Fit(Fit),
}

#[derive(Args)]
struct Asked {
    /// What is true: a CSV of pairs (columns `dup` and `parent`), or a city's own file with its marks. Without it, what the
    /// database says: requests that joined a case, and cases that were closed as duplicates.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Take the requests from this file of a city instead of from the database.
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,
    /// How that file is written: chicago, boston, nyc, sf, open311; without it the one that fits.
    #[arg(long)]
    layout: Option<String>,
    /// Take only requests of this source from the database.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Share of the history, from its beginning, that is learnt from; the rest is reported on.
    #[arg(long, default_value_t = 0.6, value_name = "SHARE")]
    share: f64,
    /// Examples of each kind.
    #[arg(long, default_value_t = 5, value_name = "COUNT")]
    examples: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Measure {
    #[command(flatten)]
    asked: Asked,
}

#[derive(Args)]
pub struct Fit {
    #[command(flatten)]
    asked: Asked,
    /// Write what was learnt to the services of this database.
    #[arg(long)]
    apply: bool,
}

impl What {
    pub async fn run(self) -> Result<()> {
        match self {
            What::Measure(Measure { asked }) => {
                let (report, _) = asked.report().await?;
                asked.print(&report)
            }
            What::Fit(fit) => fit.run().await,
        }
    }
}

impl Asked {
    async fn report(&self) -> Result<(Report, History)> {
        if !(0.05..=0.95).contains(&self.share) {
            return Err(Error::invalid("share", "has to lie between 0.05 and 0.95."));
        }
        let said = self.truth.as_deref().map(files::said).transpose()?;
        let city = match (&self.requests, &said) {
            (Some(file), _) => Some((file, None)),
            (None, Some(files::Said::Requests(layout))) => self.truth.as_ref().map(|file| (file, Some(*layout))),
            (None, _) => None,
        };
        let (mut history, weights) = match city {
            Some((file, fitting)) => {
                let zone = self.place.config()?.zone()?;
                let name = match (&self.layout, fitting) {
                    (Some(name), _) => name.clone(),
                    (None, Some(fitting)) => fitting.to_owned(),
                    (None, None) => match files::said(file)? {
                        files::Said::Requests(name) => name.to_owned(),
                        files::Said::Pairs(_) => return Err(Error::invalid("layout", "is needed: it cannot be told from the header.")),
                    },
                };
                (files::history(file, &name, Layout::named(&name)?, &zone, Clock::real().now())?, Weights::default())
            }
            None => {
                let app = App::build(self.place.config()?, Clock::real()).await?;
                let catalog = app.catalog.get(&app.db).await?;
                let wanted = Wanted { source: self.source.clone(), ..Wanted::default() };
                (History::read(&app.db, &catalog, &wanted).await?, *catalog.weights())
            }
        };
        if let Some(files::Said::Pairs(pairs)) = &said {
            let known = history.take_pairs(pairs);
            if known == 0 {
                return Err(Error::invalid("truth", format!("none of its {} pairs names two requests that are known here.", pairs.len())));
            }
        }
        if history.filed.is_empty() {
            return Err(Error::invalid("requests", "there are none: import a history, or name a city's file with --requests."));
        }
        Ok((measure(&history, &weights, self.share, self.examples), history))
    }

    fn print(&self, report: &Report) -> Result<()> {
        say(&if self.json { serde_json::to_string_pretty(report)? } else { report.to_string() });
        Ok(())
    }
}

impl Fit {
    async fn run(self) -> Result<()> {
        let (report, history) = self.asked.report().await?;
        self.asked.print(&report)?;
        let Some(fitted) = &report.fitted else {
            return Err(Error::invalid("truth", "no duplicate is marked in the earlier part, so there is nothing to learn from."));
        };
        if !self.asked.json {
            say(&learnt(fitted, &history));
        }
        if !self.apply {
            return Ok(());
        }
        let learnt = |(place, set): (usize, &catalog::Duplicates)| settings::Learnt {
            code: history.kinds[place].code.clone(),
            set: *set,
            related: fitted.related[place].iter().map(|other| history.kinds[*other].code.clone()).collect(),
        };
        let services: Vec<settings::Learnt> = fitted.sets.iter().enumerate().map(learnt).collect();
        let (weights, now) = (fitted.weights, Clock::real().now());
        let (_, db) = self.asked.place.connect().await?;
        let count = db.write(async move |tx| settings::learn(tx, &services, &weights, now).await).await?;
        say(&format!("Applied to {count} services."));
        Ok(())
    }
}

fn learnt(fitted: &Fitted, history: &History) -> String {
    let mut text = String::from("\nWeights, in log-odds:");
    for (kind, weight) in EVIDENCE.iter().zip(&fitted.weights.0) {
        text.push_str(&format!(" {kind} {weight}"));
    }
    text.push_str("\n\nservice                            radius  window  threshold   prior\n");
    for (kind, set) in history.kinds.iter().zip(&fitted.sets) {
        let code: String = kind.code.chars().take(34).collect();
        text.push_str(&format!("{code:<34} {:>5} m {:>5} d {:>10.3} {:>7.2}\n", set.radius_m, set.window_days, set.threshold, set.prior));
    }
    for (kind, others) in history.kinds.iter().zip(&fitted.related).filter(|(_, others)| !others.is_empty()) {
        let others: Vec<&str> = others.iter().map(|other| history.kinds[*other].code.as_str()).collect();
        text.push_str(&format!("\n{} may be {}", kind.code, others.join(", ")));
    }
    text
}
