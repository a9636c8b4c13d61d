//! How often each service is asked for, when, and where: the habits of Alderford's residents, one row a service.

/// Where in the city something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// On carriageways, main roads first.
    Roads,
    /// At people's doors.
    Homes,
    /// Where many people are: the old town and the main streets.
    Busy,
    /// In parks.
    Parks,
    /// At a few places for ever, such as junctions and underpasses.
    Fixed,
}

/// At which hours people notice it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// On the way to work, at noon, on the way home.
    Day,
    /// Before noon, at home.
    Morning,
    /// After dark.
    Evening,
    /// At night.
    Night,
}

/// What makes it more or less frequent over the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    /// Nothing.
    Even,
    /// Nights of frost, for ten days after.
    Thaw,
    /// Only days of frost.
    Frost,
    /// Cold days.
    Cold,
    /// Long nights.
    Dark,
    /// Warm months.
    Warm,
    /// Falling leaves.
    Leaves,
    /// Days of storm and rain.
    Storm,
    /// Growing green.
    Growth,
}

/// The habits around one service.
#[derive(Clone, Copy, Debug)]
pub struct Habit {
    /// Code of the service.
    pub code: &'static str,
    /// Its share of a year's requests, in percent or so.
    pub share: f64,
    /// Where it happens.
    pub place: Where,
    /// How much of it gathers at favourite spots, 0 to 1.
    pub gathers: f64,
    /// At which hours it is filed.
    pub hours: When,
    /// What makes it frequent.
    pub season: Season,
    /// How much less on a weekend, 1 for no difference.
    pub weekend: f64,
    /// How often the same thing is reported again while it lasts.
    pub again: f64,
    /// How often a picture comes with it.
    pub pictured: f64,
}

#[rustfmt::skip] // a table is read by columns
type Row = (&'static str, f64, Where, f64, When, Season, f64, f64, f64);
use Season::{Cold, Dark, Even, Frost, Growth, Leaves, Storm, Thaw, Warm};
use When::{Day, Evening, Morning, Night};
use Where::{Busy, Fixed, Homes, Parks, Roads};

#[rustfmt::skip] // a table is read by columns
const ROWS: [Row; 30] = [
    //  code                share  where  gathers hours   season  weekend again pictured
    ("pothole",             10.0,  Roads, 0.15,   Day,     Thaw,   0.7,    0.16, 0.45),
    ("cave-in",              0.3,  Roads, 0.0,    Day,     Storm,  0.9,    0.45, 0.4),
    ("pavement",             4.0,  Busy,  0.1,    Day,     Thaw,   0.7,    0.07, 0.4),
    ("sign",                 1.5,  Roads, 0.05,   Day,     Storm,  0.8,    0.05, 0.3),
    ("marking",              0.6,  Roads, 0.0,    Day,     Even,   0.7,    0.02, 0.2),
    ("winter",               0.9,  Homes, 0.2,    Morning, Frost,  1.0,    0.25, 0.1),
    ("street-light",         9.0,  Homes, 0.02,   Evening, Dark,   0.9,    0.14, 0.12),
    ("traffic-signal",       1.2,  Fixed, 1.0,    Day,     Storm,  0.9,    0.45, 0.08),
    ("missed-bin",          13.0,  Homes, 0.0,    Morning, Even,   0.35,   0.0,  0.04),
    ("fly-tipping",         11.0,  Homes, 0.4,    Morning, Warm,   1.2,    0.15, 0.5),
    ("litter-bin",           5.0,  Busy,  0.55,   Day,     Warm,   1.4,    0.2,  0.3),
    ("street-cleaning",      5.0,  Busy,  0.2,    Day,     Leaves, 0.9,    0.08, 0.25),
    ("blocked-drain",        3.2,  Roads, 0.25,   Day,     Leaves, 0.8,    0.12, 0.3),
    ("water-leak",           1.1,  Roads, 0.0,    Morning, Cold,   1.0,    0.3,  0.3),
    ("flooding",             0.7,  Fixed, 0.8,    Day,     Storm,  1.0,    0.5,  0.4),
    ("smell",                1.0,  Homes, 0.3,    Evening, Warm,   1.0,    0.2,  0.0),
    ("tree",                 4.0,  Homes, 0.05,   Day,     Storm,  0.9,    0.12, 0.4),
    ("grass",                2.0,  Homes, 0.1,    Day,     Growth, 0.9,    0.04, 0.15),
    ("park-equipment",       1.6,  Parks, 0.0,    Day,     Warm,   1.5,    0.1,  0.35),
    ("graffiti",             7.0,  Busy,  0.5,    Morning, Even,   0.8,    0.1,  0.6),
    ("abandoned-vehicle",    3.4,  Homes, 0.05,   Day,     Even,   0.9,    0.12, 0.3),
    ("parking",              9.0,  Busy,  0.35,   Day,     Even,   0.9,    0.03, 0.2),
    ("no-heat",              3.2,  Homes, 0.35,   Evening, Cold,   0.9,    0.0,  0.0),
    ("noise",                5.0,  Busy,  0.4,    Night,   Warm,   1.9,    0.05, 0.0),
    ("building",             0.5,  Busy,  0.0,    Day,     Storm,  0.8,    0.2,  0.3),
    ("dead-animal",          1.5,  Roads, 0.1,    Morning, Even,   1.0,    0.15, 0.05),
    ("stray-animal",         1.2,  Homes, 0.0,    Day,     Warm,   1.2,    0.1,  0.1),
    ("rats",                 2.0,  Homes, 0.45,   Evening, Warm,   0.9,    0.1,  0.05),
    ("tip-off",              1.0,  Homes, 0.3,    Evening, Even,   1.2,    0.0,  0.0),
    ("other",                2.2,  Homes, 0.0,    Day,     Even,   0.7,    0.0,  0.05),
];

/// Every service's habits, in the order of the catalogue.
pub fn habits() -> Vec<Habit> {
    let habit = |(code, share, place, gathers, hours, season, weekend, again, pictured): Row| Habit {
        code,
        share,
        place,
        gathers,
        hours,
        season,
        weekend,
        again,
        pictured,
    };
    ROWS.into_iter().map(habit).collect()
}

impl When {
    /// How many requests come in each hour of the day, in any unit.
    pub fn hours(self) -> &'static [f64; 24] {
        match self {
            Day => &[1., 0., 0., 0., 1., 2., 5., 11., 14., 12., 11., 10., 11., 10., 9., 10., 12., 13., 11., 8., 6., 4., 3., 2.],
            Morning => &[1., 0., 0., 0., 1., 3., 9., 17., 18., 15., 12., 10., 8., 6., 5., 5., 5., 5., 5., 4., 3., 2., 2., 1.],
            Evening => &[2., 1., 0., 0., 0., 1., 3., 5., 6., 5., 4., 4., 4., 4., 4., 5., 7., 10., 13., 15., 16., 14., 10., 5.],
            Night => &[16., 13., 9., 5., 3., 2., 3., 4., 4., 3., 3., 3., 3., 3., 3., 3., 4., 5., 6., 7., 9., 12., 17., 19.],
        }
    }
}
