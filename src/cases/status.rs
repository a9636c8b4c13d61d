//! Where a case stands: the twelve statuses, their words and names. Which may follow which is `workflow`'s.

use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use Status::*;

/// Where a case stands. The words on the wire and in the database are the same: `in_progress`, `on_hold` …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Filed and routed; nobody has taken it yet.
    New,
    /// Somebody, or some crew, has it.
    Assigned,
    /// Work has begun.
    InProgress,
    /// Waiting for somebody outside: the resident, a supplier, a permit.
    Pending,
    /// Put aside by ourselves.
    OnHold,
    /// Handed up because it is late or too big.
    Escalated,
    /// Finished once, and not finished after all.
    Reopened,
    /// The work is done.
    Resolved,
    /// Nothing more will happen here.
    Closed,
    /// The same problem as another case.
    Duplicate,
    /// Withdrawn, or not a problem.
    Cancelled,
    /// Belongs to somebody outside, who has it now.
    Transferred,
}

/// Every status, in the order in which people like to read them.
pub const STATUSES: [Status; 12] =
    [New, Assigned, InProgress, Pending, OnHold, Escalated, Reopened, Resolved, Closed, Duplicate, Cancelled, Transferred];

impl Status {
    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            New => "new",
            Assigned => "assigned",
            InProgress => "in_progress",
            Pending => "pending",
            OnHold => "on_hold",
            Escalated => "escalated",
            Reopened => "reopened",
            Resolved => "resolved",
            Closed => "closed",
            Duplicate => "duplicate",
            Cancelled => "cancelled",
            Transferred => "transferred",
        }
    }

    /// The name for people, in English.
    pub const fn name(self) -> &'static str {
        match self {
            New => "New",
            Assigned => "Assigned",
            InProgress => "In progress",
            Pending => "Pending",
            OnHold => "On hold",
            Escalated => "Escalated",
            Reopened => "Reopened",
            Resolved => "Resolved",
            Closed => "Closed",
            Duplicate => "Duplicate",
            Cancelled => "Cancelled",
            Transferred => "Transferred",
        }
    }

    /// The status a word means.
    pub fn parse(word: &str) -> Option<Status> {
        STATUSES.into_iter().find(|status| status.word() == word)
    }

    /// Whether the case needs no more work: what Open311 calls `closed`, and what no longer counts as open anywhere.
    pub const fn finished(self) -> bool {
        matches!(self, Resolved | Closed | Duplicate | Cancelled | Transferred)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

// As plain text in any database that has plain text. `#[derive(sqlx::Type)]` would make PostgreSQL look the type up by name.
impl<D: Database> Type<D> for Status
where
    str: Type<D>,
{
    fn type_info() -> D::TypeInfo {
        <str as Type<D>>::type_info()
    }
    fn compatible(ty: &D::TypeInfo) -> bool {
        <str as Type<D>>::compatible(ty)
    }
}
impl<'q, D: Database> Encode<'q, D> for Status
where
    &'static str: Encode<'q, D>,
{
    fn encode_by_ref(&self, buf: &mut D::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<D>::encode(self.word(), buf)
    }
}
impl<'r, D: Database> Decode<'r, D> for Status
where
    &'r str: Decode<'r, D>,
{
    fn decode(value: D::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let word = <&str as Decode<D>>::decode(value)?;
        Status::parse(word).ok_or_else(|| format!("`{word}` is no status of a case").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_is_what_serde_writes() {
        for status in STATUSES {
            assert_eq!(Status::parse(status.word()), Some(status));
            assert_eq!(serde_json::to_value(status).expect("a word"), status.word());
        }
        assert_eq!(Status::parse("open"), None);
        assert_eq!(Status::parse("New"), None);
    }
}
