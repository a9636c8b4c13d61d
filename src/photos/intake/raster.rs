//! PNG, WebP and GIF to pixels: one frame, eight bits a channel, whatever was transparent laid on white.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder, ImageError};

use super::header::{Header, Kind, png};
use super::{Channels, Limits, Pixels, Refusal};

pub(crate) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Pixels, Refusal> {
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(header.width);
    bounds.max_image_height = Some(header.height);
    bounds.max_alloc = Some(limits.memory);
    match header.kind {
        Kind::Png => pixels(PngDecoder::with_limits(Cursor::new(png::sieve(bytes)), bounds.clone()), header, bounds),
        Kind::Webp => pixels(WebPDecoder::new(Cursor::new(bytes)), header, bounds),
        Kind::Gif => {
            // A frame may lie anywhere on the screen but is no larger than it; the decoder would believe any size.
            bounds.max_alloc = Some(4 * u64::from(header.width) * u64::from(header.height));
            pixels(GifDecoder::new(Cursor::new(bytes)), header, bounds)
        }
        Kind::Jpeg => Err(Refusal::Broken),
    }
}

fn pixels<D: ImageDecoder>(decoder: Result<D, ImageError>, header: &Header, bounds: image::Limits) -> Result<Pixels, Refusal> {
    let mut decoder = decoder.map_err(|_| Refusal::Broken)?;
    let limit = bounds.max_alloc.unwrap_or(0);
    decoder.set_limits(bounds).map_err(|_| Refusal::Broken)?;
    // The budget was checked on what our own walker read; the decoder must have read the same.
    if decoder.dimensions() != (header.width, header.height) || decoder.total_bytes() > limit {
        return Err(Refusal::Broken);
    }
    let color = decoder.color_type();
    let mut data = vec![0; usize::try_from(decoder.total_bytes()).map_err(|_| Refusal::Broken)?];
    decoder.read_image(&mut data).map_err(|_| Refusal::Broken)?;
    let (channels, data) = match color {
        ColorType::L8 => (Channels::Grey, data),
        ColorType::Rgb8 => (Channels::Rgb, data),
        ColorType::La8 => (Channels::Grey, on_white(data, 1)),
        ColorType::Rgba8 => (Channels::Rgb, on_white(data, 3)),
        ColorType::L16 => (Channels::Grey, upper_half(data)),
        ColorType::Rgb16 => (Channels::Rgb, upper_half(data)),
        ColorType::La16 => (Channels::Grey, on_white(upper_half(data), 1)),
        ColorType::Rgba16 => (Channels::Rgb, on_white(upper_half(data), 3)),
        _ => return Err(Refusal::Broken),
    };
    Pixels::new(header.width, header.height, channels, data)
}

/// Lays `colors` channels followed by one of opacity on white, in the same buffer.
fn on_white(mut data: Vec<u8>, colors: usize) -> Vec<u8> {
    let pixels = data.len() / (colors + 1);
    for pixel in 0..pixels {
        let from = pixel * (colors + 1);
        let opacity = u32::from(data[from + colors]);
        for channel in 0..colors {
            let color = u32::from(data[from + channel]);
            // A weighted mean of two bytes is a byte.
            data[pixel * colors + channel] = ((color * opacity + 255 * (255 - opacity) + 127) / 255) as u8;
        }
    }
    data.truncate(pixels * colors);
    data
}

/// Sixteen bits in the machine's byte order to eight, in the same buffer.
fn upper_half(mut data: Vec<u8>) -> Vec<u8> {
    let samples = data.len() / 2;
    for sample in 0..samples {
        // Rounded, 65535 to 255: the quotient is a byte.
        let value = u32::from(u16::from_ne_bytes([data[2 * sample], data[2 * sample + 1]]));
        data[sample] = ((value + 128) / 257) as u8;
    }
    data.truncate(samples);
    data
}
