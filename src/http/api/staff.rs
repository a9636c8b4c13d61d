//! `/api/staff`: who works here, for those who manage or audit it. `/api/scopes`: what a grant can be limited to.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer, Serialize};

use super::PRIVATE;
use super::version::{if_match, tagged};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::invitations;
use crate::people::policy::{Act, ROLES, Role};
use crate::people::staff::{self, Change, Colleague, Colleagues, Hire, NewGrant, Scopes, Search};

/// Which colleagues are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Words of the name or the mail address.
    q: Option<String>,
    /// Only those who may sign in (`true`) or only those who may not.
    active: Option<bool>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Members on the page; 50 unless asked otherwise.
    limit: Option<i64>,
}

#[utoipa::path(get, path = "/api/staff", tag = "staff", extensions(("x-act" = json!(Act::SeeStaff))), params(Wanted),
    description = "The colleagues whose grants the asker reaches, by mail address.",
    responses((status = 200, body = Colleagues), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(app: web::Data<App>, staff: Staff, wanted: web::Query<Wanted>) -> Result<HttpResponse> {
    let Wanted { q, active, after, limit } = wanted.into_inner();
    let (limit, most) = (limit.unwrap_or(50), app.config.limits.page);
    if !(1..=most).contains(&limit) {
        return Err(Error::invalid("limit", format!("is not between 1 and {most}")));
    }
    let search = Search { words: q, active, after, limit: usize::try_from(limit).unwrap_or(1) };
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(staff::colleagues(&app.db, &staff.0, &search).await?))
}

#[utoipa::path(get, path = "/api/staff/{id}", tag = "staff", extensions(("x-act" = json!(Act::SeeStaff))),
    params(("id" = i64, Path, description = "The member's id")),
    responses((status = 200, body = Colleague), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(app: web::Data<App>, staff: Staff, id: web::Path<i64>) -> Result<HttpResponse> {
    shown(&app, &staff, *id).await
}

async fn shown(app: &App, staff: &Staff, id: i64) -> Result<HttpResponse> {
    let member = staff::colleague(&app.db, &staff.0, id).await?;
    Ok(tagged(member.version, &member))
}

/// The member after a change, unless the change took it out of the asker's sight.
async fn changed(app: &App, staff: &Staff, id: i64) -> Result<HttpResponse> {
    match shown(app, staff, id).await {
        Err(Error::NotFound(_)) => Ok(HttpResponse::NoContent().finish()),
        answer => answer,
    }
}

/// A role and where it holds; what is null or left out is no limit.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Scoped {
    /// `resident`, `member`, `dispatcher`, `supervisor`, `leader`, `auditor` or `admin`.
    role: String,
    /// Code of an agency.
    agency: Option<String>,
    /// A jurisdiction as `layer:code`.
    jurisdiction: Option<String>,
    /// Code of a service.
    service: Option<String>,
}

fn read(grants: Vec<Scoped>) -> Result<Vec<NewGrant>> {
    let read = |Scoped { role, agency, jurisdiction, service }: Scoped| {
        let known = || Error::invalid("grants.role", format!("{role:?} is no role; those are {}", ROLES.map(Role::word).join(", ")));
        let given = |code: Option<String>| code.filter(|code| !code.is_empty());
        Ok(NewGrant {
            role: Role::parse(&role).ok_or_else(known)?,
            agency: given(agency),
            jurisdiction: given(jurisdiction),
            service: given(service),
        })
    };
    grants.into_iter().map(read).collect()
}

/// Somebody about to be added.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Hiring {
    /// The name that colleagues see; the person may choose another.
    name: String,
    /// The mail address to sign in with.
    email: String,
    /// Code of the agency the person works for.
    agency: Option<String>,
    /// Codes of teams.
    #[serde(default)]
    teams: Vec<String>,
    /// Roles and where they hold.
    #[serde(default)]
    grants: Vec<Scoped>,
    /// BCP 47 tag of the language to write in.
    #[serde(default)]
    language: String,
}

/// Somebody who was added.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Hired {
    /// The member.
    member: Colleague,
    /// How the person is invited.
    #[serde(flatten)]
    invitation: InvitationLink,
}

/// An invitation that was made.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct InvitationLink {
    /// The link, only where this server sends no mail: hand it over yourself, it is shown this once.
    link: Option<String>,
    /// When it ends, epoch milliseconds.
    expires_at: i64,
}

#[utoipa::path(post, path = "/api/staff", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))), request_body = Hiring,
    description = "Adds a member and sends an invitation by mail, under which the person chooses a password. Nobody gives more than they hold.",
    responses((status = 201, body = Hired), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem, description = "The mail address is taken"), (status = 422, body = Problem)))]
pub(super) async fn hire(app: web::Data<App>, staff: Staff, given: web::Json<Hiring>) -> Result<HttpResponse> {
    let Hiring { name, email, agency, teams, grants, language } = given.into_inner();
    let new = Hire { name, email, agency, teams, grants: read(grants)? };
    let (who, now, notices, days) = (staff.0.clone(), app.clock.now(), app.notices.clone(), app.config.limits.invitation_days);
    let write = app.db.write(async move |tx| {
        let id = staff::hire(tx, &who, &new, now).await?;
        let invited = invitations::invite(tx, &notices, id, &language, days, who.member(), now).await?;
        Ok::<_, Error>((id, invited))
    });
    let (id, invited) = write.await?;
    let member = staff::colleague(&app.db, &staff.0, id).await?;
    let invitation = InvitationLink { link: invited.link, expires_at: invited.expires_at };
    let place = ("location", format!("/api/staff/{id}"));
    Ok(HttpResponse::Created().insert_header(PRIVATE).insert_header(place).json(Hired { member, invitation }))
}

/// What is to become of a member; what is left out stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Changing {
    /// The name that colleagues see.
    name: Option<String>,
    /// Whether the person may sign in; `false` ends every session.
    active: Option<bool>,
    /// Code of the agency; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    agency: Option<Option<String>>,
    /// Codes of all teams.
    teams: Option<Vec<String>>,
}

/// Tells null, which is an answer, from what is left out.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(|code| Some(code.filter(|code| !code.is_empty())))
}

#[utoipa::path(patch, path = "/api/staff/{id}", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))), request_body = Changing,
    params(("id" = i64, Path, description = "The member's id"), ("If-Match" = String, Header, description = "The ETag of the member that was seen")),
    responses((status = 200, body = Colleague), (status = 204, description = "It was changed, and is now out of the asker's sight"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem, description = "It is the last administrator"), (status = 412, body = Problem, description = "Somebody else changed the member meanwhile"),
        (status = 422, body = Problem)))]
pub(super) async fn change(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<i64>,
    asked: HttpRequest,
    wish: web::Json<Changing>,
) -> Result<HttpResponse> {
    let Changing { name, active, agency, teams } = wish.into_inner();
    let (who, id, version, now) = (staff.0.clone(), *id, if_match(&asked)?, app.clock.now());
    let wish = Change { name, active, agency, teams };
    app.db.write(async move |tx| staff::change(tx, &who, id, version, &wish, now).await).await?;
    changed(&app, &staff, id).await
}

#[utoipa::path(put, path = "/api/staff/{id}/grants", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))), request_body = Vec<Scoped>,
    description = "Gives a member these grants in place of all that there were. What comes and what goes has to lie within what the asker holds.",
    params(("id" = i64, Path, description = "The member's id"), ("If-Match" = String, Header, description = "The ETag of the member that was seen")),
    responses((status = 200, body = Colleague), (status = 204, description = "It was changed, and is now out of the asker's sight"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem, description = "It is the last administrator"), (status = 412, body = Problem, description = "Somebody else changed the member meanwhile"),
        (status = 422, body = Problem)))]
pub(super) async fn put_grants(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<i64>,
    asked: HttpRequest,
    wish: web::Json<Vec<Scoped>>,
) -> Result<HttpResponse> {
    let (who, id, version, now) = (staff.0.clone(), *id, if_match(&asked)?, app.clock.now());
    let wish = read(wish.into_inner())?;
    app.db.write(async move |tx| staff::put_grants(tx, &who, id, version, &wish, now).await).await?;
    changed(&app, &staff, id).await
}

#[utoipa::path(delete, path = "/api/staff/{id}/sessions", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))),
    description = "Ends every session of a member.", params(("id" = i64, Path, description = "The member's id")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn end_sessions(app: web::Data<App>, staff: Staff, id: web::Path<i64>) -> Result<HttpResponse> {
    let (who, id, now) = (staff.0, *id, app.clock.now());
    app.db.write(async move |tx| staff::end_sessions(tx, &who, id, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// In which language to write.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Inviting {
    /// BCP 47 tag.
    #[serde(default)]
    language: String,
}

#[utoipa::path(post, path = "/api/staff/{id}/invitation", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))), request_body = Inviting,
    description = "Invites a member who has no password yet once more; earlier links open nothing any more.",
    params(("id" = i64, Path, description = "The member's id")),
    responses((status = 201, body = InvitationLink), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The member has a password, or was stopped")))]
pub(super) async fn invite(app: web::Data<App>, staff: Staff, id: web::Path<i64>, given: web::Json<Inviting>) -> Result<HttpResponse> {
    let (who, id, now, notices, days) = (staff.0, *id, app.clock.now(), app.notices.clone(), app.config.limits.invitation_days);
    let language = given.into_inner().language;
    let write = app.db.write(async move |tx| {
        staff::demand(tx, &who, id).await?;
        invitations::invite(tx, &notices, id, &language, days, who.member(), now).await
    });
    let invited = write.await?;
    let invitation = InvitationLink { link: invited.link, expires_at: invited.expires_at };
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(invitation))
}

#[utoipa::path(get, path = "/api/scopes", tag = "staff", extensions(("x-act" = json!(Act::SeeStaff))),
    description = "What a grant can be limited to: agencies with their teams, the jurisdictions of today, services.",
    responses((status = 200, body = Scopes), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn scopes(app: web::Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(staff::scopes(&app.db, app.clock.now()).await?))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/staff").route(web::get().to(list)).route(web::post().to(hire)))
        .service(web::resource("/staff/{id}").route(web::get().to(one)).route(web::patch().to(change)))
        .service(web::resource("/staff/{id}/grants").route(web::put().to(put_grants)))
        .service(web::resource("/staff/{id}/sessions").route(web::delete().to(end_sessions)))
        .service(web::resource("/staff/{id}/invitation").route(web::post().to(invite)))
        .service(web::resource("/scopes").route(web::get().to(scopes)));
}
