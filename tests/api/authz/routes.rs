//! One line a route, in the order of the OpenAPI document: how it is asked so that whoever may do its act succeeds. Which act it
//! is stands in the document (`x-act`), and who may do it in `people::policy`; neither is repeated here.

use serde_json::{Value, json};

/// What a route is asked of, which decides who is in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of nothing in particular, such as a list: whoever reaches anything is answered.
    Nothing,
    /// Of the whole city: a grant with a limit is not enough.
    City,
    /// The case of a place; `{id}` in the path.
    Case,
    /// A case of that place that nobody touched yet.
    FreshCase,
    /// A request of that place; `{number}` in the path, `$token` what the asker holds for its link.
    Request,
    /// A photo of that request; `{id}` in the path.
    Photo,
    /// A note on that case; `{id}` in the path.
    Note,
    /// What is made or sent there; `$service` and the `$grant` that reaches no more than the place.
    Place,
    /// Its team; `{team}` in the path, `$other` is another one.
    Team,
    /// Somebody whose one grant reaches no more than the place; `{id}` in the path.
    Colleague,
    /// A key that nobody touched yet and that reaches no more than the place; `{id}` in the path.
    FreshKey,
}

/// What is sent along.
#[derive(Debug, Clone)]
pub enum Body {
    Nothing,
    Json(Value),
    Form(&'static [(&'static str, &'static str)]),
    Picture,
}

/// How one route is asked.
#[derive(Debug, Clone)]
pub struct Row {
    pub route: &'static str,
    pub of: Of,
    /// The address, where the target alone does not fill the path's parameters.
    pub address: &'static str,
    pub body: Body,
    /// What whoever may is answered, where it is no 2xx.
    pub answers: Option<u16>,
    /// Whether it ends the session of whoever asks.
    pub leaves: bool,
}

fn row(route: &'static str) -> Row {
    let address = route.split_once(' ').unwrap().1;
    Row { route, of: Of::Nothing, address, body: Body::Nothing, answers: None, leaves: false }
}

impl Row {
    fn of(self, of: Of) -> Row {
        Row { of, ..self }
    }
    fn at(self, address: &'static str) -> Row {
        Row { address, ..self }
    }
    fn json(self, body: Value) -> Row {
        Row { body: Body::Json(body), ..self }
    }
    fn form(self, fields: &'static [(&'static str, &'static str)]) -> Row {
        Row { body: Body::Form(fields), ..self }
    }
    fn picture(self) -> Row {
        Row { body: Body::Picture, ..self }
    }
    /// This city has no such thing, which is said to everybody alike.
    fn absent(self) -> Row {
        Row { answers: Some(404), ..self }
    }
    /// It takes a secret that nobody here was sent, or something that this city does not do: said to everybody alike.
    fn refused(self, status: u16) -> Row {
        Row { answers: Some(status), ..self }
    }
    fn leaves(self) -> Row {
        Row { leaves: true, ..self }
    }
}

/// A wish for how duplicates of a service are found.
fn likened() -> Value {
    json!({ "policy": "suggest", "radius_m": 30, "window_days": 60, "threshold": 0.2, "related": [] })
}

/// Every route. A new one is one line here.
pub fn rows() -> Vec<Row> {
    use Of::{Case, City, Colleague, FreshCase, FreshKey, Note, Photo, Place, Request, Team};
    vec![
        row("GET /api/account"),
        row("PUT /api/account/password").json(json!({ "old": "four unrelated words", "new": "short" })).refused(422),
        row("POST /api/account/recovery-codes").json(json!({ "password": "four unrelated words" })).refused(409),
        row("POST /api/account/second-factor").json(json!({ "password": "four unrelated words" })),
        row("PUT /api/account/second-factor").json(json!({ "code": "none" })).refused(422),
        row("POST /api/account/second-factor/removal").json(json!({ "password": "four unrelated words" })).absent(),
        row("GET /api/account/sessions"),
        row("DELETE /api/account/sessions"),
        row("DELETE /api/account/sessions/{id}").at("/api/account/sessions/0").absent(),
        row("GET /api/blocks"),
        row("POST /api/blocks").json(json!({ "kind": "mail_domain", "value": "abuse.example", "reason": "words" })),
        row("DELETE /api/blocks/{block}").at("/api/blocks/1000000").absent(),
        row("GET /api/cases"),
        row("GET /api/cases/{id}").of(Case),
        row("POST /api/cases/{id}/corrections").of(Case).json(json!({ "dry_run": true })),
        row("POST /api/cases/{id}/moves").of(FreshCase).json(json!({ "to": "pending" })),
        row("POST /api/cases/{id}/notes").of(Case).json(json!({ "text": "words" })),
        row("GET /api/cases/{id}/timeline").of(Case),
        row("GET /api/challenge"),
        row("GET /api/clusters").at("/api/clusters?bbox=0,52,2,53&zoom=5"),
        row("GET /api/config"),
        row("GET /api/counts"),
        row("GET /api/counts/steps").at("/api/counts/steps?from=2026-06-01&to=2026-06-30"),
        row("GET /api/gazetteer").at("/api/gazetteer?q=main"),
        row("GET /api/gazetteer/reverse").at("/api/gazetteer/reverse?lon=0.9&lat=52.6"),
        row("GET /api/heat"),
        row("GET /api/heat/steps").at("/api/heat/steps?from=2026-06-01&to=2026-06-30"),
        row("POST /api/invitations").json(json!({ "token": "none" })).refused(401),
        row("POST /api/invitations/accept").json(json!({ "token": "none", "name": "N", "password": "four unrelated words" })).refused(401),
        row("GET /api/holds").of(City),
        row("POST /api/holds").of(City).json(json!({ "number": "none", "reason": "a court" })).refused(422),
        row("DELETE /api/holds/{case}").of(City).at("/api/holds/0").absent(),
        row("GET /api/keys"),
        row("POST /api/keys").of(Place).json(json!({ "name": "words", "powers": ["$power"] })),
        row("DELETE /api/keys/{id}").of(FreshKey),
        row("GET /api/layers"),
        row("GET /api/layers/{code}").at("/api/layers/district"),
        row("GET /api/live"),
        row("GET /api/log/head"),
        row("GET /api/log/proof").of(City).at("/api/log/proof?position=1"),
        row("GET /api/moderation"),
        row("POST /api/my/code").json(json!({ "email": "ana@example.org" })).refused(409),
        row("GET /api/my/requests").refused(401),
        row("DELETE /api/my/session"),
        row("POST /api/my/session").json(json!({ "code": "12345678" })).refused(401),
        row("GET /api/nearby").at("/api/nearby?lon=0.9&lat=52.6&service=pothole"),
        row("POST /api/notes/{id}/approval").of(Note).json(json!({})),
        row("POST /api/notes/{id}/redactions")
            .of(Note)
            .json(json!({ "part": "text", "from": 0, "to": 5, "seen": "Added", "with": "Added" })),
        row("POST /api/notes/{id}/visibility").of(Note).json(json!({ "hidden": false })),
        row("GET /api/notices").of(City),
        row("POST /api/password/forgot").json(json!({ "email": "resident@city.example" })).refused(409),
        row("POST /api/password/reset").json(json!({ "token": "none", "password": "four unrelated words" })).refused(401),
        row("POST /api/people/erase").of(City).json(json!({ "email": "nobody@example.org" })),
        row("POST /api/people/export").of(City).json(json!({ "email": "nobody@example.org" })),
        row("POST /api/photos").picture(),
        row("POST /api/photos/{id}/redactions").of(Photo).json(json!({ "areas": [] })).refused(422),
        row("POST /api/photos/{id}/review").of(Photo).json(json!({ "shown": true })),
        row("GET /api/requests"),
        row("POST /api/requests").of(Place).json(json!({ "service": "$service", "lon": 0.9, "lat": 52.6, "separate": true })),
        row("POST /api/requests/check").json(json!({ "description": "words" })),
        row("GET /api/requests/{number}").of(Request),
        row("POST /api/requests/{number}/approval").of(Request).json(json!({})),
        row("POST /api/requests/{number}/comments").of(Request).json(json!({ "token": "$token", "text": "words" })),
        row("POST /api/requests/{number}/redactions")
            .of(Request)
            .json(json!({ "part": "description", "from": 0, "to": 4, "seen": "Deep", "with": "Deep" })),
        row("POST /api/requests/{number}/report-abuse").of(Request).json(json!({})),
        row("POST /api/requests/{number}/visibility").of(Request).json(json!({ "hidden": false })),
        row("POST /api/requests/{number}/withdrawal").of(Request).json(json!({ "token": "$token" })),
        row("GET /api/calendars").of(City),
        row("GET /api/calendars/{code}").of(City).at("/api/calendars/office").refused(404),
        row("PUT /api/calendars/{code}")
            .of(City)
            .at("/api/calendars/made")
            .json(json!({ "name": "Made", "zone": "UTC", "week": [[{ "from": 0, "to": 1440 }], [], [], [], [], [], []] })),
        row("GET /api/cases/{id}/crew").of(Case),
        row("POST /api/cases/{id}/assignment").of(FreshCase).json(json!({ "team": "$other", "member": null, "reason": "theirs" })),
        row("POST /api/cases/{id}/take").of(FreshCase).json(json!({})),
        row("POST /api/cases/{id}/release").of(Case).json(json!({})).refused(409),
        row("GET /api/teams"),
        row("PUT /api/teams/{code}").of(Team).at("/api/teams/{team}").json(json!({ "strategy": "queue" })),
        row("GET /api/retention").of(City),
        row("PUT /api/retention").of(City).json(json!({ "rules": [] })),
        row("POST /api/retention/preview").of(City).json(json!({ "rules": [] })),
        row("GET /api/scopes"),
        row("GET /api/services"),
        row("GET /api/services/{code}").at("/api/services/pothole"),
        row("GET /api/services/{code}/promises").of(City).at("/api/services/pothole/promises"),
        row("PUT /api/services/{code}/promises").of(City).at("/api/services/pothole/promises").json(json!({ "targets": [] })),
        row("GET /api/services/{code}/duplicates").of(City).at("/api/services/pothole/duplicates"),
        row("PUT /api/services/{code}/duplicates").of(City).at("/api/services/pothole/duplicates").json(likened()),
        row("POST /api/services/{code}/duplicates/preview").of(City).at("/api/services/pothole/duplicates/preview").json(likened()),
        row("DELETE /api/session").leaves(),
        row("GET /api/session"),
        row("POST /api/session").leaves().json(json!({ "email": "resident@city.example", "password": "four unrelated words" })),
        row("POST /api/session/code").json(json!({ "code": "none" })).refused(409),
        row("GET /api/session/oidc").absent(),
        row("GET /api/session/oidc/callback").absent(),
        row("GET /api/staff"),
        row("POST /api/staff").of(Place).json(json!({ "name": "words", "email": "$fresh@city.example", "grants": ["$grant"] })),
        row("GET /api/staff/{id}").of(Colleague),
        row("PATCH /api/staff/{id}").of(Colleague).json(json!({ "name": "words" })),
        row("PUT /api/staff/{id}/grants").of(Colleague).json(json!(["$grant"])),
        row("POST /api/staff/{id}/invitation").of(Colleague).json(json!({})),
        row("DELETE /api/staff/{id}/sessions").of(Colleague),
        row("GET /open311/discovery.{format}").at("/open311/discovery.json"),
        row("GET /open311/v2/discovery.{format}").at("/open311/v2/discovery.json"),
        row("GET /open311/v2/requests.{format}").at("/open311/v2/requests.json"),
        row("POST /open311/v2/requests.{format}").of(Place).at("/open311/v2/requests.json").form(&[
            ("api_key", "$key"),
            ("service_code", "$service"),
            ("lat", "52.6"),
            ("long", "0.9"),
        ]),
        row("GET /open311/v2/requests/{id}.{format}").of(Request).at("/open311/v2/requests/{number}.json"),
        row("GET /open311/v2/services.{format}").at("/open311/v2/services.json"),
        row("GET /open311/v2/services/{code}.{format}").at("/open311/v2/services/pothole.json"),
        row("GET /open311/v2/tokens/{token}.{format}").at("/open311/v2/tokens/none.json").absent(),
        row("GET /photos/{id}/{file}").of(Photo).at("/photos/{id}/small.jpg"),
        row("GET /tiles/base.json").absent(),
        row("GET /tiles/base/{z}/{x}/{y}").at("/tiles/base/0/0/0"),
        row("GET /tiles/heat.json"),
        row("GET /tiles/heat/{z}/{x}/{y}").at("/tiles/heat/0/0/0"),
        row("GET /tiles/jurisdictions/{layer}.json").at("/tiles/jurisdictions/district.json"),
        row("GET /tiles/jurisdictions/{layer}/{z}/{x}/{y}").at("/tiles/jurisdictions/district/0/0/0"),
        row("GET /tiles/requests.json"),
        row("GET /tiles/requests/{z}/{x}/{y}").at("/tiles/requests/0/0/0"),
    ]
}
