//! Assets and addresses in their tables: put in batches, each with its event, and read back whole.

use std::collections::{HashMap, HashSet};

use geo::Geometry;

use super::VERSION;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{self, Fact};
use crate::record;
use crate::versions::{Source, bump};

/// What assets of a kind are to whoever looks for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Lines that addresses count along and that cross each other.
    Street,
    /// Places that people know by name.
    Landmark,
    /// Things that only rules ask for.
    Thing,
}

impl Role {
    /// The word of the table and of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Role::Street => "street",
            Role::Landmark => "landmark",
            Role::Thing => "thing",
        }
    }

    /// The role that a word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Role> {
        [Role::Street, Role::Landmark, Role::Thing].into_iter().find(|role| role.word() == word)
    }
}

/// Texts by the name of a property.
pub type Properties = HashMap<String, String>;

/// An asset as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetDraft {
    /// What the source calls it, unique in its kind.
    pub external_id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// Where it is, WGS84 degrees.
    pub geometry: Geometry,
    /// What else the file says.
    pub properties: Properties,
}

record! {
    /// An address as a file has it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct AddressDraft {
        /// What the source calls it.
        pub external_id: String,
        /// The house number as it is written, such as `12` or `12a`.
        pub number: String,
        /// The street as it is written.
        pub street: String,
        /// The postal code; may be empty.
        pub zipcode: String,
        /// Degrees east.
        pub lon: f64,
        /// Degrees north.
        pub lat: f64,
    }
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Put {
    /// Not there before.
    pub new: u64,
    /// There, and different now.
    pub changed: u64,
    /// As they were.
    pub same: u64,
    /// The rows of all of them.
    pub rows: Vec<i64>,
}

/// The kind with this code, made or renamed as asked.
pub async fn put_kind(tx: &mut Tx, code: &str, name: &str, role: Role, now: i64) -> Result<i64> {
    let usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    if code.is_empty() || code.len() > 40 || !code.chars().all(usual) {
        return Err(Error::invalid(
            "kind",
            format!("is {code:?}: a code of 1 to 40 small letters, digits, - and _, such as street-light."),
        ));
    }
    let known: Option<(i64, String, String)> =
        tx.sql("select id, name, role from asset_kind where code = $1").bind(code.to_owned()).optional().await?;
    if let Some((id, ..)) = known.filter(|(_, known, of)| known == name && of == role.word()) {
        return Ok(id);
    }
    let (id,): (i64,) = tx
        .sql("insert into asset_kind (code, name, role) values ($1, $2, $3) on conflict (code) do update set name = excluded.name, role = excluded.role returning id")
        .bind(code.to_owned())
        .bind(name.to_owned())
        .bind(role.word())
        .one()
        .await?;
    events::append(tx, events::New::at(now, Fact::PlacesImported { asset_kind: Some(id), put: 0, removed: 0 })).await?;
    Ok(id)
}

/// Puts assets of one kind; the ids of a batch are different.
pub async fn put_assets(tx: &mut Tx, kind: i64, drafts: &[AssetDraft], now: i64) -> Result<Put> {
    let ids = drafts.iter().map(|draft| draft.external_id.clone());
    let text = "select external_id, id, name, geometry_json, properties_json from asset where kind_id = $1";
    let known: Vec<(String, i64, String, String, String)> = tx.sql(text).bind(kind).within(" and external_id", ids).all().await?;
    let known: HashMap<String, _> = known.into_iter().map(|(external, id, name, area, more)| (external, (id, name, area, more))).collect();
    let mut put = Put::default();
    for draft in drafts {
        let (geometry, properties) = (write_geometry(&draft.geometry)?, write_properties(&draft.properties)?);
        let row = match known.get(&draft.external_id) {
            Some((id, name, area, more)) if *name == draft.name && *area == geometry && *more == properties => {
                put.same += 1;
                *id
            }
            Some((id, ..)) => {
                put.changed += 1;
                tx.sql("update asset set name = $1, geometry_json = $2, properties_json = $3 where id = $4")
                    .bind(draft.name.clone())
                    .bind(geometry)
                    .bind(properties)
                    .bind(*id)
                    .run()
                    .await?;
                *id
            }
            None => {
                put.new += 1;
                let text = "insert into asset (kind_id, external_id, name, geometry_json, properties_json) values ($1, $2, $3, $4, $5) returning id";
                let query = tx.sql(text).bind(kind).bind(draft.external_id.clone()).bind(draft.name.clone());
                query.bind(geometry).bind(properties).one::<(i64,)>().await?.0
            }
        };
        put.rows.push(row);
    }
    told(tx, Some(kind), put.new + put.changed, 0, now).await?;
    Ok(put)
}

/// Puts addresses; the ids of a batch are different.
pub async fn put_addresses(tx: &mut Tx, drafts: &[AddressDraft], now: i64) -> Result<Put> {
    let text = "select external_id, number, street, zipcode, lon, lat from address where ";
    let ids = || drafts.iter().map(|draft| draft.external_id.clone());
    let known: Vec<AddressDraft> = tx.sql(text).within("external_id", ids()).all().await?;
    let known: HashMap<&str, &AddressDraft> = known.iter().map(|row| (row.external_id.as_str(), row)).collect();
    let mut put = Put::default();
    for draft in drafts {
        match known.get(draft.external_id.as_str()) {
            Some(row) if *row == draft => {
                put.same += 1;
                continue;
            }
            Some(_) => put.changed += 1,
            None => put.new += 1,
        }
        tx.sql(
            "insert into address (external_id, number, street, zipcode, lon, lat) values ($1, $2, $3, $4, $5, $6) on conflict (external_id) do update
             set number = excluded.number, street = excluded.street, zipcode = excluded.zipcode, lon = excluded.lon, lat = excluded.lat",
        )
        .bind(draft.external_id.clone())
        .bind(draft.number.clone())
        .bind(draft.street.clone())
        .bind(draft.zipcode.clone())
        .bind(draft.lon)
        .bind(draft.lat)
        .run()
        .await?;
    }
    let rows: Vec<(i64,)> = tx.sql("select id from address where ").within("external_id", ids()).all().await?;
    put.rows = rows.into_iter().map(|(id,)| id).collect();
    told(tx, None, put.new + put.changed, 0, now).await?;
    Ok(put)
}

/// Deletes what a file that was read to its end did not name: assets of the kind, or addresses. Says how many.
pub async fn keep_only(tx: &mut Tx, kind: Option<i64>, rows: &HashSet<i64>, now: i64) -> Result<u64> {
    let all: Vec<(i64,)> = match kind {
        Some(kind) => tx.sql("select id from asset where kind_id = $1").bind(kind).all().await?,
        None => tx.sql("select id from address").all().await?,
    };
    let gone: Vec<i64> = all.into_iter().map(|(id,)| id).filter(|id| !rows.contains(id)).collect();
    let delete = if kind.is_some() { "delete from asset where " } else { "delete from address where " };
    for some in gone.chunks(500) {
        tx.sql(delete).within("id", some.iter().copied()).run().await?;
    }
    told(tx, kind, 0, gone.len() as u64, now).await?;
    Ok(gone.len() as u64)
}

/// Tells every process that its gazetteer is stale.
pub async fn changed(tx: &mut Tx, now: i64) -> Result<()> {
    bump(tx, VERSION, now).await
}

async fn told(tx: &mut Tx, asset_kind: Option<i64>, put: u64, removed: u64, now: i64) -> Result<()> {
    if put + removed == 0 {
        return Ok(());
    }
    events::append(tx, events::New::at(now, Fact::PlacesImported { asset_kind, put, removed })).await
}

/// An asset as the table has it.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its row.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub geometry: Geometry,
    /// What else is known of it.
    pub properties: Properties,
}

type Row = (i64, String, String, String);

fn asset((id, name, geometry, properties): Row) -> Result<Asset> {
    Ok(Asset { id, name, geometry: read_geometry(&geometry)?, properties: serde_json::from_str(&properties)? })
}

/// All assets of the kind with this code; none where there is no such kind.
pub async fn assets_of(from: &mut Source<'_>, kind: &str) -> Result<Vec<Asset>> {
    let text = "select asset.id, asset.name, geometry_json, properties_json from asset join asset_kind on asset_kind.id = kind_id
                where code = $1 order by asset.id";
    from.sql(text).bind(kind.to_owned()).all::<Row>().await?.into_iter().map(asset).collect()
}

/// All assets that have this role.
pub async fn assets_with(from: &mut Source<'_>, role: Role) -> Result<Vec<Asset>> {
    let text = "select asset.id, asset.name, geometry_json, properties_json from asset join asset_kind on asset_kind.id = kind_id
                where role = $1 order by asset.id";
    from.sql(text).bind(role.word()).all::<Row>().await?.into_iter().map(asset).collect()
}

/// All addresses.
pub async fn addresses(from: &mut Source<'_>) -> Result<Vec<AddressDraft>> {
    Ok(from.sql("select external_id, number, street, zipcode, lon, lat from address order by id").all().await?)
}

fn write_geometry(geometry: &Geometry) -> Result<String> {
    Ok(serde_json::to_string(&geojson::Geometry::new(geojson::GeometryValue::from(geometry)))?)
}

fn read_geometry(text: &str) -> Result<Geometry> {
    let geometry: geojson::Geometry = serde_json::from_str(text)?;
    Geometry::try_from(geometry.value).map_err(Error::internal)
}

/// In the order of their names, so that the same properties are the same text.
fn write_properties(properties: &Properties) -> Result<String> {
    Ok(serde_json::to_string(&properties.iter().collect::<std::collections::BTreeMap<_, _>>())?)
}
