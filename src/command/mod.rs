//! The command line: `waymark serve | demo | import | duplicates | staff | key | notices | person | retention | verify-log | migrate | openapi |
//! check-config`.

mod demo;
mod duplicates;
mod forgetting;
mod import;
mod ledger;
mod notices;
mod routing;
mod serve;
mod staff;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use waymark::app;
use waymark::config::Config;
use waymark::db::Db;
use waymark::error::{Error, Result};

/// Waymark: a 311 server for a city.
#[derive(Parser)]
#[command(version, max_term_width = 110)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Serve a city.
    Serve(serve::Serve),
    /// Serve an invented city, to look around in.
    Demo(demo::Demo),
    /// Manage the people who work here.
    Staff(staff::Staff),
    /// Manage the keys of the public interface.
    Key(staff::Key),
    /// See what became of messages, and try again.
    Notices(notices::Notices),
    /// Bring in what another system has.
    #[command(subcommand)]
    Import(import::What),
    /// Compare routing with what a city decided itself.
    Routing(routing::Ask),
    /// Hand out or erase what is held about one person.
    Person(forgetting::People),
    /// Anonymise and delete what is old, as the rules say.
    Retention(forgetting::Retention),
    /// Say whether the log is what it was.
    VerifyLog(ledger::VerifyLog),
    /// Sign the log.
    Log(ledger::Log),
    /// Measure how well duplicates are found, and learn from the city's own history.
    #[command(subcommand)]
    Duplicates(duplicates::What),
    /// Bring the database's schema up to date and stop.
    Migrate(Place),
    /// Print the OpenAPI document.
    Openapi,
    /// Read the settings, say what is wrong with them, and stop.
    CheckConfig(Place),
}

/// Where the rows and photos of a deployment are.
#[derive(Args, Clone)]
pub struct Place {
    /// Folder of the database and the photos.
    #[arg(long, global = true, default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Use this database instead: `postgres://…` or the path of a SQLite file.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Read settings from this TOML file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// The settings: defaults, file, environment, command line.
    pub fn config(&self) -> Result<Config> {
        self.config_with(|_| ())
    }

    /// The settings, with a last word by the command.
    pub fn config_with(&self, last: impl FnOnce(&mut Config)) -> Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(url) = &self.database {
            config.database.url.clone_from(url);
        }
        last(&mut config);
        config.settle(&self.data)
    }

    /// The database, brought up to date.
    pub async fn connect(&self) -> Result<(Config, Db)> {
        let config = self.config()?;
        let db = app::connect(&config).await?;
        Ok((config, db))
    }
}

/// Runs the command that was asked for.
pub fn run() -> ExitCode {
    let command = Command::parse();
    init_log();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = actix_web::rt::System::new().block_on(async {
        match command.what {
            What::Serve(serve) => serve.run().await,
            What::Demo(demo) => demo.run().await,
            What::Staff(staff) => staff.run().await,
            What::Key(key) => key.run().await,
            What::Notices(notices) => notices.run().await,
            What::Import(what) => what.run().await,
            What::Routing(ask) => ask.run().await,
            What::Person(person) => person.run().await,
            What::Retention(retention) => retention.run().await,
            What::VerifyLog(verify) => verify.run().await,
            What::Log(log) => log.run().await,
            What::Duplicates(what) => what.run().await,
            What::Migrate(place) => place.connect().await.map(|_| say("The schema is up to date.")),
            What::Openapi => waymark::http::openapi().map(|text| say(&text)),
            What::CheckConfig(place) => {
                place.config().and_then(|config| waymark::notices::check(&config)).map(|()| say("The settings are good."))
            }
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            complain(&e);
            ExitCode::FAILURE
        }
    }
}

fn init_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("WAYMARK_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
}

/// Tells the person at the terminal.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "this is the command line")]
fn complain(e: &Error) {
    let mut chain = e.to_string();
    let mut cause = std::error::Error::source(e);
    while let Some(e) = cause {
        chain.push_str("\n  because ");
        chain.push_str(&e.to_string());
        cause = e.source();
    }
    eprintln!("waymark: {chain}");
}
