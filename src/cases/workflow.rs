//! The life of a case: the moves between its statuses and what a move demands, in one table.
//!
//! Pure. It does not know who moves (that is `people::policy`), keeps nothing, and tells nobody.

use std::fmt;

use super::status::Status::{self, *};

/// What an unfinished case may always become, besides the other unfinished statuses of its row.
const ENDINGS: [Status; 5] = [Resolved, Closed, Duplicate, Cancelled, Transferred];

/// The table: from each status, the unfinished ones that may follow. `ENDINGS` are added to the unfinished rows.
const fn onward(from: Status) -> &'static [Status] {
    match from {
        New | Reopened => &[Assigned, InProgress, Pending, OnHold, Escalated],
        // Back to `New` means: taken off whoever had it.
        Assigned => &[New, InProgress, Pending, OnHold, Escalated],
        InProgress => &[Assigned, Pending, OnHold, Escalated],
        Pending => &[Assigned, InProgress, OnHold, Escalated],
        OnHold => &[Assigned, InProgress, Pending, Escalated],
        Escalated => &[Assigned, InProgress, Pending, OnHold],
        // What is resolved may still be checked and closed.
        Resolved => &[Closed, Reopened],
        Closed | Duplicate | Cancelled | Transferred => &[Reopened],
    }
}

/// Why a move is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The case already stands there.
    Already(Status),
    /// The table has no such move; `legal` is what it has.
    Illegal {
        /// Where the case stands.
        from: Status,
        /// Where it was to go.
        to: Status,
        /// Where it may go.
        legal: Vec<Status>,
    },
    /// The move is legal and must say why.
    NeedsReason(Status),
}

impl Status {
    /// Where a case may go from here.
    pub fn legal(self) -> Vec<Status> {
        let endings: &[Status] = if self.finished() { &[] } else { &ENDINGS };
        onward(self).iter().chain(endings).copied().collect()
    }

    /// Whether the clock of what was promised stands: the work waits for somebody who promised nothing, or was put aside.
    pub fn pauses(self) -> bool {
        matches!(self, Pending | OnHold)
    }

    /// Those of the legal moves that must say why.
    pub fn reasoned(self) -> Vec<Status> {
        self.legal().into_iter().filter(|to| self.needs_reason(*to)).collect()
    }

    /// The moves that undo the one that led here from `before`: back at once where the table allows it, else by one step
    /// between, else as far as reopening goes. Empty where nothing leads back. Each of them is a move like any other.
    pub fn way_back(self, before: Status) -> Vec<Status> {
        let next = self.legal();
        if next.contains(&before) {
            return vec![before];
        }
        let between = [Reopened, Assigned].into_iter().find(|step| next.contains(step) && step.legal().contains(&before));
        match between {
            Some(step) => vec![step, before],
            None if next.contains(&Reopened) => vec![Reopened],
            None => Vec::new(),
        }
    }

    /// Whether going to `to` must say why. Ending without having done the work, or undoing an ending, is a decision that
    /// somebody will ask about.
    pub fn needs_reason(self, to: Status) -> bool {
        match to {
            Duplicate | Cancelled | Transferred | Reopened => true,
            Closed => self != Resolved,
            _ => false,
        }
    }
}

/// Whether a case may go from `from` to `to`, with words or without.
pub fn check(from: Status, to: Status, reason: Option<&str>) -> Result<(), Refusal> {
    if from == to {
        return Err(Refusal::Already(to));
    }
    let legal = from.legal();
    if !legal.contains(&to) {
        return Err(Refusal::Illegal { from, to, legal });
    }
    if from.needs_reason(to) && reason.is_none_or(|words| words.trim().is_empty()) {
        return Err(Refusal::NeedsReason(to));
    }
    Ok(())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Already(status) => write!(f, "the case is {} already", status.name().to_lowercase()),
            Refusal::Illegal { from, to, legal } => {
                let legal: Vec<_> = legal.iter().map(|status| status.word()).collect();
                write!(f, "a case that is {from} cannot become {to}; it can become {}", legal.join(", "))
            }
            Refusal::NeedsReason(to) => write!(f, "a case becomes {to} only with a reason"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::status::STATUSES;
    use super::*;

    #[test]
    fn a_case_can_always_be_finished_and_what_is_finished_can_always_be_reopened() {
        for status in STATUSES {
            let legal = status.legal();
            assert!(!legal.contains(&status), "{status} leads to itself");
            if status.finished() {
                assert!(legal.contains(&Reopened), "{status} is a dead end");
            } else {
                for ending in ENDINGS {
                    assert!(legal.contains(&ending), "{status} cannot become {ending}");
                }
            }
            let distinct: std::collections::HashSet<_> = legal.iter().collect();
            assert_eq!(distinct.len(), legal.len(), "{status} lists a move twice");
        }
    }

    #[test]
    fn every_status_can_be_reached_from_new() {
        let mut seen = vec![New];
        let mut next = 0;
        while next < seen.len() {
            for to in seen[next].legal() {
                if !seen.contains(&to) {
                    seen.push(to);
                }
            }
            next += 1;
        }
        assert_eq!(seen.len(), STATUSES.len());
    }

    #[test]
    fn only_what_is_finished_is_reopened_and_only_through_reopened() {
        for from in STATUSES {
            for to in from.legal() {
                assert_eq!(to == Reopened, from.finished() && to != Closed, "{from} to {to}");
            }
        }
    }

    #[test]
    fn an_ending_without_the_work_says_why() {
        for from in STATUSES {
            for to in from.legal() {
                let expected = matches!(to, Duplicate | Cancelled | Transferred | Reopened) || (to == Closed && from != Resolved);
                assert_eq!(check(from, to, None).is_err(), expected, "{from} to {to} without a word");
                assert_eq!(check(from, to, Some(" \n")).is_err(), expected, "{from} to {to} with blanks");
                assert_eq!(check(from, to, Some("because")), Ok(()), "{from} to {to} with a reason");
            }
        }
    }

    #[test]
    fn a_way_back_is_made_of_legal_moves_and_ends_where_it_began_as_far_as_the_table_goes() {
        for before in STATUSES {
            for after in before.legal() {
                let way = after.way_back(before);
                let end = way.iter().fold(after, |at, step| {
                    assert!(at.legal().contains(step), "{at} to {step}");
                    *step
                });
                match way.is_empty() {
                    // only a reopened case that went on has no way back: nothing but an ending is ever reopened
                    true => assert_eq!(before, Reopened),
                    false => assert!(end == before || end == Reopened, "{before} to {after} and back ends at {end}"),
                }
            }
        }
        assert_eq!(Assigned.way_back(New), [New]);
        assert_eq!(InProgress.way_back(New), [Assigned, New]);
        assert_eq!(Resolved.way_back(InProgress), [Reopened, InProgress]);
        assert_eq!(Resolved.way_back(New), [Reopened]);
        assert_eq!(Reopened.way_back(Resolved), [Resolved]);
    }

    #[test]
    fn an_illegal_move_names_the_legal_ones() {
        for from in STATUSES {
            for to in STATUSES {
                if from == to {
                    assert_eq!(check(from, to, Some("x")), Err(Refusal::Already(to)));
                } else if !from.legal().contains(&to) {
                    assert_eq!(check(from, to, Some("x")), Err(Refusal::Illegal { from, to, legal: from.legal() }));
                }
            }
        }
        let said = Refusal::Illegal { from: Closed, to: New, legal: Closed.legal() }.to_string();
        assert_eq!(said, "a case that is closed cannot become new; it can become reopened");
    }
}
