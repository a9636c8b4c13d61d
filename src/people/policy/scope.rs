//! A part of all cases: what a list holds, and whether one thing lies within it.

use super::{Grant, On};

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
    /// What a grant reaches, whatever its role.
    pub fn of(grant: &Grant) -> Reach {
        Reach { agency: grant.agency, jurisdiction: grant.jurisdiction, service: grant.service, teams: None }
    }

    /// Whether all that `other` reaches lies within: it has the same limits and perhaps more.
    fn contains(&self, other: &Reach) -> bool {
        let within = |ours: Option<i64>, theirs: Option<i64>| ours.is_none() || ours == theirs;
        within(self.agency, other.agency)
            && within(self.jurisdiction, other.jurisdiction)
            && within(self.service, other.service)
            && (self.teams.is_none() || self.teams == other.teams)
    }

    /// Whether `on` lies within.
    pub fn covers(&self, on: &On) -> bool {
        self.agency.is_none_or(|agency| on.agency == Some(agency))
            && self.jurisdiction.is_none_or(|jurisdiction| on.jurisdictions.contains(&jurisdiction))
            && self.service.is_none_or(|service| on.service == Some(service))
            && self.teams.as_ref().is_none_or(|teams| on.team.is_some_and(|team| teams.contains(&team)))
    }

    fn boundless(&self) -> bool {
        self.agency.is_none() && self.jurisdiction.is_none() && self.service.is_none() && self.teams.is_none()
    }
}

impl Scope {
    /// What is reached in at least one of these ways.
    pub fn of(reaches: impl IntoIterator<Item = Reach>) -> Scope {
        let mut all: Vec<Reach> = Vec::new();
        for reach in reaches {
            if reach.boundless() {
                return Scope::Everything;
            }
            if !all.contains(&reach) {
                all.push(reach);
            }
        }
        if all.is_empty() { Scope::Nothing } else { Scope::Within(all) }
    }

    /// Whether all that `reach` reaches lies within.
    pub fn contains(&self, reach: &Reach) -> bool {
        match self {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::Within(reaches) => reaches.iter().any(|ours| ours.contains(reach)),
        }
    }

    /// Whether `on` lies within.
    pub fn covers(&self, on: &On) -> bool {
        match self {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::Within(reaches) => reaches.iter().any(|reach| reach.covers(on)),
        }
    }
}
