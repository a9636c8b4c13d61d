//! A photo of 12 megapixels to the two pictures that are kept, beside npm's sharp (libvips): CPU time of either process, one picture at a
//! time, the same file. Ours also reads the metadata, turns the picture upright, hashes it and takes its fingerprint; sharp turns it
//! upright and writes both sizes from one decoding. npm installs sharp beside the build.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Dice, quantile, ratio};
use jpeg_encoder::{ColorType, Encoder};
use waymark::config::Config;
use waymark::photos::intake::{Limits, take};

const WIDTH: u16 = 4032;
const HEIGHT: u16 = 3024;
const TIMES: usize = 15;
const SHARP: &str = "sharp@0.35.5";

/// Prints microseconds of CPU for each of as many photos as asked for, then the bytes of both pictures, then kilobytes of memory.
const SCRIPT: &str = r"
const sharp = require('sharp');
const picture = require('node:fs').readFileSync(process.argv[2]);
sharp.concurrency(1);
sharp.cache(false);
const spent = () => { const { user, system } = process.cpuUsage(); return user + system; };
(async () => {
  let bytes;
  for (let n = -2; n < Number(process.argv[3]); n++) {
    const before = spent();
    const { data, info } = await sharp(picture).rotate().resize(1600, 1600, { fit: 'inside' }).raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const large = await sharp(data, { raw }).jpeg({ quality: 80 }).toBuffer();
    const small = await sharp(data, { raw }).resize(320, 320, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer();
    if (n >= 0) console.log(spent() - before);
    bytes = `${large.length} ${small.length}`;
  }
  console.log(bytes);
  console.log(process.resourceUsage().maxRSS);
})();
";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.jpg");
    std::fs::write(&file, photo()).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let limits = Limits::from(&Config::default().photos);
    std::fs::write("/proc/self/clear_refs", "5").unwrap(); // the peak so far was the making of the photo
    let mut ours: Vec<f64> = Vec::new();
    let mut kept = (0, 0);
    for _ in 0..TIMES {
        let before = thread_cpu_millis();
        let intake = take(&bytes, &limits, &jiff::tz::TimeZone::UTC).unwrap();
        ours.push(thread_cpu_millis() - before);
        kept = (intake.large.len(), intake.small.len());
    }
    let (peak, ours) = (peak_mb(), quantile(&mut ours, 0.5));
    println!(
        "photo: {:.1} MB of JPEG, {WIDTH}x{HEIGHT}; ours keeps {} and {} bytes, at most {peak:.0} MB in memory",
        bytes.len() as f64 / 1e6,
        kept.0,
        kept.1
    );
    let (theirs, said) = sharp(&installed(), &file);
    println!("photo: medians {ours:.1} ms of CPU, sharp {theirs:.1} ms ({said})");
    ratio("photo-sharp", theirs / ours, "x-sharp");
}

/// A photo as cameras write them: light that changes slowly, edges, and grain; turned by 90 degrees, as the metadata says.
fn photo() -> Vec<u8> {
    let mut dice = Dice(311);
    let (width, height) = (usize::from(WIDTH), usize::from(HEIGHT));
    let coarse: Vec<f64> = (0..80 * 80).map(|_| dice.unit()).collect();
    let light = |x: f64, y: f64| {
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let at = |dx: usize, dy: usize| coarse[(top as usize + dy) * 80 + left as usize + dx];
        (at(0, 0) * (1.0 - right) + at(1, 0) * right) * (1.0 - down) + (at(0, 1) * (1.0 - right) + at(1, 1) * right) * down
    };
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (across, along) = (x as f64 / width as f64 * 78.0, y as f64 / height as f64 * 78.0);
            let edge = f64::from(u8::from((x / 97 + y / 61) % 5 == 0)) * 40.0;
            let grain = (dice.unit() - 0.5) * 24.0;
            let value = 40.0 + 150.0 * light(across, along) + edge + grain;
            pixels.extend([value, value * 0.9 + 12.0, value * 0.75 + 30.0].map(|v| v.clamp(0.0, 255.0) as u8));
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 90);
    let turned = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    encoder.add_app_segment(1, turned.to_vec()).unwrap();
    encoder.encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb).unwrap();
    jpeg
}

/// Where sharp is, after npm put it there.
fn installed() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sharp");
    std::fs::create_dir_all(&home).unwrap();
    if !home.join("node_modules/sharp").exists() {
        let npm = Command::new("npm").args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]).arg(&home).arg(SHARP).status();
        assert!(npm.unwrap().success(), "npm could not install {SHARP}");
    }
    home
}

/// The median of sharp's milliseconds, and what else it said.
fn sharp(home: &Path, file: &Path) -> (f64, String) {
    let script = home.join("photo.cjs");
    std::fs::write(&script, SCRIPT).unwrap();
    let run = Command::new("node").arg(&script).arg(file).arg(TIMES.to_string()).output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    let lines: Vec<&str> = text.lines().collect();
    assert!(run.status.success() && lines.len() == TIMES + 2, "{text}{}", String::from_utf8_lossy(&run.stderr));
    let mut millis: Vec<f64> = lines[..TIMES].iter().map(|micros| micros.parse::<f64>().unwrap() / 1e3).collect();
    let memory = lines[TIMES + 1].parse::<f64>().unwrap() / 1e3;
    (quantile(&mut millis, 0.5), format!("{} bytes, {memory:.0} MB of node and all", lines[TIMES]))
}

/// What this thread has used of a processor, in nanoseconds, is the first field.
fn thread_cpu_millis() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e6
}

fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1e3
}
