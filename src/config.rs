//! Settings: defaults, then `--config FILE` (TOML), then `WAYMARK__SECTION__KEY` from the environment, then the command line.
//! Every number that can hurt stands here with its default; `config.example.toml` explains each.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::network::Proxies;
use crate::people::policy::{ROLES, Role};
use crate::privacy::{self, Discretion};

/// Settings that are lists: in the environment their values are separated by commas.
const LISTS: [&str; 11] = [
    "city.bbox",
    "map.style_hosts",
    "oidc.scopes",
    "open311.media_hosts",
    "outbound.private_hosts",
    "privacy.ids",
    "privacy.plates",
    "rates.exempt",
    "server.trusted_proxies",
    "sms.headers",
    "staff.second_factor",
];

macro_rules! section { ($(#[$m:meta])* $name:ident { $($(#[$fm:meta])* $field:ident: $ty:ty = $default:expr),* $(,)? }) => {
    $(#[$m])*
    #[derive(Debug, Clone, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct $name { $($(#[$fm])* pub $field: $ty),* }
    impl Default for $name { fn default() -> Self { $name { $($field: $default),* } } }
}; }

mod notices;

pub use notices::{Mail, Notices, Sms};

section! {
    /// All settings.
    Config {
        /// Who this server is for.
        city: City = City::default(),
        /// How it is reached.
        server: Server = Server::default(),
        /// Where rows are kept.
        database: Database = Database::default(),
        /// Where photos are kept and what is taken.
        photos: Photos = Photos::default(),
        /// Where requests go that no boundary or rule settles.
        routing: Routing = Routing::default(),
        /// What the map stands on.
        map: Map = Map::default(),
        /// The public standard interface.
        open311: Open311 = Open311::default(),
        /// Calls to others.
        outbound: Outbound = Outbound::default(),
        /// Work that filing without a key costs where many are filed.
        challenge: Challenge = Challenge::default(),
        /// How often somebody may ask.
        rates: Rates = Rates::default(),
        /// The server that takes our mail.
        mail: Mail = Mail::default(),
        /// The gateway that takes our text messages.
        sms: Sms = Sms::default(),
        /// What is told to people outside, and how long it is tried.
        notices: Notices = Notices::default(),
        /// The proof that nobody changed the log.
        ledger: Ledger = Ledger::default(),
        /// How staff sign in.
        staff: Staff = Staff::default(),
        /// A provider of identities that staff may sign in at.
        oidc: Oidc = Oidc::default(),
        /// What strangers may be shown.
        privacy: Privacy = Privacy::default(),
        /// Everything else that can hurt.
        limits: Limits = Limits::default(),
    }
}

section! {
    /// Who this server is for.
    City {
        /// Name of the city.
        name: String = "Waymark".into(),
        /// IANA time zone in which days begin and clocks are read.
        time_zone: String = "UTC".into(),
        /// Where the map opens: west, south, east, north in degrees. Empty: the extent of the boundaries.
        bbox: Vec<f64> = Vec::new(),
        /// A GeoJSON file of the area served; requests outside are refused with a hint. Empty: everywhere.
        service_area: Option<PathBuf> = None,
    }
}

section! {
    /// How the server is reached.
    Server {
        /// Address to listen on.
        bind: String = "127.0.0.1".into(),
        /// Port; 0 takes a free one.
        port: u16 = 8311,
        /// The address people see, without a slash at the end. Empty: made from `bind` and `port`.
        public_url: String = String::new(),
        /// HTTP workers. 0: one for each core.
        workers: usize = 0,
        /// Certificate chain in PEM, to speak TLS with. It is read again when the file changes. Empty: plain HTTP, for a proxy.
        tls_cert: Option<PathBuf> = None,
        /// Its private key in PEM.
        tls_key: Option<PathBuf> = None,
        /// Proxies that are believed about where a request comes from: addresses or networks like `10.0.0.0/8`. Empty: nobody is.
        trusted_proxies: Vec<String> = Vec::new(),
        /// The header by which they say it: `X-Forwarded-For`, or `Forwarded` (RFC 7239). Choose the one that your proxy writes.
        proxy_header: String = "X-Forwarded-For".into(),
        /// How much of an IPv6 address counts as one client, in bits: providers give each customer a whole network.
        ipv6_prefix: u8 = 64,
        /// Secret that follow links are signed with and second factors are sealed with; with another one they are lost. Empty:
        /// made once and kept in the database.
        secret: String = String::new(),
    }
}

section! {
    /// Where rows are kept.
    Database {
        /// `postgres://…` or the path of a SQLite file. Empty: `waymark.db` in the data folder.
        url: String = String::new(),
        /// Writes that SQLite may put into one commit.
        batch: usize = 64,
        /// PostgreSQL connections for writing, and as many for reading.
        connections: u32 = 16,
    }
}

section! {
    /// Where photos are kept and what is taken.
    Photos {
        /// `directory` or `s3`.
        store: String = "directory".into(),
        /// Folder of the photos. Empty: `photos` in the data folder.
        directory: Option<PathBuf> = None,
        /// S3: address of the service, for others than Amazon.
        s3_endpoint: String = String::new(),
        /// S3: bucket.
        s3_bucket: String = String::new(),
        /// S3: region.
        s3_region: String = "us-east-1".into(),
        /// S3: access key id.
        s3_access_key: String = String::new(),
        /// S3: secret access key.
        s3_secret_key: String = String::new(),
        /// S3: allow plain HTTP, for a server on the same machine.
        s3_allow_http: bool = false,
        /// Bytes of one upload.
        max_bytes: usize = 20 * 1024 * 1024,
        /// Pixels of one picture, checked before decoding.
        max_pixels: u64 = 50_000_000,
        /// Pixels of one side, checked before decoding.
        max_side: u32 = 16_384,
        /// Photos of common size decoded at the same time; a very large one is decoded alone.
        decoders: usize = 2,
        /// Bytes of memory that decoding may take, for one photo and for all that are decoded at the same time.
        max_memory: u64 = 512 * 1024 * 1024,
        /// Bytes of uploads held in memory at the same time, while they arrive and while they wait for a decoder.
        max_arriving: usize = 256 * 1024 * 1024,
        /// Seconds in which one upload must have arrived.
        upload_seconds: u64 = 120,
        /// Photos of one request.
        max_per_request: usize = 6,
        /// Hours after which an upload that no request used is erased.
        unused_hours: i64 = 24,
    }
}

section! {
    /// Where requests go that no boundary or rule settles.
    Routing {
        /// `refuse` or `fallback`: what happens outside every boundary.
        outside: String = "fallback".into(),
        /// Code of the team that gets what no rule settles.
        fallback_team: String = "triage".into(),
        /// Code of the team that finds the place of requests that came without one.
        needs_location_team: String = "needs-location".into(),
    }
}

section! {
    /// What the map stands on.
    Map {
        /// Streets, water and parks: a PMTiles file in Protomaps' schema, a GeoJSON file (`.gz` too) with OpenStreetMap's tags, or
        /// `alderford`, the invented city. Empty: the city's own boundaries alone.
        base: String = String::new(),
        /// Address of a MapLibre style to stand on instead. Browsers fetch it, and what it names, from its host.
        style_url: String = String::new(),
        /// More origins that the style's tiles, fonts and pictures come from, like `https://tiles.example.org`.
        style_hosts: Vec<String> = Vec::new(),
        /// Whom to thank for the map, shown on it.
        attribution: String = String::new(),
    }
}

section! {
    /// The public standard interface.
    Open311 {
        /// `jurisdiction_id` of this server; others are answered 404. Empty: any is taken.
        jurisdiction_id: String = String::new(),
        /// Whom developers may ask, shown in discovery.
        contact: String = String::new(),
        /// Where to get a key, shown in discovery.
        key_service: String = String::new(),
        /// Rows of one answer.
        max_rows: i64 = 1000,
        /// Hosts from which a `media_url` may be fetched. Empty: none is ever fetched.
        media_hosts: Vec<String> = Vec::new(),
    }
}

section! {
    /// Calls to others: webhooks, identity providers, gateways, peers, pictures.
    Outbound {
        /// Hosts that may lie in private networks or on this machine: `host` for every port, `host:port` for one. All others are
        /// called only where their addresses are public.
        private_hosts: Vec<String> = Vec::new(),
        /// Seconds that one call may take.
        seconds: u64 = 10,
        /// Bytes of an answer.
        max_bytes: usize = 5 * 1024 * 1024,
    }
}

section! {
    /// Work that filing without a key costs where many are filed, instead of picture puzzles: the phone computes for a moment.
    Challenge {
        /// `off`, `auto` (nothing while little is filed) or `always`.
        mode: String = "auto".into(),
        /// Requests of one address within some ten minutes that cost nothing.
        free: u32 = 5,
        /// Requests of all together within some ten minutes that cost nothing.
        free_in_all: u32 = 300,
        /// Bits of the first puzzle; each more doubles the work. 16 take a cheap phone half a second.
        bits: u32 = 16,
        /// Bits of the hardest puzzle.
        most_bits: u32 = 20,
        /// Minutes for which a puzzle is good.
        minutes: u32 = 30,
    }
}

/// A bucket: what it holds, and what comes back in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How often one may ask at once.
    pub burst: u32,
    /// How often one may ask in the long run.
    pub per_minute: u32,
}

section! {
    /// How often somebody may ask, by the kind of work. By address, unless it says otherwise; in the memory of each process.
    Rates {
        /// Whether there are limits at all.
        on: bool = true,
        /// Addresses or networks that are never refused: the city's own offices.
        exempt: Vec<String> = Vec::new(),
        /// Anything under `/api`, `/open311`, `/tiles` and `/photos`.
        everything: Rate = Rate { burst: 3000, per_minute: 9000 },
        /// Tiles of the map. A view of it takes some thirty.
        tiles: Rate = Rate { burst: 1500, per_minute: 3600 },
        /// Heat, clusters, counts, steps and requests on the map. Each place that the map comes to rest at takes two.
        map: Rate = Rate { burst: 600, per_minute: 1800 },
        /// Pages of the queue, and searches by Open311.
        lists: Rate = Rate { burst: 150, per_minute: 300 },
        /// Open cases near a place.
        nearby: Rate = Rate { burst: 60, per_minute: 120 },
        /// Places by their names, while somebody types, and names of places.
        search: Rate = Rate { burst: 120, per_minute: 240 },
        /// Uploads of photos.
        photos: Rate = Rate { burst: 40, per_minute: 12 },
        /// Requests filed without a key.
        filing: Rate = Rate { burst: 30, per_minute: 12 },
        /// Comments and withdrawals.
        comments: Rate = Rate { burst: 20, per_minute: 6 },
        /// Passwords and codes, right ones too.
        sign_in: Rate = Rate { burst: 100, per_minute: 60 },
        /// Requests filed with a key: by key, and by address.
        keys: Rate = Rate { burst: 300, per_minute: 120 },
        /// Whatever one signed-in browser asks, wherever it is; it goes on by this when its address is at its limit.
        session: Rate = Rate { burst: 3000, per_minute: 6000 },
        /// Costly answers worked on at the same time for one address; more wait.
        at_once: usize = 8,
        /// Costly answers worked on at the same time for all. 0: four for each core.
        at_once_in_all: usize = 0,
        /// Costly questions that may wait for their turn.
        waiting: usize = 512,
        /// Milliseconds that one waits.
        wait_ms: u64 = 8000,
        /// Milliseconds after which one who asks too often is told so: a program that asks without a pause is given one.
        pause_ms: u64 = 500,
        /// Pages of one address that may listen at the same time for what changes.
        listeners: usize = 100,
    }
}

section! {
    /// The proof that nobody changed the log.
    Ledger {
        /// File of the Ed25519 key that heads of the log are signed with, as PEM. Empty: made once and kept in the database, where
        /// whoever can write there can sign, too.
        key: Option<PathBuf> = None,
        /// Minutes between two heads that are signed.
        head_minutes: i64 = 10,
    }
}

section! {
    /// How staff sign in.
    Staff {
        /// Roles whose members must have a second factor; without one they can only set one up. `all`: everybody on staff.
        second_factor: Vec<String> = Vec::new(),
    }
}

section! {
    /// A provider of identities that staff may sign in at (OpenID Connect). It answers for its own second factor.
    Oidc {
        /// Its address, as its own description names it; https, except on this machine. It may lie in a private network. Empty:
        /// there is none.
        issuer: String = String::new(),
        /// What people call it, shown on the button.
        name: String = String::new(),
        /// Who this server is there.
        client_id: String = String::new(),
        /// The secret that goes with it. Empty: a public client.
        client_secret: String = String::new(),
        /// What is asked for, beside `openid`.
        scopes: Vec<String> = vec!["email".into(), "profile".into()],
        /// The claim that holds somebody's groups; dots lead into objects, like `realm_access.roles`.
        claim: String = "groups".into(),
        /// Whether somebody who is not on staff yet is added, with a verified mail address and (where groups are mapped) a role.
        auto_create: bool = false,
        /// What groups give, read again at each sign-in. Empty: grants are given here, by hand.
        roles: Vec<OidcRole> = Vec::new(),
    }
}

section! {
    /// What one group gives; what is empty is no limit.
    OidcRole {
        /// The group, as the claim names it.
        value: String = String::new(),
        /// A role here.
        role: String = String::new(),
        /// Code of the agency it is limited to.
        agency: String = String::new(),
        /// The jurisdiction it is limited to, as layer:code.
        jurisdiction: String = String::new(),
        /// Code of the service it is limited to.
        service: String = String::new(),
    }
}

section! {
    /// What strangers may be shown.
    Privacy {
        /// H3 resolution (5 to 9) of the cells that stand for a blurred place: at 9 one is some 350 m across, at 8 some 900 m.
        blur_resolution: u8 = 9,
        /// Whether the street, without a number, is left of the address of a blurred place.
        blurred_street: bool = false,
        /// The least number of requests of a sensitive service that is shown. 0: every number.
        smallest_count: u64 = 5,
        /// Whether personal data found in residents' words is masked in public until staff has decided.
        mask: bool = true,
        /// Countries whose number plates are looked for in words: `de`, `es`, `fr`, `gb`, `it`, `nl`, `us`.
        plates: Vec<String> = ["de", "es", "fr", "gb", "it", "nl", "us"].map(str::to_owned).into(),
        /// Countries whose national ids are looked for in words: `es`, `gb`, `us`.
        ids: Vec<String> = ["es", "us"].map(str::to_owned).into(),
    }
}

section! {
    /// Everything else that can hurt.
    Limits {
        /// Seconds that an answer may take, the arrival of its question included; uploads have `photos.upload_seconds` more.
        request_seconds: u64 = 30,
        /// Seconds in which the head of a request must have arrived.
        head_seconds: u64 = 5,
        /// Seconds for which a connection is kept open for the next request.
        keep_alive_seconds: u64 = 15,
        /// Bytes of the headers of a request.
        header_bytes: usize = 32 * 1024,
        /// Connections of each worker at the same time.
        connections: usize = 10_000,
        /// Blocks shown in one list.
        blocks: i64 = 1000,
        /// Bytes of a JSON or form body.
        body_bytes: usize = 256 * 1024,
        /// Characters of a description, or of an answer in text.
        description: usize = 4000,
        /// Characters of a name, address, answer or other line.
        line: usize = 500,
        /// Rows of one page of a list.
        page: i64 = 200,
        /// Points of one map answer.
        map_points: usize = 5000,
        /// Entries of one list in a filter of the map.
        filter_entries: usize = 500,
        /// Cells of one heat answer.
        heat_cells: usize = 20_000,
        /// Metres of the largest duplicate radius.
        radius_m: f64 = 1000.0,
        /// Cases offered as the same one.
        candidates: usize = 10,
        /// Coordinates of which it is remembered how often they were given; those not given for longest are forgotten first.
        places: i64 = 500_000,
        /// Comments that residents may add to one request.
        comments: i64 = 50,
        /// Requests that one network address may report as abusive in a day.
        abuse_reports: i64 = 20,
        /// Areas that are blackened in one photo at once.
        photo_areas: usize = 50,
        /// Pages that may listen at the same time for what changes.
        listeners: usize = 2000,
        /// Hours for which an `Idempotency-Key` is remembered.
        idempotency_hours: i64 = 48,
        /// Times a minute that a key of a machine may be given.
        key_per_minute: i64 = 6000,
        /// Days for which a staff session lasts at most.
        session_days: i64 = 14,
        /// Hours without use after which a staff session ends.
        session_idle_hours: i64 = 24,
        /// Minutes after which a staff session that is in use gets a new token.
        session_renew_minutes: i64 = 30,
        /// Days for which an invitation can be accepted.
        invitation_days: i64 = 7,
        /// Minutes for which a link to a new password can be used.
        reset_minutes: i64 = 60,
        /// Minutes for which a resident's code can be entered.
        code_minutes: i64 = 10,
        /// Wrong codes after which a resident must ask for another.
        code_tries: i64 = 5,
        /// Hours for which a resident's session lasts at most.
        resident_hours: i64 = 24,
        /// Minutes without use after which a resident's session ends.
        resident_idle_minutes: i64 = 30,
        /// Features of one boundary file.
        boundary_features: usize = 20_000,
        /// Corners of one boundary file.
        boundary_vertices: usize = 5_000_000,
    }
}

impl Config {
    /// Reads the file (if one is named) and the environment over the defaults.
    pub fn load(file: Option<&Path>) -> Result<Config> {
        let mut sources = config::Config::builder();
        if let Some(file) = file {
            sources = sources.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("WAYMARK").prefix_separator("__").separator("__").try_parsing(true);
        let environment = LISTS.iter().fold(environment.list_separator(","), |e, key| e.with_list_parse_key(key));
        let loaded = sources.add_source(environment).build().and_then(|c| c.try_deserialize::<Config>());
        loaded.map_err(|e| Error::config("config", e))
    }

    /// Fills what depends on the data folder and checks what can be wrong; every problem is named.
    pub fn settle(mut self, data: &Path) -> Result<Config> {
        if self.database.url.is_empty() {
            self.database.url = data.join("waymark.db").display().to_string();
        }
        if self.photos.directory.is_none() {
            self.photos.directory = Some(data.join("photos"));
        }
        if self.limits.radius_m > crate::geo::cell::LARGEST_RADIUS_M {
            return Err(Error::config("limits.radius_m", format!("at most {} metres", crate::geo::cell::LARGEST_RADIUS_M)));
        }
        if !["refuse", "fallback"].contains(&self.routing.outside.as_str()) {
            return Err(Error::config("routing.outside", "must be `refuse` or `fallback`"));
        }
        if !["directory", "s3"].contains(&self.photos.store.as_str()) {
            return Err(Error::config("photos.store", "must be `directory` or `s3`"));
        }
        if !(1..=1440).contains(&self.ledger.head_minutes) {
            return Err(Error::config("ledger.head_minutes", "must be 1 to 1440 minutes"));
        }
        if !(privacy::COARSEST..=privacy::FINEST).contains(&self.privacy.blur_resolution) {
            let problem = format!("must be from {} to {}", privacy::COARSEST, privacy::FINEST);
            return Err(Error::config("privacy.blur_resolution", problem));
        }
        Discretion::new(&self.privacy)?;
        self.map.sources()?;
        self.server.proxies()?;
        self.staff.guarded()?;
        self.oidc.check()?;
        self.zone()?;
        Ok(self)
    }

    /// The city's time zone.
    pub fn zone(&self) -> Result<jiff::tz::TimeZone> {
        jiff::tz::TimeZone::get(&self.city.time_zone).map_err(|e| Error::config("city.time_zone", e))
    }

    /// The address people see, without a slash at the end.
    pub fn public_url(&self) -> String {
        match self.server.public_url.trim_end_matches('/') {
            "" => format!(
                "{}://{}:{}",
                self.server.scheme(),
                if self.server.bind == "127.0.0.1" { "localhost" } else { &self.server.bind },
                self.server.port
            ),
            url => url.to_owned(),
        }
    }
}

impl Server {
    /// `https` where there is a certificate.
    pub fn scheme(&self) -> &'static str {
        if self.tls_cert.is_some() { "https" } else { "http" }
    }

    /// Whom we believe about where a request comes from.
    pub fn proxies(&self) -> Result<Proxies> {
        Proxies::new(&self.trusted_proxies, &self.proxy_header, self.ipv6_prefix)
    }
}

impl Staff {
    /// The roles that `second_factor` names.
    pub fn guarded(&self) -> Result<Vec<Role>> {
        let named = self.second_factor.iter().map(|word| match word.as_str() {
            "all" => Ok(ROLES.to_vec()),
            word => Role::parse(word).map(|role| vec![role]).ok_or_else(|| {
                Error::config("staff.second_factor", format!("{word:?} is no role; they are {}, or all", ROLES.map(Role::word).join(", ")))
            }),
        });
        Ok(named.collect::<Result<Vec<_>>>()?.concat())
    }
}

impl Oidc {
    fn check(&self) -> Result<()> {
        if self.issuer.is_empty() {
            return Ok(());
        }
        let local = |url: &url::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if !url::Url::parse(&self.issuer).is_ok_and(|url| url.scheme() == "https" || url.scheme() == "http" && local(&url)) {
            return Err(Error::config("oidc.issuer", "must be the https address that the provider's description names"));
        }
        for (setting, value) in [("oidc.client_id", &self.client_id), ("oidc.name", &self.name)] {
            if value.is_empty() {
                return Err(Error::config(setting, "is needed where there is an oidc.issuer"));
            }
        }
        match self.roles.iter().find(|role| role.value.is_empty() || Role::parse(&role.role).is_none()) {
            Some(wrong) => Err(Error::config(
                "oidc.roles",
                format!(
                    "`{}` gives `{}`; each names a group and one of the roles {}",
                    wrong.value,
                    wrong.role,
                    ROLES.map(Role::word).join(", ")
                ),
            )),
            None => Ok(()),
        }
    }
}

impl Map {
    /// The origins that a browser may fetch the map from beside this server; empty without a style of somebody else's.
    pub fn sources(&self) -> Result<Vec<String>> {
        let asked = [("map.style_url", &self.style_url)].into_iter().filter(|(_, url)| !url.is_empty());
        let origins = asked.chain(self.style_hosts.iter().map(|host| ("map.style_hosts", host))).map(|(setting, address)| {
            let url = url::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
            let wrong =
                || Error::config(setting, format!("{address:?} is not the address of a web server, like https://tiles.example.org"));
            url.map(|url| url.origin().ascii_serialization()).ok_or_else(wrong)
        });
        let mut origins = origins.collect::<Result<Vec<_>>>()?;
        origins.sort_unstable();
        origins.dedup();
        Ok(origins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds_every_setting_with_its_default() {
        let example = Config::load(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml"))).expect("it is read");
        let (example, default) = (serde_json::to_value(example), serde_json::to_value(Config::default()));
        assert_eq!(example.expect("JSON"), default.expect("JSON"));
    }

    #[test]
    fn a_setting_that_cannot_be_is_named() {
        let mut config = Config::default();
        config.city.time_zone = "Mars/Olympus".into();
        assert!(config.settle(Path::new("data")).expect_err("no such zone").to_string().contains("city.time_zone"));
        let mut config = Config::default();
        config.staff.second_factor = vec!["admin".into(), "mayor".into()];
        assert!(config.settle(Path::new("data")).expect_err("no such role").to_string().contains("\"mayor\" is no role"));
        let oidc = |issuer: &str, id: &str| Oidc { issuer: issuer.into(), client_id: id.into(), name: "City".into(), ..Oidc::default() };
        for (wrong, setting) in
            [(oidc("http://id.city.example", "x"), "oidc.issuer"), (oidc("https://id.city.example", ""), "oidc.client_id")]
        {
            let config = Config { oidc: wrong, ..Config::default() };
            assert!(config.settle(Path::new("data")).expect_err(setting).to_string().contains(setting));
        }
        assert!(Config { oidc: oidc("http://localhost:8080", "x"), ..Config::default() }.settle(Path::new("data")).is_ok());
    }
}
