//! What is taken, and that it comes out right.

use image::metadata::Orientation;
use image::{GrayImage, ImageBuffer, Luma, Rgba, RgbaImage};

use super::*;

#[test]
fn all_eight_orientations_come_out_upright() {
    for number in 1..=8 {
        let orientation = Orientation::from_exif(number).expect("one of the eight");
        // Turning is undone by the turn the other way; every other orientation undoes itself.
        let undone = match orientation {
            Orientation::Rotate90 => Orientation::Rotate270,
            Orientation::Rotate270 => Orientation::Rotate90,
            same => same,
        };
        let mut stored = DynamicImage::from(quarters(64, 64));
        stored.apply_orientation(undone);
        let photo = taken(&jpeg(&stored.to_rgb8(), Some(&block(vec![short(0x0112, number.into())], vec![], vec![]))));
        assert_upright(&photo.large);
        assert_upright(&photo.small);
    }
}

#[test]
fn a_turned_photo_swaps_its_sides() {
    let photo = taken(&jpeg(&quarters(64, 32), Some(&block(vec![short(0x0112, 6)], vec![], vec![]))));
    assert_eq!((photo.width, photo.height), (32, 64));
}

#[test]
fn an_orientation_outside_one_to_eight_turns_nothing() {
    for number in [0, 9, 256, 65535] {
        assert_upright(&taken(&jpeg(&quarters(64, 64), Some(&block(vec![short(0x0112, number)], vec![], vec![])))).large);
    }
}

#[test]
fn png_webp_and_gif_are_taken_as_well_as_jpeg() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let photo = taken(&encoded(quarters(40, 30), format));
        assert_eq!((photo.width, photo.height), (40, 30), "{format:?}");
        assert_upright(&photo.large);
    }
}

#[test]
fn the_two_copies_are_bounded_and_never_enlarged() {
    for ((width, height), large, small) in [
        ((3200, 100), (1600, 50), (320, 10)),
        ((100, 2000), (80, 1600), (16, 320)),
        ((800, 400), (800, 400), (320, 160)),
        ((30, 20), (30, 20), (30, 20)),
        ((1, 1), (1, 1), (1, 1)),
        ((5000, 1), (1600, 1), (320, 1)),
    ] {
        let photo = taken(&encoded(quarters(width, height), ImageFormat::Png));
        assert_eq!((photo.width, photo.height), large);
        assert_eq!(header::read(&photo.large, &limits()).map(|header| (header.width, header.height)), Ok(large));
        assert_eq!(header::read(&photo.small, &limits()).map(|header| (header.width, header.height)), Ok(small));
    }
}

#[test]
fn a_large_jpeg_is_decoded_at_half_size_and_looks_the_same() {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 92).encode(&quarters(3600, 240), 3600, 240, ColorType::Rgb).expect("the test's picture encodes");
    let photo = taken(&bytes);
    assert_eq!((photo.width, photo.height), (1600, 107));
    assert_upright(&photo.large);
    assert_upright(&photo.small);
}

#[test]
fn progressive_subsampled_and_restarted_jpegs_are_taken() {
    let picture = quarters(64, 48);
    for set in [
        (|encoder| encoder.set_progressive(true)) as fn(&mut Encoder<&mut Vec<u8>>),
        |encoder| encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1),
        |encoder| encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_2),
        |encoder| encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_4_1),
        |encoder| encoder.set_restart_interval(2),
        |encoder| encoder.set_optimized_huffman_tables(true),
    ] {
        assert_upright(&taken(&jpeg_with(&picture, ColorType::Rgb, set)).large);
    }
}

#[test]
fn ink_becomes_light() {
    // Cyan, magenta, yellow, black: no ink, all magenta and yellow, half black.
    for (ink, light) in [([0, 0, 0, 0], [255, 255, 255]), ([0, 255, 255, 0], [255, 0, 0]), ([0, 0, 0, 128], [127, 127, 127])] {
        for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            let photo = taken(&jpeg_with(&ink.repeat(64 * 32), color, |_| ()));
            assert_near(corners(&photo.large), [Rgb(light); 4]);
        }
    }
}

#[test]
fn grey_and_sixteen_bit_pictures_are_taken() {
    let grey = GrayImage::from_pixel(20, 20, Luma([90]));
    assert_near(corners(&taken(&encoded(grey, ImageFormat::Png)).large), [Rgb([90; 3]); 4]);
    let deep = ImageBuffer::<Rgb<u16>, Vec<u16>>::from_pixel(20, 20, Rgb([0xFFFF, 0x8080, 0]));
    assert_near(corners(&taken(&encoded(deep, ImageFormat::Png)).large), [Rgb([255, 128, 0]); 4]);
    let deep_grey = ImageBuffer::<Luma<u16>, Vec<u16>>::from_pixel(20, 20, Luma([0x4040]));
    assert_near(corners(&taken(&encoded(deep_grey, ImageFormat::Png)).large), [Rgb([64; 3]); 4]);
}

#[test]
fn what_is_transparent_lies_on_white() {
    let half = RgbaImage::from_pixel(20, 20, Rgba([255, 0, 0, 128]));
    let none = RgbaImage::from_pixel(20, 20, Rgba([10, 20, 30, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        assert_near(corners(&taken(&encoded(half.clone(), format)).large), [Rgb([255, 127, 127]); 4]);
        assert_near(corners(&taken(&encoded(none.clone(), format)).large), [WHITE; 4]);
    }
    assert_near(corners(&taken(&encoded(none, ImageFormat::Gif)).large), [WHITE; 4]);
}

#[test]
fn a_moving_gif_gives_its_first_frame() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for picture in [quarters(40, 30), RgbImage::new(40, 30)] {
        encoder.encode_frame(image::Frame::new(DynamicImage::from(picture).to_rgba8())).expect("the test's frame encodes");
    }
    drop(encoder);
    assert_upright(&taken(&bytes).large);
}

#[test]
fn the_same_picture_has_the_same_content_whatever_came_with_it() {
    let plain = taken(&jpeg(&quarters(64, 64), None));
    let told = taken(&jpeg(&quarters(64, 64), Some(&block(vec![ascii(0x010F, "A camera")], vec![], vec![]))));
    let other = taken(&jpeg(&quarters(64, 32), None));
    assert_eq!(plain.content, told.content);
    assert_ne!(plain.content, other.content);
    assert_eq!(plain.content.len(), 64);
}

#[tokio::test]
async fn a_darkroom_of_one_place_serves_many_in_turn() {
    let darkroom = Darkroom::new(limits(), 1, TimeZone::UTC);
    let bytes = jpeg(&quarters(64, 64), None);
    let many = (0..16).map(|_| darkroom.develop(bytes.clone()));
    for photo in futures_util::future::join_all(many).await {
        assert_upright(&photo.expect("taken").large);
    }
}
