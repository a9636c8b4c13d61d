//! Names as people type them: without accents and points, "Street" as "St", "North" as "N", "Fifth" as "5th", one letter wrong. Pure.
//!
//! The short forms are those of USPS Publication 28 (appendices B and C1) that are met in streets of many places, and the Spanish words
//! beside them. One form may stand for several words ("St" for Street and Saint): names are only found by it, never written.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a name or of a question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// As it is written, folded.
    pub full: String,
    /// Its short form; the same where it has none.
    pub short: String,
}

const SHORT: [(&str, &[&str]); 52] = [
    ("aly", &["alley"]),
    ("av", &["ave", "aven", "avenue", "avenida", "avda"]),
    ("blvd", &["boulevard", "boul", "bulevar"]),
    ("brg", &["bridge", "puente"]),
    ("cir", &["circle", "circ"]),
    ("cl", &["calle"]),
    ("cres", &["crescent"]),
    ("ct", &["court", "crt"]),
    ("ctr", &["center", "centre", "centro"]),
    ("dr", &["drive", "drv"]),
    ("e", &["east", "este"]),
    ("expy", &["expressway", "expwy"]),
    ("ft", &["fort"]),
    ("fwy", &["freeway"]),
    ("gdns", &["gardens"]),
    ("grn", &["green"]),
    ("grv", &["grove"]),
    ("hts", &["heights"]),
    ("hwy", &["highway", "hiway"]),
    ("jct", &["junction"]),
    ("ln", &["lane"]),
    ("mt", &["mount"]),
    ("n", &["north", "norte"]),
    ("ne", &["northeast", "noreste"]),
    ("nw", &["northwest", "noroeste"]),
    ("pkwy", &["parkway", "parkwy", "pky"]),
    ("pl", &["place"]),
    ("plz", &["plaza", "pza"]),
    ("pt", &["point"]),
    ("rd", &["road"]),
    ("s", &["south", "sur"]),
    ("se", &["southeast", "sureste"]),
    ("sq", &["square"]),
    ("st", &["street", "str", "saint", "sta", "santa"]),
    ("sw", &["southwest", "suroeste"]),
    ("ter", &["terrace", "terr"]),
    ("tpke", &["turnpike"]),
    ("trl", &["trail"]),
    ("w", &["west", "oeste"]),
    ("wy", &["way"]),
    ("1st", &["first"]),
    ("2nd", &["second"]),
    ("3rd", &["third"]),
    ("4th", &["fourth"]),
    ("5th", &["fifth"]),
    ("6th", &["sixth"]),
    ("7th", &["seventh"]),
    ("8th", &["eighth"]),
    ("9th", &["ninth"]),
    ("10th", &["tenth"]),
    ("11th", &["eleventh"]),
    ("12th", &["twelfth"]),
];

/// The words of a text, folded.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            '\'' | '’' | '‘' | '`' => {} // O'Brien is one word
            c if c.is_alphanumeric() => folded.push(c),
            _ => folded.push(' '),
        }
    }
    folded.split_whitespace().map(|full| Word { short: short(full).to_owned(), full: full.to_owned() }).collect()
}

/// What tells names apart: their words in short, in order.
#[must_use]
pub fn key(text: &str) -> String {
    words(text).into_iter().map(|word| word.short).collect::<Vec<_>>().join(" ")
}

fn short(word: &str) -> &str {
    SHORT.iter().find(|(_, long)| long.contains(&word)).map_or(word, |(short, _)| short)
}

/// Whether two words differ by at most one letter put in, left out, changed, or exchanged with its neighbour (Damerau, 1964).
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    if short.len() < long.len() {
        return short[same..] == long[same + 1..];
    }
    same == short.len()
        || short[same + 1..] == long[same + 1..]
        || (same + 1 < short.len()
            && short[same] == long[same + 1]
            && short[same + 1] == long[same]
            && short[same + 2..] == long[same + 2..])
}

/// The number and the letters after it of a house number such as `12`, `12a`, `12-14` (the first) or `221B`; nothing for an ordinal like
/// `5th`.
#[must_use]
pub fn house_number(text: &str) -> Option<(u32, String)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?.trim();
    let letters = match rest.strip_prefix(['-', '–', '/']) {
        Some(until) if until.starts_with(|c: char| c.is_ascii_digit()) => "",
        Some(letters) => letters,
        None => rest,
    };
    (letters.chars().count() <= 1 && letters.chars().all(char::is_alphabetic)).then(|| (number, letters.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_however_they_are_written() {
        for (one, other) in [
            ("North 5th Street", "n. fifth st"),
            ("Saint Mary’s Road", "St Marys Rd."),
            ("Calle de la Unión", "CALLE DE LA UNION"),
            ("Martin Luther King Jr. Boulevard", "martin luther king jr blvd"),
            ("Avenida Norte", "Av. N"),
            ("Weißenburger Str", "weissenburger street"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_ne!(key("5th Street"), key("5th Avenue"));
        assert!(words(" .,- ").is_empty());
        assert!(SHORT.iter().all(|(form, _)| short(form) == *form), "a short form is short for nothing else");
    }

    #[test]
    fn one_letter_may_be_wrong() {
        for (one, other, same) in [
            ("street", "sreet", true),
            ("street", "streeet", true),
            ("street", "strete", true),
            ("street", "straet", true),
            ("street", "street", true),
            ("", "a", true),
            ("street", "sret", false),
            ("abcd", "badc", false),
            ("main", "mill", false),
        ] {
            assert_eq!(alike(one, other), same, "{one} {other}");
            assert_eq!(alike(other, one), same, "{other} {one}");
        }
    }

    #[test]
    fn house_numbers_are_told_from_ordinals() {
        for (text, number) in [
            ("12", Some((12, ""))),
            ("221B", Some((221, "b"))),
            ("12-14", Some((12, ""))),
            ("12 a", Some((12, "a"))),
            ("5th", None),
            ("1st", None),
            ("a12", None),
            ("", None),
            ("99999999999", None),
        ] {
            assert_eq!(house_number(text), number.map(|(n, letters)| (n, letters.to_owned())), "{text}");
        }
    }
}
