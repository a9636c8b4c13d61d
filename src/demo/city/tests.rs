use std::collections::HashSet;

use ::geo::algorithm::{Area as _, Contains, Intersects, Validation};
use ::geo::{Coord, Point};
use sha2::{Digest, Sha256};

use super::*;
use crate::demo::dice::Dice;

/// A fingerprint of everything drawn, by the bits of each number.
fn fingerprint(city: &City) -> String {
    let mut hash = Sha256::new();
    let mut add = |places: &[Coord<f64>]| {
        places.iter().for_each(|place| hash.update([place.x.to_bits().to_le_bytes(), place.y.to_bits().to_le_bytes()].concat()))
    };
    let areas =
        [&city.limits, &city.port].into_iter().chain(&city.districts).chain(&city.maintenance).chain(&city.parks).chain(&city.state_roads);
    for polygon in areas.flat_map(|area| &area.shape.0).chain(city.waters.iter().map(|water| &water.shape)) {
        add(&polygon.exterior().0);
        polygon.interiors().iter().for_each(|hole| add(&hole.0));
    }
    city.streets.iter().for_each(|street| add(&street.line.0));
    city.streets.iter().for_each(|street| hash.update(street.name.as_bytes()));
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_city_is_the_same_on_every_machine_and_in_every_run() {
    insta::assert_snapshot!(fingerprint(alderford()), @"11709e60121cf2ca");
    assert_ne!(fingerprint(alderford()), fingerprint(&City::draw(SEED + 1)));
}

#[test]
fn every_area_is_a_valid_polygon() {
    let city = alderford();
    let areas =
        [&city.limits, &city.port].into_iter().chain(&city.districts).chain(&city.maintenance).chain(&city.parks).chain(&city.state_roads);
    for area in areas {
        assert!(area.shape.is_valid(), "{}: {:?}", area.name, area.shape.validation_errors());
    }
    for water in &city.waters {
        assert!(water.shape.is_valid(), "{}: {:?}", water.name, water.shape.validation_errors());
    }
    for area in [&city.port].into_iter().chain(&city.parks) {
        assert!(city.limits.shape.contains(&area.shape), "{} leaves the city", area.name);
    }
    assert_eq!(city.districts.len(), 9);
    assert_eq!(city.districts[1].shape.0[0].interiors().len(), 1);
    assert_eq!(city.districts[8].shape.0.len(), 2);
}

#[test]
fn districts_and_depot_areas_fill_the_city_without_gap_or_overlap() {
    let city = alderford();
    let whole = city.limits.shape.unsigned_area();
    for layer in [&city.districts, &city.maintenance] {
        let parts: f64 = layer.iter().map(|area| area.shape.unsigned_area()).sum();
        assert!((parts / whole - 1.0).abs() < 1e-9, "{parts} of {whole}");
    }
    let mut dice = Dice::new(2);
    let mut inside = 0;
    while inside < 3_000 {
        let place = Coord { x: dice.between(0.80, 1.0), y: dice.between(52.55, 52.65) };
        let point = Point(place);
        let in_city = city.limits.shape.contains(&point);
        inside += usize::from(in_city);
        for layer in [&city.districts, &city.maintenance] {
            let touching = layer.iter().filter(|area| area.shape.intersects(&point)).count();
            let holding = layer.iter().filter(|area| area.shape.contains(&point)).count();
            assert!(holding <= 1 && touching >= usize::from(in_city) && (in_city || holding == 0), "{place:?}: {holding} of {touching}");
            assert!(holding == 1 || !in_city || touching > 1, "{place:?} is in the city and in no area");
        }
    }
}

#[test]
fn streets_lie_inside_the_city_and_have_names_of_their_own() {
    let city = alderford();
    let mut names = HashSet::new();
    for street in &city.streets {
        assert!(names.insert(&street.name), "{} twice", street.name);
        assert!(street.length_m > 80.0 && street.plots() > 5, "{}: {} m", street.name, street.length_m);
        for place in &street.line.0 {
            assert!(city.limits.shape.contains(&Point(*place)), "{} leaves the city", street.name);
        }
        if street.class == Class::Local {
            assert!(
                street.line.0.iter().all(|place| city.district(*place) == Some(street.district) && !city.in_water(*place)),
                "{}",
                street.name
            );
        }
    }
    for known in ["Linden Avenue", "Mill Street", "Weir Bridge Road", "Quay Road", "Nettle Street", "Chapel Lane", "Lock Lane"] {
        assert!(names.contains(&known.to_owned()), "{known} is missing");
    }
    assert!((800..4_000).contains(&city.streets.len()), "{} streets", city.streets.len());
    for (index, district) in city.districts.iter().enumerate() {
        assert!(city.streets.iter().filter(|street| street.district == index).count() > 30, "{}", district.name);
    }
}

#[test]
fn houses_stand_beside_their_street_with_numbers_of_their_own() {
    let city = alderford();
    let street = city.streets.iter().find(|street| street.name == "Linden Avenue").expect("it is a known name");
    let houses: Vec<House> = street.houses().collect();
    assert_eq!(houses.len(), street.plots() as usize * 2);
    assert_eq!(houses.iter().map(|house| house.number).collect::<HashSet<_>>().len(), houses.len());
    assert_eq!(houses.last().map(|house| house.number), Some(street.last_number()));
    for house in houses {
        let nearest = street
            .line
            .0
            .windows(2)
            .map(|ends| from_segment(metres(house.place), metres(ends[0]), metres(ends[1])))
            .fold(f64::MAX, f64::min);
        assert!((5.0..11.0).contains(&nearest), "no. {} stands {nearest} m off", house.number);
    }
}
