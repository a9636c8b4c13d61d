//! Areas of a picture painted black, so that nothing is left of what was there: a blur can be undone, a colour cannot.

use serde::Deserialize;

use super::Pixels;

/// A rectangle in parts of the picture: 0 is its left or upper edge, 1 its right or lower one.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width, more than 0.
    pub width: f64,
    /// Height, more than 0.
    pub height: f64,
}

impl Area {
    /// Whether it is a rectangle that lies in the picture, but for a rounding.
    pub fn fits(&self) -> bool {
        let side = |from: f64, long: f64| (0.0..=1.0).contains(&from) && long > 0.0 && from + long <= 1.0 + 1e-6;
        side(self.x, self.width) && side(self.y, self.height)
    }
}

/// Paints every pixel black that an area touches.
pub(super) fn out(pixels: &mut Pixels, areas: &[Area]) {
    let (columns, rows, deep) = (pixels.width as usize, pixels.height as usize, pixels.channels.bytes());
    let span = |from: f64, long: f64, all: usize| {
        let end = ((from + long) * all as f64).ceil() as usize;
        (((from * all as f64).floor() as usize).min(all), end.min(all))
    };
    for area in areas {
        let ((left, right), (top, bottom)) = (span(area.x, area.width, columns), span(area.y, area.height, rows));
        for row in top..bottom {
            pixels.data[deep * (row * columns + left)..deep * (row * columns + right)].fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photos::intake::Channels;

    fn grey(width: u32, height: u32) -> Pixels {
        Pixels::new(width, height, Channels::Grey, vec![200; (width * height) as usize]).ok().unwrap()
    }

    #[test]
    fn every_pixel_that_is_touched_is_black_and_no_other() {
        let mut pixels = grey(10, 4);
        out(&mut pixels, &[Area { x: 0.25, y: 0.5, width: 0.2, height: 0.25 }]);
        let black: Vec<usize> = (0..40).filter(|&at| pixels.data[at] == 0).collect();
        assert_eq!(black, [22, 23, 24]);
        out(&mut pixels, &[Area { x: 0.0, y: 0.0, width: 1.0, height: 1.0 }]);
        assert!(pixels.data.iter().all(|&byte| byte == 0));
    }

    #[test]
    fn an_area_lies_in_the_picture() {
        let area = |x, y, width, height| Area { x, y, width, height };
        assert!(area(0.0, 0.0, 1.0, 1.0).fits() && area(0.1, 0.7, 0.9, 0.3).fits());
        for wrong in [
            area(-0.1, 0.0, 0.5, 0.5),
            area(0.6, 0.0, 0.5, 0.5),
            area(0.0, 0.0, 0.0, 0.5),
            area(f64::NAN, 0.0, 0.5, 0.5),
            area(0.0, 0.0, f64::INFINITY, 1.0),
        ] {
            assert!(!wrong.fits(), "{wrong:?}");
        }
    }
}
