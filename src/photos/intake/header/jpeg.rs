//! JPEG (ITU-T T.81): frame header, EXIF, and the number of scans.

use super::{Header, Kind, be16};
use crate::photos::intake::Refusal;

/// A progressive photo has some ten scans. Each one walks over all of the picture though it may be a few bytes long, so a small file
/// with thousands of them would keep a processor busy for hours.
const MAX_SCANS: u32 = 32;

pub(super) fn read(bytes: &[u8]) -> Result<Header, Refusal> {
    let mut frame = None;
    let mut exif = None;
    let mut scans = 0;
    for (marker, at) in (Markers { bytes, at: 2 }) {
        let Some(data) = segment(bytes, at) else { continue };
        match marker {
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) && frame.is_none() => frame = Some(self::frame(marker, &bytes[data])?),
            0xE1 if exif.is_none() && bytes[data.clone()].starts_with(b"Exif\0\0") => exif = Some(data.start + 6..data.end),
            0xDA => scans += 1,
            _ => {}
        }
    }
    if scans > MAX_SCANS {
        return Err(Refusal::Foreign("a JPEG made of too many scans"));
    }
    let (width, height, memory) = frame.ok_or(Refusal::Broken)?;
    Ok(Header { kind: Kind::Jpeg, width, height, memory, exif })
}

/// Width, height, and the bytes that decoding takes.
fn frame(marker: u8, data: &[u8]) -> Result<(u32, u32, u64), Refusal> {
    match marker {
        0xC0..=0xC2 => {}
        0xC3 => return Err(Refusal::Foreign("a lossless JPEG")),
        0xC5..=0xC7 | 0xCD..=0xCF => return Err(Refusal::Foreign("a hierarchical JPEG")),
        _ => return Err(Refusal::Foreign("an arithmetic-coded JPEG")),
    }
    if data.first() != Some(&8) {
        return Err(Refusal::Foreign("a JPEG of more than 8 bits a colour"));
    }
    let (height, width) = be16(data, 1).zip(be16(data, 3)).ok_or(Refusal::Broken)?;
    let (width, height) = (u32::from(width), u32::from(height));
    // Coefficients of every block, two bytes each: all of them at once for a progressive picture, as many as wait for the worker
    // threads for a sequential one. Then the planes and the picture itself, four bytes a pixel.
    let sampling =
        || data.get(6..).unwrap_or_default().chunks_exact(3).map(|component| u64::from(component[1] >> 4) * u64::from(component[1] & 15));
    let samples_per_pixel_x4 = (4 * sampling().sum::<u64>()).div_ceil(sampling().max().unwrap_or(1).max(1));
    let memory = u64::from(width) * u64::from(height) * (samples_per_pixel_x4.div_ceil(2) + 4);
    Ok((width, height, memory))
}

/// Where the data of the segment stand whose length field is at `at`.
fn segment(bytes: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let end = at + usize::from(be16(bytes, at).filter(|length| *length >= 2)?);
    (end <= bytes.len()).then_some(at + 2..end)
}

/// Every marker with a segment up to the end of the image, and where its length field stands. Between a scan's header and the next
/// marker lie entropy-coded data, in which 0xFF is followed by 0 or a restart marker.
struct Markers<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Markers<'_> {
    type Item = (u8, usize);

    fn next(&mut self) -> Option<(u8, usize)> {
        loop {
            self.at += self.bytes.get(self.at..)?.iter().position(|byte| *byte == 0xFF)?;
            while *self.bytes.get(self.at)? == 0xFF {
                self.at += 1;
            }
            let marker = self.bytes[self.at];
            self.at += 1;
            match marker {
                0xD9 => return None,
                0x00 | 0x01 | 0xD0..=0xD8 => {}
                _ => {
                    let at = self.at;
                    self.at = segment(self.bytes, at)?.end;
                    return Some((marker, at));
                }
            }
        }
    }
}
