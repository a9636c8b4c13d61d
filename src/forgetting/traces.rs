//! What a person is recognised by in words of others: mail address, telephone number, last name. Pure.

/// What one contact would be recognised by.
#[derive(Debug, Default)]
pub struct Traces {
    /// Mail addresses and last names, folded.
    words: Vec<String>,
    /// Digits of telephone numbers.
    phones: Vec<String>,
}

/// Shorter names are words of the language as well.
const SHORTEST_NAME: usize = 3;
/// Fewer digits are a house or a year.
const SHORTEST_PHONE: usize = 6;
/// A number is written with and without its country: so many digits at its end tell it.
const TELLING: usize = 9;

impl Traces {
    /// Those of a contact.
    pub fn of(last_name: &str, email: &str, phone: &str) -> Traces {
        let fold = |text: &str| text.trim().to_lowercase();
        let mut words = Vec::new();
        words.extend(Some(fold(email)).filter(|email| email.contains('@')));
        words.extend(Some(fold(last_name)).filter(|name| name.chars().count() >= SHORTEST_NAME));
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let end = digits[digits.len().saturating_sub(TELLING)..].to_owned();
        Traces { words, phones: if end.len() >= SHORTEST_PHONE { vec![end] } else { Vec::new() } }
    }

    /// Whether a text names the person.
    pub fn found_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let whole = |word: &String| {
            text.match_indices(word.as_str()).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + word.len()..].chars().next();
                ![before, after].into_iter().flatten().any(char::is_alphanumeric)
            })
        };
        self.words.iter().any(whole) || self.phones.iter().any(|phone| numbers(&text).any(|number| number.contains(phone.as_str())))
    }
}

/// The runs of digits, with what people write between them left out.
fn numbers(text: &str) -> impl Iterator<Item = String> {
    let between = |c: char| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}');
    text.split(between).map(|run| run.chars().filter(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_recognised_however_it_is_written_and_nobody_else() {
        let traces = Traces::of("Souza", " Ana@Example.org", "+1 555-010-0123");
        for text in ["Called Ms SOUZA twice", "wrote to ana@example.org.", "555 010 0123 is engaged", "(555) 010.0123", "0015550100123"] {
            assert!(traces.found_in(text), "{text}");
        }
        for text in ["Souzander Street", "bana@example.org", "ana@example.organic", "555 010 0124", "filled 5550 m²", ""] {
            assert!(!traces.found_in(text), "{text}");
        }
        let nobody = Traces::of("Li", "", "12 34");
        assert!(!nobody.found_in("Li lives at 12 34 and nobody@example.org"));
    }
}
