//! What can go wrong, in words of the domain. How it is said belongs to the protocol: problem+json on `/api`, Open311's list
//! of errors on `/open311`.

use std::fmt;

use crate::db::{Fault, dialect};

/// A result of the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the asker may not know that there is.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// There was such a thing, and it is gone for good.
    #[error("{0}")]
    Gone(String),
    /// What was sent does not fit; each entry names the field, what is wrong and how to mend it.
    #[error("{}", in_words(.0))]
    Invalid(Vec<Field>),
    /// It fits, but not with how things stand.
    #[error("{0}")]
    Conflict(String),
    /// It was changed since the asker saw it.
    #[error("{0}")]
    Overtaken(String),
    /// Nobody is signed in, or the key or password is wrong.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// Known, but not allowed.
    #[error("You may not {0}.")]
    Forbidden(&'static str),
    /// Somebody whom the city does not take anything from for a while.
    #[error("{0}")]
    Blocked(String),
    /// More than a limit allows.
    #[error("{what} is over the limit of {limit}.")]
    TooLarge {
        /// What was too large.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// A kind of content that is not taken.
    #[error("{0}")]
    Unsupported(String),
    /// Too many of them in too short a time; try again after so many seconds.
    #[error("Too many tries. Wait {0} seconds and try again.")]
    TooMany(u64),
    /// Something this server needs is out of reach; nothing was changed.
    #[error("The server cannot do this just now: {0}. Nothing was changed; try again in a moment.")]
    Unavailable(String),
    /// A fault of ours. The chain goes to the log, never to the asker.
    #[error("Something went wrong on our side. Nothing was changed.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One field that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Field {
    /// The field as the asker wrote it, such as `lon` or `answers.depth`.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl Field {
    /// One field and its problem.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Field {
        Field { field: field.into(), problem: problem.into() }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

fn in_words(fields: &[Field]) -> String {
    fields.iter().map(Field::to_string).collect::<Vec<_>>().join(" ")
}

impl Error {
    /// One field that does not fit.
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Error {
        Error::Invalid(vec![Field::new(field, problem)])
    }

    /// A setting that does not fit.
    pub fn config(setting: &str, problem: impl fmt::Display) -> Error {
        Error::invalid(setting, problem.to_string())
    }

    /// A fault of ours.
    pub fn internal(fault: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Internal(fault.into())
    }

    pub(crate) fn migration(e: sqlx::migrate::MigrateError) -> Error {
        match e {
            sqlx::migrate::MigrateError::VersionMissing(n) => Error::Conflict(format!(
                "the database has migration {n}, which this version of Waymark does not know: it was made by a newer one"
            )),
            e => Error::internal(e),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        if dialect::unavailable(&e) { Error::Unavailable(e.to_string()) } else { Error::Internal(Box::new(e)) }
    }
}
impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Error::Internal(Box::new(e))
    }
}
impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Error::Internal(Box::new(e))
    }
}

impl Fault for Error {
    fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            Error::Internal(e) => e.downcast_ref(),
            _ => None,
        }
    }
}
