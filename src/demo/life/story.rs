//! Everything that happened, in the order in which it happened: reports, moves and notes, woven from the courses of single cases. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::{Life, Move, Remark, Report};

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Step {
    /// A resident reported something.
    Reported(Box<Report>),
    /// The case that a report opened was moved.
    Moved {
        /// Number of the report.
        nth: usize,
        /// Index of the district it lies in; beyond the last where the place is not known.
        district: usize,
        /// The step.
        step: Move,
    },
    /// Staff wrote on the case that a report opened.
    Noted {
        /// Number of the report.
        nth: usize,
        /// Index of the district it lies in; beyond the last where the place is not known.
        district: usize,
        /// The note.
        remark: Remark,
    },
}

impl Step {
    /// When it happened, epoch milliseconds.
    pub fn at(&self) -> i64 {
        match self {
            Step::Reported(report) => report.filed_at,
            Step::Moved { step, .. } => step.at,
            Step::Noted { remark, .. } => remark.at,
        }
    }
}

/// The steps, oldest first; of one moment, in the order in which they were thrown.
pub struct Story {
    life: std::iter::Peekable<Life>,
    /// What is still to happen to cases that are open: the moment and a running number that finds the step.
    due: BinaryHeap<Reverse<(i64, usize)>>,
    steps: BTreeMap<usize, Step>,
    thrown: usize,
}

impl Story {
    /// The story of a life.
    pub fn of(life: Life) -> Story {
        Story { life: life.peekable(), due: BinaryHeap::new(), steps: BTreeMap::new(), thrown: 0 }
    }

    fn expect(&mut self, step: Step) {
        self.due.push(Reverse((step.at(), self.thrown)));
        self.steps.insert(self.thrown, step);
        self.thrown += 1;
    }
}

impl Iterator for Story {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let reported = self.life.peek().map_or(i64::MAX, |report| report.filed_at);
        if let Some(Reverse((at, key))) = self.due.peek().copied()
            && at < reported
        {
            self.due.pop();
            return self.steps.remove(&key);
        }
        let mut report = self.life.next()?;
        let course = std::mem::take(&mut report.course);
        let (nth, district) = (report.nth, if report.known { report.spot.district } else { usize::MAX });
        // a note is written before the move that it goes with
        course.remarks.into_iter().for_each(|remark| self.expect(Step::Noted { nth, district, remark }));
        course.moves.into_iter().for_each(|step| self.expect(Step::Moved { nth, district, step }));
        Some(Step::Reported(Box::new(report)))
    }
}
