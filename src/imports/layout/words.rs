//! A city's words for the state of a request, and what its clerks write when they close one.
//!
//! Refuses to invent: words that a layout does not know leave the closing date to say whether the request is open.

use serde::Deserialize;

use crate::cases::Status;

macro_rules! statuses { ($($(#[$doc:meta])* $key:ident: $status:ident),* $(,)?) => {
    /// The city's words, by our status.
    #[derive(Debug, Clone, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Words { $($(#[$doc])* pub $key: Vec<String>),* }

    impl Words {
        fn each(&self) -> impl Iterator<Item = (Status, &[String])> {
            [$((Status::$status, self.$key.as_slice())),*].into_iter()
        }
    }
}; }

statuses! {
    /// Nobody has looked at it yet.
    new: New,
    /// Somebody has it.
    assigned: Assigned,
    /// Work has begun.
    in_progress: InProgress,
    /// Waits for somebody else.
    pending: Pending,
    /// Work rests.
    on_hold: OnHold,
    /// Somebody above has to decide.
    escalated: Escalated,
    /// Opened again.
    reopened: Reopened,
    /// The work is done.
    resolved: Resolved,
    /// It is over.
    closed: Closed,
    /// The same as another.
    duplicate: Duplicate,
    /// Withdrawn or invalid.
    cancelled: Cancelled,
    /// Handed to somebody outside.
    transferred: Transferred,
}

impl Words {
    /// Our status for the city's whole word, without regard to case and blanks around it.
    pub fn status(&self, word: &str) -> Option<Status> {
        let word = word.trim();
        self.each().find(|(_, words)| words.iter().any(|w| w.eq_ignore_ascii_case(word))).map(|(status, _)| status)
    }

    /// Our status for a text that contains one of the phrases; `duplicate` before all others.
    pub fn within(&self, text: &str) -> Option<Status> {
        if text.is_empty() {
            return None;
        }
        let text = text.to_lowercase();
        let holds = |words: &[String]| words.iter().any(|w| text.contains(&w.to_lowercase()));
        if holds(&self.duplicate) {
            return Some(Status::Duplicate);
        }
        self.each().find(|(_, words)| holds(words)).map(|(status, _)| status)
    }
}

/// How clerks write the number of another request.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Digits of a whole number.
    pub digits: usize,
    /// The fewest digits that still mean one; the rest is taken from the front of the request's own number.
    pub least: usize,
}

impl Numbers {
    /// Numbers of other requests in a text, in order, each once, at most four.
    pub fn found(self, text: &str, own: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        if own.len() != self.digits || !own.bytes().all(|b| b.is_ascii_digit()) {
            return found;
        }
        for run in text.split(|c: char| !c.is_ascii_digit()).filter(|run| (self.least..=self.digits).contains(&run.len())) {
            let number = format!("{}{run}", &own[..self.digits - run.len()]);
            if number != own && !found.contains(&number) && found.len() < 4 {
                found.push(number);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_matched_whole_and_phrases_within() {
        let words =
            Words { new: vec!["Open".into()], duplicate: vec!["Open - Dup".into()], closed: vec!["shut".into()], ..Words::default() };
        assert_eq!(words.status(" open "), Some(Status::New));
        assert_eq!(words.status("OPEN - DUP"), Some(Status::Duplicate));
        assert_eq!(words.status("opened"), None);
        assert_eq!(words.within("it was SHUT: open - dup of 12"), Some(Status::Duplicate));
        assert_eq!(words.within(""), None);
    }

    #[test]
    fn a_short_number_is_completed_from_the_own_one() {
        let numbers = Numbers { digits: 12, least: 6 };
        for (text, expected) in [
            ("Duplicate of Existing Case %1240827", vec!["101001240827"]),
            ("Duplicate of Case #101000087021. Thank you", vec!["101000087021"]),
            ("duplicate of crm #233430; work order issued 12/16/2014.", vec!["101001233430"]),
            ("Case 101001369033 is a duplicate of 1369032", vec!["101001369032"]),
            ("see 1369032 and 101001369032, call 617-635-4500", vec!["101001369032"]),
            ("Duplicate CRM", vec![]),
            ("1234567890123", vec![]),
        ] {
            assert_eq!(numbers.found(text, "101001369033"), expected, "{text}");
        }
        assert!(numbers.found("1369032", "BCS-00000001").is_empty());
        assert!(numbers.found("1369032", "ééé123").is_empty());
    }
}
