//! The application: everything a server needs, built once, by `main` and by tests alike.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::abuse::blocks::Blocks;
use crate::abuse::challenge::Challenges;
use crate::abuse::rates::Rates;
use crate::abuse::turns::{Each, Turns};
use crate::analytics::LiveColumns;
use crate::catalog::Shelf;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::{Db, Options};
use crate::demo;
use crate::error::Result;
use crate::events::{Bell, Followers, Live};
use crate::gazetteer::Gazetteer;
use crate::ledger::Signer;
use crate::network::Proxies;
use crate::notices::Notices;
use crate::outbound::Outbound;
use crate::people::follow::Follow;
use crate::people::provider::Provider;
use crate::people::reporter::Reporters;
use crate::people::resets::Resets;
use crate::people::residents::Residents;
use crate::people::sessions::Sessions;
use crate::people::vault::Vault;
use crate::photos::Photos;
use crate::privacy::Discretion;
use crate::requests::{Filing, OpenCases};
use crate::routing::Routing;
use crate::tiles::OutlineShelf;
use crate::tiles::base::{Base, Features};
use crate::workers;

/// Everything a server needs. Only `main`, `server`, `http` and `workers` know it; the domain takes what it needs.
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// Whom we believe about where a request comes from.
    pub proxies: Proxies,
    /// How often somebody may ask.
    pub rates: Rates,
    /// How much costly work is done at the same time.
    pub turns: Turns,
    /// Who may not file, comment or upload.
    pub blocks: Arc<Blocks>,
    /// What a filing costs.
    pub challenges: Challenges,
    /// Calls others.
    pub outbound: Outbound,
    /// The time.
    pub clock: Clock,
    /// Rings when the log grows.
    pub bell: Bell,
    /// The followers of this process.
    pub followers: Followers,
    /// Tells open pages what changes.
    pub live: Live,
    /// Seats for those pages.
    pub listeners: Arc<Semaphore>,
    /// Seats of each client among them.
    pub listeners_each: Each,
    /// What can be asked for.
    pub catalog: Arc<Shelf>,
    /// Where it goes.
    pub routing: Arc<Routing>,
    /// Places by their names.
    pub gazetteer: Gazetteer,
    /// What strangers may be shown.
    pub discretion: Arc<Discretion>,
    /// What filing needs.
    pub filing: Arc<Filing>,
    /// Open cases near a point.
    pub open_cases: OpenCases,
    base: OnceLock<Base>,
    /// Boundaries ready to be drawn.
    pub outlines: OutlineShelf,
    /// All requests in columns, for the map's counts.
    pub columns: LiveColumns,
    /// Takes photos in and keeps them.
    pub photos: Photos,
    /// Makes and checks the tokens of follow links.
    pub follow: Follow,
    /// Signs heads of the log.
    pub signer: Signer,
    /// Signs staff in and knows who is signed in.
    pub sessions: Sessions,
    /// Puts messages to people outside into the outbox.
    pub notices: Notices,
    /// Sends members who forgot their password a link.
    pub resets: Resets,
    /// The provider of identities that staff may sign in at, if there is one.
    pub provider: Option<Provider>,
    /// Sends residents codes and knows whose session is alive.
    pub residents: Residents,
}

impl App {
    /// Connects, migrates and loads; [`App::start`] then sets the workers going.
    pub async fn build(config: Config, clock: Clock) -> Result<Arc<App>> {
        let db = connect(&config).await?;
        App::over(config, clock, db).await
    }

    /// The same over a database that is connected already.
    pub async fn over(config: Config, clock: Clock, db: Db) -> Result<Arc<App>> {
        let proxies = config.server.proxies()?;
        let config = Arc::new(config);
        let bell = Bell::default();
        let followers = Followers::default();
        let catalog = Arc::new(Shelf::default());
        let routing = Arc::new(Routing::new(&config)?);
        let discretion = Arc::new(Discretion::new(&config.privacy)?);
        let filing = Arc::new(Filing {
            db: db.clone(),
            clock: clock.clone(),
            config: config.clone(),
            catalog: catalog.clone(),
            routing: routing.clone(),
            discretion: discretion.clone(),
            reporters: Reporters::load(&db).await?,
        });
        let follow = Follow::load(&db, &config.server.secret).await?;
        let vault = Vault::load(&db, &config.server.secret).await?;
        let signer = Signer::load(&db, config.ledger.key.as_deref(), &config.public_url()).await?;
        let open_cases = OpenCases::new(discretion.veil);
        let columns = LiveColumns::new(config.zone()?, discretion.veil, discretion.threshold);
        let photos = Photos::open(&config)?;
        let sessions = Sessions::new(&config, vault.clone())?;
        let provider = Provider::new(&config, vault)?;
        let notices = Notices::open(&config)?;
        let residents = Residents::new(&config, follow.clone());
        Ok(Arc::new(App {
            listeners: Arc::new(Semaphore::new(config.limits.listeners)),
            live: Live::default(),
            outlines: OutlineShelf::default(),
            listeners_each: Each::of(config.rates.listeners),
            turns: turns(&config.rates),
            blocks: Arc::new(Blocks::load(&db, &config.open311.contact).await?),
            challenges: Challenges::new(&config.challenge, &follow.derived("challenge"))?,
            outbound: Outbound::new(&config.outbound)?,
            rates: Rates::new(&config.rates, clock.clone())?,
            proxies,
            config,
            db,
            clock,
            bell,
            followers,
            catalog,
            routing,
            gazetteer: Gazetteer::default(),
            discretion,
            filing,
            open_cases,
            base: OnceLock::new(),
            columns,
            photos,
            follow,
            signer,
            sessions,
            notices,
            resets: Resets::default(),
            provider,
            residents,
        }))
    }

    /// The ground that the map stands on; none before [`App::start`], for a command that only imports draws no map.
    pub fn base(&self) -> &Base {
        self.base.get().unwrap_or(&Base::None)
    }

    /// Reads the ground and starts everything that runs without a request; it stops when the handle is dropped.
    pub async fn start(self: &Arc<App>) -> Result<workers::Running> {
        let base = match self.config.map.base.as_str() {
            demo::GROUND => Base::Features(Features::new(demo::ground())),
            file => Base::open(file).await?,
        };
        let _ = self.base.set(base); // started before: the ground is the same
        workers::start(self).await
    }

    /// Returns when everything committed so far has been seen by every follower of this process. For tests.
    pub async fn settle(&self) -> Result<()> {
        self.followers.settle(&self.db, &self.bell).await
    }
}

fn turns(rates: &config::Rates) -> Turns {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let all = if rates.at_once_in_all == 0 { 4 * cores } else { rates.at_once_in_all };
    Turns::new(rates.at_once.max(1), all, rates.waiting, Duration::from_millis(rates.wait_ms), Duration::from_millis(rates.pause_ms))
}

/// Connects to the database of the settings and brings its schema up to date.
pub async fn connect(config: &Config) -> Result<Db> {
    let options = Options { url: config.database.url.clone(), batch: config.database.batch, connections: config.database.connections };
    Db::connect(&options).await
}
