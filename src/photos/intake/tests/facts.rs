//! What EXIF says, and what of it is believed.

use super::exif::Facts;
use super::*;

const LAT_REF: u16 = 1;
const LAT: u16 = 2;
const LON_REF: u16 = 3;
const LON: u16 = 4;
const ORIGINAL: u16 = 0x9003;
const DIGITIZED: u16 = 0x9004;
const OFFSET: u16 = 0x9010;
const OFFSET_ORIGINAL: u16 = 0x9011;

fn gps(lat: &[(u32, u32)], south: &str, lon: &[(u32, u32)], west: &str) -> Option<(f64, f64)> {
    let entries = vec![ascii(LAT_REF, south), rationals(LAT, lat), ascii(LON_REF, west), rationals(LON, lon)];
    exif::read(&block(vec![], vec![], entries), &TimeZone::UTC).position
}

fn time(entries: Vec<Entry>, zone: &str) -> Option<i64> {
    exif::read(&block(vec![], entries, vec![]), &TimeZone::get(zone).expect("a known zone")).taken_at
}

fn at(text: &str) -> Option<i64> {
    Some(text.parse::<jiff::Timestamp>().expect("a time").as_millisecond())
}

#[test]
fn degrees_minutes_and_seconds_become_degrees() {
    let (lon, lat) = gps(&[(41, 1), (52, 1), (4230, 100)], "N", &[(87, 1), (37, 1), (4120, 100)], "W").expect("a position");
    assert!((lon + 87.628_111).abs() < 1e-6 && (lat - 41.878_416).abs() < 1e-6, "{lon}, {lat}");
    let (lon, lat) = gps(&[(33, 1), (51_750, 1000), (0, 1)], "S", &[(151, 1), (12, 1), (0, 1)], "E").expect("a position");
    assert!((lon - 151.2).abs() < 1e-9 && (lat + 33.8625).abs() < 1e-9, "{lon}, {lat}");
    // On the equator or on the meridian, but not on both.
    assert_eq!(gps(&[(0, 1); 3], "N", &[(9, 1), (0, 1), (0, 1)], "E"), Some((9.0, 0.0)));
}

#[test]
fn an_absurd_position_is_none() {
    let fine = [(10, 1), (0, 1), (0, 1)];
    for (lat, south) in [
        (&[(91, 1), (0, 1), (0, 1)][..], "N"),
        (&[(10, 0), (0, 1), (0, 1)], "N"),
        (&[(0, 0), (0, 0), (0, 0)], "N"),
        (&[(10, 1), (60, 1), (0, 1)], "N"),
        (&[(10, 1), (0, 1), (75, 1)], "N"),
        (&[(u32::MAX, 1), (0, 1), (0, 1)], "N"),
        (&[(90, 1), (0, 1), (1, 1)], "N"),
        (&[(10, 1), (0, 1)], "N"),
        (&[], "N"),
        (&fine, "X"),
        (&fine, ""),
        (&fine, "E"),
    ] {
        assert_eq!(gps(lat, south, &fine, "E"), None, "{lat:?} {south}");
    }
    assert_eq!(gps(&[(0, 1); 3], "N", &[(0, 1); 3], "E"), None, "where devices are that do not know");
}

#[test]
fn the_time_taken_is_read_in_its_own_offset_or_the_citys_zone() {
    let original = || ascii(ORIGINAL, "2024:07:01 12:00:00");
    assert_eq!(time(vec![original()], "America/Chicago"), at("2024-07-01T17:00:00Z"));
    assert_eq!(time(vec![original(), ascii(OFFSET_ORIGINAL, "+02:00")], "America/Chicago"), at("2024-07-01T10:00:00Z"));
    assert_eq!(time(vec![original(), ascii(OFFSET, "-03:30")], "America/Chicago"), at("2024-07-01T15:30:00Z"));
    assert_eq!(time(vec![original(), ascii(OFFSET_ORIGINAL, "  :  ")], "UTC"), at("2024-07-01T12:00:00Z"));
    assert_eq!(time(vec![ascii(DIGITIZED, "2024:07:01 12:00:00")], "UTC"), at("2024-07-01T12:00:00Z"));
}

#[test]
fn an_hour_that_a_clock_change_skips_or_repeats_is_still_a_time() {
    assert_eq!(time(vec![ascii(ORIGINAL, "2024:03:10 02:30:00")], "America/Chicago"), at("2024-03-10T08:30:00Z"));
    assert_eq!(time(vec![ascii(ORIGINAL, "2024:11:03 01:30:00")], "America/Chicago"), at("2024-11-03T06:30:00Z"));
}

#[test]
fn an_absurd_time_is_none() {
    for text in [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2024:02:30 10:00:00",
        "2024:01:01 24:00:00",
        "2024:01:01 10:61:00",
        "2024-01-01 10:00:00",
        "1970:01:01 00:00:00",
        "99999:01:01 00:00:0",
        "2024:01:01",
        "",
    ] {
        assert_eq!(time(vec![ascii(ORIGINAL, text)], "UTC"), None, "{text}");
    }
}

#[test]
fn facts_come_from_jpeg_png_and_webp_alike_and_stay_out_of_the_pictures() {
    let entries = vec![ascii(LAT_REF, "N"), rationals(LAT, &[(10, 1); 3]), ascii(LON_REF, "E"), rationals(LON, &[(20, 1); 3])];
    let block = block(
        vec![ascii(0x013B, "Owner Lastname"), short(0x0112, 3)],
        vec![ascii(ORIGINAL, "2024:07:01 12:00:00"), ascii(0xA431, "SERIAL-4711")],
        entries,
    );
    let mut png = encoded(quarters(64, 64), ImageFormat::Png);
    // After the signature and IHDR; nobody checks the sum of a chunk that the decoder never sees.
    png.splice(33..33, [&(block.len() as u32).to_be_bytes()[..], b"eXIf", &block, &[0; 4]].concat());
    for bytes in [jpeg(&quarters(64, 64), Some(&block)), png, webp_with(&block)] {
        let photo = taken(&bytes);
        assert_eq!((photo.lat.map(f64::round), photo.lon.map(f64::round)), (Some(10.0), Some(20.0)));
        assert_eq!(photo.taken_at, at("2024-07-01T12:00:00Z"));
        assert_near(corners(&photo.large), [BLUE, WHITE, RED, GREEN]);
        for kept in [&photo.large, &photo.small] {
            for secret in ["Owner", "SERIAL", "Exif", "2024"] {
                assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} survived");
            }
        }
    }
}

/// An extended WebP: canvas, lossless picture, EXIF.
fn webp_with(block: &[u8]) -> Vec<u8> {
    let plain = encoded(quarters(64, 64), ImageFormat::WebP);
    let chunk = |name: &[u8], data: &[u8]| {
        let padding = vec![0; data.len() % 2];
        [name, &(data.len() as u32).to_le_bytes(), data, &padding].concat()
    };
    let canvas = chunk(b"VP8X", &[0x08, 0, 0, 0, 63, 0, 0, 63, 0, 0]);
    let body = [b"WEBP", &canvas[..], &plain[12..], &chunk(b"EXIF", block)].concat();
    chunk(b"RIFF", &body)
}

#[test]
fn a_loop_of_directories_ends_and_an_endless_block_is_not_read() {
    let mut looped = block(vec![short(0x0112, 6)], vec![], vec![]);
    // The pointer to the EXIF directory, and the next directory of each, point back at the first.
    let length = looped.len();
    looped[30..34].copy_from_slice(&8_u32.to_be_bytes());
    looped[length - 4..].copy_from_slice(&8_u32.to_be_bytes());
    let facts = exif::read(&looped, &TimeZone::UTC);
    assert_eq!(facts.orientation, image::metadata::Orientation::Rotate90);
    assert_eq!(exif::read(&vec![b'M'; 10 << 20], &TimeZone::UTC), Facts::default());
}
