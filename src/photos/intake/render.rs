//! Pixels to the two pictures that are kept: smaller, upright, and written as JPEG with nothing but the picture in it.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

use super::{Channels, Pixels, Refusal};

/// Width and height with the longest side at most `longest`, the shape kept, neither side below one pixel. Never enlarges.
pub(crate) fn fit(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let side = width.max(height);
    if side <= longest {
        return (width, height);
    }
    // Rounded to the nearest; the quotient is at most `longest`, so it fits.
    let scaled = |length: u32| ((2 * u64::from(length) * u64::from(longest) + u64::from(side)) / (2 * u64::from(side))).max(1) as u32;
    (scaled(width), scaled(height))
}

/// The same picture at another size (Lanczos, three lobes).
pub(crate) fn resize(pixels: Pixels, width: u32, height: u32) -> Result<Pixels, Refusal> {
    if (pixels.width, pixels.height) == (width, height) {
        return Ok(pixels);
    }
    let kind = match pixels.channels {
        Channels::Grey => PixelType::U8,
        Channels::Rgb => PixelType::U8x3,
    };
    let from = ImageRef::new(pixels.width, pixels.height, &pixels.data, kind).map_err(|_| Refusal::Broken)?;
    let mut to = Image::new(width, height, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&from, &mut to, &options).map_err(|_| Refusal::Broken)?;
    Pixels::new(width, height, pixels.channels, to.into_vec())
}

/// The picture turned and mirrored as the camera said.
pub(crate) fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::NoTransforms {
        return pixels;
    }
    let Pixels { width, height, channels, data } = pixels;
    // `Pixels::new` made sure that there are as many bytes as these buffers want.
    let mut image = match channels {
        Channels::Grey => DynamicImage::from(GrayImage::from_raw(width, height, data).unwrap_or_default()),
        Channels::Rgb => DynamicImage::from(RgbImage::from_raw(width, height, data).unwrap_or_default()),
    };
    image.apply_orientation(orientation);
    Pixels { width: image.width(), height: image.height(), channels, data: image.into_bytes() }
}

/// The picture as a baseline JPEG.
pub(crate) fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, Refusal> {
    let color = match pixels.channels {
        Channels::Grey => ColorType::Luma,
        Channels::Rgb => ColorType::Rgb,
    };
    let side = |length: u32| u16::try_from(length).map_err(|_| Refusal::Broken);
    let mut jpeg = Vec::with_capacity(pixels.data.len() / 8);
    let encoder = Encoder::new(&mut jpeg, quality);
    encoder.encode(&pixels.data, side(pixels.width)?, side(pixels.height)?, color).map_err(|_| Refusal::Broken)?;
    Ok(jpeg)
}

impl Pixels {
    /// Pixels whose bytes are as many as the size says.
    pub(super) fn new(width: u32, height: u32, channels: Channels, data: Vec<u8>) -> Result<Self, Refusal> {
        let bytes = u64::from(width) * u64::from(height) * channels.bytes() as u64;
        if data.len() as u64 == bytes { Ok(Self { width, height, channels, data }) } else { Err(Refusal::Broken) }
    }
}
