//! The area that the city serves, from a file named in the settings. Refuses what lies outside of it, with a hint where the axes look
//! swapped.

use std::path::Path;

use crate::config::Limits;
use crate::error::{Error, Result};
use crate::geo::{Boundaries, Jurisdiction, Point, area};

/// The area that the city serves.
pub(super) struct ServiceArea(Boundaries);

impl ServiceArea {
    /// Reads a GeoJSON file; all of its features together are the area.
    pub fn read(file: &Path, limits: &Limits) -> Result<ServiceArea> {
        let wrong = |problem: String| Error::config("city.service_area", format!("{}: {problem}", file.display()));
        let text = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
        let limits = area::Limits { features: limits.boundary_features, positions: limits.boundary_vertices, ..area::Limits::default() };
        let reading = area::read(&text, &limits).map_err(|refused| wrong(refused.to_string()))?;
        let one = |(id, area): (i64, area::Area)| Jurisdiction { id, layer: 0, layer_precedence: 0, precedence: 0, area: area.polygons };
        Ok(ServiceArea(Boundaries::new((0..).zip(reading.areas).map(one).collect())))
    }

    /// Refuses a point outside; the border is inside.
    pub fn check(&self, point: Point) -> Result<()> {
        let holds = |point: Point| !self.0.locate(point).is_empty();
        if holds(point) {
            return Ok(());
        }
        let Point { lon, lat } = point;
        let hint = match point.swapped() {
            Some(swapped) if holds(swapped) => {
                format!("; longitude and latitude look swapped: did you mean longitude {lat}, latitude {lon}?")
            }
            _ => ".".to_owned(),
        };
        Err(Error::invalid("lon", format!("Longitude {lon}, latitude {lat} lies outside of the area that this city serves{hint}")))
    }
}
