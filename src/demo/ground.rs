//! Alderford's ground for the base map: land, parks, water, streets, houses and names.

use ::geo::{Coord, LineString, Polygon};

use super::city::{Class, alderford};
use crate::tiles::base::{Feature, Layer, Shape};

/// Everything that is drawn of Alderford.
pub fn ground() -> Vec<Feature> {
    let city = alderford();
    let mut ground: Vec<Feature> = city.limits.shape.iter().map(|land| area(Layer::Earth, "earth", "", 0, land)).collect();
    for park in &city.parks {
        ground.extend(park.shape.iter().map(|shape| area(Layer::Landuse, "park", park.name, 9, shape)));
    }
    for water in &city.waters {
        // The surface has no name: it is written once, along the middle of what flows and at the heart of what does not.
        ground.push(area(Layer::Water, water.kind, "", 6, &water.shape));
        let course = water.course.as_ref().map(|course| Shape::Line(points(course)));
        ground.push(Feature {
            name: water.name.into(),
            ..feature(Layer::Water, water.kind, 11, course.unwrap_or_else(|| middle(&water.shape)))
        });
    }
    for path in &city.paths {
        ground.push(feature(Layer::Roads, "path", 14, Shape::Line(points(path))));
    }
    // Main roads stand first in the city; they are drawn last, over the streets that lead into them.
    for street in city.streets.iter().rev() {
        let (kind, from_zoom) = match street.class {
            Class::Highway => ("highway", 7),
            Class::Arterial => ("major_road", 9),
            Class::Local => ("minor_road", 11),
        };
        ground.push(Feature { name: street.name.clone(), ..feature(Layer::Roads, kind, from_zoom, Shape::Line(points(&street.line))) });
        ground.extend(street.houses().map(|house| Feature {
            name: house.number.to_string(),
            ..feature(Layer::Buildings, "address", 16, Shape::Point(house.place))
        }));
    }
    ground.push(feature(Layer::Roads, "rail", 10, Shape::Line(points(&city.railway))));
    for label in &city.labels {
        let (layer, kind, from_zoom) = match label.kind {
            "city" => (Layer::Places, "locality", 4),
            "station" => (Layer::Pois, "station", 13),
            // The boundaries carry the names of districts.
            "district" => continue,
            _ => (Layer::Places, "neighbourhood", 12),
        };
        ground.push(Feature { name: label.name.into(), ..feature(layer, kind, from_zoom, Shape::Point(label.place)) });
    }
    ground
}

fn feature(layer: Layer, kind: &'static str, from_zoom: u8, shape: Shape) -> Feature {
    Feature { layer, kind, name: String::new(), from_zoom, shape }
}

fn area(layer: Layer, kind: &'static str, name: &str, from_zoom: u8, polygon: &Polygon<f64>) -> Feature {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(points).collect();
    Feature { name: name.into(), ..feature(layer, kind, from_zoom, Shape::Area(rings)) }
}

fn middle(polygon: &Polygon<f64>) -> Shape {
    let ring = &polygon.exterior().0;
    let sum = ring.iter().fold(Coord::zero(), |sum, corner| sum + *corner);
    Shape::Point(sum / ring.len().max(1) as f64)
}

fn points(line: &LineString<f64>) -> Vec<Coord<f64>> {
    line.0.clone()
}
