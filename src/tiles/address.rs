//! Which tile: zoom, column and row of the square world that web maps share (Web Mercator, EPSG:3857; rows count from the
//! north).

use ::geo::Coord;

use crate::analytics::Bbox;

/// Units along one side of a tile.
pub const EXTENT: u32 = 4096;

/// The deepest zoom there are tiles for.
const DEEPEST: u8 = 22;

/// One tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    z: u8,
    x: u32,
    y: u32,
}

impl Address {
    /// The tile, if there is one.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Address> {
        (z <= DEEPEST && x < 1 << z && y < 1 << z).then_some(Address { z, x, y })
    }

    /// Its zoom.
    pub fn zoom(self) -> u8 {
        self.z
    }

    /// Its column and row.
    pub fn column_row(self) -> (u32, u32) {
        (self.x, self.y)
    }

    /// The degrees it covers, and so many of its units more on each side; cut off where the world ends.
    pub fn bbox(self, margin: f64) -> Bbox {
        let side = f64::from(1u32 << self.z);
        let edge = |at: u32, units: f64| ((f64::from(at) + units / f64::from(EXTENT)) / side).clamp(0.0, 1.0);
        let (west, north) = degrees(edge(self.x, -margin), edge(self.y, -margin));
        let (east, south) = degrees(edge(self.x + 1, margin), edge(self.y + 1, margin));
        Bbox { west, south, east, north }
    }

    /// Where a point of the square world lies, in units of this tile.
    pub fn units(self, world: Coord<f64>) -> Coord<f64> {
        let side = f64::from(1u32 << self.z);
        let unit = |at: f64, first: u32| (at * side - f64::from(first)) * f64::from(EXTENT);
        Coord { x: unit(world.x, self.x), y: unit(world.y, self.y) }
    }
}

/// Degrees as a point of the square world: 0 to 1 from the west and from the north. Latitudes that the square does not
/// reach (85.05°) are cut off.
pub fn world(lon: f64, lat: f64) -> Coord<f64> {
    let sine = lat.to_radians().sin().clamp(-0.9999, 0.9999);
    Coord { x: lon / 360.0 + 0.5, y: 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI) }
}

fn degrees(x: f64, y: f64) -> (f64, f64) {
    ((x - 0.5) * 360.0, (std::f64::consts::PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_is_one_tile_at_zoom_0_and_none_beyond_the_edge() {
        assert!(Address::new(0, 0, 0).is_some());
        for (z, x, y) in [(0, 1, 0), (3, 8, 0), (3, 0, 8), (23, 0, 0), (255, 0, 0)] {
            assert_eq!(Address::new(z, x, y), None, "{z}/{x}/{y}");
        }
    }

    proptest! {
        #[test]
        fn a_place_lies_in_the_box_of_the_tile_that_its_units_say(lon in -179.9..179.9, lat in -84.0..84.0, z in 0u8..=18) {
            let side = f64::from(1u32 << z);
            let at = world(lon, lat);
            let tile = Address::new(z, (at.x * side) as u32, (at.y * side) as u32).unwrap();
            let units = tile.units(at);
            prop_assert!((0.0..=f64::from(EXTENT)).contains(&units.x) && (0.0..=f64::from(EXTENT)).contains(&units.y));
            prop_assert!(tile.bbox(0.001).contains(lon, lat));
        }
    }
}
