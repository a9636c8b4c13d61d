//! `/tiles`: the ground, requests, heat and jurisdictions as vector tiles, each with its TileJSON 3.0
//! (<https://github.com/mapbox/tilejson-spec/tree/master/3.0.0>). What is drawn of requests is public; the filters are those of
//! `/api/heat`.

use std::collections::BTreeMap;
use std::io::Read;

use actix_web::http::header::{self, EntityTag};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::api::filter::{self, Parts};
use super::limits::limited;
use super::{Problem, gate, problems, takes};
use crate::app::App;
use crate::error::{Error, Field, Result};
use crate::people::policy::Act;
use crate::people::token;
use crate::requests;
use crate::tiles::{self, Address, MEDIA_TYPE};

/// What the OpenAPI document says of `/tiles`.
#[derive(utoipa::OpenApi)]
#[openapi(paths(about_ground, ground, about_requests, request_tile, about_heat, heat_tile, about_jurisdictions, jurisdiction_tile))]
pub struct Document;

/// How long the ground may be kept without asking again: it changes with the settings, not with the log.
const KEEP_GROUND: &str = "public, max-age=3600";

/// The deepest zoom of tiles made of the log; deeper ones are drawn from it.
const DEEPEST: u8 = 16;

/// What a client has to know to ask for tiles.
#[derive(Serialize, utoipa::ToSchema)]
struct TileJson {
    /// `3.0.0`.
    tilejson: &'static str,
    /// What they show.
    name: String,
    /// Addresses of the tiles, with `{z}`, `{x}` and `{y}`.
    tiles: [String; 1],
    /// The first zoom.
    minzoom: u8,
    /// The last zoom there are tiles for.
    maxzoom: u8,
    /// West, south, east, north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    /// Whom to thank.
    #[serde(skip_serializing_if = "String::is_empty")]
    attribution: String,
    /// The layers in each tile.
    vector_layers: Vec<VectorLayer>,
}

/// A layer in a tile.
#[derive(Serialize, utoipa::ToSchema)]
struct VectorLayer {
    /// Its name.
    id: &'static str,
    /// What is said of each feature.
    fields: BTreeMap<&'static str, &'static str>,
}

/// A filter without a box: a tile has its own.
#[derive(Deserialize)]
struct Asked {
    #[serde(flatten)]
    parts: Parts,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Zoom, column and row as they stand in an address; the row may end in `.mvt`.
type Place = (u8, u32, String);

#[utoipa::path(get, path = "/tiles/base.json", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), responses((status = 200, body = TileJson), (status = 404, body = Problem)))]
async fn about_ground(app: web::Data<App>) -> Result<HttpResponse> {
    let about = app.base().about().ok_or(Error::NotFound("base map"))?;
    let fields: &[_] = &[("kind", "What it is, in the words of Protomaps' schema"), ("name", "What is written on it")];
    let layers = ["earth", "landuse", "water", "roads", "places", "pois"].map(|id| layer(id, fields));
    let houses = layer("buildings", &[("addr_housenumber", "The number on the door")]);
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, KEEP_GROUND)).json(TileJson {
        minzoom: about.zooms.0,
        maxzoom: about.zooms.1,
        bounds: Some(about.bounds),
        attribution: app.config.map.attribution.clone(),
        ..tile_json(&app, "base", "", layers.into_iter().chain([houses]).collect())
    }))
}

#[utoipa::path(get, path = "/tiles/base/{z}/{x}/{y}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(("z" = u8, Path, description = "Zoom"), ("x" = u32, Path, description = "Column from the west"), ("y" = String, Path, description = "Row from the north; `.mvt` may follow")),
    responses((status = 200, description = "Streets, water, parks and names", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "There is nothing here"), (status = 404, body = Problem)))]
async fn ground(app: web::Data<App>, request: HttpRequest, place: web::Path<Place>) -> Result<HttpResponse> {
    let at = address(place.into_inner())?;
    let Some(cut) = app.base().tile(at).await? else {
        return Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, KEEP_GROUND)).finish());
    };
    let tag = EntityTag::new_weak(token::hexadecimal(&Sha256::digest(&cut.bytes)[..12])); // of all encodings of these bytes
    let known = filter::has(&request, &tag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::CACHE_CONTROL, KEEP_GROUND)).insert_header((header::VARY, "Accept-Encoding"));
    answer.insert_header(header::ETag(tag)).content_type(MEDIA_TYPE);
    if known {
        return Ok(answer.finish());
    }
    if cut.gzip && takes(request.headers(), "gzip") {
        return Ok(answer.insert_header((header::CONTENT_ENCODING, "gzip")).body(cut.bytes));
    }
    Ok(answer.body(if cut.gzip { unpacked(&cut.bytes)? } else { cut.bytes }))
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(packed).take(64 << 20).read_to_end(&mut plain).map_err(Error::internal)?;
    Ok(plain)
}

#[utoipa::path(get, path = "/tiles/requests.json", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(Parts), responses((status = 200, body = TileJson)))]
async fn about_requests(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let clusters = [("count", "Requests in it"), ("bbox", "Where they lie: [west,south,east,north]"), ("cell", "H3 cell")];
    let single = [
        ("number", "Its number"),
        ("service", "Code of the service"),
        ("status", "Where its case stands"),
        ("filed_at", "Epoch milliseconds"),
        ("within_m", "How far from there a blurred place may be, in metres; left out for a place as it is"),
    ];
    HttpResponse::Ok().json(tile_json(
        &app,
        "requests",
        request.query_string(),
        vec![layer("clusters", &clusters), layer("requests", &single)],
    ))
}

#[utoipa::path(get, path = "/tiles/requests/{z}/{x}/{y}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("z" = u8, Path, description = "Zoom"), ("x" = u32, Path, description = "Column from the west"), ("y" = String, Path, description = "Row from the north; `.mvt` may follow")),
    responses((status = 200, description = "Layers `clusters` and `requests`", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
async fn request_tile(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<Place>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let at = address(place.into_inner())?;
    let wanted = asked.filter(&app).await?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let (shown, position) = filter::ask(&app, move |columns| tiles::shown(columns, &wanted, at)).await?;
    let single = requests::pinned(&app.db, app.discretion.veil, &shown.single).await?;
    Ok(filter::tile(&app, position, tiles::requests(at, &shown.clusters, &single)?))
}

#[utoipa::path(get, path = "/tiles/heat.json", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(Parts), responses((status = 200, body = TileJson)))]
async fn about_heat(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let cells = layer("heat", &[("cell", "H3 cell"), ("count", "Requests in it")]);
    HttpResponse::Ok().json(tile_json(&app, "heat", request.query_string(), vec![cells]))
}

#[utoipa::path(get, path = "/tiles/heat/{z}/{x}/{y}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("z" = u8, Path, description = "Zoom"), ("x" = u32, Path, description = "Column from the west"), ("y" = String, Path, description = "Row from the north; `.mvt` may follow")),
    responses((status = 200, description = "Layer `heat`", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
async fn heat_tile(app: web::Data<App>, request: HttpRequest, place: web::Path<Place>, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let at = address(place.into_inner())?;
    let wanted = asked.filter(&app).await?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let (bytes, position) = filter::ask(&app, move |columns| tiles::heat(columns, &wanted, at)).await?;
    Ok(filter::tile(&app, position, bytes?))
}

#[utoipa::path(get, path = "/tiles/jurisdictions/{layer}.json", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(("layer" = String, Path, description = "Code of the layer")),
    responses((status = 200, body = TileJson), (status = 404, body = Problem)))]
async fn about_jurisdictions(app: web::Data<App>, code: web::Path<String>) -> Result<HttpResponse> {
    app.outlines.get(&app.db, &code, app.clock.now()).await?;
    let fields: &[_] = &[("code", "Its code"), ("name", "What people call it")];
    let layers = ["jurisdictions", "names"].map(|id| layer(id, fields));
    Ok(HttpResponse::Ok().json(tile_json(&app, &format!("jurisdictions/{code}"), "", layers.into())))
}

#[utoipa::path(get, path = "/tiles/jurisdictions/{layer}/{z}/{x}/{y}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(("layer" = String, Path, description = "Code of the layer"), ("z" = u8, Path, description = "Zoom"), ("x" = u32, Path, description = "Column from the west"), ("y" = String, Path, description = "Row from the north; `.mvt` may follow")),
    responses((status = 200, description = "Layers `jurisdictions` and `names`", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 304, description = "The layer did not change since the answer with this ETag"), (status = 404, body = Problem)))]
async fn jurisdiction_tile(app: web::Data<App>, request: HttpRequest, place: web::Path<(String, u8, u32, String)>) -> Result<HttpResponse> {
    let (layer, z, x, y) = place.into_inner();
    let at = address((z, x, y))?;
    let (version, outlines) = app.outlines.get(&app.db, &layer, app.clock.now()).await?;
    match filter::not_modified(&app, &request, version) {
        Some(same) => Ok(same),
        None => Ok(filter::tile(&app, version, outlines.draw(at)?)),
    }
}

impl Asked {
    async fn filter(&self, app: &App) -> Result<crate::analytics::Filter> {
        let mut problems = Vec::new();
        filter::refuse_unknown(self.unknown.keys(), "services, statuses, jurisdictions, from, to", &mut problems);
        let wanted = self.parts.filter(app, &mut problems).await?;
        if wanted.bbox.is_some() {
            problems.push(Field::new("bbox", "is not a parameter here; a tile has its own box."));
        }
        filter::refuse(problems)?;
        Ok(wanted)
    }
}

fn address((z, x, y): Place) -> Result<Address> {
    let row = y.strip_suffix(".mvt").unwrap_or(&y).parse().ok();
    row.and_then(|row| Address::new(z, x, row)).ok_or(Error::NotFound("tile"))
}

fn tile_json(app: &App, name: &str, query: &str, vector_layers: Vec<VectorLayer>) -> TileJson {
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    TileJson {
        tilejson: "3.0.0",
        name: name.to_owned(),
        tiles: [format!("{}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt{query}", app.config.public_url())],
        minzoom: 0,
        maxzoom: DEEPEST,
        bounds: None,
        attribution: String::new(),
        vector_layers,
    }
}

fn layer(id: &'static str, fields: &[(&'static str, &'static str)]) -> VectorLayer {
    VectorLayer { id, fields: fields.iter().copied().collect() }
}

/// Everything under `/tiles`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let query = web::QueryConfig::default().error_handler(|e, _| Error::invalid("query", format!("{e}.")).into());
    let get = web::get;
    cfg.service(
        web::scope("/tiles")
            .wrap(from_fn(gate))
            .wrap(from_fn(limited))
            .wrap(from_fn(problems))
            .app_data(query)
            .service(web::resource("/base.json").route(get().to(about_ground)))
            .service(web::resource("/base/{z}/{x}/{y}").route(get().to(ground)))
            .service(web::resource("/requests.json").route(get().to(about_requests)))
            .service(web::resource("/requests/{z}/{x}/{y}").route(get().to(request_tile)))
            .service(web::resource("/heat.json").route(get().to(about_heat)))
            .service(web::resource("/heat/{z}/{x}/{y}").route(get().to(heat_tile)))
            .service(web::resource("/jurisdictions/{layer}.json").route(get().to(about_jurisdictions)))
            .service(web::resource("/jurisdictions/{layer}/{z}/{x}/{y}").route(get().to(jurisdiction_tile))),
    );
}
