//! What stands in Alderford, as a register has it: streets with who owns them and the house numbers along them, parks and
//! stations. The houses themselves, some hundred thousand, are not written one by one.

use ::geo::Geometry;

use super::city::{City, Class, Street};
use crate::db::Tx;
use crate::error::Result;
use crate::gazetteer::{self, AssetDraft, Properties, Role};

/// Rows of one statement.
const BATCH: usize = 500;

/// Writes the register. `now` is in epoch milliseconds.
pub(super) async fn put(tx: &mut Tx, city: &City, now: i64) -> Result<()> {
    let streets = gazetteer::put_kind(tx, gazetteer::STREETS, "Streets", Role::Street, now).await?;
    for some in city.streets.iter().map(street).collect::<Vec<_>>().chunks(BATCH) {
        gazetteer::put_assets(tx, streets, some, now).await?;
    }
    for (code, name, landmarks) in [("park", "Parks", parks(city)), ("station", "Stations", stations(city))] {
        let kind = gazetteer::put_kind(tx, code, name, Role::Landmark, now).await?;
        gazetteer::put_assets(tx, kind, &landmarks, now).await?;
    }
    gazetteer::changed(tx, now).await
}

fn street(street: &Street) -> AssetDraft {
    let (class, owner) = match street.class {
        Class::Highway => ("highway", "state"),
        Class::Arterial => ("arterial", "city"),
        Class::Local => ("local", "city"),
    };
    let mut properties: Properties = [("class", class), ("owner", owner)].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    if street.plots() > 0 {
        // even numbers on the left, the odd one above each on the right
        let (first, last) = (street.first_number, street.last_number());
        for (name, number) in [("from_left", first), ("to_left", last - 1), ("from_right", first + 1), ("to_right", last)] {
            properties.insert(name.to_owned(), number.to_string());
        }
    }
    asset(&street.name, street.line.clone().into(), properties)
}

fn parks(city: &City) -> Vec<AssetDraft> {
    city.parks.iter().map(|park| asset(park.name, park.shape.clone().into(), Properties::new())).collect()
}

fn stations(city: &City) -> Vec<AssetDraft> {
    let stations = city.labels.iter().filter(|label| label.kind == "station");
    stations.map(|label| asset(label.name, ::geo::Point(label.place).into(), Properties::new())).collect()
}

/// Names are unique in the city, so that they serve as numbers too.
fn asset(name: &str, geometry: Geometry, properties: Properties) -> AssetDraft {
    AssetDraft { external_id: name.to_owned(), name: name.to_owned(), geometry, properties }
}

#[cfg(test)]
mod tests {
    use super::super::city::alderford;
    use super::*;
    use crate::gazetteer::{Asset, Index};
    use crate::geo::Point;

    #[test]
    fn the_register_names_everything_once_and_finds_the_houses() {
        let city = alderford();
        let drafts: Vec<AssetDraft> = city.streets.iter().map(street).chain(parks(city)).chain(stations(city)).collect();
        let mut names: Vec<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() == drafts.len() && names.len() > 100, "{} names of {}", names.len(), drafts.len());
        let row = |draft: AssetDraft| Asset { id: 0, name: draft.name, geometry: draft.geometry, properties: draft.properties };
        let index = Index::new(1, city.streets.iter().map(street).map(row).collect(), Vec::new(), Vec::new());
        let mut found = 0;
        for house in city.streets.iter().step_by(40).flat_map(|street| street.houses().step_by(7)) {
            let label = format!("{} {}", house.number, house.street.name);
            let place = index.certain(&label, "Alderford").unwrap_or_else(|| panic!("{label}"));
            let metres = place.at.metres_to(Point { lon: house.place.x, lat: house.place.y });
            assert!(place.label == label && metres < 30.0, "{label}: {metres} m");
            found += 1;
        }
        assert!(found > 100, "{found}");
    }
}
