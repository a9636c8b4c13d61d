//! An address in words made comparable: house number and street, whichever comes first, without the postal code, the usual
//! abbreviations written one way. Refuses to know any city: what is the same street is told by its name alone.

use super::words::tokens;

/// The usual abbreviations of streets and directions, sorted by the long word.
const SHORT: [(&str, &str); 36] = [
    ("and", "&"),
    ("avenida", "ave"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("boulevard", "blvd"),
    ("calle", "c"),
    ("circle", "cir"),
    ("corner", "&"),
    ("court", "ct"),
    ("drive", "dr"),
    ("east", "e"),
    ("este", "e"),
    ("expressway", "expy"),
    ("highway", "hwy"),
    ("intersection", ""),
    ("lane", "ln"),
    ("norte", "n"),
    ("north", "n"),
    ("of", ""),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("plaza", "plz"),
    ("road", "rd"),
    ("rue", "r"),
    ("rua", "r"),
    ("saint", "st"),
    ("south", "s"),
    ("square", "sq"),
    ("strasse", "str"),
    ("street", "st"),
    ("terrace", "ter"),
    ("und", "&"),
    ("unit", ""),
    ("way", "wy"),
    ("west", "w"),
    ("y", "&"),
];

/// The most digits of a house number; more is a postal code.
const HOUSE_DIGITS: usize = 5;

/// Houses of one block, where blocks are numbered by hundreds; elsewhere, houses of one stretch of a street.
const BLOCK: u32 = 100;

/// An address as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    street: Vec<String>,
    house: Option<u32>,
}

/// How two addresses go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The same house, or the same crossing.
    Same,
    /// Another house of the same block.
    Block,
    /// The same street.
    Street,
    /// Another street.
    Other,
}

impl Address {
    /// The address in a text; nothing if it names no street.
    pub fn of(text: &str) -> Option<Address> {
        // What follows a comma is the place, not the street; but some write "Mill Street, 12".
        let text = text.replace(['&', '@'], " and ");
        let mut parts = text.split(',');
        let written = parts.next().unwrap_or_default();
        let first = tokens(written);
        let beside: Vec<String> = parts.next().map(tokens).unwrap_or_default();
        let leads = first.first().and_then(|word| house(word));
        let trails = || first.iter().skip(1).rev().find_map(|word| house(word)).filter(|_| first.len() < 5);
        let follows = || if beside.len() == 1 { house(&beside[0]) } else { None };
        let number = leads.or_else(trails).or_else(follows);
        // "145-151 Ipswich St" is number 145; a number at the end that is too long for a house is a postal code.
        let range = written.trim_start().trim_start_matches(|c: char| c.is_alphanumeric()).starts_with(['-', '–', '/']);
        let ahead = usize::from(leads.is_some()) + usize::from(leads.is_some() && range);
        let code = first.len() > 1 && first.last().is_some_and(|word| word.len() > 3 && word.bytes().all(|b| b.is_ascii_digit()));
        let words = first.iter().take(first.len() - usize::from(code)).skip(ahead);
        let mut street: Vec<String> = words.map(|word| short(word)).collect();
        if number.is_some() && leads.is_none() {
            street.retain(|word| house(word) != number);
        }
        street.retain(|word| !word.is_empty());
        if street.iter().any(|word| word == "&") {
            street.sort_unstable(); // "A & B" is the corner of "B & A"
        }
        (!street.is_empty()).then_some(Address { street, house: number })
    }

    /// How two addresses go together. A street is the same when all of its words are.
    pub fn matches(&self, other: &Address) -> Match {
        if self.street != other.street {
            return Match::Other;
        }
        match (self.house, other.house) {
            (one, other) if one == other => Match::Same,
            (Some(one), Some(other)) if one / BLOCK == other / BLOCK => Match::Block,
            _ => Match::Street,
        }
    }
}

/// The number that a word begins with, if it can be a house's: `12`, `12b`; of `2nd` and `85th` it is a street's name.
fn house(word: &str) -> Option<u32> {
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let rest = &word[digits.len()..];
    let number = (1..=HOUSE_DIGITS).contains(&digits.len()) && rest.len() <= 1;
    if number { digits.parse().ok().filter(|n| *n > 0) } else { None }
}

fn short(word: &str) -> String {
    SHORT.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_however_they_are_written() {
        use Match::{Block, Other, Same, Street};
        for (one, other, expected) in [
            ("1127 W SCHUBERT AVE", "1127 West Schubert Avenue", Same),
            ("1127 W SCHUBERT AVE", "1141 W SCHUBERT AVE", Block),
            ("1127 W SCHUBERT AVE", "1201 W SCHUBERT AVE", Street),
            ("1127 W SCHUBERT AVE", "1127 N SCHUBERT AVE", Other),
            ("33 Beacon St Boston MA 02108", "33 Beacon St Boston MA 02108", Same),
            ("145-151 Ipswich St Boston MA 02215", "145 Ipswich Street Boston MA 02215", Same),
            ("759A Washington St", "759 Washington St", Same),
            ("Hauptstraße 12, 10115 Berlin", "Hauptstrasse 12", Same),
            ("Hauptstraße 12", "Hauptstraße 14", Block),
            ("Calle Mayor, 5", "Calle Mayor 5", Same),
            ("INTERSECTION of Brent St & Washington St", "Washington St and Brent St", Same),
            ("Mill Street", "12 Mill Street", Street),
            ("8235 E 85th St", "8235 E 86th St", Other),
            ("100 W 42 ST", "100 W 43 ST", Other),
        ] {
            let (a, b) = (Address::of(one).unwrap(), Address::of(other).unwrap());
            assert_eq!(a.matches(&b), expected, "{one:?} {a:?} and {other:?} {b:?}");
            assert_eq!(b.matches(&a), expected, "the other way round");
        }
    }

    #[test]
    fn what_names_no_street_is_no_address() {
        for text in ["", " ", "12", "02108", ", Berlin"] {
            assert_eq!(Address::of(text), None, "{text:?}");
        }
    }
}
