//! A question in words becomes places, the likeliest first. Pure.
//!
//! Understood are, in this order: coordinates; a plus code, also a short one; two streets with `&`, `@`, `/`, "and" or "at" between them;
//! a house number before or after a street; a name. Every word has to be met, a word may be unfinished as long as somebody types, and
//! where nothing has them all, one letter of a word may be wrong. First come places whose words are all there in full, then those whose
//! name begins as the question does, then those with fewer words besides; among equals the nearer, if it is known where the asker is,
//! else the longer street. That is how type-ahead is usually ranked (Photon and Pelias document theirs); what weighs here is said above.

use super::code;
use super::index::{Index, Name, Of, gap};
use super::words::{Word, alike, house_number, words};
use crate::geo::Point;

/// Words of a question that are looked at.
const MOST_WORDS: usize = 12;

/// Streets of which a number or a crossing is looked for.
const MOST_STREETS: usize = 60;

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A house.
    Address,
    /// Where two streets meet.
    Crossing,
    /// A street.
    Street,
    /// A park, a school, a library.
    Landmark,
    /// A plus code.
    Code,
    /// Degrees.
    Coordinates,
}

impl Kind {
    /// The word of the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Address => "address",
            Kind::Crossing => "crossing",
            Kind::Street => "street",
            Kind::Landmark => "landmark",
            Kind::Code => "code",
            Kind::Coordinates => "coordinates",
        }
    }
}

/// A place that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub label: String,
    /// Where to put the pin.
    pub at: Point,
    /// Postal code; may be empty.
    pub zipcode: String,
    /// Whether the pin stands where the place is: false for an estimated house number, and for the middle of a street.
    pub exact: bool,
    /// Whether every word of the question is a whole word of the place's name, and the other way round.
    pub(super) whole: bool,
}

/// How well a name fits; less is better.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Fit {
    unfinished: usize,
    late: bool,
    besides: usize,
    away: f64,
    short: f64,
}

impl Index {
    /// At most `limit` places; `near` is where the asker is.
    #[must_use]
    pub fn find(&self, question: &str, near: Option<Point>, limit: usize) -> Vec<Place> {
        if let Some(at) = coordinates(question) {
            return vec![Place { kind: Kind::Coordinates, label: format!("{:.6}, {:.6}", at.lat, at.lon), exact: true, ..Place::of(at) }];
        }
        if let Some(place) = self.by_code(question, near) {
            return vec![place];
        }
        let mut found = self.by_crossing(question, near, limit);
        let asked = words(question);
        let asked = &asked[..asked.len().min(MOST_WORDS)];
        if found.len() < limit {
            found.extend(self.by_number(question, near, limit));
        }
        if found.len() < limit {
            found.extend(self.by_name(asked, near, limit).into_iter().filter_map(|(name, fit)| self.place(name, fit)));
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|place| seen.insert((place.kind, place.label.clone(), place.at.lon.to_bits(), place.at.lat.to_bits())));
        found.truncate(limit);
        found
    }

    fn by_code(&self, question: &str, near: Option<Point>) -> Option<Place> {
        let first = question.split_whitespace().next().filter(|word| word.contains('+'))?;
        let middle = || self.streets.iter().max_by(|a, b| a.metres.total_cmp(&b.metres)).and_then(super::street::Street::middle);
        let full = match code::decode(&first.to_ascii_uppercase()) {
            Some(_) => first.to_ascii_uppercase(),
            None => code::complete(first, near.or_else(middle)?)?,
        };
        let cell = code::decode(&full)?;
        Some(Place { kind: Kind::Code, label: full, exact: cell.digits >= 10, whole: true, ..Place::of(cell.middle) })
    }

    fn by_crossing(&self, question: &str, near: Option<Point>, limit: usize) -> Vec<Place> {
        let Some((one, other)) = halves(question) else { return Vec::new() };
        let ones = self.streets_named(&words(&one), near);
        let others = self.streets_named(&words(&other), near);
        let mut found: Vec<(usize, f64, Place)> = Vec::new();
        let mut put = |a: u32, b: u32, fits: usize| {
            let label = format!("{} & {}", self.streets[a as usize].name, self.streets[b as usize].name);
            for at in self.crossings.get(&(a.min(b), a.max(b))).into_iter().flatten() {
                let away = near.map_or(0.0, |near| near.metres_to(*at));
                found.push((
                    fits,
                    away,
                    Place { kind: Kind::Crossing, label: label.clone(), exact: true, whole: fits == 0, ..Place::of(*at) },
                ));
            }
        };
        if words(&other).is_empty() {
            let mut pairs: Vec<(u32, u32)> = self.crossings.keys().copied().collect();
            pairs.sort_unstable();
            for (a, b) in pairs {
                for (street, fit) in &ones {
                    if *street == a || *street == b {
                        put(*street, if *street == a { b } else { a }, 1 + fit);
                    }
                }
            }
        }
        for (a, fit_a) in &ones {
            for (b, fit_b) in &others {
                put(*a, *b, fit_a + fit_b);
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then_with(|| a.2.label.cmp(&b.2.label)));
        found.into_iter().map(|(_, _, place)| place).take(limit).collect()
    }

    /// Streets that are named so, with how many words are unfinished or left over.
    fn streets_named(&self, asked: &[Word], near: Option<Point>) -> Vec<(u32, usize)> {
        let found = self.by_name(asked, near, usize::MAX);
        let street = |(name, fit): (&Name, Fit)| match name.of {
            Of::Street(street) => Some((street, fit.unfinished + fit.besides)),
            Of::Landmark(_) => None,
        };
        found.into_iter().filter_map(street).take(MOST_STREETS).collect()
    }

    fn by_number(&self, question: &str, near: Option<Point>, limit: usize) -> Vec<Place> {
        let Some(((number, letters), street)) = numbered(question) else { return Vec::new() };
        let asked = words(&street);
        let mut found = Vec::new();
        for (street, besides) in self.streets_named(&asked[..asked.len().min(MOST_WORDS)], near) {
            let street = &self.streets[street as usize];
            let Some(house) = street.house(number, &letters) else { continue };
            let label = format!("{} {}", house.written, street.name);
            let place = Place {
                kind: Kind::Address,
                label,
                zipcode: house.zipcode,
                exact: house.exact,
                whole: besides == 0,
                ..Place::of(house.at)
            };
            found.push(place);
            if found.len() >= limit {
                break;
            }
        }
        found
    }

    /// Names that have all these words, the best fit first.
    fn by_name(&self, asked: &[Word], near: Option<Point>, limit: usize) -> Vec<(&Name, Fit)> {
        let mut found = self.having(asked, near);
        if found.is_empty() {
            let mended: Vec<Word> = asked.iter().map(|word| self.mended(word)).collect();
            if mended != asked {
                found = self.having(&mended, near);
                // what had to be mended was not what was asked
                found.iter_mut().for_each(|(_, fit)| fit.unfinished += 1);
            }
        }
        found.sort_by(|(a, fit_a), (b, fit_b)| {
            let fit = fit_a.partial_cmp(fit_b).unwrap_or(std::cmp::Ordering::Equal);
            fit.then_with(|| a.words.cmp(&b.words))
        });
        found.truncate(limit);
        found
    }

    fn having(&self, asked: &[Word], near: Option<Point>) -> Vec<(&Name, Fit)> {
        let candidates = |word: &Word| {
            let mut names: Vec<u32> = self.beginning(&word.full).chain(self.beginning(&word.short)).flatten().copied().collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let Some(fewest) = asked.iter().map(candidates).min_by_key(Vec::len) else { return Vec::new() };
        let names = fewest.into_iter().filter_map(|nth| self.names.get(nth as usize));
        names.filter_map(|name| Some((name, self.fit(name, asked, near)?))).collect()
    }

    /// The names that have a form which begins so.
    fn beginning<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a Vec<u32>> {
        let first = self.forms.partition_point(|(form, _)| form.as_str() < start);
        self.forms[first..].iter().take_while(move |(form, _)| form.starts_with(start)).map(|(_, names)| names)
    }

    fn fit(&self, name: &Name, asked: &[Word], near: Option<Point>) -> Option<Fit> {
        let mut met = vec![false; name.words.len()];
        let (mut unfinished, mut first) = (0, name.words.len());
        for (nth, word) in asked.iter().enumerate() {
            let whole = |other: &Word| other.full == word.full || other.short == word.short;
            let begins = |other: &Word| other.full.starts_with(&word.full) || other.short.starts_with(&word.full);
            let free = |test: &dyn Fn(&Word) -> bool| name.words.iter().zip(&met).position(|(other, met)| !met && test(other));
            let at = match free(&whole) {
                Some(at) => at,
                None => {
                    unfinished += 1;
                    free(&begins)?
                }
            };
            met[at] = true;
            if nth == 0 {
                first = at;
            }
        }
        let (away, short) = match name.of {
            Of::Street(street) => {
                let street = self.streets.get(street as usize)?;
                (near.map_or(0.0, |near| gap(street.bounds, [near.lon, near.lat, near.lon, near.lat])), -street.metres)
            }
            Of::Landmark(landmark) => (near.map_or(0.0, |near| near.metres_to(self.landmarks[landmark as usize].at)), 0.0),
        };
        Some(Fit { unfinished, late: first > 0, besides: met.iter().filter(|met| !**met).count(), away, short })
    }

    /// The word itself if some name has it or begins with it, else one that differs by a letter.
    fn mended(&self, word: &Word) -> Word {
        let known = self.beginning(&word.full).next().is_some() || self.beginning(&word.short).next().is_some();
        if known || word.full.chars().count() < 4 {
            return word.clone();
        }
        let near = self.forms.iter().filter(|(form, _)| form.len() >= 3 && alike(form, &word.full));
        let best = near.max_by_key(|(_, names)| names.len());
        best.map_or_else(|| word.clone(), |(form, _)| words(form).into_iter().next().unwrap_or_else(|| word.clone()))
    }

    fn place(&self, name: &Name, fit: Fit) -> Option<Place> {
        let whole = fit.unfinished == 0 && fit.besides == 0;
        match name.of {
            Of::Street(street) => {
                let street = self.streets.get(street as usize)?;
                Some(Place { kind: Kind::Street, label: street.name.clone(), whole, ..Place::of(street.middle()?) })
            }
            Of::Landmark(landmark) => {
                let landmark = self.landmarks.get(landmark as usize)?;
                Some(Place { kind: Kind::Landmark, label: landmark.name.clone(), exact: true, whole, ..Place::of(landmark.at) })
            }
        }
    }
}

impl Place {
    pub(super) fn of(at: Point) -> Place {
        Place { kind: Kind::Coordinates, label: String::new(), at, zipcode: String::new(), exact: false, whole: true }
    }
}

/// Latitude and longitude as people write them: `52.6, 0.9` or `52.6 0.9`.
fn coordinates(question: &str) -> Option<Point> {
    let numbers: Vec<&str> = question.split([',', ' ', ';']).filter(|part| !part.is_empty()).collect();
    let [lat, lon] = numbers[..] else { return None };
    // two house numbers are no place
    if !(lat.contains('.') && lon.contains('.')) {
        return None;
    }
    Point::new(lon.parse().ok()?, lat.parse().ok()?).ok()
}

/// The two streets of a crossing.
fn halves(question: &str) -> Option<(String, String)> {
    let question = question.trim_start();
    let question = question.strip_prefix("corner of ").or_else(|| question.strip_prefix("esquina de ")).unwrap_or(question);
    if let Some((one, other)) = question.split_once(['&', '@', '/']) {
        return Some((one.to_owned(), other.to_owned()));
    }
    let parts: Vec<&str> = question.split_whitespace().collect();
    let between = |word: &&str| ["and", "at", "y", "con"].contains(&word.to_lowercase().as_str());
    let at = parts.iter().position(between).filter(|at| *at > 0)?;
    Some((parts[..at].join(" "), parts[at + 1..].join(" ")))
}

/// The house number and the street: `12 Main Street`, `Calle Mayor 12`, `Calle Mayor, 12`.
fn numbered(question: &str) -> Option<((u32, String), String)> {
    let parts: Vec<&str> = question.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let (first, last) = (*parts.first()?, *parts.last()?);
    if parts.len() < 2 {
        return None;
    }
    match (house_number(first), house_number(last)) {
        (Some(number), _) => Some((number, parts[1..].join(" "))),
        (None, Some(number)) => Some((number, parts[..parts.len() - 1].join(" "))),
        (None, None) => None,
    }
}
