//! PNG (ISO/IEC 15948): size and depth from IHDR, EXIF from eXIf, and a sieve for everything else.

use std::ops::Range;

use super::{Header, Kind, be32};
use crate::photos::intake::Refusal;

pub(crate) const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];

pub(super) fn read(bytes: &[u8]) -> Result<Header, Refusal> {
    let mut chunks = chunks(bytes);
    let first = chunks.next().filter(|(name, data)| name == b"IHDR" && data.len() == 13).ok_or(Refusal::Broken)?.1;
    let (width, height) = be32(bytes, first.start).zip(be32(bytes, first.start + 4)).ok_or(Refusal::Broken)?;
    // Up to four channels, of two bytes each only if the file says 16 bits.
    let per_pixel = if bytes.get(first.start + 8) == Some(&16) { 8 } else { 4 };
    let exif = chunks.find(|(name, _)| name == b"eXIf").map(|(_, data)| data);
    // Saturating: the file may claim four thousand million pixels a side, and is refused for that later.
    let memory = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(per_pixel);
    Ok(Header { kind: Kind::Png, width, height, memory, exif })
}

/// The same picture with its critical chunks and transparency alone, so that compressed text, colour profiles and animations, which
/// may be bombs of their own, never reach the decoder.
pub(crate) fn sieve(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(&SIGNATURE);
    for (name, data) in chunks(bytes) {
        if matches!(&name, b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND") {
            // Length and name stand before the data, the checksum after it.
            kept.extend_from_slice(&bytes[data.start - 8..data.end + 4]);
        }
    }
    kept
}

/// Name of each chunk and where its data stand, up to IEND or the first chunk that is not whole.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], Range<usize>)> {
    let mut at = SIGNATURE.len();
    let mut ended = false;
    std::iter::from_fn(move || {
        let length = be32(bytes, at)? as usize;
        let name: [u8; 4] = *bytes.get(at + 4..)?.first_chunk()?;
        let data = at + 8..(at + 8).checked_add(length)?;
        if ended || data.end.checked_add(4)? > bytes.len() {
            return None;
        }
        at = data.end + 4;
        ended = &name == b"IEND";
        Some((name, data))
    })
}
