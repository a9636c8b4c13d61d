//! The shapes that are looked for. What is found first by an earlier shape is not looked at by a later one.

use std::ops::Range;

use regex::Regex;

use super::Kind;
use super::checks::{card, digits, dni, no_date, phone, ssn};
use super::context::{asks_to_call, speaks_of_a_plate};

/// A shape, and what else must hold where it is found.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub kind: Kind,
    pub regex: Regex,
    pub check: Check,
}

pub(super) type Check = fn(&str, &Range<usize>) -> bool;

/// Plates that are told by their shape alone, as they are written: in capitals.
pub(super) const PLATES: [(&str, &str); 7] = [
    ("de", r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[1-9][0-9]{1,3}[EH]?"),
    ("es", r"[0-9]{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}"),
    ("fr", r"[A-HJ-NP-TV-Z]{2}-[0-9]{3}-[A-HJ-NP-TV-Z]{2}"),
    ("gb", r"[A-HJ-PR-Y][A-Z][0-9]{2} ?[A-HJ-PR-Z]{3}"),
    ("it", r"[A-HJ-NPR-TV-Z]{2} ?[0-9]{3} ?[A-HJ-NPR-TV-Z]{2}"),
    ("nl", r"[A-Z]{2}-[0-9]{3}-[A-Z]|[A-Z]-[0-9]{3}-[A-Z]{2}|[0-9]{1,2}-[A-Z]{3}-[0-9]{1,2}"),
    // The states have no shape in common: a plate of theirs is told by the words before it.
    ("us", ""),
];

/// National ids. Those with a check digit are checked.
pub(super) const IDS: [(&str, &str); 3] = [
    ("es", r"(?:[0-9]{8}|[XYZ][0-9]{7})[ -]?[A-Z]"),
    ("gb", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"),
    ("us", r"[0-9]{3}-[0-9]{2}-[0-9]{4}"),
];

/// One plate of any country, where the words before say that it is one.
const ANY_PLATE: &str = r"[A-Z0-9ÄÖÜ]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2}";

/// Telephone numbers: with the code of a country; in the groups of North America; with the zero of a national number; in the
/// groups of Spain; and any that people are asked to call.
const PHONES: [(&str, Check); 5] = [
    (r"(?:\+|\b00)[1-9](?:[ ().\-/]{0,2}[0-9]){7,13}", phone),
    (r"(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}", phone),
    (r"\(?0[1-9][0-9]{0,4}\)?[ /.-]?[0-9]{2,8}(?:[ /.-][0-9]{2,6}){0,4}", national),
    (r"[6789][0-9]{2}(?: [0-9]{3} [0-9]{3}| [0-9]{2} [0-9]{2} [0-9]{2})", phone),
    (r"\(?[0-9](?:[ ().\-/]{0,2}[0-9]){6,14}", called),
];

pub(super) fn shapes(plates: &[String], ids: &[String]) -> Result<Vec<Shape>, regex::Error> {
    let mut shapes: Vec<(Kind, &str, Check)> = vec![
        (Kind::Email, r"[\w.%+'-]{1,64}@(?:[\w-]{1,63}\.)+[\p{Alphabetic}]{2,24}", |_, _| true),
        (Kind::Card, r"[2-6][0-9]{3}(?:[ -]?[0-9]){9,15}", card),
    ];
    let of = |wanted: &[String], known: &'static [(&str, &str)]| {
        known.iter().filter(|(country, shape)| wanted.iter().any(|w| w == country) && !shape.is_empty()).copied().collect::<Vec<_>>()
    };
    for (country, shape) in of(ids, &IDS) {
        let check: Check = match country {
            "us" => ssn,
            "es" => dni,
            _ => |_, _| true,
        };
        shapes.push((Kind::Id, shape, check));
    }
    if !plates.is_empty() {
        shapes.push((Kind::Plate, ANY_PLATE, said_plate));
    }
    shapes.extend(PHONES.into_iter().map(|(shape, check)| (Kind::Phone, shape, check)));
    shapes.extend(of(plates, &PLATES).into_iter().map(|(_, shape)| (Kind::Plate, shape, (|_, _| true) as Check)));
    shapes.into_iter().map(|(kind, shape, check)| Ok(Shape { kind, regex: Regex::new(shape)?, check })).collect()
}

/// A national number with its zero: as many digits as there are in one, and written in groups unless it has ten or eleven.
fn national(text: &str, at: &Range<usize>) -> bool {
    let found = &text[at.clone()];
    let count = digits(found).count();
    let grouped = count < found.chars().count();
    phone(text, at) && (if grouped { 9..=12 } else { 10..=11 }).contains(&count)
}

fn called(text: &str, at: &Range<usize>) -> bool {
    asks_to_call(text, at.start) && (7..=15).contains(&digits(&text[at.clone()]).count()) && no_date(&text[at.clone()])
}

fn said_plate(text: &str, at: &Range<usize>) -> bool {
    let found = &text[at.clone()];
    let (letters, numbers) = (found.chars().filter(|c| c.is_alphabetic()).count(), digits(found).count());
    speaks_of_a_plate(text, at.start) && letters > 0 && numbers > 0 && (4..=9).contains(&(letters + numbers))
}

/// Whether what was found is no piece of something longer: a case number, a decimal number, a word.
pub(super) fn stands_alone(text: &str, at: &Range<usize>) -> bool {
    let (before, after) = (&text[..at.start], &text[at.end..]);
    let goes_on = |mut next: std::iter::Peekable<std::str::Chars<'_>>| match next.next() {
        None => false,
        Some(c) if c.is_alphanumeric() || c == '_' => true,
        Some('-' | '.' | '/' | ',' | '#' | ':' | '@') => next.peek().is_some_and(|c| c.is_ascii_digit()),
        Some(_) => false,
    };
    let mut behind = before.chars().rev();
    let comes_from = match behind.next() {
        None => false,
        Some(c) if c.is_alphanumeric() || c == '_' => true,
        Some('-' | '.' | '/' | ',') => behind.next().is_some_and(char::is_alphanumeric),
        Some('#' | '№' | '+') => true,
        Some(_) => false,
    };
    !comes_from && !goes_on(after.chars().peekable())
}
