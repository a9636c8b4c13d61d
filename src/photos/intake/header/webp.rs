//! WebP (RFC 9649): size from the first chunk, EXIF from its own.

use std::ops::Range;

use super::{Header, Kind, le16, le32};
use crate::photos::intake::Refusal;

pub(super) fn read(bytes: &[u8]) -> Result<Header, Refusal> {
    let mut chunks = chunks(bytes);
    let (width, height) = chunks.next().and_then(|(name, data)| size(name, &bytes[data])).ok_or(Refusal::Broken)?;
    let exif = chunks.find(|(name, _)| name == b"EXIF").map(|(_, data)| data);
    // The decoder holds the picture, its planes or transformed copy, and for an animation the canvas: four bytes each.
    Ok(Header {
        kind: Kind::Webp,
        width,
        height,
        memory: 12 * u64::from(width) * u64::from(height),
        exif: exif.map(|range| tiff(bytes, range)),
    })
}

fn size(name: [u8; 4], data: &[u8]) -> Option<(u32, u32)> {
    match &name {
        // RFC 9649 section 2.7: canvas width and height minus one, 24 bits each.
        b"VP8X" => {
            let side = |at: usize| data.get(at..at + 3).map(|s| 1 + (u32::from(s[0]) | u32::from(s[1]) << 8 | u32::from(s[2]) << 16));
            side(4).zip(side(7))
        }
        // Section 3.4: after the signature 0x2F, width and height minus one, 14 bits each.
        b"VP8L" => {
            let bits = le32(data, 1).filter(|_| data[0] == 0x2F)?;
            Some((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)))
        }
        // RFC 6386 section 9.1: frame tag, start code, then 14 bits each below two bits of scale.
        b"VP8 " => {
            let side = |at| le16(data, at).map(|side| u32::from(side & 0x3FFF));
            side(6).zip(side(8)).filter(|_| data[3..6] == [0x9D, 0x01, 0x2A])
        }
        _ => None,
    }
}

/// Some writers put JPEG's `Exif\0\0` before the TIFF block.
fn tiff(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let skip = if bytes[range.clone()].starts_with(b"Exif\0\0") { 6 } else { 0 };
    range.start + skip..range.end
}

/// Name of each chunk and where its data stand, up to the first that is not whole.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], Range<usize>)> {
    let mut at = 12;
    std::iter::from_fn(move || {
        let name: [u8; 4] = *bytes.get(at..)?.first_chunk()?;
        let length = le32(bytes, at + 4)? as usize;
        let data = at + 8..(at + 8).checked_add(length)?;
        bytes.get(data.clone())?;
        at = data.end + length % 2;
        Some((name, data))
    })
}
