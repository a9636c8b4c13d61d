//! JPEG to pixels, at half, a quarter or an eighth of the size where that is enough: the inverse transform then does less, and the
//! full picture never stands in memory.

use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};

use super::header::Header;
use super::{Channels, LARGE, Limits, Pixels, Refusal, render};

pub(crate) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Pixels, Refusal> {
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(limits.memory).unwrap_or(usize::MAX));
    decoder.read_info().map_err(refused)?;
    let info = decoder.info().ok_or(Refusal::Broken)?;
    // The budget was checked on what our own walker read; the decoder must have read the same.
    if (u32::from(info.width), u32::from(info.height)) != (header.width, header.height) || info.coding_process == CodingProcess::Lossless {
        return Err(Refusal::Broken);
    }
    let (width, height) = render::fit(header.width, header.height, LARGE);
    // Sides fit sixteen bits: `fit` never enlarges, and the header's sides came from sixteen bits.
    let (width, height) = decoder.scale(width as u16, height as u16).map_err(refused)?;
    let data = decoder.decode().map_err(refused)?;
    let (width, height) = (u32::from(width), u32::from(height));
    let (channels, data) = match info.pixel_format {
        PixelFormat::L8 => (Channels::Grey, data),
        PixelFormat::RGB24 => (Channels::Rgb, data),
        PixelFormat::CMYK32 => (Channels::Rgb, ink_to_light(data)),
        PixelFormat::L16 => return Err(Refusal::Broken),
    };
    Pixels::new(width, height, channels, data)
}

fn refused(error: jpeg_decoder::Error) -> Refusal {
    match error {
        jpeg_decoder::Error::Unsupported(_) => Refusal::Foreign("an uncommon kind of JPEG"),
        _ => Refusal::Broken,
    }
}

/// Cyan, magenta, yellow and black to red, green and blue, without a colour profile: each ink takes its share of the light, black
/// takes of all. The four bytes of a pixel become three in the same buffer.
fn ink_to_light(mut data: Vec<u8>) -> Vec<u8> {
    let pixels = data.len() / 4;
    for pixel in 0..pixels {
        let light = 255 - u32::from(data[4 * pixel + 3]);
        for channel in 0..3 {
            let passed = 255 - u32::from(data[4 * pixel + channel]);
            // A product of two bytes over 255 is a byte.
            data[3 * pixel + channel] = ((passed * light + 127) / 255) as u8;
        }
    }
    data.truncate(3 * pixels);
    data
}
