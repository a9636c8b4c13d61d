//! The River Alder, the creek, the lake and the harbour basin. They lie inside districts like everything else: water is nobody's hole.

use ::geo::{LineString, Polygon};

use super::frame::{at, blob, line, ribbon, smooth};
use super::outline;
use crate::demo::dice::Dice;

/// A body of water.
#[derive(Clone, Debug)]
pub struct Water {
    /// What the map writes on it.
    pub name: &'static str,
    /// `river`, `stream`, `lake` or `basin`.
    pub kind: &'static str,
    /// Its surface, in degrees.
    pub shape: Polygon<f64>,
    /// Its middle, for flowing water: a label follows it.
    pub course: Option<LineString<f64>>,
}

pub(super) fn waters(seed: u64) -> Vec<Water> {
    let mut dice = Dice::named(seed, "water");
    let river = outline::river();
    let creek =
        smooth(&[at(4000.0, 2850.0), at(3600.0, 2420.0), at(3000.0, 1990.0), at(2300.0, 1480.0), at(1450.0, 1240.0), at(700.0, 900.0)], 8);
    let basin = [
        at(1330.0, -2960.0),
        at(2350.0, -2880.0),
        at(2420.0, -3010.0),
        at(2050.0, -3060.0),
        at(2060.0, -3180.0),
        at(2300.0, -3210.0),
        at(2260.0, -3330.0),
        at(1430.0, -3240.0),
        at(1330.0, -2960.0),
    ];
    vec![
        Water {
            name: "River Alder",
            kind: "river",
            shape: Polygon::new(line(&ribbon(&river, 92.0, 0.07, &mut dice)), vec![]),
            course: Some(line(&river)),
        },
        Water {
            name: "Mallow Creek",
            kind: "stream",
            shape: Polygon::new(line(&ribbon(&creek, 13.0, 0.2, &mut dice)), vec![]),
            course: Some(line(&creek)),
        },
        Water {
            name: "Heron Lake",
            kind: "lake",
            shape: Polygon::new(line(&blob(at(4400.0, 3080.0), at(620.0, 430.0), 0.14, &mut dice)), vec![]),
            course: None,
        },
        Water { name: "Tidewell Dock", kind: "basin", shape: Polygon::new(line(&basin), vec![]), course: None },
        Water {
            name: "Mill Pond",
            kind: "lake",
            shape: Polygon::new(line(&blob(at(-3320.0, -1330.0), at(120.0, 70.0), 0.12, &mut dice)), vec![]),
            course: None,
        },
    ]
}
