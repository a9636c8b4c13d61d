//! What a shape alone does not say: check digits, and that a row of digits is no date.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// The digits of a text.
pub(super) fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|c| c.to_digit(10))
}

/// A payment card: 13 to 19 digits with the check digit of ISO/IEC 7812 (Luhn), not all alike.
pub(super) fn card(text: &str, at: &Range<usize>) -> bool {
    let digits: Vec<u32> = digits(&text[at.clone()]).collect();
    let doubled = |(nth, digit): (usize, &u32)| match (nth % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) => twice / 10 + twice % 10,
    };
    (13..=19).contains(&digits.len())
        && digits.iter().any(|digit| *digit != digits[0])
        && digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// A telephone number: 8 to 15 digits (ITU-T E.164), not all alike, that hold no date.
pub(super) fn phone(text: &str, at: &Range<usize>) -> bool {
    let found = &text[at.clone()];
    let digits: Vec<u32> = digits(found).collect();
    (8..=15).contains(&digits.len()) && digits.iter().skip(1).any(|digit| *digit != digits[digits.len() - 1]) && no_date(found)
}

#[expect(clippy::expect_used, reason = "the pattern is part of the program, and a test reads it")]
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let day_first = r"(?:^|[^0-9])[0-3]?[0-9]([./-])[01]?[0-9][./-](?:19|20)?[0-9]{2}(?:[^0-9]|$)";
    let year_first = r"(?:19|20)[0-9]{2}[./-][01][0-9][./-][0-3][0-9]";
    let month_first = r"(?:^|[^0-9])[01]?[0-9]/[0-3]?[0-9]/(?:19|20)?[0-9]{2}(?:[^0-9]|$)";
    Regex::new(&format!("{day_first}|{year_first}|{month_first}")).expect("it is well-formed")
});

/// Whether no date is written in it.
pub(super) fn no_date(text: &str) -> bool {
    // 06.12.34.56.78 is how a telephone number is written in France, and no date goes on like that.
    let groups = text.split(['.', '/', '-', ' ']).count();
    groups >= 5 || !DATE.is_match(text)
}

/// A social security number of the United States: no area 000, 666 or 9xx, no group 00, no serial 0000.
pub(super) fn ssn(text: &str, at: &Range<usize>) -> bool {
    let mut parts = text[at.clone()].split('-');
    let (area, group, serial) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    !["000", "666"].contains(&area) && !area.starts_with('9') && group != "00" && serial != "0000"
}

/// An identity number of Spain, by its letter: the number modulo 23 (an `X`, `Y` or `Z` in front counts as 0, 1 or 2).
pub(super) fn dni(text: &str, at: &Range<usize>) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let found = &text[at.clone()];
    let first = match found.chars().next() {
        Some('Y') => 1,
        Some('Z') => 2,
        _ => 0,
    };
    let number = digits(found).fold(first, |sum: usize, digit| sum * 10 + digit as usize);
    found.ends_with(char::from(LETTERS[number % 23]))
}
