//! `GET /api/heat/steps`: the heat map over time in one answer, for whoever moves a slider.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::filter::{self, Parts};
use crate::analytics::{Columns, Day, FINEST, Filter, Steps};
use crate::app::App;
use crate::error::{Field, Result};
use crate::http::Problem;
use crate::people::policy::Act;

/// The most steps of one answer: two years of weeks, or four months of days.
const MOST_STEPS: usize = 124;

/// The most counts of one answer, all cells and steps together; coarser cells are taken where there would be more.
const MOST_COUNTS: usize = 400_000;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    step: Option<String>,
    resolution: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Requests by cell and by time.
#[derive(Serialize, utoipa::ToSchema)]
struct HeatSteps {
    /// H3 resolution of the cells; coarser than what was asked for where the answer would be too long.
    resolution: u8,
    /// The steps, one after the other without a gap.
    steps: Vec<Step>,
    /// Each H3 cell that holds any, and how many in each step.
    cells: Vec<(String, Vec<u32>)>,
    /// Position of the log up to which the counts go.
    position: i64,
}

/// One step.
#[derive(Serialize, utoipa::ToSchema)]
struct Step {
    /// Its first day.
    from: String,
    /// Its last day.
    to: String,
    /// Requests with a place in it, in all cells together.
    count: u64,
}

/// How long a step is.
#[derive(Clone, Copy)]
enum Length {
    Day,
    Week,
    Month,
}

#[utoipa::path(get, path = "/api/heat/steps", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("step" = Option<String>, Query, description = "`day`, `week` (from Monday) or `month`; `week` without it. At most 124 steps"),
        ("resolution" = Option<u8>, Query, minimum = 0, maximum = 10, description = "H3 resolution, 0 to 10; 8 without it")),
    responses((status = 200, body = HeatSteps), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn steps(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "bbox, services, statuses, jurisdictions, from, to, step, resolution", &mut problems);
    let resolution = filter::number("resolution", &asked.resolution, 0..=usize::from(FINEST), 8, &mut problems);
    let length = match asked.step.as_deref() {
        Some("day") => Length::Day,
        None | Some("" | "week") => Length::Week,
        Some("month") => Length::Month,
        Some(_) => {
            problems.push(Field::new("step", "must be `day`, `week` or `month`."));
            Length::Week
        }
    };
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    let span = wanted.from.and_then(Day::date).zip(wanted.to.and_then(Day::date));
    if span.is_none() && problems.is_empty() {
        problems.push(Field::new("from", "is missing, or `to` is: steps need a first and a last day."));
    }
    let spans = span.map(|(from, to)| cut(from, to, length)).unwrap_or_default();
    if spans.len() > MOST_STEPS {
        problems.push(Field::new("step", format!("makes more than {MOST_STEPS} steps of these days; take longer steps or fewer days.")));
    }
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&request, app.columns.position()) {
        return Ok(same);
    }
    let firsts: Vec<Day> = spans.iter().map(|(first, _)| Day::of(*first)).collect();
    let ((resolution, found), position) = filter::ask(&app, move |columns| fitting(columns, &wanted, resolution as u8, &firsts)).await?;
    let steps = spans.iter().zip(found.totals).map(|((from, to), count)| Step { from: from.to_string(), to: to.to_string(), count });
    let body = HeatSteps {
        resolution,
        steps: steps.collect(),
        cells: found.cells.into_iter().map(|(cell, counts)| (format!("{cell:x}"), counts)).collect(),
        position,
    };
    Ok(filter::answer(position, &body))
}

/// The steps of a span of days, first and last day of each; the first and the last step may be cut short. One more than the
/// most is enough to see that there are too many.
fn cut(from: Date, to: Date, length: Length) -> Vec<(Date, Date)> {
    let mut steps = Vec::new();
    let mut first = from;
    while first <= to && steps.len() <= MOST_STEPS {
        let last = match length {
            Length::Day => first,
            Length::Week => {
                let left = i64::from(7 - first.weekday().to_monday_one_offset());
                first.checked_add(jiff::Span::new().days(left)).unwrap_or(to)
            }
            Length::Month => first.last_of_month(),
        };
        let last = last.min(to);
        steps.push((first, last));
        let Ok(next) = last.tomorrow() else { break };
        first = next;
    }
    steps
}

/// The counts of a resolution, or of the finest coarser one that is not too long.
fn fitting(columns: &Columns, filter: &Filter, resolution: u8, firsts: &[Day]) -> (u8, Steps) {
    let mut resolution = resolution;
    loop {
        let found = columns.heat_by_step(filter, resolution, firsts);
        if found.cells.len() * firsts.len() <= MOST_COUNTS || resolution == 0 {
            return (resolution, found);
        }
        resolution -= 1;
    }
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/heat/steps").route(web::get().to(steps)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_begin_on_monday_and_only_the_first_and_the_last_are_cut() {
        // the 4th of November 2026 is a Wednesday
        let weeks = cut(date(2026, 11, 4), date(2026, 11, 17), Length::Week);
        let days = |first: i8, last: i8| (date(2026, 11, first), date(2026, 11, last));
        assert_eq!(weeks, [days(4, 8), days(9, 15), days(16, 17)]);
        assert_eq!(cut(date(2026, 11, 9), date(2026, 11, 15), Length::Week), [days(9, 15)]);
    }

    #[test]
    fn months_and_days_follow_each_other_without_a_gap() {
        let months = cut(date(2026, 1, 31), date(2026, 3, 1), Length::Month);
        let expected =
            [(date(2026, 1, 31), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 1))];
        assert_eq!(months, expected);
        assert_eq!(cut(date(2026, 2, 27), date(2026, 3, 1), Length::Day).len(), 3);
        assert!(cut(date(1900, 1, 1), date(2079, 1, 1), Length::Day).len() > MOST_STEPS);
    }
}
