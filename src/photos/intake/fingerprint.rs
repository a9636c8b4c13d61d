//! What the same picture has in common, whatever its size and quality: a perceptual hash by gradients (N. Krawetz, "Kind of Like That",
//! 2013) of 64 bits. It claims no more than that the same picture was sent again.

use image::{DynamicImage, GrayImage, RgbImage};
use image_hasher::{HashAlg, HasherConfig};

use super::{Channels, Pixels};

/// Fewer bits than this are a picture of nothing: a lens cap, a white page. All of these are alike.
const FEWEST_BITS: u32 = 4;

/// The fingerprint of a picture that stands upright; none where there is nothing to see.
pub(super) fn of(pixels: Pixels) -> Option<u64> {
    let Pixels { width, height, channels, data } = pixels;
    let image = match channels {
        Channels::Grey => DynamicImage::from(GrayImage::from_raw(width, height, data).unwrap_or_default()),
        Channels::Rgb => DynamicImage::from(RgbImage::from_raw(width, height, data).unwrap_or_default()),
    };
    let hasher = HasherConfig::with_bytes_type::<[u8; 8]>().hash_size(8, 8).hash_alg(HashAlg::Gradient).to_hasher();
    let hash = hasher.hash_image(&image);
    let bits = hash.as_bytes().iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    (bits.count_ones() >= FEWEST_BITS).then_some(bits)
}
