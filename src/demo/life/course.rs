//! What became of a case: when each step was taken, by how long such work takes in each district, and what staff wrote about it.
//! Steps follow the table of `cases::workflow`; nothing here happens in the future.

use super::words::STAFF;
use crate::cases::Status;
use crate::demo::dice::Dice;

const HOUR_MS: f64 = 3_600_000.0;

/// One step of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Epoch milliseconds.
    pub at: i64,
    /// Where the case then stands.
    pub to: Status,
    /// Why, where that is told.
    pub reason: String,
}

/// Words of staff on a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// Epoch milliseconds.
    pub at: i64,
    /// Whether residents read it.
    pub public: bool,
    /// What it says.
    pub text: &'static str,
}

/// All that became of a case until now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Steps after `new`, oldest first.
    pub moves: Vec<Move>,
    /// Notes, oldest first.
    pub remarks: Vec<Remark>,
}

impl Course {
    /// Where the case stands now.
    pub fn status(&self) -> Status {
        self.moves.last().map_or(Status::New, |last| last.to)
    }

    /// When it last changed, if it did since `filed_at`.
    pub fn updated_at(&self, filed_at: i64) -> i64 {
        let moved = self.moves.last().map_or(filed_at, |last| last.at);
        self.remarks.last().map_or(moved, |remark| remark.at.max(moved))
    }

    /// When it was finished, if it is.
    pub fn closed_at(&self) -> Option<i64> {
        // a resolved case that was then closed was finished when it was resolved
        let last = self.moves.last().filter(|last| last.to.finished())?;
        let before = self.moves.iter().rev().nth(1).filter(|before| before.to.finished());
        Some(before.unwrap_or(last).at)
    }
}

/// How long work takes in each district, in the order of the city's districts: the old town is behind, the lakeshore is quick.
const PACE: [f64; 9] = [1.35, 0.95, 1.15, 0.8, 0.72, 0.75, 0.68, 0.7, 0.55];

// how much of the promised time the work takes: a tenth of the work more with each entry
const OF_PROMISE: [f64; 11] = [0.04, 0.18, 0.32, 0.45, 0.56, 0.67, 0.78, 0.9, 1.05, 2.0, 26.0];

/// What a case is about, as far as its course depends on it.
pub struct Matter<'a> {
    /// Heading of the service's public notes in the book of staff, such as `roads`.
    pub kind: &'a str,
    /// Promised hours.
    pub due_hours: f64,
    /// Index of the district.
    pub district: usize,
    /// When it was filed, epoch milliseconds.
    pub filed_at: i64,
    /// The present.
    pub now: i64,
}

/// Throws the course of a case.
pub fn course(matter: &Matter<'_>, dice: &mut Dice) -> Course {
    let tenths = dice.unit() * 10.0;
    let low = OF_PROMISE[tenths as usize];
    let share = low + (OF_PROMISE[tenths as usize + 1] - low) * tenths.fract();
    // a few are waited with for a year: money, permits, a wall that belongs to nobody
    let forgotten = dice.chance(0.015);
    let lasts = if forgotten { dice.between(150.0, 900.0) * 24.0 } else { matter.due_hours * share * PACE[matter.district] } * HOUR_MS;
    let at = |part: f64| matter.filed_at + (lasts * part) as i64 + 60_000;
    let mut steps: Vec<(i64, Status, &str)> = Vec::new();
    let taken = if forgotten { 0.004 } else { dice.between(0.03, 0.35) };
    steps.push((at(taken), Status::Assigned, ""));
    if !forgotten && dice.chance(0.7) {
        steps.push((at(dice.between(taken + 0.05, 0.6)), Status::InProgress, ""));
    }
    match dice.weighted(&[86.0, 6.0, 5.0, 3.0]) {
        _ if forgotten => steps.push((at(0.03), *dice.pick(&[Status::OnHold, Status::Pending]), "")),
        1 => steps.extend([(at(0.65), Status::Pending, ""), (at(0.85), Status::InProgress, "")]),
        2 => steps.extend([(at(0.65), Status::OnHold, ""), (at(0.9), Status::InProgress, "")]),
        3 => steps.push((at(0.7), Status::Escalated, "")),
        _ => {}
    }
    // what is far over its promise was handed up on the way
    if !forgotten && share * PACE[matter.district] > 2.0 {
        steps.push((at(0.93), Status::Escalated, ""));
    }
    steps.dedup_by_key(|step| step.1);
    let end = at(1.0);
    match dice.weighted(&[64.0, 22.0, 5.0, 3.0, 0.4]) {
        0 => steps.push((end, Status::Resolved, "")),
        1 => steps.extend([(end, Status::Resolved, ""), (end + dice.between(20.0, 90.0) as i64 * 3_600_000, Status::Closed, "")]),
        2 => steps.push((end, Status::Cancelled, STAFF.pick("cancelled", dice))),
        3 => steps.push((end, Status::Transferred, STAFF.pick("transferred", dice))),
        _ => steps.push((end, Status::Duplicate, STAFF.pick("duplicate", dice))),
    }
    if dice.chance(0.035) {
        let back = end + (dice.between(4.0, 12.0) * 24.0 * HOUR_MS) as i64;
        steps.push((back, Status::Reopened, STAFF.pick("reopened", dice)));
        steps.push((back + (lasts * 0.3) as i64, Status::InProgress, ""));
        steps.push((back + (lasts * 0.9) as i64 + 60_000, Status::Resolved, ""));
    }
    let moves: Vec<Move> =
        steps.into_iter().filter(|(at, ..)| *at <= matter.now).map(|(at, to, reason)| Move { at, to, reason: reason.to_owned() }).collect();
    let remarks = remarks(matter, &moves, lasts, dice);
    Course { moves, remarks }
}

fn remarks(matter: &Matter<'_>, moves: &[Move], lasts: f64, dice: &mut Dice) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if dice.chance(0.16) {
        let at = matter.filed_at + (lasts * dice.between(0.1, 0.6)) as i64;
        remarks.push(Remark { at, public: false, text: STAFF.pick("internal", dice) });
    }
    let done = moves.iter().rev().find(|step| step.to == Status::Resolved);
    if let Some(done) = done.filter(|_| dice.chance(0.35)) {
        let text = STAFF.pick(&format!("public {}", matter.kind), dice);
        remarks.push(Remark { at: done.at, public: true, text });
    }
    remarks.retain(|remark| remark.at <= matter.now);
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::workflow;

    fn throw(due_hours: f64, hours_ago: f64, dice: &mut Dice) -> Course {
        let now = 1_800_000_000_000;
        course(&Matter { kind: "roads", due_hours, district: 0, filed_at: now - (hours_ago * HOUR_MS) as i64, now }, dice)
    }

    #[test]
    fn every_step_is_one_the_workflow_allows_and_none_lies_ahead() {
        let mut dice = Dice::new(3);
        for round in 0..4_000 {
            let course = throw(120.0, f64::from(round) / 4.0, &mut dice);
            let mut status = Status::New;
            let mut before = 0;
            for step in &course.moves {
                workflow::check(status, step.to, Some(&step.reason)).unwrap_or_else(|refusal| panic!("{refusal}: {:?}", course.moves));
                assert!(before <= step.at && step.at <= 1_800_000_000_000, "{:?}", course.moves);
                (status, before) = (step.to, step.at);
            }
            assert_eq!(course.closed_at().is_some(), status.finished());
        }
    }

    #[test]
    fn old_cases_are_mostly_finished_and_fresh_ones_are_not() {
        let mut dice = Dice::new(4);
        let finished = |hours: f64, dice: &mut Dice| (0..500).filter(|_| throw(120.0, hours, dice).status().finished()).count();
        assert!(finished(24.0 * 300.0, &mut dice) > 480);
        assert!(finished(3.0, &mut dice) < 60);
    }
}
