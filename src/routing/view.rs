//! Boundaries for maps: the layers, and one layer as GeoJSON. Shows what is valid now.

use geo::MultiPolygon;
use serde::Serialize;
use utoipa::ToSchema;

use super::VERSION;
use super::store::read_geometry;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::record;
use crate::versions::Source;

record! {
    /// A layer and how many jurisdictions it has now.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct LayerView {
        /// What it is called in addresses and rules.
        pub code: String,
        /// What people call it.
        pub name: String,
        /// How many jurisdictions it has now.
        pub count: i64,
    }
}

/// All layers, in the order in which they are asked. `now` is in epoch milliseconds.
pub async fn layers(db: &Db, now: i64) -> Result<Vec<LayerView>> {
    let text = "select code, name, (select count(*) from jurisdiction where layer_id = layer.id
                    and (valid_from is null or valid_from <= $1) and (valid_to is null or valid_to > $1)) as count
                from layer order by precedence, id";
    Ok(db.sql(text).bind(now).all().await?)
}

/// The version of boundaries and rules: it grows with each publication.
pub async fn version(db: &Db) -> Result<i64> {
    Source::Db(db).version(VERSION).await
}

type Row = (String, String, Option<String>, String);

/// Code, name, team and geometry of each jurisdiction of a layer that is valid at a time.
async fn valid(db: &Db, code: &str, now: i64) -> Result<Vec<Row>> {
    let layer = db.sql("select id from layer where code = $1").bind(code.to_owned()).optional::<(i64,)>().await?;
    let (layer,) = layer.ok_or(Error::NotFound("layer"))?;
    let text = "select jurisdiction.code, jurisdiction.name, team.code, geometry_json from jurisdiction left join team on team.id = team_id
                where layer_id = $1 and (valid_from is null or valid_from <= $2) and (valid_to is null or valid_to > $2) order by jurisdiction.id";
    Ok(db.sql(text).bind(layer).bind(now).all().await?)
}

/// Code, name and area of each jurisdiction of a layer.
///
/// # Errors
/// [`Error::NotFound`] if there is no such layer.
pub async fn layer_areas(db: &Db, code: &str, now: i64) -> Result<Vec<(String, String, MultiPolygon)>> {
    let area = |(code, name, _, geometry): Row| Ok((code, name, read_geometry(&geometry)?));
    valid(db, code, now).await?.into_iter().map(area).collect()
}

/// One layer as a GeoJSON FeatureCollection whose properties are `code`, `name` and `team` (a code or null).
///
/// # Errors
/// [`Error::NotFound`] if there is no such layer.
pub async fn layer_geojson(db: &Db, code: &str, now: i64) -> Result<String> {
    #[derive(Serialize)]
    struct Properties {
        code: String,
        name: String,
        team: Option<String>,
    }
    let mut geojson = String::from(r#"{"type":"FeatureCollection","features":["#);
    for (nth, (code, name, team, geometry)) in valid(db, code, now).await?.into_iter().enumerate() {
        let properties = serde_json::to_string(&Properties { code, name, team })?;
        geojson.push_str(if nth == 0 { "" } else { "," });
        geojson.push_str(&format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#));
    }
    geojson.push_str("]}");
    Ok(geojson)
}
