//! The number a resident holds: seven random symbols and a check symbol, short enough for the telephone.
//!
//! The 31 symbols leave out those that are mistaken for each other (0/O, 1/I/L, U/V). 31 is prime, so a sum weighted by
//! place, modulo 31, catches every wrong symbol and every swap of two (the scheme of ISBN-10).

use std::fmt;

const SYMBOLS: &[u8; 31] = b"123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;

/// A well-formed number, as kept: eight symbols, no hyphen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// A number drawn at random; the database says whether it is still free.
    pub fn draw() -> Number {
        let mut places = [0; LENGTH];
        for place in &mut places[..LENGTH - 1] {
            *place = rand::random_range(0..SYMBOLS.len());
        }
        places[LENGTH - 1] = check(&places[..LENGTH - 1]);
        Number(places.iter().map(|&p| char::from(SYMBOLS[p])).collect())
    }

    /// Reads what somebody typed or heard: hyphens and blanks do not count, nor does case.
    pub fn parse(typed: &str) -> Option<Number> {
        let text: String = typed.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
        let places: Option<Vec<usize>> = text.bytes().map(|b| SYMBOLS.iter().position(|&s| s == b)).collect();
        let places = places.filter(|p| p.len() == LENGTH)?;
        (check(&places[..LENGTH - 1]) == places[LENGTH - 1]).then_some(Number(text))
    }

    /// As kept and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As read aloud and printed: `4K72-18QX`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", &self.0[..4], &self.0[4..])
    }
}

fn check(places: &[usize]) -> usize {
    places.iter().zip(2..).map(|(place, weight)| place * weight).sum::<usize>() % SYMBOLS.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_being_said_and_typed() {
        for _ in 0..1000 {
            let number = Number::draw();
            assert_eq!(Number::parse(&number.to_string().to_lowercase()), Some(number));
        }
    }

    #[test]
    fn one_wrong_symbol_or_two_swapped_are_caught() {
        for _ in 0..200 {
            let number = Number::draw().0.into_bytes();
            for i in 0..LENGTH {
                for &symbol in SYMBOLS.iter().filter(|&&s| s != number[i]) {
                    let mut wrong = number.clone();
                    wrong[i] = symbol;
                    assert_eq!(Number::parse(std::str::from_utf8(&wrong).expect("ASCII")), None);
                }
                for j in i + 1..LENGTH {
                    let mut swapped = number.clone();
                    swapped.swap(i, j);
                    let parsed = Number::parse(std::str::from_utf8(&swapped).expect("ASCII"));
                    assert!(parsed.is_none() || number[i] == number[j], "{i} and {j} of {:?}", swapped);
                }
            }
        }
    }

    #[test]
    fn other_things_are_no_numbers() {
        for typed in ["", "12345678", "ABCDEFGH1", "ÄÖÜ", "1234567", "'; drop table request; --"] {
            assert!(Number::parse(typed).is_none() || typed == "12345678", "{typed}");
        }
    }
}
