//! Photo intake: bytes that claim to be a photo become two upright pictures without metadata, or a refusal in clear words.
//!
//! The order is the safety: the type is told by content ([`header`]), size and pixels are checked from the header, which is read by
//! our own bounds-checked walkers, and only then may a decoder see the file. What is kept is always re-encoded from pixels, so nothing
//! that hid beside them (metadata, comments, a second file appended) survives. Position and time are read out of EXIF and handed back
//! as fields. Refuses to: store anything, read the clock, trust a file name or a declared content type, or keep bytes it did not write.

mod black;
mod darkroom;
mod exif;
mod fingerprint;
mod header;
mod jpeg;
mod raster;
mod refusal;
mod render;

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

pub use black::Area;
pub use darkroom::Darkroom;
pub use refusal::{Refusal, TYPES};

use crate::config;
use crate::events::hex;
use header::{Header, Kind};

/// Longest side of the large copy, in pixels. Never enlarged.
pub const LARGE: u32 = 1600;
/// Longest side of the small copy, in pixels.
pub const SMALL: u32 = 320;
/// JPEG quality of both copies, 1 to 100.
const QUALITY: u8 = 80;

/// What one photo may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the upload.
    pub max_bytes: usize,
    /// Pixels, width times height, before decoding.
    pub max_pixels: u64,
    /// Pixels of either side.
    pub max_side: u32,
    /// Bytes that decoding may take, for one photo and for all that are decoded at once.
    pub memory: u64,
}

impl From<&config::Photos> for Limits {
    fn from(config: &config::Photos) -> Self {
        let &config::Photos { max_bytes, max_pixels, max_side, max_memory, .. } = config;
        Self { max_bytes, max_pixels, max_side, memory: max_memory }
    }
}

/// A photo as it may be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Intake {
    /// The large copy: JPEG, upright, no metadata.
    pub large: Vec<u8>,
    /// The small copy, likewise.
    pub small: Vec<u8>,
    /// Width of the large copy, in pixels.
    pub width: u32,
    /// Height of the large copy, in pixels.
    pub height: u32,
    /// Where the camera says it stood: WGS84 degrees, longitude. Present together with `lat`.
    pub lon: Option<f64>,
    /// Latitude of the same place.
    pub lat: Option<f64>,
    /// When the camera says it was taken, in milliseconds since 1970 (UTC).
    pub taken_at: Option<i64>,
    /// SHA-256 of the large copy in lower-case hex: the same picture has the same content, whatever metadata it came with.
    pub content: String,
    /// 64 bits that the same picture has in common, whatever its size and quality. It recognises a picture that is sent again, and
    /// nothing more: two pictures of one thing differ. None where there is nothing to see.
    pub fingerprint: Option<u64>,
}

/// Pixels in memory, eight bits a channel, rows without padding.
pub(crate) struct Pixels {
    width: u32,
    height: u32,
    channels: Channels,
    data: Vec<u8>,
}

/// How many bytes one pixel has, and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
}

impl Channels {
    fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// Takes a photo in, on the calling thread: some 100 ms of processor for 12 megapixels, up to [`Limits::memory`] bytes.
///
/// `zone` is the city's time zone, for cameras that write the local time alone. [`Darkroom::develop`] is the form for async callers;
/// it also bounds how many run at once and turns a decoder's panic into a refusal.
pub fn take(bytes: &[u8], limits: &Limits, zone: &TimeZone) -> Result<Intake, Refusal> {
    let header = header::read(bytes, limits)?;
    develop(bytes, &header, limits, zone, &[])
}

fn develop(bytes: &[u8], header: &Header, limits: &Limits, zone: &TimeZone, areas: &[Area]) -> Result<Intake, Refusal> {
    let facts = header.exif.clone().and_then(|block| bytes.get(block)).map(|block| exif::read(block, zone)).unwrap_or_default();
    let pixels = match header.kind {
        Kind::Jpeg => jpeg::decode(bytes, header, limits)?,
        Kind::Png | Kind::Webp | Kind::Gif => raster::decode(bytes, header, limits)?,
    };
    let (width, height) = render::fit(header.width, header.height, LARGE);
    let mut large = render::upright(render::resize(pixels, width, height)?, facts.orientation);
    black::out(&mut large, areas);
    let large_jpeg = render::encode(&large, QUALITY)?;
    let (width, height) = (large.width, large.height);
    let (small_width, small_height) = render::fit(width, height, SMALL);
    let small = render::resize(large, small_width, small_height)?;
    let small_jpeg = render::encode(&small, QUALITY)?;
    let fingerprint = fingerprint::of(small);
    let content = hex(&Sha256::digest(&large_jpeg));
    let (lon, lat) = facts.position.unzip();
    Ok(Intake { large: large_jpeg, small: small_jpeg, width, height, lon, lat, taken_at: facts.taken_at, content, fingerprint })
}

#[cfg(test)]
mod tests;
