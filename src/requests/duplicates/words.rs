//! A resident's words made comparable: folded (Unicode NFKD without marks, lower case), without the small words of several languages,
//! cut into trigrams so that endings and slips of the thumb matter little.
//!
//! Similarity is Dice's coefficient over the two sets of trigrams (L. R. Dice, Ecology 26, 1945). It refuses to judge where either
//! side says next to nothing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters and words of a text that are looked at: the first sentences say what it is about.
const MOST_CHARS: usize = 600;
const MOST_WORDS: usize = 60;

/// Below so many words a text says what every text of its service says.
const FEWEST_WORDS: usize = 2;

/// Small words of English, Spanish, French, German, Italian and Portuguese, folded.
const SMALL: [&str; 96] = [
    "a", "al", "an", "and", "are", "as", "at", "au", "auf", "aus", "be", "been", "by", "com", "con", "da", "das", "de", "dei", "del",
    "dem", "den", "der", "des", "di", "die", "do", "dos", "du", "e", "ein", "eine", "el", "em", "en", "es", "est", "et", "for", "from",
    "fur", "gli", "has", "have", "hay", "i", "il", "im", "in", "is", "ist", "it", "la", "las", "le", "les", "lo", "los", "mit", "my", "na",
    "no", "nos", "o", "of", "on", "or", "os", "para", "per", "please", "por", "pour", "que", "se", "si", "su", "sur", "the", "there",
    "this", "to", "u", "um", "uma", "un", "una", "und", "une", "von", "was", "with", "y", "zu", "zum", "zur",
];

/// A text as it is compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    trigrams: Vec<[char; 3]>,
    count: usize,
}

impl Words {
    /// The words of a text.
    pub fn of(text: &str) -> Words {
        let mut words: Vec<String> = tokens(text).into_iter().filter(|word| SMALL.binary_search(&word.as_str()).is_err()).collect();
        words.truncate(MOST_WORDS);
        words.sort_unstable();
        words.dedup();
        let mut trigrams: Vec<[char; 3]> = words.iter().flat_map(|word| cut(word)).collect();
        trigrams.sort_unstable();
        trigrams.dedup();
        Words { trigrams, count: words.len() }
    }

    /// How alike two texts are, from 0 to 1; nothing where one of them says too little.
    pub fn likeness(&self, other: &Words) -> Option<f64> {
        if self.count.min(other.count) < FEWEST_WORDS {
            return None;
        }
        let shared = self.trigrams.iter().filter(|trigram| other.trigrams.binary_search(trigram).is_ok()).count();
        Some(2.0 * shared as f64 / (self.trigrams.len() + other.trigrams.len()) as f64)
    }
}

/// The words of a text, folded: letters and digits, numbers without leading zeros.
pub fn tokens(text: &str) -> Vec<String> {
    let folded: String = text
        .chars()
        .take(MOST_CHARS)
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .flat_map(|c| if c == 'ß' { ['s', 's'] } else { [c, '\0'] })
        .filter(|c| *c != '\0')
        .collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain_number).collect()
}

fn plain_number(word: &str) -> String {
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let plain = if digits { word.trim_start_matches('0') } else { word };
    if plain.is_empty() { "0".to_owned() } else { plain.to_owned() }
}

fn cut(word: &str) -> Vec<[char; 3]> {
    let framed: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    framed.windows(3).map(|three| [three[0], three[1], three[2]]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn likeness(one: &str, other: &str) -> Option<f64> {
        Words::of(one).likeness(&Words::of(other))
    }

    #[test]
    fn the_small_words_can_be_searched() {
        assert!(SMALL.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn alike_is_what_people_would_call_alike() {
        let table = [
            ("Big pothole on Mill Street", "a big POTHOLE, on Mill street!", 1.0, 1.0),
            ("Farola rota frente al 12", "farola róta, frente a 012", 1.0, 1.0),
            ("Straßenlaterne ist kaputt", "strassenlaterne kaputt", 1.0, 1.0),
            ("street lamps broken", "street lamp broke", 0.7, 0.95),
            ("overflowing bin by the playground", "playground bin overflows", 0.6, 0.95),
            ("dead fox on the pavement", "graffiti under the bridge", 0.0, 0.2),
        ];
        for (one, other, least, most) in table {
            let is = likeness(one, other).unwrap();
            assert!((least..=most).contains(&is), "{one:?} and {other:?}: {is}");
        }
    }

    #[test]
    fn who_says_next_to_nothing_is_not_judged() {
        for (one, other) in [("", "big pothole"), ("Other", "Other"), ("the a of", "the a of"), ("pothole", "pothole")] {
            assert_eq!(likeness(one, other), None, "{one:?} and {other:?}");
        }
    }

    proptest! {
        #[test]
        fn likeness_is_the_same_both_ways_and_one_with_oneself(one in ".{0,80}", other in ".{0,80}") {
            prop_assert_eq!(likeness(&one, &other), likeness(&other, &one));
            prop_assert!(likeness(&one, &one).is_none_or(|is| is == 1.0));
            prop_assert!(likeness(&one, &other).is_none_or(|is| (0.0..=1.0).contains(&is)));
        }
    }
}
