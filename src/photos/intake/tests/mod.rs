//! Photos made here, and the shared folder of real and hostile ones where it is present.

mod accepted;
mod facts;
mod refused;
mod shared;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

use super::*;

fn limits() -> Limits {
    Limits::from(&config::Photos::default())
}

fn taken(bytes: &[u8]) -> Intake {
    take(bytes, &limits(), &TimeZone::UTC).unwrap_or_else(|refusal| panic!("refused: {refusal}"))
}

fn refused(bytes: &[u8]) -> Refusal {
    take(bytes, &limits(), &TimeZone::UTC).expect_err("the photo must be refused")
}

const RED: Rgb<u8> = Rgb([220, 20, 30]);
const GREEN: Rgb<u8> = Rgb([20, 200, 40]);
const BLUE: Rgb<u8> = Rgb([30, 40, 210]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

/// Red, green, blue and white quarters, clockwise from the upper left: no turn or mirror leaves it as it is.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (2 * x < width, 2 * y < height) {
        (true, true) => RED,
        (false, true) => GREEN,
        (false, false) => BLUE,
        (true, false) => WHITE,
    })
}

/// The colours of the four quarters of a JPEG, clockwise from the upper left.
fn corners(jpeg: &[u8]) -> [Rgb<u8>; 4] {
    let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).expect("a kept picture decodes").to_rgb8();
    let at = |x: u32, y: u32| *picture.get_pixel(picture.width() * x / 4, picture.height() * y / 4);
    [at(1, 1), at(3, 1), at(3, 3), at(1, 3)]
}

#[track_caller]
fn assert_upright(jpeg: &[u8]) {
    assert_near(corners(jpeg), [RED, GREEN, BLUE, WHITE]);
}

#[track_caller]
fn assert_near(got: [Rgb<u8>; 4], wanted: [Rgb<u8>; 4]) {
    let off = got.iter().zip(&wanted).flat_map(|(a, b)| a.0.iter().zip(b.0).map(|(a, b)| a.abs_diff(b))).max();
    assert!(off < Some(16), "{got:?} is not {wanted:?}");
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("the test's picture encodes");
    bytes.into_inner()
}

/// A JPEG as a camera would write it.
fn jpeg(picture: &RgbImage, exif: Option<&[u8]>) -> Vec<u8> {
    jpeg_with(picture, ColorType::Rgb, |encoder| {
        if let Some(block) = exif {
            encoder.add_exif_metadata(block).expect("the block fits");
        }
    })
}

fn jpeg_with(picture: &[u8], color: ColorType, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let (width, height) = match color {
        ColorType::Cmyk | ColorType::CmykAsYcck => (64, picture.len() / 4 / 64),
        _ => (64, picture.len() / 3 / 64),
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    set(&mut encoder);
    encoder.encode(picture, width as u16, height as u16, color).expect("the test's picture encodes");
    bytes
}

/// One entry of a TIFF directory: tag, type, count and value, big-endian.
struct Entry(u16, u16, u32, Vec<u8>);

fn short(tag: u16, value: u16) -> Entry {
    Entry(tag, 3, 1, value.to_be_bytes().to_vec())
}

fn ascii(tag: u16, text: &str) -> Entry {
    let bytes = [text.as_bytes(), &[0]].concat();
    Entry(tag, 2, bytes.len() as u32, bytes)
}

fn rationals(tag: u16, parts: &[(u32, u32)]) -> Entry {
    Entry(tag, 5, parts.len() as u32, parts.iter().flat_map(|(over, under)| [over.to_be_bytes(), under.to_be_bytes()].concat()).collect())
}

/// An EXIF block of the main, the EXIF and the GPS directory.
fn block(mut main: Vec<Entry>, exif: Vec<Entry>, gps: Vec<Entry>) -> Vec<u8> {
    let pointer = |tag, at: u32| Entry(tag, 4, 1, at.to_be_bytes().to_vec());
    main.extend([pointer(0x8769, 0), pointer(0x8825, 0)]);
    let exif_at = 8 + directory(8, &main).len() as u32;
    let exif = directory(exif_at, &exif);
    let gps_at = exif_at + exif.len() as u32;
    let count = main.len();
    main[count - 2] = pointer(0x8769, exif_at);
    main[count - 1] = pointer(0x8825, gps_at);
    [b"MM\0\x2A\0\0\0\x08".to_vec(), directory(8, &main), exif, directory(gps_at, &gps)].concat()
}

fn directory(at: u32, entries: &[Entry]) -> Vec<u8> {
    let mut table = (entries.len() as u16).to_be_bytes().to_vec();
    let mut values = Vec::new();
    let values_at = at as usize + 2 + 12 * entries.len() + 4;
    for Entry(tag, kind, count, value) in entries {
        table.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        table.extend(count.to_be_bytes());
        if value.len() <= 4 {
            table.extend([value.as_slice(), &[0; 4][value.len()..]].concat());
        } else {
            table.extend(((values_at + values.len()) as u32).to_be_bytes());
            values.extend(value);
        }
    }
    [table, vec![0; 4], values].concat()
}
