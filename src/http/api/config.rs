//! `GET /api/config`: what a client needs to know before anything else.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::error::Result;
use crate::notices::Channel;
use crate::people::policy::Act;

/// What a client needs to know before anything else.
#[derive(Serialize, utoipa::ToSchema)]
struct ClientConfig {
    /// Name of the city.
    city: String,
    /// IANA time zone of the city.
    time_zone: String,
    /// Where the map opens: west, south, east, north; none if nothing is known yet.
    bbox: Option<[f64; 4]>,
    /// The middle of it.
    center: Option<[f64; 2]>,
    /// Languages of the pages.
    languages: [&'static str; 2],
    /// What photos are taken.
    photo: PhotoLimits,
    /// The provider of identities that staff may sign in at, as people call it; none: by password alone.
    provider: Option<String>,
    /// What the map stands on; none: the city's own boundaries.
    map: Option<MapGround>,
    /// How residents are sent codes, to see their own requests.
    codes: Codes,
}

/// How residents are sent codes.
#[derive(Serialize, utoipa::ToSchema)]
struct Codes {
    /// By mail.
    mail: bool,
    /// By text message.
    sms: bool,
}

/// What the map stands on.
#[derive(Serialize, utoipa::ToSchema)]
struct MapGround {
    /// `tiles`: vector tiles in Protomaps' schema from this server; `style`: a MapLibre style from elsewhere.
    kind: &'static str,
    /// Address of the tiles, with `{z}`, `{x}` and `{y}`, or of the style.
    url: String,
    /// Whom to thank.
    attribution: String,
    /// The first zoom there are tiles for.
    minzoom: u8,
    /// The last zoom there are tiles for.
    maxzoom: u8,
}

/// What photos are taken.
#[derive(Serialize, utoipa::ToSchema)]
struct PhotoLimits {
    /// Bytes of one upload.
    max_bytes: usize,
    /// Photos of one request.
    max_per_request: usize,
    /// Media types.
    types: [&'static str; 4],
}

#[utoipa::path(get, path = "/api/config", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), responses((status = 200, body = ClientConfig)))]
async fn config(app: web::Data<App>) -> Result<HttpResponse> {
    let set = &app.config.city.bbox;
    let bbox = match set.as_slice() {
        [w, s, e, n] => Some([*w, *s, *e, *n]),
        _ => app.routing.extent(&app.db).await?,
    };
    let photos = &app.config.photos;
    Ok(HttpResponse::Ok().json(ClientConfig {
        city: app.config.city.name.clone(),
        time_zone: app.config.city.time_zone.clone(),
        center: bbox.map(|[w, s, e, n]| [(w + e) / 2.0, (s + n) / 2.0]),
        bbox,
        provider: app.provider.as_ref().map(|provider| provider.name().to_owned()),
        map: ground(&app),
        languages: ["en", "es"],
        codes: Codes { mail: app.notices.sends(Channel::Mail), sms: app.notices.sends(Channel::Sms) },
        photo: PhotoLimits { max_bytes: photos.max_bytes, max_per_request: photos.max_per_request, types: crate::photos::intake::TYPES },
    }))
}

fn ground(app: &App) -> Option<MapGround> {
    let set = &app.config.map;
    let attribution = set.attribution.clone();
    if !set.style_url.is_empty() {
        return Some(MapGround { kind: "style", url: set.style_url.clone(), attribution, minzoom: 0, maxzoom: 22 });
    }
    let (minzoom, maxzoom) = app.base().about()?.zooms;
    Some(MapGround { kind: "tiles", url: "/tiles/base/{z}/{x}/{y}.mvt".into(), attribution, minzoom, maxzoom })
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/config").route(web::get().to(config)));
}
