//! What the camera wrote about a photo: which way is up, where, and when. The fields are read once, checked, and never kept as EXIF.
//!
//! Refuses to guess: a position with a part that is missing, not finite, out of range or zero divided by zero is no position, nor is
//! the point where the equator meets the meridian of Greenwich, which is what devices write that do not know where they are.

use exif::{DateTime, Exif, In, Rational, Reader, Tag, Value};
use image::metadata::Orientation;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

/// An EXIF block fits a JPEG segment (64 KiB); other containers could carry one of any size.
const MAX_BLOCK: usize = 256 << 10;
/// EXIF was first published in October 1995: an earlier time is a clock that was never set.
const FIRST_YEAR: i16 = 1995;

/// What a camera wrote.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Facts {
    /// How to turn the pixels so that up is up.
    pub orientation: Orientation,
    /// Longitude and latitude in WGS84 degrees.
    pub position: Option<(f64, f64)>,
    /// Milliseconds since 1970, UTC.
    pub taken_at: Option<i64>,
}

impl Default for Facts {
    fn default() -> Self {
        Self { orientation: Orientation::NoTransforms, position: None, taken_at: None }
    }
}

/// Reads a TIFF-formed EXIF block (CIPA DC-008). A damaged block gives what can be read before the damage.
///
/// `zone` is where the camera's clock is taken to stand when it does not say. The reader visits no directory twice and at most eight
/// in a row, so a loop ends.
pub(crate) fn read(block: &[u8], zone: &TimeZone) -> Facts {
    if block.len() > MAX_BLOCK {
        return Facts::default();
    }
    let parsed = Reader::new().continue_on_error(true).read_raw(block.to_vec());
    let Ok(exif) = parsed.or_else(|error| error.distill_partial_result(|_| ())) else {
        return Facts::default();
    };
    Facts {
        orientation: orientation(&exif).unwrap_or(Orientation::NoTransforms),
        position: position(&exif),
        taken_at: taken_at(&exif, zone),
    }
}

fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    exif.get_field(tag, In::PRIMARY).map(|field| &field.value)
}

fn orientation(exif: &Exif) -> Option<Orientation> {
    let number = value(exif, Tag::Orientation)?.get_uint(0)?;
    Orientation::from_exif(u8::try_from(number).ok()?)
}

fn position(exif: &Exif) -> Option<(f64, f64)> {
    let lon = angle(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, [b'E', b'W'], 180.0)?;
    let lat = angle(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, [b'N', b'S'], 90.0)?;
    (lon != 0.0 || lat != 0.0).then_some((lon, lat))
}

/// Degrees, minutes and seconds as three fractions, and a letter for the half of the world, positive first.
fn angle(exif: &Exif, tag: Tag, reference: Tag, halves: [u8; 2], most: f64) -> Option<f64> {
    let Value::Rational(parts) = value(exif, tag)? else { return None };
    let &[degrees, minutes, seconds] = parts.as_slice() else { return None };
    let part = |fraction: Rational, below: f64| Some(fraction.to_f64()).filter(|part| part.is_finite() && *part < below);
    let angle = part(degrees, 181.0)? + part(minutes, 60.0)? / 60.0 + part(seconds, 60.0)? / 3600.0;
    let half = ascii(exif, reference)?.first()?.to_ascii_uppercase();
    let sign = if half == halves[0] { 1.0 } else { -1.0 };
    (angle <= most && halves.contains(&half)).then_some(sign * angle)
}

fn taken_at(exif: &Exif, zone: &TimeZone) -> Option<i64> {
    let (taken, offset) = match ascii(exif, Tag::DateTimeOriginal) {
        Some(text) => (text, ascii(exif, Tag::OffsetTimeOriginal)),
        None => (ascii(exif, Tag::DateTimeDigitized)?, ascii(exif, Tag::OffsetTimeDigitized)),
    };
    let mut taken = DateTime::from_ascii(taken).ok()?;
    if let Some(offset) = offset.or_else(|| ascii(exif, Tag::OffsetTime)) {
        // An offset that cannot be read leaves the local time, which is still worth having.
        let _ = taken.parse_offset(offset);
    }
    let year = i16::try_from(taken.year).ok().filter(|year| *year >= FIRST_YEAR)?;
    let field = |number: u8| i8::try_from(number).ok();
    let (hour, minute, second) = (field(taken.hour)?, field(taken.minute)?, field(taken.second)?);
    let local = civil::DateTime::new(year, field(taken.month)?, field(taken.day)?, hour, minute, second, 0).ok()?;
    let zone = match taken.offset {
        Some(minutes) => Offset::from_seconds(60 * i32::from(minutes)).ok()?.to_time_zone(),
        None => zone.clone(),
    };
    Some(zone.to_timestamp(local).ok()?.as_millisecond())
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match value(exif, tag)? {
        Value::Ascii(lines) => lines.first().map(|line| line.trim_ascii()).filter(|line| !line.is_empty()),
        _ => None,
    }
}
