//! What a file is and how large its picture claims to be, read before any decoder may see it.
//!
//! Every walker here only slices with bounds checks and allocates nothing, so a hostile header costs nothing. Refuses to decode, and
//! to believe: decoders check these claims again.

mod gif;
mod jpeg;
pub(super) mod png;
mod webp;

use std::ops::Range;

use super::{Limits, Refusal};

/// The types of picture that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Jpeg,
    Png,
    Webp,
    Gif,
}

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub kind: Kind,
    pub width: u32,
    pub height: u32,
    /// Bytes that decoding takes at its peak, estimated from above.
    pub memory: u64,
    /// Where in the file the EXIF block stands (a TIFF file of its own).
    pub exif: Option<Range<usize>>,
}

/// Reads the header and checks it against the limits.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    if bytes.len() > limits.max_bytes {
        return Err(Refusal::TooManyBytes { limit: limits.max_bytes });
    }
    let header = match sniff(bytes)? {
        Kind::Jpeg => jpeg::read(bytes),
        Kind::Png => png::read(bytes),
        Kind::Webp => webp::read(bytes),
        Kind::Gif => gif::read(bytes),
    }?;
    let (width, height) = (header.width, header.height);
    if width == 0 || height == 0 {
        return Err(Refusal::Broken);
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(Refusal::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    if width.max(height) > limits.max_side {
        return Err(Refusal::TooLong { side: width.max(height), limit: limits.max_side });
    }
    if header.memory > limits.memory {
        return Err(Refusal::TooMuchMemory { limit: limits.memory });
    }
    Ok(header)
}

/// Tells the type by the first bytes; the refusal names what people commonly send instead.
fn sniff(bytes: &[u8]) -> Result<Kind, Refusal> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if starts(&[0xFF, 0xD8]) {
        return Ok(Kind::Jpeg);
    }
    if starts(&png::SIGNATURE) {
        return Ok(Kind::Png);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Ok(Kind::Gif);
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Kind::Webp);
    }
    Err(if bytes.get(4..8) == Some(b"ftyp") { iso_media(bytes) } else { Refusal::Foreign(foreign(bytes)) })
}

/// ISO base media files (ISO/IEC 14496-12) share a box `ftyp` whose brands tell photos from films.
fn iso_media(bytes: &[u8]) -> Refusal {
    const HEIF: [&[u8]; 10] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"];
    let end = bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize).clamp(12, 256).min(bytes.len());
    let brands = || bytes.get(8..end).unwrap_or_default().chunks(4);
    if brands().any(|brand| brand == b"avif" || brand == b"avis") {
        Refusal::Foreign("an AVIF picture")
    } else if brands().any(|brand| HEIF.contains(&brand)) {
        Refusal::Heic
    } else {
        Refusal::Foreign("a video")
    }
}

fn foreign(bytes: &[u8]) -> &'static str {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let head = &text[..text.len().min(1024)];
    let mentions = |word: &[u8]| head.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    match bytes {
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "a ZIP archive or office document",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] | [b'I', b'I', 43, 0, ..] => "a TIFF or raw camera file",
        [b'B', b'M', ..] => "a BMP picture",
        [0, 0, 0, 12, b'j', b'P', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => "a JPEG 2000 picture",
        [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', ..] => "a JPEG XL picture",
        _ if head.starts_with(b"<") && mentions(b"<svg") => "an SVG drawing",
        _ if head.starts_with(b"<") => "a page of text (HTML or XML)",
        _ => "not a photo",
    }
}

/// A big-endian number of two bytes.
fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|pair| u16::from_be_bytes(*pair))
}

/// A big-endian number of four bytes.
fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}

/// A little-endian number of two bytes.
fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|pair| u16::from_le_bytes(*pair))
}

/// A little-endian number of four bytes.
fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}
