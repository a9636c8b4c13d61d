//! Real and hostile photos of the shared folder, where it is present beside the project (or in `WAYMARK_SHARED`).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::*;

/// Every file of a folder by name; empty, with the reason printed, where there is none.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let shared =
        std::env::var_os("WAYMARK_SHARED").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(shared.join("data").join(folder)) else {
        eprintln!("skipped: the shared folder of {folder} is not here");
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a readable file")))
        .collect();
    files.sort();
    files
}

#[test]
fn no_hostile_file_does_harm() {
    for (name, bytes) in files("hostile-images") {
        let started = Instant::now();
        let outcome = take(&bytes, &limits(), &TimeZone::UTC);
        assert!(started.elapsed() < Duration::from_secs(2), "{name} took {:?}", started.elapsed());
        let taken = outcome.is_ok();
        match name.as_str() {
            name if name.starts_with("exif_") || name.starts_with("polyglot_") => assert!(taken, "{name}: {outcome:?}"),
            // Their bombs lie in chunks that no decoder is shown; the picture is one pixel.
            "png_itxt_bomb_64MB.png" | "png_iccp_bomb_64MB.png" => assert!(taken, "{name}: {outcome:?}"),
            // Damaged in metadata only, or in a later frame only.
            "truncated_app14.jpg" | "truncated_exif_dpi.jpg" | "decompression_bomb_extents.gif" => assert!(taken, "{name}: {outcome:?}"),
            "png_bomb_20000x20000_rgba.png" | "png_bomb_30000x30000_1bit.png" | "png_header_2e31_dims.png" | "jpeg_sof_65535x65535.jpg" => {
                assert!(matches!(outcome, Err(Refusal::TooManyPixels { .. })), "{name}: {outcome:?}");
            }
            "empty.jpg" => assert_eq!(outcome, Err(Refusal::Empty)),
            "pdf_named.jpg" => assert_eq!(outcome, Err(Refusal::Foreign("a PDF document"))),
            "svg_script_named.png" | "svg_xxe_named.jpg" => assert_eq!(outcome, Err(Refusal::Foreign("an SVG drawing"))),
            name if name.ends_with(".jpg") || name.ends_with(".png") || name == "decompression_bomb.gif" => {
                assert_eq!(outcome, Err(Refusal::Broken), "{name}");
            }
            _ => assert!(matches!(outcome, Err(Refusal::Foreign(_))), "{name}: {outcome:?}"),
        }
        if let Ok(photo) = outcome {
            for kept in [&photo.large, &photo.small] {
                assert!(kept.starts_with(&[0xFF, 0xD8]) && kept.ends_with(&[0xFF, 0xD9]), "{name} is not a JPEG from end to end");
                for guest in [&b"<script"[..], b"<html", b"PK\x03\x04", b"..//", b"../", b"Exif", b"SERIAL", b"Owner", b"alert"] {
                    assert!(!kept.windows(guest.len()).any(|window| window.eq_ignore_ascii_case(guest)), "{name} keeps {guest:?}");
                }
            }
        }
    }
}

#[test]
fn absurd_positions_of_hostile_files_are_dropped() {
    for (name, bytes) in files("hostile-images").into_iter().filter(|(name, _)| name.starts_with("exif_")) {
        let photo = taken(&bytes);
        if name.starts_with("exif_gps_") && name != "exif_gps_valid_chicago.jpg" || name == "exif_truncated_mid_gps.jpg" {
            assert_eq!((photo.lon, photo.lat), (None, None), "{name}");
        } else {
            let (lon, lat) = photo.lon.zip(photo.lat).unwrap_or_else(|| panic!("{name} has a position"));
            assert!((lon + 87.628).abs() < 0.001 && (lat - 41.878).abs() < 0.001, "{name}: {lon}, {lat}");
        }
    }
}

#[test]
fn real_photos_keep_their_place_and_time_as_fields() {
    for (name, bytes) in files("photos") {
        if name == "photo.heic" {
            assert_eq!(refused(&bytes), Refusal::Heic);
            continue;
        }
        let photo = taken(&bytes);
        let (lon, lat) = photo.lon.zip(photo.lat).unwrap_or_else(|| panic!("{name} has a position"));
        if name.starts_with("gps_dscn") {
            assert!((11.87..11.89).contains(&lon) && (43.46..43.47).contains(&lat), "{name}: {lon}, {lat} is not in Arezzo");
            assert!(photo.taken_at > Some(1_224_000_000_000), "{name} was taken in October 2008");
        }
    }
}

#[test]
fn the_eight_orientations_of_a_real_photo_are_one_picture() {
    let mut first = None;
    for (name, bytes) in files("photos/orientation") {
        let photo = taken(&bytes);
        assert_eq!((photo.width, photo.height), (1067, 1600), "{name}");
        let picture = image::load_from_memory(&photo.small).expect("decodes").to_luma8();
        let first = first.get_or_insert_with(|| picture.clone());
        let off: u64 = first.iter().zip(picture.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off / (picture.len() as u64) < 4, "{name} is another picture");
    }
}
