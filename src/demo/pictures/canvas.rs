//! A small painter: outlines filled with smooth edges, washes of light, grain. It draws in numbers from 0 to 1 and uses only arithmetic
//! that is alike on every machine. It does not know what it paints.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, RgbImage};

use crate::demo::dice::{Dice, noise, smooth_noise};

/// Width of a picture in pixels.
pub(super) const WIDTH: usize = 880;
/// Height of a picture in pixels.
pub(super) const HEIGHT: usize = 660;

/// A place on the picture in pixels, from its upper left corner.
pub(super) type At = (f64, f64);

/// Red, green, blue, each 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink(pub(super) f64, pub(super) f64, pub(super) f64);

impl Ink {
    /// Between this ink (0) and another (1).
    pub(super) fn to(self, other: Ink, share: f64) -> Ink {
        let part = |a: f64, b: f64| a + (b - a) * share;
        Ink(part(self.0, other.0), part(self.1, other.1), part(self.2, other.2))
    }

    /// Lighter (over 1) or darker (under 1).
    pub(super) fn lit(self, by: f64) -> Ink {
        Ink(self.0 * by, self.1 * by, self.2 * by)
    }
}

/// A picture in the making.
pub(super) struct Canvas {
    inks: Vec<Ink>,
    grain: u64,
}

impl Canvas {
    /// A blank picture; `grain` makes its textures its own.
    pub(super) fn new(grain: u64) -> Canvas {
        Canvas { inks: vec![Ink(0.5, 0.5, 0.5); WIDTH * HEIGHT], grain }
    }

    /// Paints everything between two heights.
    pub(super) fn band(&mut self, top: f64, bottom: f64, paint: impl Fn(f64, f64) -> Ink) {
        for y in (top.max(0.0) as usize)..(bottom.min(HEIGHT as f64) as usize) {
            for x in 0..WIDTH {
                self.inks[y * WIDTH + x] = paint(x as f64, y as f64);
            }
        }
    }

    /// Fills an outline: `cover` 1 hides what is below. Edges are smooth: four lines a pixel row, exact shares along each.
    pub(super) fn fill(&mut self, outline: &[At], cover: f64, paint: impl Fn(f64, f64) -> Ink) {
        let low = outline.iter().map(|at| at.1).fold(f64::MAX, f64::min).max(0.0) as usize;
        let high = (outline.iter().map(|at| at.1).fold(0.0, f64::max).min(HEIGHT as f64 - 1.0)).max(0.0) as usize;
        let mut shares = vec![0.0; WIDTH];
        for row in low..=high {
            shares.fill(0.0);
            for quarter in [0.125, 0.375, 0.625, 0.875] {
                let mut crossings = crossings(outline, row as f64 + quarter);
                crossings.sort_by(f64::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    span(&mut shares, pair[0], pair[1]);
                }
            }
            for (x, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                let ink = &mut self.inks[row * WIDTH + x];
                *ink = ink.to(paint(x as f64, row as f64), share * cover);
            }
        }
    }

    /// A line of even width with round ends.
    pub(super) fn stroke(&mut self, line: &[At], width: f64, ink: Ink) {
        for ends in line.windows(2) {
            let (dx, dy) = (ends[1].0 - ends[0].0, ends[1].1 - ends[0].1);
            let length = (dx * dx + dy * dy).sqrt().max(0.01);
            let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
            let [a, b] = [ends[0], ends[1]];
            self.fill(&[(a.0 + nx, a.1 + ny), (b.0 + nx, b.1 + ny), (b.0 - nx, b.1 - ny), (a.0 - nx, a.1 - ny)], 1.0, |_, _| ink);
        }
        if width > 3.0 {
            line.iter().for_each(|at| self.fill(&oval(*at, width / 2.0, width / 2.0), 1.0, |_, _| ink));
        }
    }

    /// A soft spot of light or shadow.
    pub(super) fn glow(&mut self, centre: At, radius: f64, ink: Ink, strength: f64) {
        let rows = ((centre.1 - radius).max(0.0) as usize)..((centre.1 + radius).clamp(0.0, HEIGHT as f64) as usize);
        for y in rows {
            for x in ((centre.0 - radius).max(0.0) as usize)..((centre.0 + radius).clamp(0.0, WIDTH as f64) as usize) {
                let (dx, dy) = (x as f64 - centre.0, y as f64 - centre.1);
                let near = 1.0 - (dx * dx + dy * dy) / (radius * radius);
                if near > 0.0 {
                    let below = &mut self.inks[y * WIDTH + x];
                    *below = below.to(ink, near * near * strength);
                }
            }
        }
    }

    /// Rough ground: the ink, lighter and darker in spots of about `size` pixels, by up to `depth`.
    pub(super) fn rough(&self, ink: Ink, size: f64, depth: f64) -> impl Fn(f64, f64) -> Ink + use<> {
        let grain = self.grain;
        move |x, y| {
            let coarse = smooth_noise(grain, x / size, y / size * 1.4) - 0.5;
            let fine = noise(grain ^ 9, x as i64, y as i64) - 0.5;
            ink.lit(1.0 + depth * (coarse + fine * 0.9))
        }
    }

    /// As a phone would give it: darker corners, a little noise, JPEG.
    pub(super) fn develop(self) -> Result<Vec<u8>, image::ImageError> {
        let mut picture = RgbImage::new(WIDTH as u32, HEIGHT as u32);
        for (index, pixel) in picture.pixels_mut().enumerate() {
            let (x, y) = (index % WIDTH, index / WIDTH);
            let (u, v) = (x as f64 / WIDTH as f64 - 0.5, y as f64 / HEIGHT as f64 - 0.5);
            let shade = 1.0 - 0.5 * (u * u + v * v);
            let grain = (noise(self.grain ^ 77, x as i64, y as i64) - 0.5) * 0.035;
            let Ink(r, g, b) = self.inks[index];
            pixel.0 = [r, g, b].map(|part| ((part * shade + grain).clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
        }
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 82);
        encoder.write_image(picture.as_raw(), WIDTH as u32, HEIGHT as u32, image::ExtendedColorType::Rgb8)?;
        Ok(bytes)
    }
}

fn crossings(outline: &[At], y: f64) -> Vec<f64> {
    let closed = outline.iter().zip(outline.iter().cycle().skip(1));
    closed.filter(|(a, b)| (a.1 > y) != (b.1 > y)).map(|(a, b)| a.0 + (b.0 - a.0) * (y - a.1) / (b.1 - a.1)).collect()
}

fn span(shares: &mut [f64], from: f64, to: f64) {
    let (from, to) = (from.clamp(0.0, WIDTH as f64), to.clamp(0.0, WIDTH as f64));
    let mut x = from;
    while x < to {
        let column = x as usize;
        let end = (column as f64 + 1.0).min(to);
        if let Some(share) = shares.get_mut(column) {
            *share += (end - x) * 0.25;
        }
        x = end.max(x + 1e-9);
    }
}

/// An oval as an outline.
pub(super) fn oval(centre: At, wide: f64, high: f64) -> Vec<At> {
    ragged(centre, wide, high, 0.0, &mut Dice::new(0))
}

/// An oval whose edge wavers by up to `raggedness` of its size.
pub(super) fn ragged(centre: At, wide: f64, high: f64, raggedness: f64, dice: &mut Dice) -> Vec<At> {
    // a turn of 2π/36 by repeated multiplication
    const TURN: (f64, f64) = (0.984_807_753_012_208, 0.173_648_177_666_930_33);
    let mut direction = (1.0, 0.0);
    let mut last = 0.0;
    (0..36)
        .map(|_| {
            let at = (centre.0 + wide * direction.0 * (1.0 + last), centre.1 + high * direction.1 * (1.0 + last));
            last = last * 0.4 + dice.between(-raggedness, raggedness) * 0.6;
            direction = (direction.0 * TURN.0 - direction.1 * TURN.1, direction.0 * TURN.1 + direction.1 * TURN.0);
            at
        })
        .collect()
}

/// A box as an outline, leaning to the right by `lean` pixels at its top.
pub(super) fn slab(left: f64, top: f64, wide: f64, high: f64, lean: f64) -> [At; 4] {
    [(left + lean, top), (left + wide + lean, top), (left + wide, top + high), (left, top + high)]
}
