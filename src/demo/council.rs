//! The council of Alderford: agencies, teams, staff and what they may do, boundaries and rules. Written once, in one transaction. Every name
//! and address is made up, and the password is public: a demo is no place for secrets.

use ::geo::algorithm::orient::{Direction, Orient};

use super::city::{Area, City, alderford};
use super::{promises, register, services};
use crate::catalog;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::keys::{self, NewKey};
use crate::people::policy::{Grant, Role, Who};
use crate::people::staff;
use crate::routing::{self, JurisdictionDraft, LayerDraft, RuleDraft};

/// The password of everybody on the demo's staff.
pub const PASSWORD: &str = "alder-river-demo";
/// The Open311 key that the demo accepts.
pub const KEY: &str = "demo";

const AGENCIES: [(&str, &str); 9] = [
    ("works", "Public Works"),
    ("sanitation", "Waste and Cleaning"),
    ("parks", "Parks and Trees"),
    ("water", "Alder Water"),
    ("housing", "Housing and Environment"),
    ("parking", "Parking and Traffic"),
    ("state", "State Highways"),
    ("port", "Port of Alderford"),
    ("council", "Contact Centre"),
];

// agency, code, name
const TEAMS: [(&str, &str, &str); 28] = [
    ("works", "roads-old-town", "Roads Old Town"),
    ("works", "roads-eastbank", "Roads Eastbank"),
    ("works", "roads-harbor", "Roads Harbor"),
    ("works", "roads-mill-end", "Roads Mill End"),
    ("works", "roads-creekside", "Roads Creekside"),
    ("works", "roads-southbank", "Roads Southbank"),
    ("works", "roads-larkfield", "Roads Larkfield"),
    ("works", "roads-weir-hill", "Roads Weir Hill"),
    ("works", "roads-lakeshore", "Roads Lakeshore"),
    ("works", "structures", "Bridges and Tunnels"),
    ("works", "lighting", "Street Lighting"),
    ("works", "drains", "Drains"),
    ("parking", "signals", "Traffic Signals"),
    ("parking", "wardens", "Wardens"),
    ("sanitation", "depot-west", "Depot West"),
    ("sanitation", "depot-south", "Depot South"),
    ("sanitation", "depot-east", "Depot East"),
    ("sanitation", "depot-north", "Depot North"),
    ("sanitation", "graffiti", "Graffiti Removal"),
    ("parks", "parks", "Parks"),
    ("parks", "trees", "Trees"),
    ("water", "alder-water", "Alder Water Repairs"),
    ("housing", "housing", "Housing Inspectors"),
    ("housing", "animals", "Animals and Pests"),
    ("state", "state-roads", "State Roads"),
    ("port", "port", "Harbor Works"),
    ("council", "triage", "Contact Centre"),
    ("council", "needs-location", "Needs Location"),
];

/// Somebody on the demo's staff.
pub struct Person {
    /// Signs in with this.
    pub email: &'static str,
    /// What colleagues see.
    pub name: &'static str,
    /// What the person is.
    pub role: Role,
    /// Codes of the districts the role is limited to; everywhere, if empty.
    pub districts: &'static [&'static str],
    /// Codes of the teams the person works in.
    pub teams: &'static [&'static str],
    agency: &'static str,
}

const fn person(name: &'static str, email: &'static str, agency: &'static str, role: Role) -> Person {
    Person { email, name, role, districts: &[], teams: &[], agency }
}

/// The staff that a demo tells about, the most powerful first.
pub const STAFF: [Person; 12] = [
    person("Robin Pattern", "admin@alderford.example", "council", Role::Admin),
    Person {
        districts: &["old-town", "mill-end", "larkfield"],
        ..person("Dana Sample", "d.sample@alderford.example", "works", Role::Dispatcher)
    },
    Person {
        districts: &["eastbank", "harbor", "southbank"],
        ..person("Eli Example", "e.example@alderford.example", "works", Role::Dispatcher)
    },
    Person {
        districts: &["creekside", "weir-hill", "lakeshore"],
        ..person("Wren Specimen", "w.specimen@alderford.example", "works", Role::Dispatcher)
    },
    Person {
        teams: &["triage", "needs-location"],
        ..person("Casey Template", "c.template@alderford.example", "council", Role::Dispatcher)
    },
    person("Toni Specimen", "t.specimen@alderford.example", "works", Role::Supervisor),
    person("Lou Sample", "leader@alderford.example", "council", Role::Leader),
    person("Alex Audit", "auditor@alderford.example", "council", Role::Auditor),
    Person { teams: &["roads-old-town"], ..person("Kim Sample", "k.sample@alderford.example", "works", Role::Member) },
    Person { teams: &["lighting", "signals"], ..person("Tony Rowan", "t.rowan@alderford.example", "works", Role::Member) },
    Person { teams: &["depot-west", "graffiti"], ..person("Lena Tern", "l.tern@alderford.example", "sanitation", Role::Member) },
    Person { teams: &["parks", "trees"], ..person("Pat Fern", "p.fern@alderford.example", "parks", Role::Member) },
];

/// The layers of boundaries, the one that is asked first first.
pub fn layers(city: &City) -> Vec<(LayerDraft, Vec<JurisdictionDraft>)> {
    let layer = |code: &str, name: &str, precedence, areas: &[Area]| {
        let layer = LayerDraft { code: code.into(), name: name.into(), precedence };
        (layer, areas.iter().map(jurisdiction).collect())
    };
    vec![
        layer("park", "Parks", 10, &city.parks),
        layer("port", "Port authority", 20, std::slice::from_ref(&city.port)),
        layer("state-road", "State roads", 30, &city.state_roads),
        layer("district", "Districts", 40, &city.districts),
        layer("maintenance", "Depot areas", 50, &city.maintenance),
        layer("city", "City limits", 60, std::slice::from_ref(&city.limits)),
    ]
}

fn jurisdiction(area: &Area) -> JurisdictionDraft {
    JurisdictionDraft {
        code: area.code.to_owned(),
        name: area.name.to_owned(),
        precedence: area.precedence,
        team: area.team.map(str::to_owned),
        area: area.shape.orient(Direction::Default),
    }
}

/// The routing rules, in the order they are asked.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
pub fn rules() -> Vec<RuleDraft> {
    serde_json::from_str(include_str!("../../fixtures/alderford/rules.json")).expect("the rules in the program are well-formed")
}

/// Writes the council. `hash` is what is stored of [`PASSWORD`]; `now` is in epoch milliseconds.
pub(super) async fn found(tx: &mut Tx, hash: &str, now: i64) -> Result<()> {
    let mut agencies = std::collections::HashMap::new();
    for (code, name) in AGENCIES {
        agencies.insert(code, staff::put_agency(tx, code, name, None, now).await?);
    }
    for (agency, code, name) in TEAMS {
        staff::put_team(tx, agencies[agency], code, name, None, now).await?;
    }
    catalog::save_all(tx, &services(), None, now).await?;
    for (layer, areas) in layers(alderford()) {
        routing::publish(tx, &layer, &areas, None, None, now).await?;
    }
    routing::save_rules(tx, &rules(), None, now).await?;
    for person in &STAFF {
        add(tx, person, agencies[person.agency], hash, now).await?;
    }
    keys::put(tx, None, &NewKey::filing("demo"), KEY, now).await?;
    Ok(())
}

/// Writes what a council has beside its people and rules: the register of its streets, office hours and promises. Again, if need be.
pub(super) async fn furnish(tx: &mut Tx, now: i64) -> Result<()> {
    register::put(tx, alderford(), now).await?;
    let first = staff::find(tx, STAFF[0].email).await?;
    let admin = Who::Member { id: first, grants: vec![Grant::everywhere(Role::Admin)], teams: vec![] };
    promises::found(tx, &admin, now).await
}

async fn add(tx: &mut Tx, person: &Person, agency: i64, hash: &str, now: i64) -> Result<()> {
    let new = staff::NewMember {
        name: person.name.into(),
        email: person.email.into(),
        agency: Some(agency),
        password_hash: Some(hash.to_owned()),
    };
    let id = match staff::add(tx, &new, None, now).await {
        Err(Error::Conflict(_)) => staff::find(tx, person.email).await?,
        added => added?,
    };
    let limits: Vec<Option<String>> = match person.districts {
        [] => vec![None],
        districts => districts.iter().map(|code| Some(format!("district:{code}"))).collect(),
    };
    for jurisdiction in limits {
        let grant = staff::NewGrant { role: person.role, agency: None, jurisdiction, service: None };
        staff::grant(tx, id, &grant, None, now).await?;
    }
    for team in person.teams {
        staff::join_team(tx, id, team, None, now).await?;
    }
    Ok(())
}
