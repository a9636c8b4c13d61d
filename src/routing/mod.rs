//! Where a request goes, and why: boundaries say whose ground it lies on, rules say which team, how urgent and by when.
//!
//! The whole of it stands in memory under a version number. Filing reads that number in its own transaction and reads everything again if
//! memory is older, so a publication takes effect at once on every node. It refuses to open cases or to move them: that is `cases`.

pub mod assets;
mod draft;
pub mod measure;
mod publish;
pub mod rules;
mod service_area;
mod store;
mod view;
mod why;

use std::sync::{Arc, PoisonError, RwLock};

pub use draft::{Kept, RuleDraft, World, problems};
pub use publish::{JurisdictionDraft, LayerDraft, Published, publish, save_rules, stale};
pub use view::{LayerView, layer_areas, layer_geojson, layers, version};
pub use why::{By, Chosen, Lay, Place, Why};

use rules::{Known, Lies, decide};
use service_area::ServiceArea;
pub use store::Ground;

/// Under what name the version of boundaries and rules is kept.
const VERSION: &str = "routing";

use crate::catalog::Service;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::geo::{Hit, Point};
use crate::versions::Source;

/// Where requests go. Shared by threads.
pub struct Routing {
    refuse_outside: bool,
    fallback_team: String,
    needs_location_team: String,
    service_area: Option<ServiceArea>,
    ground: RwLock<Arc<Ground>>,
}

/// A request that has to go somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Where it is, if anybody knows.
    pub place: Option<Point>,
    /// What was asked for.
    pub service: &'a Service,
    /// What was answered.
    pub answers: &'a [(String, String)],
    /// When it was filed, epoch milliseconds.
    pub at: i64,
    /// Whether it is recorded history.
    pub history: bool,
}

/// Where one request goes.
#[derive(Debug)]
pub struct Routed {
    /// The jurisdiction of each layer that it lies in, in the order of the layers.
    pub jurisdictions: Vec<i64>,
    /// Whose queue; nobody's, if the configured team does not exist.
    pub team: Option<i64>,
    /// How urgent, if a rule says.
    pub priority: Option<String>,
    /// By when, if a rule says.
    pub due_hours: Option<i64>,
    /// Why.
    pub why: Why,
}

impl Routing {
    /// Over the settings; reads the file of the service area, if one is named.
    pub fn new(config: &Config) -> Result<Routing> {
        let service_area = config.city.service_area.as_deref().map(|file| ServiceArea::read(file, &config.limits)).transpose()?;
        Ok(Routing {
            refuse_outside: config.routing.outside == "refuse",
            fallback_team: config.routing.fallback_team.clone(),
            needs_location_team: config.routing.needs_location_team.clone(),
            service_area,
            ground: RwLock::default(),
        })
    }

    /// Boundaries and rules as this transaction sees them: once for all that it files.
    pub async fn ground(&self, tx: &mut Tx) -> Result<Arc<Ground>> {
        self.fresh(Source::Tx(tx)).await
    }

    /// Where a request goes that was filed at `at`, by the boundaries that were valid then and the rules of today. Recorded history is not
    /// refused for lying outside of the boundaries, which may have grown since; the service area holds for all.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `lon` for a place outside of the service area, or outside of every boundary where the settings refuse that.
    pub async fn route(&self, tx: &mut Tx, ground: &Ground, asked: &Asked<'_>) -> Result<Routed> {
        let &Asked { place, service, answers, at, history } = asked;
        let Some(point) = place else {
            return self.by_default(tx, ground, Place::Missing, &self.needs_location_team, "It came without a place").await;
        };
        if let Some(area) = &self.service_area {
            area.check(point)?;
        }
        let hits = ground.locate(point, at);
        let mut owners = hits.clone();
        owners.dedup_by_key(|hit| hit.layer);
        if hits.is_empty() && ground.boundaries.is_some() {
            if self.refuse_outside && !history {
                return Err(Error::invalid("lon", ground.outside(point, at)));
            }
            return self.by_default(tx, ground, Place::Outside, &self.fallback_team, "It lies outside of every boundary").await;
        }
        let lies: Vec<Lies> = owners.iter().filter_map(|hit| ground.lies(hit)).collect();
        let decision = decide(&ground.rules, &Known { service: &service.code, lies: &lies, answers, around: Some(ground.around(point)) });
        let (team, because, by) =
            match (decision.team, decision.rule, owners.iter().find_map(|hit| Some((hit, ground.named.get(&hit.id)?.team?)))) {
                (Some(team), Some(rule), _) => (Some(team), format!("The rule {:?} sends it", rule.name), By::Rule),
                (_, rule, Some((hit, team))) => {
                    let name = ground.name(hit.id);
                    (Some(team), format!("{}; {name} is responsible where it lies", silent(rule)), By::Jurisdiction(name.to_owned()))
                }
                (_, rule, None) => {
                    let team = self.team(tx, ground, &self.fallback_team).await?;
                    (team, format!("{}, and no boundary there has a team", silent(rule)), By::Settings)
                }
            };
        let mut why = self.why(ground, team, &because, by, if hits.is_empty() { Place::Unmapped } else { Place::Inside });
        why.jurisdictions = hits.iter().filter_map(|hit| ground.lay(hit, point, owners.contains(hit))).collect();
        (why.tried, why.passed_over) = (decision.tried, decision.passed_over);
        (why.priority, why.due_hours) = (decision.rule.and_then(|rule| rule.priority), decision.rule.and_then(|rule| rule.due_hours));
        Ok(Routed {
            jurisdictions: owners.iter().map(|hit| hit.id).collect(),
            team,
            priority: why.priority.map(|priority| priority.word().to_owned()),
            due_hours: why.due_hours,
            why,
        })
    }

    /// Boundaries and rules as they stand, outside a transaction.
    pub async fn current(&self, db: &Db) -> Result<Arc<Ground>> {
        self.fresh(Source::Db(db)).await
    }

    /// The extent of all boundaries: west, south, east, north.
    pub async fn extent(&self, db: &Db) -> Result<Option<[f64; 4]>> {
        Ok(self.current(db).await?.extent)
    }

    /// Reads boundaries and rules again if they changed, so that the next filing finds them ready; filing does so itself if it must.
    pub async fn refresh(&self, db: &Db) -> Result<()> {
        self.current(db).await.map(drop)
    }

    async fn fresh(&self, mut from: Source<'_>) -> Result<Arc<Ground>> {
        loop {
            let version = from.version(VERSION).await?;
            let held = self.ground.read().unwrap_or_else(PoisonError::into_inner).clone();
            if held.version == version {
                return Ok(held);
            }
            let ground = from.ground(version).await?;
            // somebody may have published between the reads; then the rows are of no one version
            if from.version(VERSION).await? == version {
                let ground = Arc::new(ground);
                *self.ground.write().unwrap_or_else(PoisonError::into_inner) = ground.clone();
                return Ok(ground);
            }
        }
    }

    async fn by_default(&self, tx: &mut Tx, ground: &Ground, place: Place, code: &str, because: &str) -> Result<Routed> {
        let team = self.team(tx, ground, code).await?;
        let mut why = self.why(ground, team, because, By::Settings, place);
        if team.is_none() {
            why.because = format!("{because}, but there is no team with the code {code:?} to send it to.");
        }
        Ok(Routed { jurisdictions: Vec::new(), team, priority: None, due_hours: None, why })
    }

    /// The team of the settings; one made since the ground was read is found too.
    async fn team(&self, tx: &mut Tx, ground: &Ground, code: &str) -> Result<Option<i64>> {
        if let Some((&id, _)) = ground.teams.iter().find(|(_, (known, _))| known == code) {
            return Ok(Some(id));
        }
        Ok(tx.sql("select id from team where code = $1").bind(code.to_owned()).optional::<(i64,)>().await?.map(|(id,)| id))
    }

    fn why(&self, ground: &Ground, team: Option<i64>, because: &str, by: By, place: Place) -> Why {
        let team = team.and_then(|team| ground.teams.get(&team)).map(|(code, name)| Chosen { code: code.clone(), name: name.clone() });
        let because = match &team {
            Some(team) => format!("{because}: to {}.", team.name),
            None => format!("{because}."),
        };
        Why {
            because,
            by: Some(by),
            place,
            jurisdictions: Vec::new(),
            tried: Vec::new(),
            passed_over: 0,
            team,
            priority: None,
            due_hours: None,
            version: ground.version,
        }
    }
}

/// How the sentence begins when the rules name no team.
fn silent(rule: Option<&rules::Rule>) -> String {
    rule.map_or_else(|| "No rule matches".to_owned(), |rule| format!("The rule {:?} matches, but names no team", rule.name))
}

impl Ground {
    /// The jurisdictions that were valid at a time and do not have the point outside, by layer and rank.
    fn locate(&self, point: Point, at: i64) -> Vec<Hit> {
        let hits = self.boundaries.iter().flat_map(|boundaries| boundaries.locate(point));
        hits.filter(|hit| self.valid(hit.id, at)).collect()
    }

    /// Whether a jurisdiction was there at a time.
    fn valid(&self, jurisdiction: i64, at: i64) -> bool {
        let then = |named: &store::Named| named.valid_from.is_none_or(|from| from <= at) && named.valid_to.is_none_or(|to| at < to);
        self.named.get(&jurisdiction).is_some_and(then)
    }

    fn lies(&self, hit: &Hit) -> Option<Lies<'_>> {
        let named = self.named.get(&hit.id)?;
        Some(Lies { layer: &self.layers.get(&hit.layer)?.code, code: &named.code, team: named.team })
    }

    fn lay(&self, hit: &Hit, point: Point, owns: bool) -> Option<Lay> {
        let named = self.named.get(&hit.id)?;
        let metres = self.boundaries.as_ref()?.distance_to_border(hit.id, point)?;
        let layer = self.layers.get(&hit.layer)?.code.clone();
        Some(Lay { layer, code: named.code.clone(), name: named.name.clone(), metres_to_border: metres.round(), owns })
    }

    fn name(&self, jurisdiction: i64) -> &str {
        self.named.get(&jurisdiction).map_or("", |named| named.name.as_str())
    }

    /// What to tell somebody whose request lies nowhere.
    fn outside(&self, point: Point, at: i64) -> String {
        let Point { lon, lat } = point;
        let here = format!("Longitude {lon}, latitude {lat} lies outside of the area served.");
        if let Some(hit) = point.swapped().and_then(|swapped| self.locate(swapped, at).into_iter().next()) {
            return format!("{here} Longitude and latitude look swapped: the other way round it would lie in {}.", self.name(hit.id));
        }
        match self.boundaries.as_ref().and_then(|boundaries| boundaries.nearest(point)) {
            Some((id, metres)) if metres < 5_000.0 => {
                format!("{here} The nearest part of it is {}, {metres:.0} metres away.", self.name(id))
            }
            _ => here,
        }
    }
}
