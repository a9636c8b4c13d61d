//! What Alderford's residents report, day by day for two years up to now, from a seed. The same seed, number and present give the same
//! reports to the last byte. It files nothing.

mod course;
mod habits;
mod resident;
mod spots;
mod story;
mod weather;
mod words;

use std::collections::VecDeque;

pub use course::{Course, Move, Remark};
pub use habits::{Habit, habits};
pub use spots::Spot;
pub use story::{Step, Story};

use crate::catalog::{Answers, ServiceDraft};
use crate::demo::city::City;
use crate::demo::dice::Dice;
use crate::demo::pictures;
use crate::requests::Contact;
use course::Matter;
use spots::Spots;

const DAY_MS: i64 = 86_400_000;

/// How many days back it begins: two years, less for a few reports, so that there are always some on every day.
fn days(count: usize) -> i64 {
    (count / 20).clamp(30, 730) as i64
}

/// One thing that one resident reports.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its number in the run, from 0; the external id is made from it.
    pub nth: usize,
    /// Code of the service.
    pub service: String,
    /// Where; a few have an address that nobody found on the map, `known` false.
    pub spot: Spot,
    /// Whether the place is known and not only the address.
    pub known: bool,
    /// How sure the phone was, in metres.
    pub accuracy_m: Option<f64>,
    /// The resident's words.
    pub description: String,
    /// `en` or `es`.
    pub language: &'static str,
    /// Answers to the service's questions.
    pub answers: Answers,
    /// Who it is from.
    pub contact: Contact,
    /// Epoch milliseconds.
    pub filed_at: i64,
    /// Index into the album of pictures.
    pub picture: Option<usize>,
    /// Number of the report it repeats.
    pub repeats: Option<usize>,
    /// What became of it; empty for what only repeats.
    pub course: Course,
}

/// A thing that lasts and may be reported again.
struct Lasting {
    nth: usize,
    spot: Spot,
    filed_at: i64,
    ends_at: i64,
    picture: Option<usize>,
}

/// The reports, oldest first.
pub struct Life {
    seed: u64,
    now: i64,
    habits: Vec<Habit>,
    services: Vec<ServiceDraft>,
    spots: Spots,
    first_day: i64,
    /// How many reports there are up to the end of each day.
    until: Vec<usize>,
    day: usize,
    nth: usize,
    today: VecDeque<(i64, usize)>,
    dice: Dice,
    lasting: Vec<VecDeque<Lasting>>,
}

impl Life {
    /// `count` reports of the time up to `now` (epoch milliseconds) about these services.
    pub fn new(city: &'static City, services: Vec<ServiceDraft>, count: usize, seed: u64, now: i64) -> Life {
        let mut habits = habits();
        habits.retain(|habit| services.iter().any(|service| service.code == habit.code));
        let last_day = now.div_euclid(DAY_MS);
        let first_day = last_day - days(count);
        let mut total = 0.0;
        let totals: Vec<f64> = (first_day..=last_day)
            .map(|day| {
                let part = if day == last_day { now.rem_euclid(DAY_MS) as f64 / DAY_MS as f64 } else { 1.0 };
                let growth = 1.0 + 0.12 * (day - first_day) as f64 / 730.0;
                total += part * growth * rates(&habits, day).iter().sum::<f64>();
                total
            })
            .collect();
        let until = totals.iter().map(|sum| (count as f64 * sum / total).round() as usize).collect();
        let lasting = habits.iter().map(|_| VecDeque::new()).collect();
        let spots = Spots::new(city, &habits, seed);
        Life {
            seed,
            now,
            spots,
            services,
            first_day,
            until,
            day: 0,
            nth: 0,
            today: VecDeque::new(),
            dice: Dice::new(seed),
            lasting,
            habits,
        }
    }

    /// Throws what is reported on the next day, and when: the habit and the moment of each report.
    fn begin_day(&mut self) {
        let day = self.first_day + self.day as i64;
        self.dice = Dice::named(self.seed, &format!("day {day}"));
        let rates = rates(&self.habits, day);
        let mut moments: Vec<(i64, usize)> = (self.nth..self.until[self.day])
            .map(|_| {
                let habit = self.dice.weighted(&rates);
                (self.moment(day, habit), habit)
            })
            .collect();
        moments.sort_unstable();
        self.today = moments.into();
        self.day += 1;
    }

    fn moment(&mut self, day: i64, habit: usize) -> i64 {
        let latest = (self.now - day * DAY_MS - 60_000).clamp(1, DAY_MS);
        for _ in 0..20 {
            let hour = self.dice.weighted(self.habits[habit].hours.hours());
            let at = ((hour as f64 + self.dice.unit()) * 3_600_000.0) as i64;
            if at < latest {
                return day * DAY_MS + at;
            }
        }
        day * DAY_MS + (self.dice.unit() * latest as f64) as i64
    }

    fn report(&mut self, filed_at: i64, index: usize) -> Report {
        let (nth, habit) = (self.nth, self.habits[index]);
        self.nth += 1;
        let mut repeated = self.again(index, filed_at);
        let spot = match repeated {
            Some(at) => self.spots.again(&self.lasting[index][at].spot, &mut self.dice),
            None => self.spots.find(index, &habit, (self.now - filed_at) as f64 / DAY_MS as f64, &mut self.dice),
        };
        // some who repeat are not recognised: dispatchers have something to find
        let seen_through = repeated.is_some() && !self.dice.chance(0.15);
        let known = !self.dice.chance(0.006);
        let pictured = self.dice.chance(habit.pictured);
        let same = repeated.and_then(|at| self.lasting[index][at].picture);
        let picture = if pictured { same.or_else(|| pictures::choose(habit.code, &mut self.dice)) } else { None };
        if !seen_through || !known {
            repeated = None;
        }
        let repeats = repeated.map(|at| self.lasting[index][at].nth);
        let service = self.services.iter().find(|service| service.code == habit.code).expect("habits without a service were left out");
        let dice = &mut self.dice;
        let language = if dice.chance(0.065) { "es" } else { "en" };
        let description = words::describe(habit.code, language, &spot.address, dice);
        let matter = Matter {
            kind: kind(&service.group),
            due_hours: service.due_hours.unwrap_or(96) as f64,
            district: spot.district,
            filed_at,
            now: self.now,
        };
        let course = if repeats.is_some() { Course::default() } else { course::course(&matter, dice) };
        let report = Report {
            nth,
            known,
            accuracy_m: dice.chance(0.7).then(|| f64::from(4 + dice.below(30) as u32)),
            description,
            language,
            answers: resident::answers(service, filed_at, dice),
            contact: resident::contact(dice),
            service: habit.code.to_owned(),
            filed_at,
            picture,
            repeats,
            course,
            spot,
        };
        if repeats.is_none() && known {
            let ends_at = report.course.closed_at().unwrap_or(i64::MAX);
            let lasting = Lasting { nth, spot: report.spot.clone(), filed_at, ends_at, picture };
            self.lasting[index].push_back(lasting);
        }
        report
    }

    /// A thing of this habit that lasts at that moment and is reported again, if chance will have it.
    fn again(&mut self, index: usize, at: i64) -> Option<usize> {
        let lasting = &mut self.lasting[index];
        while lasting.front().is_some_and(|thing| thing.filed_at < at - 12 * DAY_MS) {
            lasting.pop_front();
        }
        if lasting.is_empty() || !self.dice.chance(self.habits[index].again) {
            return None;
        }
        let open: Vec<usize> = (0..lasting.len()).filter(|thing| lasting[*thing].ends_at > at && lasting[*thing].filed_at < at).collect();
        // the cubed throw makes a few things the talk of the town
        open.get((open.len() as f64 * self.dice.unit() * self.dice.unit() * self.dice.unit()) as usize).copied()
    }
}

impl Iterator for Life {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        loop {
            if let Some((at, habit)) = self.today.pop_front() {
                return Some(self.report(at, habit));
            }
            if self.day == self.until.len() {
                return None;
            }
            self.begin_day();
        }
    }
}

/// How many reports of each habit a day brings, in any unit.
fn rates(habits: &[Habit], day: i64) -> Vec<f64> {
    let weekend = weather::weekday(day) >= 5;
    let rate = |habit: &Habit| habit.share * weather::factor(habit.season, day) * if weekend { habit.weekend * 0.8 } else { 1.0 };
    habits.iter().map(rate).collect()
}

/// The heading under which staff writes about a group of services.
fn kind(group: &str) -> &'static str {
    match group {
        "Roads and paths" => "roads",
        "Street lights and signals" => "lights",
        "Rubbish and cleaning" => "waste",
        "Water and drains" => "water",
        "Trees and parks" => "green",
        "Graffiti" => "graffiti",
        "Parking" => "parking",
        "Housing and noise" => "housing",
        "Animals" => "animals",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
