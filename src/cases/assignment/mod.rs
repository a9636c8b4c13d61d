//! Whose a case is: given by hand with a reason, taken by oneself, or given by the team's own rule when it comes.
//!
//! It does not choose the team of a new case; that is routing's.

mod choose;
mod crew;
mod give;
mod settings;

use serde::{Deserialize, Serialize};

use choose::choose;
pub use choose::hand_out;
pub use crew::{Colleague, Crew, TeamOf, crew};
pub use give::{Given, Wish, give, release, take};
pub use settings::{Absence, Person, TeamSetting, TeamWish, put, teams};

/// How a team hands out what comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// To nobody: somebody takes it from the queue.
    Queue,
    /// To each in turn.
    RoundRobin,
    /// Of those who know the service, to who has fewest open cases; to nobody where nobody knows it.
    Skills,
    /// To who has fewest open cases.
    LeastLoaded,
}

impl Strategy {
    const ALL: [Strategy; 4] = [Strategy::Queue, Strategy::RoundRobin, Strategy::Skills, Strategy::LeastLoaded];

    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Strategy::Queue => "queue",
            Strategy::RoundRobin => "round_robin",
            Strategy::Skills => "skills",
            Strategy::LeastLoaded => "least_loaded",
        }
    }

    fn parse(word: &str) -> Strategy {
        Strategy::ALL.into_iter().find(|strategy| strategy.word() == word).unwrap_or(Strategy::Queue)
    }
}
