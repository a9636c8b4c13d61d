//! What residents write: sentences put together from phrases that stand in `words/`, as sloppy as people are. It knows no request.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::demo::dice::Dice;

/// Phrases of one heading: what it is about, and (after a dash in the file) what comes of it.
#[derive(Default)]
struct Phrases {
    plain: Vec<&'static str>,
    dashed: Vec<&'static str>,
}

/// A file of phrases by heading.
pub(super) struct Book(HashMap<&'static str, Phrases>);

static ENGLISH: LazyLock<Book> = LazyLock::new(|| Book::read(include_str!("words/en.txt")));
static SPANISH: LazyLock<Book> = LazyLock::new(|| Book::read(include_str!("words/es.txt")));
/// What staff writes on cases.
pub(super) static STAFF: LazyLock<Book> = LazyLock::new(|| Book::read(include_str!("words/staff.txt")));

impl Book {
    fn read(text: &'static str) -> Book {
        let mut phrases: HashMap<_, Phrases> = HashMap::new();
        let mut heading = "";
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(name) = line.strip_prefix("= ") {
                heading = name;
            } else if let Some(dashed) = line.strip_prefix("- ") {
                phrases.entry(heading).or_default().dashed.push(dashed);
            } else {
                phrases.entry(heading).or_default().plain.push(line);
            }
        }
        Book(phrases)
    }

    /// One of the plain phrases under a heading; empty where the book has none.
    pub(super) fn pick(&self, heading: &str, dice: &mut Dice) -> &'static str {
        self.0.get(heading).map_or("", |phrases| *dice.pick::<&'static str>(&phrases.plain))
    }

    fn pick_dashed(&self, heading: &str, dice: &mut Dice) -> &'static str {
        self.0.get(heading).filter(|phrases| !phrases.dashed.is_empty()).map_or("", |phrases| *dice.pick::<&'static str>(&phrases.dashed))
    }
}

/// What somebody writes about a service at an address, in English or (`es`) in Spanish.
pub(super) fn describe(service: &str, language: &str, address: &str, dice: &mut Dice) -> String {
    let book: &Book = if language == "es" { &SPANISH } else { &ENGLISH };
    let what = book.pick(service, dice);
    let what = match dice.weighted(&[3.0, 4.0]) {
        0 => format!("{what}."),
        _ => format!("{what} {}.", book.pick("where", dice)),
    };
    let mut sentences = Vec::new();
    if dice.chance(0.12) {
        sentences.push(book.pick("opener", dice).to_owned());
    }
    sentences.push(what);
    for (heading, likely) in [(service, 0.55), ("since", 0.3), ("plea", 0.25)] {
        let phrase = if heading == service { book.pick_dashed(heading, dice) } else { book.pick(heading, dice) };
        if dice.chance(likely) && !phrase.is_empty() {
            sentences.push(if phrase.ends_with('?') { phrase.to_owned() } else { format!("{phrase}.") });
        }
    }
    let street = address.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    sloppy(sentences.join(" ").replace("{address}", address).replace("{street}", street), dice)
}

/// Some write without capitals or full stops, some only in capitals, some swap letters.
fn sloppy(text: String, dice: &mut Dice) -> String {
    match dice.weighted(&[76.0, 12.0, 2.0, 3.0, 7.0]) {
        1 => text.to_lowercase().replace(['.', ','], ""),
        2 => text.to_uppercase(),
        3 => text.trim_end_matches('.').to_owned() + "!!!",
        4 => {
            let mut letters: Vec<char> = text.chars().collect();
            let spot = 1 + dice.below(letters.len().saturating_sub(2));
            if letters.get(spot + 1).is_some_and(|next| next.is_alphabetic()) && letters[spot].is_alphabetic() {
                letters.swap(spot, spot + 1);
            }
            letters.into_iter().collect()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::life::habits::habits;

    #[test]
    fn every_service_is_described_in_hundreds_of_ways_and_in_two_languages() {
        let mut dice = Dice::new(5);
        for habit in habits() {
            let english: HashSet<_> = (0..600).map(|_| describe(habit.code, "en", "Linden Avenue 14", &mut dice)).collect();
            assert!(english.len() > 200, "{}: {}", habit.code, english.len());
            let spanish = describe(habit.code, "es", "Linden Avenue 14", &mut dice);
            assert!(spanish.len() > 5, "{}: {spanish}", habit.code);
            assert!(english.iter().all(|text| !text.contains('{') && text.len() < 400), "{}", habit.code);
        }
    }
}
