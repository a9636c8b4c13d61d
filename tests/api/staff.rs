//! A city with staff: two districts, two agencies with a team each, and somebody in every role.

use reqwest::Method;
use serde_json::{Value, json};
use waymark::cases;
use waymark::error::Error;
use waymark::people::policy::{ROLES, Role};
use waymark::people::staff::{self, NewGrant, NewMember};
use waymark::requests::Number;

use crate::helpers::{Answer, City, NOON, client};

pub const PASSWORD: &str = "four unrelated words";

/// A signed-in browser.
pub struct Browser {
    base: String,
    pub client: reqwest::Client,
}

impl Browser {
    /// A browser that nobody signed in with.
    pub fn of(city: &City) -> Browser {
        Browser { base: city.base.clone(), client: client() }
    }

    pub async fn signed_in(city: &City, email: &str) -> Browser {
        let browser = Browser::of(city);
        browser.post("/api/session", &json!({ "email": email, "password": PASSWORD })).await.expect(200);
        browser
    }

    pub fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).header("origin", &self.base)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.call(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.call(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::DELETE, path)).await
    }

    /// The numbers in the queue, page after page.
    pub async fn queue(&self, filters: &str, limit: i64) -> Vec<String> {
        let mut numbers = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/api/cases?limit={limit}{filters}{after}")).await.expect(200).json();
            numbers.extend(page["cases"].as_array().unwrap().iter().map(|case| case["number"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return numbers,
            }
        }
    }
}

/// Makes districts `north` and `south` in layer `district`, agencies `roads` (team `crew`) and `parks` (team `gardeners`), and
/// in each role somebody for everything (`admin@city.example`) and somebody for the north (`admin.north@city.example`). The
/// members work in the team `crew`.
pub async fn appoint(city: &City) {
    let hash = city.app.sessions.passwords().hash(PASSWORD.into()).await.unwrap();
    city.app
        .db
        .write(async move |tx| {
            for (agency, team) in [("roads", "crew"), ("parks", "gardeners")] {
                let id = staff::put_agency(tx, agency, agency, None, NOON).await?;
                staff::put_team(tx, id, team, team, None, NOON).await?;
            }
            let (layer,): (i64,) =
                tx.sql("insert into layer (code, name, precedence) values ('district', 'Districts', 1) returning id").one().await?;
            for code in ["north", "south"] {
                tx.sql("insert into jurisdiction (layer_id, code, name, precedence, geometry_json) values ($1, $2, $2, 0, '{}')")
                    .bind(layer)
                    .bind(code)
                    .run()
                    .await?;
            }
            for role in ROLES {
                for (suffix, place) in [("", None), (".north", Some("district:north".to_owned()))] {
                    let new = NewMember {
                        name: format!("{role}{suffix} <b>&amp;"),
                        email: format!("{role}{suffix}@city.example"),
                        agency: None,
                        password_hash: Some(hash.clone()),
                    };
                    let member = staff::add(tx, &new, None, NOON).await?;
                    let scope = NewGrant { role, agency: None, jurisdiction: place, service: None };
                    staff::grant(tx, member, &scope, None, NOON).await?;
                    if role == Role::Member {
                        staff::join_team(tx, member, "crew", None, NOON).await?;
                    }
                }
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
}

/// Gives a member one more grant.
pub async fn grant(city: &City, email: &'static str, scope: NewGrant) {
    let write = city.app.db.write(async move |tx| {
        let member = staff::find(tx, email).await?;
        staff::grant(tx, member, &scope, None, NOON).await
    });
    write.await.unwrap();
}

/// Files a request and puts its case into a district and a team's queue; the number and the case's id.
pub async fn filed(city: &City, service: &str, district: Option<&'static str>, team: Option<&'static str>) -> (String, i64) {
    let nth = city.count("select count(*) from request").await;
    let body = json!({
        "service": service, "lon": 0.9 + 0.01 * nth as f64, "lat": 52.6, "description": "Deep hole", "separate": true,
        "contact": { "first_name": "Ana", "last_name": "Souza", "email": "ana@example.org", "phone": "+1 555 0100" },
    });
    let receipt = city.post("/api/requests", &body).await.expect(201).json();
    let number = receipt["number"].as_str().unwrap().to_owned();
    let known = Number::parse(&number).unwrap().as_str().to_owned();
    let write = city.app.db.write(async move |tx| {
        let (case,): (i64,) = tx.sql("select case_id from request where number = $1").bind(known.clone()).one().await?;
        let mut lies = Vec::new();
        if let Some(code) = district {
            lies.push(tx.sql("select id from jurisdiction where code = $1").bind(code).one::<(i64,)>().await?.0);
        }
        cases::replace_jurisdictions(tx, case, &lies).await?;
        tx.sql("update case_record set team_id = (select id from team where code = $1) where id = $2").bind(team).bind(case).run().await?;
        Ok::<_, Error>(case)
    });
    let case = write.await.unwrap();
    (number, case)
}
