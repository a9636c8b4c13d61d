//! GIF89a: the logical screen.

use super::{Header, Kind, le16};
use crate::photos::intake::Refusal;

pub(super) fn read(bytes: &[u8]) -> Result<Header, Refusal> {
    let side = |at| le16(bytes, at).map(u32::from).ok_or(Refusal::Broken);
    let (width, height) = (side(6)?, side(8)?);
    // The screen and at most one frame of its size beside it, four bytes a pixel.
    Ok(Header { kind: Kind::Gif, width, height, memory: 8 * u64::from(width) * u64::from(height), exif: None })
}
