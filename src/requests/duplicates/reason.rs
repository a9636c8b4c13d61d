//! Why two may be the same: each piece of evidence as a code with its figures, what it weighed, and in words.

use serde::Serialize;

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// What it is.
    #[serde(flatten)]
    pub what: What,
    /// How much it says for the same (above 0) or against it, in log-odds.
    pub log_odds: f64,
    /// The same in English.
    pub words: String,
}

/// Kinds of evidence, with their figures.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// So many metres apart.
    Distance {
        /// Metres, rounded.
        metres: i64,
        /// How far off the phones may have been, in metres, where they said so.
        accuracy_m: Option<i64>,
    },
    /// One of them lies on a point that requests without a place are given: the distance says nothing.
    NoRealPlace,
    /// In the same part of town, which is all that strangers are told of where it is.
    SameArea,
    /// The case was opened so long before.
    Age {
        /// Whole days.
        days: i64,
        /// Whole minutes.
        minutes: i64,
    },
    /// The same service was asked for.
    SameService,
    /// Another service was asked for that residents take for this one.
    RelatedService,
    /// The same house or crossing was named.
    SameAddress,
    /// Another house of the same block was named.
    SameBlock,
    /// Another part of the same street was named.
    SameStreet,
    /// Another street was named.
    OtherStreet,
    /// The words are so much alike.
    Words {
        /// From 0 to 100.
        percent: i64,
    },
    /// It comes from somebody who reported that case, too.
    SameReporter,
    /// The same picture was sent.
    SamePicture,
}

impl Reason {
    /// A reason and what it weighs.
    pub fn new(what: What, log_odds: f64) -> Reason {
        Reason { words: what.words(), what, log_odds: (log_odds * 100.0).round() / 100.0 }
    }
}

impl What {
    /// Whether a stranger may be told: nothing of what others wrote or sent, or of who they are.
    pub fn for_all(&self) -> bool {
        !matches!(self, What::Words { .. } | What::SameReporter | What::SamePicture)
    }

    fn words(&self) -> String {
        match self {
            What::Distance { metres, accuracy_m: Some(accuracy) } => format!("{metres} m apart; the phones were sure to {accuracy} m"),
            What::Distance { metres, accuracy_m: None } => format!("{metres} m apart"),
            What::NoRealPlace => "on a point that requests without a place are given; the distance says nothing".into(),
            What::SameArea => "in the same part of town".into(),
            What::Age { days: 0, minutes } if *minutes < 90 => format!("reported {minutes} minutes before"),
            What::Age { days: 0, minutes } => format!("reported {} hours before", minutes / 60),
            What::Age { days: 1, .. } => "reported a day before".into(),
            What::Age { days, .. } => format!("reported {days} days before"),
            What::SameService => "the same service".into(),
            What::RelatedService => "a service that is taken for this one".into(),
            What::SameAddress => "the same address".into(),
            What::SameBlock => "the same block".into(),
            What::SameStreet => "the same street".into(),
            What::OtherStreet => "another street".into(),
            What::Words { percent } => format!("{percent} % of the words alike"),
            What::SameReporter => "from the same reporter".into(),
            What::SamePicture => "the same picture".into(),
        }
    }
}
