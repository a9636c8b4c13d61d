//! Plus codes, by the specification of the Open Location Code (Google, 2014; version 1 of the format): a place as some ten characters of an
//! alphabet without vowels, which anybody can read out. Pure; codes and places turn into each other without a register.

use crate::geo::{Point, wrapped};

/// Digits in the order of their values.
const DIGITS: &[u8; 20] = b"23456789CFGHJMPQRVWX";

/// What stands after the eighth digit.
const SEPARATOR: char = '+';

/// Digits that come in pairs, latitude first, each pair twenty times finer than the one before.
const PAIRED: usize = 10;

/// Digits at most; what comes after is not looked at. From the eleventh on each divides the cell into five rows and four columns.
const LONGEST: usize = 15;

// the finest steps, as whole numbers of a degree: 8000 is 20³, five further digits divide by five and by four each
const LAT_STEPS: i64 = 8_000 * 3_125;
const LON_STEPS: i64 = 8_000 * 1_024;

/// The cell that a code stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its middle.
    pub middle: Point,
    /// West, south, east, north.
    pub bounds: [f64; 4],
    /// Digits of the code, at most [`LONGEST`].
    pub digits: usize,
}

/// The code of the cell that holds a place. `digits`: 2, 4, 6, 8 or 10 to 15; ten are some 14 metres.
#[must_use]
pub fn encode(point: Point, digits: usize) -> String {
    let digits = if digits >= PAIRED { digits.min(LONGEST) } else { (digits.max(2) / 2) * 2 };
    let most = 180 * LAT_STEPS - 1;
    let mut lat = ((point.lat * LAT_STEPS as f64).floor() as i64 + 90 * LAT_STEPS).clamp(0, most);
    let mut lon = ((point.lon * LON_STEPS as f64).floor() as i64 + 180 * LON_STEPS).rem_euclid(360 * LON_STEPS);
    let mut code = [0u8; LONGEST];
    for at in (PAIRED..LONGEST).rev() {
        code[at] = DIGITS[(lat % 5 * 4 + lon % 4) as usize];
        (lat, lon) = (lat / 5, lon / 4);
    }
    for pair in (0..PAIRED / 2).rev() {
        code[2 * pair] = DIGITS[(lat % 20) as usize];
        code[2 * pair + 1] = DIGITS[(lon % 20) as usize];
        (lat, lon) = (lat / 20, lon / 20);
    }
    let mut text: String = code[..digits].iter().map(|&digit| char::from(digit)).collect();
    while text.len() < 8 {
        text.push('0');
    }
    text.insert(8, SEPARATOR);
    text
}

/// The cell of a full code, in any case; nothing for what is no full code.
#[must_use]
pub fn decode(code: &str) -> Option<Cell> {
    let values = digits(code)?;
    let separator = code.find(SEPARATOR)?;
    // the first digits would otherwise lie beyond the pole or beyond the antimeridian
    if separator != 8 || values[0] * 20 >= 180 || values.get(1).is_some_and(|&lon| lon * 20 >= 360) {
        return None;
    }
    let values = &values[..values.len().min(LONGEST)];
    let (mut lat, mut lon, mut lat_step, mut lon_step) = (-90 * LAT_STEPS, -180 * LON_STEPS, 400 * LAT_STEPS, 400 * LON_STEPS);
    for pair in values[..values.len().min(PAIRED)].chunks(2) {
        (lat_step, lon_step) = (lat_step / 20, lon_step / 20);
        lat += pair[0] * lat_step;
        lon += pair.get(1).copied().unwrap_or(0) * lon_step;
    }
    for value in values.iter().skip(PAIRED) {
        (lat_step, lon_step) = (lat_step / 5, lon_step / 4);
        lat += value / 4 * lat_step;
        lon += value % 4 * lon_step;
    }
    let degrees = |steps: i64, a_degree: i64| steps as f64 / a_degree as f64;
    let (south, west) = (degrees(lat, LAT_STEPS), degrees(lon, LON_STEPS));
    let (north, east) = (degrees(lat + lat_step, LAT_STEPS), degrees(lon + lon_step, LON_STEPS));
    let middle = Point { lon: (west + east) / 2.0, lat: ((south + north) / 2.0).min(90.0) };
    Some(Cell { middle, bounds: [west, south, east, north], digits: values.len() })
}

/// The full code of a short one, the nearest such to `near`; a full one is only written in capitals.
#[must_use]
pub fn complete(code: &str, near: Point) -> Option<String> {
    let code = code.to_ascii_uppercase();
    if decode(&code).is_some() {
        return Some(code);
    }
    digits(&code)?;
    let missing = 8usize.checked_sub(code.find(SEPARATOR)?).filter(|missing| *missing > 0)?;
    // a cell of the digits that are missing: the code repeats once in each
    let resolution = 20f64.powi(2 - (missing as i32) / 2);
    let prefix = encode(near, 10).get(..missing)?.to_owned();
    let Cell { middle, digits, .. } = decode(&(prefix + &code))?;
    let (half, mut lat, mut lon) = (resolution / 2.0, middle.lat, middle.lon);
    let away = |at: f64, from: f64| at - from;
    if away(near.lat, lat) > half && lat + resolution <= 90.0 {
        lat += resolution;
    } else if away(lat, near.lat) > half && lat - resolution >= -90.0 {
        lat -= resolution;
    }
    if away(near.lon, lon) > half {
        lon += resolution;
    } else if away(lon, near.lon) > half {
        lon -= resolution;
    }
    Some(encode(Point { lon: wrapped(lon), lat }, digits))
}

/// Values of the digits; nothing for what is no code, full or short.
fn digits(code: &str) -> Option<Vec<i64>> {
    let (front, back) = code.split_once(SEPARATOR)?;
    if !code.is_ascii() || front.len() > 8 || front.len() % 2 == 1 || back.len() == 1 || code.len() > 40 || back.contains(SEPARATOR) {
        return None;
    }
    let plain = front.trim_end_matches('0');
    let zeros = front.len() - plain.len();
    // only a full code is filled up, with whole pairs, and nothing comes after
    if zeros > 0 && (front.len() != 8 || zeros % 2 == 1 || plain.is_empty() || !back.is_empty()) {
        return None;
    }
    if plain.is_empty() && back.is_empty() {
        return None;
    }
    let value = |c: u8| DIGITS.iter().position(|digit| *digit == c.to_ascii_uppercase()).map(|value| value as i64);
    plain.bytes().chain(back.bytes()).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Point {
        Point::new(wrapped(lon), lat).expect("a place")
    }

    // values that the specification's test data publishes
    #[test]
    fn places_become_the_published_codes() {
        for (lat, lon, digits, code) in [
            (20.375, 2.775, 6, "7FG49Q00+"),
            (20.3700625, 2.7821875, 10, "7FG49QCJ+2V"),
            (20.3701125, 2.782234375, 11, "7FG49QCJ+2VX"),
            (20.3701135, 2.78223535156, 13, "7FG49QCJ+2VXGJ"),
            (-41.2730625, 174.7859375, 10, "4VCPPQGP+Q9"),
            (0.5, -179.5, 4, "62G20000+"),
            (-89.9999375, -179.9999375, 10, "22222222+22"),
            (90.0, 1.0, 4, "CFX30000+"),
            (90.0, 1.0, 10, "CFX3X2X2+X2"),
            (1.0, 180.0, 4, "62H20000+"),
            (1.0, 181.0, 4, "62H30000+"),
            (47.0000625, 728.0000625, 10, "8FVC2222+22"),
            (1.2, 3.4, 10, "6FH56C22+22"),
            (37.539669125, -122.375069724, 15, "849VGJQF+VX7QR3J"),
            (37.539669125, -122.375069724, 100, "849VGJQF+VX7QR3J"),
            (35.6, 3.033, 10, "8F75J22M+26"),
            (-48.71, 142.78, 8, "4R347QRJ+"),
            (-2.804, 7.003, 13, "6F9952W3+C6222"),
            (-52.166, 13.694, 14, "3FVMRMMV+JJ2222"),
            (80.0100000001, 58.57, 15, "CHGW2H6C+2222222"),
            (80.0099999999, 58.57, 15, "CHGW2H5C+X2RRRRR"),
            (-80.0, -170.0, 2, "22000000+"),
        ] {
            assert_eq!(encode(at(lat, lon), digits), code, "{lat}, {lon}");
        }
    }

    #[test]
    fn codes_become_the_published_cells() {
        for (code, digits, south, west, north, east) in [
            ("7FG49Q00+", 6, 20.35, 2.75, 20.4, 2.8),
            ("7FG49QCJ+2V", 10, 20.37, 2.782125, 20.370125, 2.78225),
            ("7fg49qcj+2vx", 11, 20.3701, 2.78221875, 20.370125, 2.78225),
            ("7FG49QCJ+2VXGJ", 13, 20.370113, 2.782234375, 20.370114, 2.78223632813),
            ("CFX30000+", 4, 89.0, 1.0, 90.0, 2.0),
            ("84000000+", 2, 30.0, -140.0, 50.0, -120.0),
            ("849VGJQF+VX7QR3J7QR3J", 15, 37.53966912, -122.3750698242, 37.53966916, -122.3750697021),
        ] {
            let cell = decode(code).expect(code);
            assert_eq!(cell.digits, digits, "{code}");
            for (found, expected) in cell.bounds.into_iter().zip([west, south, east, north]) {
                assert!((found - expected).abs() < 1e-9, "{code}: {found} and not {expected}");
            }
            assert_eq!(encode(cell.middle, digits), code.to_uppercase().chars().take(16).collect::<String>());
        }
    }

    #[test]
    fn short_codes_are_completed_by_what_is_near() {
        for (code, lat, lon, short) in [
            ("9C3W9QCJ+2VX", 51.3701125, -1.217765625, "+2VX"),
            ("9C3W9QCJ+2VX", 51.3708675, -1.217765625, "CJ+2VX"),
            ("9C3W9QCJ+2VX", 51.3701125, -1.202665625, "9QCJ+2VX"),
            ("8FJFW222+", 42.899, 9.012, "22+"),
            ("796RXG22+", 14.95125, -23.5001, "22+"),
            ("8FRCXGRF+PM", 47.0, 8.55, "xgrf+pm"),
            ("CFX22222+22", 89.6, 0.0, "2222+22"),
            ("2CXXXXXX+XX", -81.0, 0.0, "XXXXXX+XX"),
        ] {
            assert_eq!(complete(short, at(lat, lon)).as_deref(), Some(code), "{short}");
        }
    }

    #[test]
    fn what_is_no_code_is_told() {
        let none = [
            "G+",
            "+",
            "8FWC2345+G",
            "8FWC2_45+G6",
            "8FWC2η45+G6",
            "8FWC2345+G6+",
            "8FWC2345G6+",
            "8FWC2300+G6",
            "WC2300+G6g",
            "WC2345+G",
            "WC2300+",
            "849VGJQF+VX7QR3U",
            "849VGJQF+VX7QR3JU",
            "",
            "0000+",
            "F0000000+",
            "8FWC2345+G6 ",
        ];
        for text in none {
            assert!(digits(text).is_none() && complete(text, at(50.0, 1.0)).is_none(), "{text}");
        }
        for (text, full) in [("8FWC2345+G6", true), ("8fwc2345+", true), ("8FWCX400+", true), ("WC2345+G6g", false), ("+G6", false)] {
            assert_eq!((digits(text).is_some(), decode(text).is_some()), (true, full), "{text}");
        }
        assert!(decode("XX000000+").is_none(), "beyond the pole");
    }
}
