//! What is not taken, why, and that refusing costs little.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[test]
fn other_types_are_named_whatever_they_are_called() {
    let iso = |brand: &[u8; 4]| [&[0, 0, 0, 24], b"ftyp", &brand[..], &[0; 4], b"miaf", &brand[..]].concat();
    assert_eq!(refused(&iso(b"heic")), Refusal::Heic);
    assert_eq!(refused(&iso(b"mif1")), Refusal::Heic);
    for (bytes, name) in [
        (iso(b"avif"), "AVIF"),
        (iso(b"qt  "), "video"),
        (b"%PDF-1.7 ...".to_vec(), "PDF"),
        (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "SVG"),
        (b"\xEF\xBB\xBF  <SVG onload=\"x()\">".to_vec(), "SVG"),
        (b"<html><script>x()</script>".to_vec(), "HTML"),
        (b"PK\x03\x04....".to_vec(), "ZIP"),
        (b"II\x2A\0....".to_vec(), "TIFF"),
        (b"BM......".to_vec(), "BMP"),
        (b"hello".to_vec(), "not a photo"),
        (vec![0], "not a photo"),
    ] {
        let Refusal::Foreign(what) = refused(&bytes) else { panic!("{name} was taken for a photo") };
        assert!(what.contains(name), "{what} should say {name}");
    }
}

#[test]
fn the_refusal_of_heic_says_what_to_do() {
    let words = Refusal::Heic.to_string();
    assert!(words.contains("JPEG, PNG, WebP or GIF") && words.contains("Most Compatible"), "{words}");
}

#[test]
fn a_refusal_becomes_the_error_that_its_status_comes_from() {
    use crate::error::Error;
    assert!(matches!(Error::from(Refusal::Heic), Error::Unsupported(words) if words.contains("HEIC")));
    assert!(matches!(Error::from(Refusal::Broken), Error::Invalid(fields) if fields[0].field == "photo"));
    let large = Error::from(Refusal::TooManyPixels { width: 9000, height: 8000, limit: 50_000_000 });
    assert_eq!(large.to_string(), "The photo, with 9000 × 8000 pixels, is over the limit of 50 megapixels.");
}

#[test]
fn each_limit_is_refused_by_name() {
    let small = Limits { max_bytes: 5000, max_pixels: 3000, max_side: 90, memory: 20_000 };
    let refused = |picture: RgbImage| take(&encoded(picture, ImageFormat::Png), &small, &TimeZone::UTC).expect_err("refused");
    assert_eq!(refused(quarters(60, 51)), Refusal::TooManyPixels { width: 60, height: 51, limit: 3000 });
    assert_eq!(refused(quarters(100, 3)), Refusal::TooLong { side: 100, limit: 90 });
    let deep = image::ImageBuffer::<image::Rgba<u16>, Vec<u16>>::new(50, 60);
    let deep = take(&encoded(deep, ImageFormat::Png), &small, &TimeZone::UTC);
    assert_eq!(deep, Err(Refusal::TooMuchMemory { limit: 20_000 }));
    assert_eq!(take(&[0xFF; 5001], &small, &TimeZone::UTC), Err(Refusal::TooManyBytes { limit: 5000 }));
    assert_eq!(take(&[], &small, &TimeZone::UTC), Err(Refusal::Empty));
}

#[test]
fn a_photo_cut_off_anywhere_is_refused_and_never_half_kept() {
    for whole in [
        jpeg(&quarters(64, 64), None),
        encoded(quarters(64, 64), ImageFormat::Png),
        encoded(quarters(64, 64), ImageFormat::WebP),
        encoded(quarters(64, 64), ImageFormat::Gif),
    ] {
        for part in [1, 2, 5, 8] {
            let cut = whole.len() * part / 9;
            assert!(take(&whole[..cut], &limits(), &TimeZone::UTC).is_err(), "{cut} of {} bytes were taken", whole.len());
        }
    }
}

#[test]
fn a_claim_of_many_pixels_is_refused_before_decoding() {
    let mut png = encoded(quarters(8, 8), ImageFormat::Png);
    png[16..20].copy_from_slice(&40_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&40_000_u32.to_be_bytes());
    let mut gif = encoded(quarters(8, 8), ImageFormat::Gif);
    gif[6..10].fill(0xFF);
    let mut jpeg = jpeg(&quarters(64, 64), None);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame header");
    jpeg[frame + 5..frame + 9].fill(0xFF);
    let started = Instant::now();
    for bomb in [png, gif, jpeg] {
        assert!(matches!(refused(&bomb), Refusal::TooManyPixels { .. }));
    }
    assert!(started.elapsed() < Duration::from_millis(100));
}

#[test]
fn a_jpeg_of_thousands_of_scans_is_refused() {
    let bytes = jpeg_with(&quarters(64, 64), ColorType::Rgb, |encoder| encoder.set_progressive(true));
    let end = bytes.len() - 2;
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 0];
    let bomb = [&bytes[..end], &scan.repeat(5000), &bytes[end..]].concat();
    assert!(matches!(refused(&bomb), Refusal::Foreign(what) if what.contains("scans")));
}

#[test]
fn a_gif_frame_larger_than_its_screen_is_refused() {
    let mut gif = encoded(quarters(8, 8), ImageFormat::Gif);
    let frame = gif.iter().position(|byte| *byte == 0x2C).expect("an image descriptor");
    gif[frame + 5..frame + 9].fill(0xFF);
    assert_eq!(refused(&gif), Refusal::Broken);
}

#[tokio::test]
async fn a_decoder_that_panics_refuses_the_photo_and_gives_its_place_back() {
    let darkroom = Darkroom::new(limits(), 1, TimeZone::UTC);
    for _ in 0..3 {
        let refusal = darkroom.run(u64::MAX, || panic!("a decoder panicked, as this test wants")).await;
        assert_eq!(refusal, Err(Refusal::Broken));
    }
    assert!(darkroom.develop(jpeg(&quarters(64, 64), None)).await.is_ok());
}

proptest! {
    #[test]
    fn no_header_makes_the_walkers_panic(kind in 0..4_usize, tail in proptest::collection::vec(any::<u8>(), 0..200)) {
        let magic: [&[u8]; 4] = [&[0xFF, 0xD8, 0xFF], &header::png::SIGNATURE, b"GIF89a", b"RIFF\0\0\0\0WEBP"];
        let bytes = [magic[kind], &tail].concat();
        let _ = header::read(&bytes, &limits());
        let _ = header::png::sieve(&bytes);
        let _ = exif::read(&tail, &TimeZone::UTC);
    }

    #[test]
    fn a_photo_with_some_bytes_changed_is_kept_whole_or_refused(
        format in 0..5_usize, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let picture = quarters(64, 16);
        let mut bytes = match format {
            0 => jpeg(&picture, Some(&block(vec![short(0x0112, 6)], vec![ascii(0x9003, "2024:05:01 10:00:00")], vec![]))),
            1 => jpeg_with(&picture, ColorType::Rgb, |encoder| encoder.set_progressive(true)),
            2 => encoded(picture, ImageFormat::Png),
            3 => encoded(picture, ImageFormat::WebP),
            _ => encoded(picture, ImageFormat::Gif),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let tight = Limits { max_pixels: 1_000_000, ..limits() };
        // A decoder may panic, which the darkroom turns into a refusal; what is kept must be a picture.
        let kept = std::panic::catch_unwind(|| take(&bytes, &tight, &TimeZone::UTC));
        if let Ok(Ok(photo)) = kept {
            prop_assert!(image::load_from_memory_with_format(&photo.large, ImageFormat::Jpeg).is_ok());
        }
    }
}
