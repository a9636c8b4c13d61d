//! A small town is asked for its places.

use super::*;
use crate::geo::Point;

fn line(id: i64, name: &str, corners: &[(f64, f64)]) -> Asset {
    Asset { id, name: name.into(), geometry: geo::LineString::from(corners.to_vec()).into(), properties: Properties::new() }
}

fn address(number: &str, street: &str, lon: f64, lat: f64) -> AddressDraft {
    AddressDraft {
        external_id: format!("{number} {street}"),
        number: number.into(),
        street: street.into(),
        zipcode: "60601".into(),
        lon,
        lat,
    }
}

/// Main Street from west to east, North Fifth Avenue across it, Mill Lanes far apart, a park.
fn town() -> Index {
    let streets = vec![
        line(1, "Main Street", &[(0.9, 52.6), (0.905, 52.6)]),
        line(2, "Main Street", &[(0.905, 52.6), (0.92, 52.6)]),
        line(3, "North Fifth Avenue", &[(0.905, 52.59), (0.905, 52.61)]),
        line(4, "Mill Lane", &[(0.91, 52.6), (0.91, 52.601)]),
        line(5, "Mill Lane", &[(0.98, 52.65), (0.98, 52.651)]),
        line(6, "Maine Road", &[(0.93, 52.6), (0.93, 52.601)]),
        line(7, "Calle de la Unión", &[(0.94, 52.6), (0.94, 52.601)]),
        line(8, "Rose and Crown Walk", &[(0.95, 52.6), (0.95, 52.601)]),
    ];
    let square = vec![(0.9, 52.62), (0.91, 52.62), (0.91, 52.63), (0.9, 52.63), (0.9, 52.62)];
    let park = Asset {
        id: 9,
        name: "Saint Mary's Park".into(),
        geometry: geo::Polygon::new(square.into(), vec![]).into(),
        properties: Properties::new(),
    };
    let addresses = vec![
        address("2", "Main St", 0.9005, 52.6001),
        address("12", "Main Street", 0.902, 52.6001),
        address("12a", "Main Street", 0.9021, 52.6001),
        address("1", "Mill Lane", 0.9101, 52.6005),
        address("1", "Mill Lane", 0.9801, 52.6505),
        address("7", "Calle de la Union", 0.9401, 52.6005),
        address("5", "Unmapped Close", 0.9601, 52.6005),
    ];
    Index::new(1, streets, vec![park], addresses)
}

fn labels(question: &str) -> Vec<String> {
    town().find(question, None, 5).into_iter().map(|place| place.label).collect()
}

#[test]
fn what_people_type_is_found() {
    for (question, first) in [
        ("main", "Main Street"),
        ("Main St", "Main Street"),
        ("MAIN STREET", "Main Street"),
        ("sreet main", "Main Street"),
        ("maim street", "Main Street"),
        ("n 5th", "North Fifth Avenue"),
        ("fifth av", "North Fifth Avenue"),
        ("st marys", "Saint Mary's Park"),
        ("St. Mary’s Pa", "Saint Mary's Park"),
        ("union", "Calle de la Unión"),
        ("12 main", "12 Main Street"),
        ("12A Main St.", "12a Main Street"),
        ("Calle de la Union 7", "7 Calle de la Unión"),
        ("calle de la union, 7", "7 Calle de la Unión"),
        ("8 main st", "8 Main Street"),
        ("5 unmapped", "5 Unmapped Close"),
        ("unmapped close", "Unmapped Close"),
        ("main & 5th", "Main Street & North Fifth Avenue"),
        ("N. Fifth Ave at Main Street", "North Fifth Avenue & Main Street"),
        ("corner of main and n fifth", "Main Street & North Fifth Avenue"),
        ("main &", "Main Street & Mill Lane"),
        ("rose and crown", "Rose and Crown Walk"),
        ("52.6, 0.9", "52.600000, 0.900000"),
        ("9f42jw22+22", "9F42JW22+22"),
    ] {
        let found = labels(question);
        let expected = if question == "main &" { found.iter().find(|label| *label == first).or(found.first()) } else { found.first() };
        assert_eq!(expected.map(String::as_str), Some(first), "{question}: {found:?}");
    }
    assert_eq!(labels("main")[..2], ["Main Street", "Maine Road"], "what is written in full comes first");
    for question in ["", "   ", "&", "xyzzy", "999 main street", "!", "mill & fifth"] {
        assert!(labels(question).is_empty(), "{question}: {:?}", labels(question));
    }
}

#[test]
fn the_nearer_of_equals_comes_first() {
    let town = town();
    let first = |lon, lat| town.find("1 mill lane", Some(Point { lon, lat }), 5)[0].at.lon;
    assert_eq!((first(0.9, 52.6), first(0.99, 52.66)), (0.9101, 0.9801));
    let found = town.find("mill lane", None, 5);
    assert_eq!(found.iter().map(|place| place.label.as_str()).collect::<Vec<_>>(), ["Mill Lane", "Mill Lane"]);
}

#[test]
fn estimates_and_middles_are_no_exact_places() {
    let town = town();
    let first = |question: &str| town.find(question, None, 1).remove(0);
    assert_eq!((first("12 main street").kind, first("12 main street").exact), (Kind::Address, true));
    let between = first("8 main street");
    assert!(!between.exact && (between.at.lon - 0.9014).abs() < 1e-9, "{between:?}");
    assert!(!first("main street").exact && first("main & fifth").exact);
}

#[test]
fn only_one_place_is_certain() {
    let town = town();
    let certain = |address: &str| town.certain(address, "Alderford").map(|place| place.label);
    for (address, label) in [
        ("12 Main Street", "12 Main Street"),
        ("12 main st, Alderford, IL 60601", "12 Main Street"),
        ("12 Main St., alderford", "12 Main Street"),
        ("8 Main Street", "8 Main Street"),
        ("Main St & N 5th Ave", "Main Street & North Fifth Avenue"),
        ("St Mary's Park", "Saint Mary's Park"),
        ("Calle de la Unión, 7", "7 Calle de la Unión"),
        ("9F42JW22+22", "9F42JW22+22"),
    ] {
        assert_eq!(certain(address).as_deref(), Some(label), "{address}");
    }
    for address in [
        "Main Street",
        "12 Main",
        "1 Mill Lane",
        "12 Main Street, Springfield",
        "12 Main Street, Alderford 99999",
        "W22+22",
        "mian street 12",
        "",
    ] {
        assert_eq!(certain(address), None, "{address}");
    }
}

#[test]
fn a_place_is_called_by_what_is_near() {
    let town = town();
    let called = |lon, lat| town.called(Point { lon, lat });
    assert_eq!(called(0.902, 52.60012).label.as_deref(), Some("12 Main Street"));
    assert_eq!(called(0.90501, 52.6).label.as_deref(), Some("Main Street & North Fifth Avenue"));
    assert_eq!(called(0.9075, 52.6002).label.as_deref(), Some("Main Street"));
    assert_eq!(called(0.905, 52.625).label.as_deref(), Some("Saint Mary's Park"));
    let nowhere = called(0.5, 52.0);
    assert_eq!((nowhere.label, nowhere.code.len()), (None, 11));
    let house = called(0.902, 52.60012);
    assert_eq!((house.zipcode.as_str(), house.street.map(|street| street.metres.round())), ("60601", Some(13.0)));
}
