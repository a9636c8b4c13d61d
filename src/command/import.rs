//! `waymark import requests | services | jurisdictions | rules | assets | streets | addresses`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use waymark::app::App;
use waymark::clock::Clock;
use waymark::error::{Error, Result};
use waymark::gazetteer::{Role, STREETS};
use waymark::imports::jurisdictions::{Options, import_jurisdictions};
use waymark::imports::places::{self, Fields};
use waymark::imports::requests::{Import, import, rejects_beside};
use waymark::imports::{Counts, Layout, rules, services};

use super::{Place, say};

/// What can be imported.
#[derive(Subcommand)]
pub enum What {
    /// A city's requests: CSV, JSON or XML, plain or gzip. Safe to run again; a running server takes them in as they come.
    Requests(Requests),
    /// The catalogue: the services of any Open311 server (JSON or XML), or our own JSON. Safe to run again.
    Services(Services),
    /// Boundaries from GeoJSON into a layer, replacing what the layer held.
    Jurisdictions(Jurisdictions),
    /// Routing rules from JSON, replacing all there are.
    Rules(Rules),
    /// Assets of one kind from GeoJSON or CSV, replacing what the kind held.
    Assets(Assets),
    /// Streets with their names from GeoJSON lines, replacing those there are: short for assets of the kind `street`.
    Streets(Streets),
    /// Addresses from GeoJSON or CSV, replacing those there are.
    Addresses(Addresses),
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

#[derive(Args)]
pub struct Rules {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Jurisdictions {
    /// The GeoJSON file.
    file: PathBuf,
    /// Code of the layer, such as ward; made if it is not there.
    #[arg(long)]
    layer: String,
    /// What people call the layer.
    #[arg(long, value_name = "NAME")]
    layer_name: Option<String>,
    /// Rank of the layer; lower is asked first.
    #[arg(long, default_value_t = 0)]
    precedence: i64,
    /// Property that holds the code; without it one is looked for.
    #[arg(long, value_name = "PROPERTY")]
    code: Option<String>,
    /// Property that holds the name; without it one is looked for.
    #[arg(long, value_name = "PROPERTY")]
    name: Option<String>,
    /// Property that holds the code of the team.
    #[arg(long, value_name = "PROPERTY")]
    team: Option<String>,
    /// Day from which the boundaries are valid, YYYY-MM-DD; without it as if they had always been so.
    #[arg(long, value_name = "DAY")]
    valid_from: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Assets {
    /// The file: GeoJSON, or CSV with longitude and latitude; plain or gzip.
    file: PathBuf,
    /// Code of the kind, such as street-light; made if it is not there.
    #[arg(long)]
    kind: String,
    /// What people call the kind.
    #[arg(long, value_name = "NAME")]
    kind_name: Option<String>,
    /// Whether people find them by name, as they do parks and libraries.
    #[arg(long)]
    landmarks: bool,
    #[command(flatten)]
    from: From,
}

#[derive(Args)]
pub struct Streets {
    /// The GeoJSON file; plain or gzip.
    file: PathBuf,
    #[command(flatten)]
    from: From,
}

#[derive(Args)]
pub struct Addresses {
    /// The file: GeoJSON, or CSV with longitude and latitude; plain or gzip.
    file: PathBuf,
    /// Property that holds the house number; without it one is looked for.
    #[arg(long, value_name = "PROPERTY")]
    number: Option<String>,
    /// Property that holds the street; without it one is looked for.
    #[arg(long, value_name = "PROPERTY")]
    street: Option<String>,
    /// Property that holds the postal code; without it one is looked for.
    #[arg(long, value_name = "PROPERTY")]
    zip: Option<String>,
    #[command(flatten)]
    from: From,
}

/// What files of places have in common.
#[derive(Args)]
struct From {
    /// Property that holds the source's own number; without it the GeoJSON `id`, or what is in the feature.
    #[arg(long, value_name = "PROPERTY")]
    id: Option<String>,
    /// Property that holds the name; without it one is looked for.
    #[arg(long, value_name = "PROPERTY")]
    name: Option<String>,
    /// Column of a CSV file that holds the longitude; without it one is looked for.
    #[arg(long, value_name = "COLUMN")]
    lon: Option<String>,
    /// Column of a CSV file that holds the latitude; without it one is looked for.
    #[arg(long, value_name = "COLUMN")]
    lat: Option<String>,
    /// Keep what the file does not name.
    #[arg(long)]
    keep: bool,
    /// Write what is not taken, with line and reason, here instead of beside the file.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl What {
    pub async fn run(self) -> Result<()> {
        match self {
            What::Requests(requests) => requests.run().await,
            What::Services(services) => services.run().await,
            What::Jurisdictions(jurisdictions) => jurisdictions.run().await,
            What::Rules(rules) => rules.run().await,
            What::Assets(Assets { file, kind, kind_name, landmarks, from }) => {
                let role = if landmarks { Role::Landmark } else { Role::Thing };
                let name = kind_name.unwrap_or_else(|| kind.clone());
                from.run(file, places::What::Assets { kind, name, role }, Fields::default()).await
            }
            What::Streets(Streets { file, from }) => {
                let what = places::What::Assets { kind: STREETS.into(), name: "Streets".into(), role: Role::Street };
                from.run(file, what, Fields::default()).await
            }
            What::Addresses(Addresses { file, number, street, zip, from }) => {
                from.run(file, places::What::Addresses, Fields { number, street, zipcode: zip, ..Fields::default() }).await
            }
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

impl Rules {
    async fn run(self) -> Result<()> {
        let (_, db) = self.place.connect().await?;
        let count = rules::import(&db, &self.file, Clock::real().now()).await?;
        say(&format!("{count} rules"));
        Ok(())
    }
}

impl Jurisdictions {
    async fn run(self) -> Result<()> {
        let (config, db) = self.place.connect().await?;
        let zone = config.zone()?;
        let day = |text: &String| {
            let day = text.parse::<jiff::civil::Date>().and_then(|day| day.to_zoned(zone.clone()));
            day.map(|day| day.timestamp().as_millisecond()).map_err(|e| Error::invalid("valid_from", e.to_string()))
        };
        let mut options = Options::new(self.layer);
        options.limits.features = config.limits.boundary_features;
        options.limits.positions = config.limits.boundary_vertices;
        options.limits.city = <[f64; 4]>::try_from(config.city.bbox.as_slice()).ok();
        (options.layer_name, options.precedence) = (self.layer_name, self.precedence);
        (options.code_field, options.name_field, options.team_field) = (self.code, self.name, self.team);
        options.valid_from = self.valid_from.as_ref().map(day).transpose()?;
        let file = std::fs::File::open(&self.file).map_err(|e| Error::invalid("file", format!("{}: {e}", self.file.display())))?;
        let report = import_jurisdictions(&db, file, options, None, Clock::real().now()).await?;
        for remark in report.repaired.iter().chain(&report.published.broken_rules) {
            say(remark);
        }
        let done = &report.published;
        let named = report.name_field.as_deref().unwrap_or("the layer");
        say(&format!("codes from {}, names from {named}", report.code_field));
        say(&format!("read {}, new {}, changed {}, same {}, retired {}", report.read, done.new, done.changed, done.same, done.retired));
        Ok(())
    }
}

impl From {
    async fn run(self, file: PathBuf, what: places::What, fields: Fields) -> Result<()> {
        let (config, db) = self.place.connect().await?;
        let fields = Fields { id: self.id, name: self.name, lon: self.lon, lat: self.lat, ..fields };
        let rejects = self.rejects.unwrap_or_else(|| rejects_beside(&file));
        let city = <[f64; 4]>::try_from(config.city.bbox.as_slice()).ok();
        let summary = places::import(&db, &Clock::real(), places::Order { file, what, fields, keep: self.keep, rejects, city }).await?;
        if let Some(path) = &summary.rejects {
            say(&format!("rejects: {}", path.display()));
        }
        say(&summary.counts.to_string());
        summary.broken.map_or(Ok(()), Err)
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
