//! A part of all cases: what a list holds, and whether one thing lies within it.

use super::On;

/// What of all cases somebody may see or change: the same decision as [`may`](super::may), as a condition for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Nothing at all.
    Nothing,
    /// Everything.
    Everything,
    /// What at least one of these covers.
    Within(Vec<Reach>),
}

/// One way to reach a case: everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Only this agency.
    pub agency: Option<i64>,
    /// Only in this jurisdiction.
    pub jurisdiction: Option<i64>,
    /// Only this service.
    pub service: Option<i64>,
    /// Only these teams.
    pub teams: Option<Vec<i64>>,
}

impl Reach {
    /// Whether `on` lies within.
    pub fn covers(&self, on: &On) -> bool {
        self.agency.is_none_or(|agency| on.agency == Some(agency))
            && self.jurisdiction.is_none_or(|jurisdiction| on.jurisdictions.contains(&jurisdiction))
            && self.service.is_none_or(|service| on.service == Some(service))
            && self.teams.as_ref().is_none_or(|teams| on.team.is_some_and(|team| teams.contains(&team)))
    }

    pub(super) fn boundless(&self) -> bool {
        self.agency.is_none() && self.jurisdiction.is_none() && self.service.is_none() && self.teams.is_none()
    }
}

impl Scope {
    /// Whether `on` lies within.
    pub fn covers(&self, on: &On) -> bool {
        match self {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::Within(reaches) => reaches.iter().any(|reach| reach.covers(on)),
        }
    }
}
