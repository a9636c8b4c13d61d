//! Who asks, of what: everybody that there is, and four places of which each grant that is limited reaches all but one.

use serde_json::json;
use waymark::error::Error;
use waymark::people::keys::{self, NewKey, NewPower};
use waymark::people::policy::{Grant, On, ROLES, Reach, Role, Scope, Who};
use waymark::people::staff::{self as people, NewGrant, NewMember};
use waymark::requests::Number;

use crate::helpers::{City, NOON};
use crate::photos::{picture, uploaded};
use crate::staff::{self, Browser, PASSWORD};

/// How far a grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Nowhere,
    Jurisdiction,
    Agency,
    Service,
}

pub const LIMITS: [Limit; 4] = [Limit::Nowhere, Limit::Jurisdiction, Limit::Agency, Limit::Service];

impl Limit {
    /// What stands before the `@` of the mail address of whoever has a role within it.
    fn suffix(self) -> &'static str {
        match self {
            Limit::Nowhere => "",
            Limit::Jurisdiction => ".north",
            Limit::Agency => ".roads",
            Limit::Service => ".noise",
        }
    }
}

/// What the asker proves to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    Nothing,
    /// The link of the request that is asked for, or of another.
    Link {
        own: bool,
    },
    /// A key, sent in the header and where `$key` stands.
    Key(String),
    /// A session's cookie.
    Session {
        email: String,
        cookie: String,
    },
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Asker {
    pub column: String,
    pub who: Who,
    pub proof: Proof,
    pub limit: Limit,
}

/// A case and what belongs to it.
#[derive(Debug, Clone)]
pub struct Place {
    pub on: On,
    pub case: i64,
    pub number: String,
    pub token: String,
    pub photo: String,
    pub note: i64,
    pub colleague: i64,
    pub service: &'static str,
    district: &'static str,
    pub team: &'static str,
}

/// The home of everybody: in the north, noise, with the crew of the roads.
pub async fn home(city: &City) -> Place {
    place(city, "noise", "north", "crew").await
}

/// A place that differs from [`home`] in what the limit is about; without a limit, in the team.
pub async fn elsewhere(city: &City, limit: Limit) -> Place {
    match limit {
        Limit::Nowhere | Limit::Agency => place(city, "noise", "north", "gardeners").await,
        Limit::Jurisdiction => place(city, "noise", "south", "crew").await,
        Limit::Service => place(city, "lamp", "north", "crew").await,
    }
}

impl Place {
    /// A grant, or the power of a key, that reaches no more than the place.
    pub fn scoped(&self, kind: &str, word: &str) -> String {
        let agency = if self.team == "crew" { "roads" } else { "parks" };
        json!({ kind: word, "agency": agency, "jurisdiction": format!("district:{}", self.district), "service": self.service }).to_string()
    }

    /// A key that reaches no more than the place.
    pub async fn key(&self, city: &City) -> i64 {
        let text = self.scoped("power", "leader");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let word = |name: &str| value[name].as_str().map(str::to_owned);
        let power =
            NewPower { power: "leader".into(), agency: word("agency"), jurisdiction: word("jurisdiction"), service: word("service") };
        let new = NewKey { powers: vec![power], ..NewKey::filing("words") };
        city.app.db.write(async move |tx| keys::create(tx, None, &new, 1, NOON).await).await.unwrap().0
    }
}

/// The same place with a case that nobody touched.
pub async fn fresh(city: &City, like: &Place) -> Place {
    let (number, case) = staff::filed(city, like.service, Some(like.district), Some(like.team)).await;
    Place { case, number, ..like.clone() }
}

async fn place(city: &City, service: &'static str, district: &'static str, team: &'static str) -> Place {
    let (number, case) = staff::filed(city, service, Some(district), Some(team)).await;
    let one = async |sql: &'static str, bound: String| city.app.db.sql(sql).bind(bound).one::<(i64,)>().await.unwrap().0;
    let stored = Number::parse(&number).unwrap().as_str().to_owned();
    let on = On {
        agency: Some(one("select agency_id from team where code = $1", team.into()).await),
        jurisdictions: vec![one("select id from jurisdiction where code = $1", district.into()).await],
        service: Some(one("select id from service where code = $1", service.into()).await),
        team: Some(one("select id from team where code = $1", team.into()).await),
        request: Some(one("select id from request where number = $1", stored.clone()).await),
    };
    let salt: (String,) = city.app.db.sql("select salt from request where number = $1").bind(stored.clone()).one().await.unwrap();
    let token = city.app.follow.token(&salt.0, &stored);
    let shade = 1 + (city.count("select count(*) from photo").await % 18) as u8;
    let photo = uploaded(city, picture(shade)).await;
    let added = json!({ "token": token, "photos": [photo] });
    city.post(&format!("/api/requests/{stored}/comments"), &added).await.expect(201);
    let note = one("select max(n.id) from note n join request r on r.id = n.request_id where r.number = $1", stored.clone()).await;
    let colleague = colleague(city, service, district, team).await;
    Place { on, case, number, token, photo, note, colleague, service, district, team }
}

/// Somebody who was invited, and whose one grant reaches no more than the place.
async fn colleague(city: &City, service: &'static str, district: &'static str, team: &'static str) -> i64 {
    let nth = city.count("select count(*) from member").await;
    let write = city.app.db.write(async move |tx| {
        let new = NewMember { name: "Invited".into(), email: format!("invited{nth}@city.example"), agency: None, password_hash: None };
        let member = people::add(tx, &new, None, NOON).await?;
        let agency = if team == "crew" { "roads" } else { "parks" };
        let jurisdiction = Some(format!("district:{district}"));
        let scope = NewGrant { role: Role::Resident, agency: Some(agency.into()), jurisdiction, service: Some(service.into()) };
        people::grant(tx, member, &scope, None, NOON).await?;
        Ok::<_, Error>(member)
    });
    write.await.unwrap()
}

/// Everybody: strangers, residents, keys, each role without and within each limit, and two on staff who may nothing.
pub async fn everybody(city: &City) -> Vec<Asker> {
    staff::appoint(city).await;
    let hash = city.app.sessions.passwords().hash(PASSWORD.into()).await.unwrap();
    let write = city.app.db.write(async move |tx| {
        // An area that can be drawn, away from everything that is filed.
        let area = r#"{"type":"MultiPolygon","coordinates":[[[[10,50],[11,50],[11,51],[10,50]]]]}"#;
        tx.sql("update jurisdiction set geometry_json = $1").bind(area).run().await?;
        let scope = |role, limit| NewGrant {
            role,
            agency: (limit == Limit::Agency).then(|| "roads".to_owned()),
            jurisdiction: None,
            service: (limit == Limit::Service).then(|| "noise".to_owned()),
        };
        let new = |email: String| NewMember { name: email.clone(), email, agency: None, password_hash: Some(hash.clone()) };
        for role in ROLES {
            for limit in [Limit::Agency, Limit::Service] {
                let member = people::add(tx, &new(format!("{role}{}@city.example", limit.suffix())), None, NOON).await?;
                people::grant(tx, member, &scope(role, limit), None, NOON).await?;
                if role == Role::Member {
                    people::join_team(tx, member, "crew", None, NOON).await?;
                }
            }
        }
        people::add(tx, &new("ungranted@city.example".into()), None, NOON).await?;
        let stopped = people::add(tx, &new("stopped@city.example".into()), None, NOON).await?;
        people::grant(tx, stopped, &scope(Role::Admin, Limit::Nowhere), None, NOON).await?;
        let powers = |word: &str, service: Option<&str>| {
            vec![NewPower { power: word.into(), agency: None, jurisdiction: None, service: service.map(str::to_owned) }]
        };
        for (text, powers) in [
            ("a key that files", NewPower::everywhere(&["file", "read"])),
            ("a key for lamps", powers("file", Some("lamp"))),
            ("a key that leads", powers("leader", None)),
        ] {
            keys::put(tx, None, &NewKey { powers, ..NewKey::filing(text) }, text, NOON).await?;
        }
        Ok::<_, Error>(())
    });
    write.await.unwrap();
    let lamp = city.count("select id from service where code = 'lamp'").await;
    let key = |files, reads, grants| Who::Key { id: 0, files, reads, grants };

    let asker = |column: &str, who, proof| Asker { column: column.to_owned(), who, proof, limit: Limit::Nowhere };
    let mut askers = vec![
        asker("stranger", Who::Anyone, Proof::Nothing),
        asker("own link", Who::Resident { request: 0 }, Proof::Link { own: true }),
        asker("other link", Who::Resident { request: -1 }, Proof::Link { own: false }),
        asker("key", key(Scope::Everything, true, vec![]), Proof::Key("a key that files".into())),
        asker(
            "lamp key",
            key(Scope::of([Reach { agency: None, jurisdiction: None, service: Some(lamp), teams: None }]), false, vec![]),
            Proof::Key("a key for lamps".into()),
        ),
        asker("leader key", key(Scope::Nothing, false, vec![Grant::everywhere(Role::Leader)]), Proof::Key("a key that leads".into())),
        asker("false key", Who::Anyone, Proof::Key("a key that nobody made".into())),
    ];
    let member = Who::Member { id: 0, grants: vec![], teams: vec![] };
    askers.push(asker("ungranted", member, session(city, "ungranted@city.example").await));
    let stopped = session(city, "stopped@city.example").await;
    let write = city.app.db.write(async |tx| {
        let member = people::find(tx, "stopped@city.example").await?;
        people::deactivate(tx, member, None, NOON).await
    });
    write.await.unwrap();
    askers.push(asker("stopped", Who::Anyone, stopped));

    let id = async |sql: &'static str| city.count(sql).await;
    let (agency, district) =
        (id("select id from agency where code = 'roads'").await, id("select id from jurisdiction where code = 'north'").await);
    let (service, crew) = (id("select id from service where code = 'noise'").await, id("select id from team where code = 'crew'").await);
    for role in ROLES {
        for limit in LIMITS {
            let grant = Grant {
                role,
                agency: (limit == Limit::Agency).then_some(agency),
                jurisdiction: (limit == Limit::Jurisdiction).then_some(district),
                service: (limit == Limit::Service).then_some(service),
            };
            let teams = if role == Role::Member { vec![crew] } else { vec![] };
            let proof = session(city, &format!("{role}{}@city.example", limit.suffix())).await;
            askers.push(Asker { column: role.to_string(), who: Who::Member { id: 0, grants: vec![grant], teams }, proof, limit });
        }
    }
    askers
}

/// Signs in.
pub async fn session(city: &City, email: &str) -> Proof {
    let signed = Browser::of(city).post("/api/session", &json!({ "email": email, "password": PASSWORD })).await.expect(200);
    let cookie = signed.header("set-cookie").split(';').next().unwrap().to_owned();
    Proof::Session { email: email.to_owned(), cookie }
}
