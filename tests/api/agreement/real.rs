//! Whole files of real cities against our boundaries of the day: what an import would record, without recording it. Where the files are
//! not there these say so and pass.

use std::collections::{HashMap, HashSet};

use waymark::geo::Point;
use waymark::imports::jurisdictions::{Options, import_jurisdictions};
use waymark::routing::measure::{Agreement, compare};

use super::asked;
use crate::helpers::{City, Database, NOON};
use crate::imports::{real, understood};

/// 2015-05-18T05:00:00Z: the day on which Chicago's new wards took effect, by the clocks there.
const NEW_MAP: i64 = 1_431_925_200_000;

/// Publishes a real layer, from a day on or as if it had always been so.
async fn publish(city: &City, layer: &str, file: &str, valid_from: Option<i64>) -> Option<()> {
    let options = Options { valid_from, ..Options::new(layer) };
    let file = std::fs::File::open(real(file)?).unwrap();
    import_jurisdictions(&city.app.db, file, options, None, NOON).await.unwrap();
    Some(())
}

type Stated = (Point, i64, HashMap<String, String>);

/// Place, time and what the city assigned, of every placed request of a file; of a number that repeats the first counts.
fn stated(layout: &str, file: &str) -> Option<Vec<Stated>> {
    let mut seen = HashSet::new();
    let rows = understood(layout, file)?.into_iter().filter(|row| seen.insert(row.external_id.clone()));
    let placed =
        rows.filter_map(|row| row.place.ok().map(|(lon, lat)| (Point { lon, lat }, row.filed_at, row.assigned.into_iter().collect())));
    Some(placed.collect())
}

/// How well a layer agrees with the city's column, printed.
async fn agreement(city: &City, layer: &str, field: &str, rows: &[Stated]) -> Agreement {
    let ground = city.app.routing.current(&city.app.db).await.unwrap();
    let found = compare(&ground, &asked(layer, field), rows.iter().cloned()).unwrap();
    println!("{found}");
    found
}

#[tokio::test]
async fn chicagos_potholes_lie_in_the_wards_that_the_city_says() {
    let city = City::over(Database::sqlite()).await;
    let Some(()) = publish(&city, "ward", "chicago/wards_2015.geojson", None).await else { return };
    let Some(rows) = stated("chicago", "chicago/potholes_2018_12.csv") else { return };
    let found = agreement(&city, "ward", "ward", &rows).await;
    assert!(found.compared > 1_000 && found.percent >= 99.3, "{found}");
}

#[tokio::test]
async fn bostons_requests_lie_in_the_wards_and_police_districts_that_the_city_says() {
    let city = City::over(Database::sqlite()).await;
    let Some(()) = publish(&city, "ward", "boston/wards.geojson", None).await else { return };
    let Some(()) = publish(&city, "police_district", "boston/police_districts.geojson", None).await else { return };
    let Some(rows) = stated("boston", "boston/requests_2015_h1.csv.gz") else { return };
    for (layer, least) in [("ward", 98.8), ("police_district", 99.4)] {
        let found = agreement(&city, layer, layer, &rows).await;
        assert!(found.compared > 49_000 && found.percent >= least, "{found}");
        let spread = found.metres_to_stated.unwrap();
        assert!(spread.median < 5.0 && spread.within_25_m > 75.0, "most misses are lines drawn a little differently: {spread:?}");
    }
}

#[tokio::test]
async fn chicagos_old_records_lie_in_the_wards_of_their_own_day() {
    let city = City::over(Database::sqlite()).await;
    let Some(()) = publish(&city, "ward", "chicago/wards_before_2015.geojson", None).await else { return };
    let Some(()) = publish(&city, "ward", "chicago/wards_2015.geojson", Some(NEW_MAP)).await else { return };
    let Some(rows) = stated("chicago", "chicago/sanitation_2011_2014.csv.gz") else { return };
    let found = agreement(&city, "ward", "ward", &rows).await;
    assert!(found.compared > 74_000 && found.percent >= 95.7, "{found}");
    assert!(found.metres_to_stated.unwrap().within_25_m > 99.0, "the misses lie on the streets that are the border");
    // The map of a later day would have been wrong for every fourth.
    let Some(()) = publish(&city, "ward_today", "chicago/wards_2015.geojson", None).await else { return };
    assert!(agreement(&city, "ward_today", "ward", &rows).await.percent < 75.0);
}
