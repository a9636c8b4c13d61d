//! The arguments of `GET requests`: which requests, of when, how many. Pure; the time comes from the caller. An empty argument
//! is no argument, an unknown one is left out, garbage in a known one is told.

use super::submission::Fields;
use crate::catalog::moment;
use crate::error::Field;
use crate::geo::Point;
use crate::requests::{Area, Wanted};

/// The longest span of dates in one answer, and what is searched when nothing is said.
pub const SPAN_DAYS: i64 = 90;
const SPAN: i64 = SPAN_DAYS * 86_400_000;

/// What is asked for, and how to show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// Which requests.
    pub wanted: Wanted,
    /// Whether to add what the specification leaves to servers.
    pub extensions: bool,
}

/// Reads the arguments. `now` is in epoch milliseconds, `most` the rows of one answer.
pub fn read(fields: &Fields, now: i64, most: i64) -> Result<Search, Vec<Field>> {
    let mut wrong = Vec::new();
    let mut read = Reader { fields, wrong: &mut wrong };
    let extensions = extensions(fields);
    let (limit, offset) = read.page(most);
    let numbers = list(fields, "service_request_id");
    let wanted = if !numbers.is_empty() {
        if numbers.len() as i64 > most {
            wrong.push(Field::new("service_request_id", format!("names {} requests; at most {most} are answered.", numbers.len())));
        }
        // The ids override all other arguments, garbage in them included.
        Wanted { numbers: Some(numbers), limit, offset, ..Wanted::default() }
    } else {
        let updated = (read.start("updated_after"), read.end("updated_before"));
        Wanted {
            numbers: None,
            services: list(fields, "service_code"),
            closed: read.closed(),
            filed: read.span(now, updated != (None, None)),
            updated,
            area: read.area(),
            limit,
            offset,
        }
    };
    if wrong.is_empty() { Ok(Search { wanted, extensions }) } else { Err(wrong) }
}

/// Whether what the specification leaves to servers is asked for.
pub fn extensions(fields: &Fields) -> bool {
    matches!(fields.first("extensions"), Some("true" | "1"))
}

/// A comma list, blanks trimmed, repeats and empty entries left out.
fn list(fields: &Fields, name: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for entry in fields.first(name).unwrap_or_default().split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        if !entries.iter().any(|known| known == entry) {
            entries.push(entry.to_owned());
        }
    }
    entries
}

struct Reader<'a> {
    fields: &'a Fields,
    wrong: &'a mut Vec<Field>,
}

impl Reader<'_> {
    fn say(&mut self, name: &str, problem: impl Into<String>) {
        self.wrong.push(Field::new(name, problem));
    }

    fn moment(&mut self, name: &str) -> Option<moment::Moment> {
        let read = moment::read(self.fields.first(name)?);
        if read.is_none() {
            self.say(name, "has to be a date and time with a zone, such as 2026-01-05T10:30:00Z.");
        }
        read
    }

    /// The first moment that counts. Answers show whole seconds, so a fraction counts from the beginning of its second.
    fn start(&mut self, name: &str) -> Option<i64> {
        self.moment(name).map(|moment| moment.at.div_euclid(1000) * 1000)
    }

    /// The last moment that counts: the end of its second, or of its day where only a date was given.
    fn end(&mut self, name: &str) -> Option<i64> {
        self.moment(name).map(|moment| if moment.date_only { moment.at + 86_399_999 } else { moment.at.div_euclid(1000) * 1000 + 999 })
    }

    /// The span of filing dates, both ends inclusive: at most 90 days. One end alone gives 90 days from there, none the last 90
    /// days, unless it is the date of the last change that matters.
    fn span(&mut self, now: i64, by_update: bool) -> (Option<i64>, Option<i64>) {
        let readable = self.wrong.len();
        let (start, end) = (self.start("start_date"), self.end("end_date"));
        if self.wrong.len() > readable {
            return (None, None);
        }
        match (start, end) {
            (Some(start), Some(end)) => {
                // A day more than the span is 90 whole days from one date to another, both inclusive.
                if end < start {
                    self.say("end_date", "lies before start_date.");
                } else if end - start >= SPAN + 86_400_000 {
                    self.say("end_date", format!("lies more than {SPAN_DAYS} days after start_date; ask for one span after another."));
                }
                (Some(start), Some(end))
            }
            (Some(start), None) => (Some(start), Some(start + SPAN)),
            (None, Some(end)) => (Some(end - SPAN), Some(end)),
            (None, None) if by_update => (None, None),
            (None, None) => (Some(now - SPAN), None),
        }
    }

    /// Whether only closed or only open requests are wanted.
    fn closed(&mut self) -> Option<bool> {
        let words = list(self.fields, "status");
        if let Some(odd) = words.iter().find(|word| !["open", "closed"].contains(&word.to_ascii_lowercase().as_str())) {
            self.say("status", format!("is {odd:?} and has to be open or closed, or both with a comma between."));
        }
        match words.as_slice() {
            [only] => Some(only.eq_ignore_ascii_case("closed")),
            _ => None,
        }
    }

    fn whole(&mut self, name: &'static str, least: i64) -> Option<i64> {
        let text = self.fields.first(name)?;
        let number = text.parse::<i64>().ok().filter(|number| *number >= least);
        if number.is_none() {
            self.say(name, format!("is {text:?} and has to be a whole number from {least}."));
        }
        number
    }

    /// How many rows, after how many: `page` (from 1; 0 is 1) of `page_size`, or the first `max_requests`. A page larger than
    /// the limit is refused, not cut: a client takes a page that is shorter than it asked for as the last one.
    fn page(&mut self, most: i64) -> (i64, i64) {
        let size = self.whole("page_size", 1).or_else(|| self.whole("per_page", 1));
        if size.is_some_and(|size| size > most) {
            self.say("page_size", format!("is over the limit of {most} requests in one answer."));
        }
        let first = self.whole("max_requests", 1).unwrap_or(most).min(most);
        let page = self.whole("page", 0).unwrap_or(1).max(1);
        let size = size.unwrap_or(first);
        (size, (page - 1).saturating_mul(size))
    }

    /// `bbox=west,south,east,north`, or `lat`, `long` and `radius` in metres.
    fn area(&mut self) -> Option<Area> {
        if let Some(text) = self.fields.first("bbox") {
            let corners: Vec<f64> = text.split(',').map(|part| part.trim().parse::<f64>().unwrap_or(f64::NAN)).collect();
            return match corners[..] {
                [w, s, e, n] if Point::new(w, s).is_ok() && Point::new(e, n).is_ok() && s <= n => {
                    Some(Area::Box { west: w, south: s, east: e, north: n })
                }
                _ => {
                    self.say("bbox", "has to be west,south,east,north in degrees of WGS84, such as -87.7,41.8,-87.6,41.9.");
                    None
                }
            };
        }
        let radius = self.fields.first("radius")?;
        let Ok(radius_m) = radius.parse::<f64>().map_err(drop).and_then(|m| if m > 0.0 && m.is_finite() { Ok(m) } else { Err(()) }) else {
            self.say("radius", format!("is {radius:?} and has to be metres, more than 0."));
            return None;
        };
        match self.fields.place() {
            Ok(Some(center)) => Some(Area::Circle { center, radius_m }),
            Ok(None) => {
                self.say("radius", "needs lat and long, the middle of the circle.");
                None
            }
            Err(problem) => {
                self.wrong.push(problem);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;
    const NOW: i64 = 1_767_610_800_000; // 2026-01-05T11:00:00Z

    fn search(query: &str) -> Result<Search, String> {
        let read = read(&Fields::from_urlencoded(query.as_bytes()), NOW, 1000);
        read.map_err(|wrong| wrong.iter().map(|f| f.to_string()).collect::<Vec<_>>().join(" "))
    }

    fn wanted(query: &str) -> Wanted {
        search(query).expect(query).wanted
    }

    #[test]
    fn dates_span_ninety_days_at_most_and_both_ends_count() {
        let midnight = NOW - 11 * 3_600_000;
        for (query, filed) in [
            ("", (Some(NOW - 90 * DAY), None)),
            ("start_date=&end_date=", (Some(NOW - 90 * DAY), None)),
            ("start_date=2026-01-05T11:00:00Z", (Some(NOW), Some(NOW + 90 * DAY))),
            ("end_date=2026-01-05T11:00:00Z", (Some(NOW + 999 - 90 * DAY), Some(NOW + 999))),
            ("start_date=2026-01-05T12:00:00+01:00&end_date=2026-01-05T11:00:00.5Z", (Some(NOW), Some(NOW + 999))),
            ("start_date=2026-01-05&end_date=2026-01-05", (Some(midnight), Some(midnight + DAY - 1))),
            ("start_date=2025-10-07&end_date=2026-01-05", (Some(midnight - 90 * DAY), Some(midnight + DAY - 1))),
            ("updated_after=2026-01-05T11:00:00Z", (None, None)),
            ("updated_after=2026-01-05T11:00:00Z&start_date=2026-01-05", (Some(midnight), Some(midnight + 90 * DAY))),
        ] {
            assert_eq!(wanted(query).filed, filed, "{query}");
        }
        assert_eq!(wanted("updated_after=2026-01-05T11:00:00Z&updated_before=2026-01-05").updated, (Some(NOW), Some(midnight + DAY - 1)));
        for query in
            ["start_date=2025-10-06&end_date=2026-01-05", "start_date=2026-01-05&end_date=2026-01-04", "end_date=soon", "updated_after=x"]
        {
            assert!(search(query).is_err(), "{query}");
        }
    }

    #[test]
    fn lists_are_trimmed_and_ids_override_everything() {
        let by_id = wanted("service_request_id=4K7218QX,%20a%20,,a&start_date=garbage&status=odd&service_code=x");
        assert_eq!(by_id.numbers.as_deref(), Some(&["4K7218QX".to_owned(), "a".to_owned()][..]));
        assert_eq!((by_id.filed, by_id.closed, by_id.services.len()), ((None, None), None, 0));
        assert_eq!(wanted("service_code=a,+b,").services, ["a", "b"]);
        for (query, closed) in [("", None), ("status=open", Some(false)), ("status=Closed", Some(true)), ("status=open,+closed", None)] {
            assert_eq!(wanted(query).closed, closed, "{query}");
        }
        assert_eq!(
            search("status=new").expect_err("is refused"),
            "status: is \"new\" and has to be open or closed, or both with a comma between."
        );
    }

    #[test]
    fn pages_are_counted_from_one_and_never_cut_silently() {
        for (query, page) in [
            ("", (1000, 0)),
            ("page=0", (1000, 0)),
            ("page=3&page_size=50", (50, 100)),
            ("page=2&per_page=10", (10, 10)),
            ("max_requests=5", (5, 0)),
            ("max_requests=5000", (1000, 0)),
            ("page=9223372036854775807&page_size=1000", (1000, i64::MAX)),
        ] {
            let wanted = wanted(query);
            assert_eq!((wanted.limit, wanted.offset), page, "{query}");
        }
        for query in ["page=-1", "page=x", "page_size=0", "page_size=1001", "max_requests=0", "page=99999999999999999999"] {
            assert!(search(query).is_err(), "{query}");
        }
    }

    #[test]
    fn an_area_is_a_box_or_a_circle() {
        assert_eq!(wanted("bbox=-87.7,41.8,+-87.6,41.9").area, Some(Area::Box { west: -87.7, south: 41.8, east: -87.6, north: 41.9 }));
        let circle = Area::Circle { center: Point { lon: -87.6, lat: 41.8 }, radius_m: 250.0 };
        assert_eq!(wanted("lat=41.8&long=-87.6&radius=250").area, Some(circle));
        assert_eq!(wanted("lat=41.8&long=-87.6").area, None);
        for query in [
            "bbox=1,2,3",
            "bbox=0,50,1,49",
            "bbox=0,0,0,91",
            "bbox=a,b,c,d",
            "bbox=0,x,0,1,1",
            "radius=5",
            "lat=1&long=1&radius=-1",
            "lat=1&radius=5",
            "lat=1&long=1&radius=inf",
        ] {
            assert!(search(query).is_err(), "{query}");
        }
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let plain = search("").expect("reads");
        assert_eq!(search("api_key=x&q=hole&sort=-created&nonsense").expect("reads"), plain);
        assert!(search("extensions=true").expect("reads").extensions && !plain.extensions);
    }
}
