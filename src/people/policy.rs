//! Who may do what: one table of acts and roles, and the scope of each grant.
//!
//! Pure. It decides and does nothing else: it reads no database, knows no route, and never says *why not* in words a
//! stranger could learn from. The same table answers for one thing ([`may`]) and for lists ([`scope`], which becomes the
//! condition of a query), so that what cannot be opened cannot be counted either.

use std::fmt;

use serde::{Deserialize, Serialize};

mod power;
mod scope;

pub use power::{POWERS, Power};
pub use scope::{Reach, Scope};

/// What a grant makes of a person. A grant says *what*, its scope says *where*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Files and follows. Staff who hold only this see what the public sees.
    Resident,
    /// Does the work: the cases of the person's own teams.
    Member,
    /// Reads the queue, decides, sends on.
    Dispatcher,
    /// Answers for a district's dispatchers and its catalog.
    Supervisor,
    /// Sees how the city is served; changes nothing, and needs nobody's telephone number.
    Leader,
    /// Sees everything that was done, and none of the personal data it was done with.
    Auditor,
    /// Runs the place.
    Admin,
}

/// Every role, from least to most.
pub const ROLES: [Role; 7] = [Role::Resident, Role::Member, Role::Dispatcher, Role::Supervisor, Role::Leader, Role::Auditor, Role::Admin];

impl Role {
    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Resident => "resident",
            Role::Member => "member",
            Role::Dispatcher => "dispatcher",
            Role::Supervisor => "supervisor",
            Role::Leader => "leader",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }

    /// The role a word means.
    pub fn parse(word: &str) -> Option<Role> {
        ROLES.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A role in a scope. `None` means everywhere; what is given must all hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grant {
    /// What.
    pub role: Role,
    /// Only what this agency is responsible for.
    pub agency: Option<i64>,
    /// Only what lies in this jurisdiction.
    pub jurisdiction: Option<i64>,
    /// Only this service.
    pub service: Option<i64>,
}

impl Grant {
    /// A grant without limits.
    pub const fn everywhere(role: Role) -> Grant {
        Grant { role, agency: None, jurisdiction: None, service: None }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A stranger.
    Anyone,
    /// Whoever holds the follow link of one request.
    Resident {
        /// That request.
        request: i64,
    },
    /// Somebody on staff, signed in.
    Member {
        /// The person.
        id: i64,
        /// What the person was granted.
        grants: Vec<Grant>,
        /// The teams the person works in.
        teams: Vec<i64>,
    },
    /// Whoever proved that a mail address or telephone is theirs.
    Contact,
    /// A machine with a key.
    Key {
        /// The key.
        id: i64,
        /// What it may file.
        files: Scope,
        /// Whether it may read what the public reads.
        reads: bool,
        /// Roles it sees with; only such as change nothing.
        grants: Vec<Grant>,
    },
}

impl Who {
    /// The member of staff, if it is one.
    pub fn member(&self) -> Option<i64> {
        match self {
            Who::Member { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The request whose follow link it holds, if it does.
    pub fn request(&self) -> Option<i64> {
        match self {
            Who::Resident { request } => Some(*request),
            _ => None,
        }
    }
}

/// What is asked for. Every route names exactly one, as `x-act` in its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Services, boundaries, map, heat, a request by its number: what everybody may read.
    SeePublic,
    /// File a request, and upload a photo for it.
    FileRequest,
    /// File through Open311, which asks for a key.
    FileByKey,
    /// Add to, withdraw or reopen one's own request.
    ActOnOwnRequest,
    /// List one's own requests.
    SeeOwnRequests,
    /// Sign in and out, or use a secret that was sent to oneself for that.
    SignIn,
    /// See and change one's own sign-in: password, second factor, sessions.
    KeepOwnAccount,
    /// List cases.
    SeeQueue,
    /// Open one case.
    SeeCase,
    /// Read who filed, and how to reach them.
    SeeContact,
    /// Read notes that are not public.
    SeeInternalNotes,
    /// Change a case's status.
    MoveCase,
    /// Give a case to another team or person.
    AssignCase,
    /// Put a case's place or service right, which sends it where it belongs.
    CorrectCase,
    /// Write a note.
    WriteNote,
    /// Decide whether two cases are one.
    DecideDuplicate,
    /// Show or refuse a photo that waits for review.
    ReviewPhoto,
    /// See what waits to be looked at, hide from the public, and take out for good what residents wrote or sent.
    Moderate,
    /// Change services and their questions.
    EditCatalog,
    /// See and change the calendars by which promises count.
    EditCalendars,
    /// Say how teams hand out their work, what their people know, and who is away.
    EditTeams,
    /// Change routing rules.
    EditRules,
    /// Replace a layer of boundaries.
    PublishBoundaries,
    /// Bring in other systems' requests.
    ImportRequests,
    /// Figures that the public does not see.
    SeeInsight,
    /// Read the whole log.
    SeeLog,
    /// Hand out and erase what is held about a person, say how long things are kept, keep a case as it is.
    ProtectData,
    /// See, set and lift blocks of those who abuse the service.
    ManageBlocks,
    /// Read what became of messages to people outside.
    SeeNotices,
    /// Read who works here, what they were granted, and which keys there are.
    SeeStaff,
    /// Add, change and stop staff, their grants and keys.
    ManageStaff,
}

/// Every act.
pub const ACTS: [Act; 31] = [
    Act::SeePublic,
    Act::FileRequest,
    Act::FileByKey,
    Act::ActOnOwnRequest,
    Act::SeeOwnRequests,
    Act::SignIn,
    Act::KeepOwnAccount,
    Act::SeeQueue,
    Act::SeeCase,
    Act::SeeContact,
    Act::SeeInternalNotes,
    Act::MoveCase,
    Act::AssignCase,
    Act::CorrectCase,
    Act::WriteNote,
    Act::DecideDuplicate,
    Act::ReviewPhoto,
    Act::Moderate,
    Act::EditCatalog,
    Act::EditCalendars,
    Act::EditTeams,
    Act::EditRules,
    Act::PublishBoundaries,
    Act::ImportRequests,
    Act::SeeInsight,
    Act::SeeLog,
    Act::ProtectData,
    Act::ManageBlocks,
    Act::SeeNotices,
    Act::SeeStaff,
    Act::ManageStaff,
];

/// How far a role reaches with one act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reaching {
    /// Not at all.
    No,
    /// Within the grant, and there only the person's own teams.
    OwnTeams,
    /// Within the grant.
    Granted,
}

/// The table. Public acts and those of keys, residents and oneself are in [`may`]; they do not depend on a role.
const fn reaching(role: Role, act: Act) -> Reaching {
    use Reaching::*;
    match (act, role) {
        (_, Role::Resident) => No,
        // A key's and a resident's acts: nobody on staff acts in their name.
        (Act::FileByKey | Act::ActOnOwnRequest | Act::SeeOwnRequests, _) => No,
        (Act::SeePublic | Act::FileRequest | Act::SignIn | Act::KeepOwnAccount, _) => Granted,

        (Act::SeeQueue | Act::SeeCase | Act::SeeInternalNotes, Role::Member) => OwnTeams,
        (Act::SeeQueue | Act::SeeCase | Act::SeeInternalNotes, _) => Granted,

        (Act::SeeContact | Act::MoveCase | Act::WriteNote, Role::Member) => OwnTeams,
        (Act::SeeContact | Act::MoveCase | Act::WriteNote, Role::Dispatcher | Role::Supervisor | Role::Admin) => Granted,
        (
            Act::AssignCase | Act::CorrectCase | Act::DecideDuplicate | Act::ReviewPhoto | Act::Moderate,
            Role::Dispatcher | Role::Supervisor | Role::Admin,
        ) => Granted,

        (Act::EditCatalog | Act::EditCalendars | Act::EditTeams | Act::EditRules | Act::ManageBlocks, Role::Supervisor | Role::Admin) => {
            Granted
        }
        (Act::PublishBoundaries | Act::ImportRequests | Act::ProtectData | Act::ManageStaff, Role::Admin) => Granted,

        (Act::SeeInsight, Role::Supervisor | Role::Leader | Role::Auditor | Role::Admin) => Granted,
        (Act::SeeLog | Act::SeeNotices | Act::SeeStaff, Role::Auditor | Role::Admin) => Granted,

        _ => No,
    }
}

/// What an act is done to. Whatever is unknown or does not apply is empty, and only grants without that limit cover it:
/// publishing a layer (`On::default()`) takes a grant without any scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct On {
    /// The agency responsible: its team's, or while it has no team the service's.
    pub agency: Option<i64>,
    /// Every jurisdiction it lies in.
    pub jurisdictions: Vec<i64>,
    /// The service.
    pub service: Option<i64>,
    /// The team whose queue it is in.
    pub team: Option<i64>,
    /// The request, where a resident acts on one.
    pub request: Option<i64>,
}

/// How far `who` reaches with `act` among cases and what belongs to them.
pub fn scope(who: &Who, act: Act) -> Scope {
    let (grants, teams): (_, &[i64]) = match who {
        Who::Member { grants, teams, .. } => (grants, teams),
        Who::Key { grants, .. } => (grants, &[]),
        _ => return Scope::Nothing,
    };
    let reach = |grant: &Grant| {
        let teams = match reaching(grant.role, act) {
            Reaching::No => return None,
            Reaching::OwnTeams if teams.is_empty() => return None,
            Reaching::OwnTeams => Some(teams.to_vec()),
            Reaching::Granted => None,
        };
        Some(Reach { teams, ..Reach::of(grant) })
    };
    Scope::of(grants.iter().filter_map(reach))
}

/// Whether all that a grant reaches, whatever its role, lies within what `who` reaches with `act`.
pub fn holds(who: &Who, act: Act, grant: &Grant) -> bool {
    scope(who, act).contains(&Reach::of(grant))
}

/// Whether `who` may give this grant to somebody, or take it away: who manages staff there, and holds there whatever its role
/// lets people do.
pub fn may_give(who: &Who, grant: &Grant) -> bool {
    let needed = |act: &Act| *act == Act::ManageStaff || reaching(grant.role, *act) != Reaching::No;
    ACTS.into_iter().filter(needed).all(|act| holds(who, act, grant))
}

/// Whether `who` may do `act` to `on`.
pub fn may(who: &Who, act: Act, on: &On) -> bool {
    match (act, who) {
        (Act::SeePublic, Who::Key { reads, .. }) => *reads,
        (Act::FileRequest | Act::FileByKey, Who::Key { files, .. }) => files.covers(on),
        (Act::SeePublic | Act::FileRequest | Act::SignIn, _) => true,
        (Act::KeepOwnAccount, _) => who.member().is_some(),
        (Act::ActOnOwnRequest, Who::Resident { request }) => on.request == Some(*request),
        (Act::SeeOwnRequests, Who::Contact) => true,
        (Act::FileByKey | Act::ActOnOwnRequest | Act::SeeOwnRequests, _) => false,
        _ => scope(who, act).covers(on),
    }
}

/// Whether there is anything that `who` may do `act` to: what can be said before it is known what it is asked of. A resident's
/// link, a resident's session and a key of Open311 are read from what was sent, so their acts are left to whoever reads it.
pub fn anywhere(who: &Who, act: Act) -> bool {
    match act {
        Act::FileByKey | Act::ActOnOwnRequest | Act::SeeOwnRequests => true,
        Act::FileRequest if matches!(who, Who::Key { .. }) => matches!(who, Who::Key { files, .. } if *files != Scope::Nothing),
        Act::SeePublic | Act::FileRequest | Act::SignIn | Act::KeepOwnAccount => may(who, act, &On::default()),
        _ => scope(who, act) != Scope::Nothing,
    }
}

#[cfg(test)]
mod tests;
