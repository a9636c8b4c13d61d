//! Alderford's weather, made up day by day from the calendar alone: cold spells, storms, warm months. It is the same for every seed, as
//! weather is the same for everybody. Days count from 1 January 1970 in UTC.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

use super::habits::Season;
use crate::demo::dice::smooth_noise;

const WEATHER: u64 = 0x0c1d;

/// The date of a day.
pub fn date_of(day: i64) -> Date {
    let span: Span = day.days();
    date(1970, 1, 1).saturating_add(span)
}

/// Monday is 0.
pub fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Degrees Celsius in the early morning.
pub fn morning_cold(day: i64) -> f64 {
    // monthly means of a mild northern city, blended towards the next month
    const MEANS: [f64; 12] = [1.0, 0.8, 2.2, 4.2, 7.4, 10.3, 12.4, 12.2, 9.9, 7.0, 3.6, 1.4];
    let date = date_of(day);
    let (month, through) = (date.month() as usize - 1, f64::from(date.day()) / 31.0);
    let mean = MEANS[month] + (MEANS[(month + 1) % 12] - MEANS[month]) * (through - 0.5).max(0.0);
    mean + (smooth_noise(WEATHER, day as f64 / 4.5, 0.5) - 0.5) * 20.0
}

/// Whether the night before was one of frost.
pub fn frost(day: i64) -> bool {
    morning_cold(day) < -1.0
}

/// Rain and wind, 0 on most days, up to 1 in a storm.
pub fn storm(day: i64) -> f64 {
    ((smooth_noise(WEATHER ^ 7, day as f64 / 1.7, 0.5) - 0.72) / 0.2).clamp(0.0, 1.0)
}

/// How many times as frequent as on an average day something is that follows a season.
pub fn factor(season: Season, day: i64) -> f64 {
    const DARK: [f64; 12] = [1.5, 1.3, 1.1, 0.9, 0.7, 0.6, 0.6, 0.8, 1.0, 1.2, 1.5, 1.6];
    const WARM: [f64; 12] = [0.7, 0.7, 0.85, 1.0, 1.2, 1.3, 1.4, 1.35, 1.1, 0.9, 0.75, 0.7];
    const LEAVES: [f64; 12] = [0.8, 0.7, 0.7, 0.7, 0.8, 0.8, 0.8, 0.8, 1.2, 2.0, 2.1, 1.2];
    const GROWTH: [f64; 12] = [0.1, 0.1, 0.4, 1.0, 2.0, 2.4, 2.2, 1.7, 1.2, 0.6, 0.2, 0.1];
    let month = date_of(day).month() as usize - 1;
    match season {
        Season::Even => 1.0,
        Season::Thaw => 0.6 + 0.25 * (1..=10).filter(|before| frost(day - before)).count() as f64,
        Season::Frost => {
            if frost(day) {
                9.0
            } else {
                0.02
            }
        }
        Season::Cold => (1.4 - morning_cold(day) / 7.0).clamp(0.1, 3.5) * if frost(day) { 1.8 } else { 1.0 },
        Season::Dark => DARK[month],
        Season::Warm => WARM[month],
        Season::Leaves => LEAVES[month] * (1.0 + 2.0 * storm(day)),
        Season::Storm => 0.55 + 9.0 * storm(day) + 2.5 * storm(day - 1),
        Season::Growth => GROWTH[month],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR_2025: i64 = 20_089;

    #[test]
    fn days_have_their_dates_and_weekdays() {
        assert_eq!(date_of(NEW_YEAR_2025), date(2025, 1, 1));
        assert_eq!(weekday(NEW_YEAR_2025), 2, "it was a Wednesday");
        assert_eq!(weekday(0), 3, "the epoch began on a Thursday");
    }

    #[test]
    fn winters_have_frost_summers_have_none_and_storms_are_rare() {
        let year = NEW_YEAR_2025..NEW_YEAR_2025 + 365;
        let frosts = year.clone().filter(|day| frost(*day)).count();
        assert!((20..110).contains(&frosts), "{frosts} nights of frost");
        assert!(year.clone().filter(|day| (6..=8).contains(&date_of(*day).month())).all(|day| !frost(day)));
        let storms = year.filter(|day| storm(*day) > 0.5).count();
        assert!((8..60).contains(&storms), "{storms} days of storm");
    }

    #[test]
    fn no_season_is_ever_less_than_never() {
        use Season::*;
        for season in [Even, Thaw, Frost, Cold, Dark, Warm, Leaves, Storm, Growth] {
            let year = (NEW_YEAR_2025..NEW_YEAR_2025 + 365).map(|day| factor(season, day));
            let mean = year.clone().sum::<f64>() / 365.0;
            assert!(year.clone().all(|factor| factor > 0.0) && (0.4..3.0).contains(&mean), "{season:?}: {mean}");
        }
    }
}
