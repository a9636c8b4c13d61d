//! The log: everything that happens is one row, appended in the transaction of the change it records.
//!
//! An event carries ids, words of our own tables (statuses, kinds) and salted commitments, never residents' words, names or
//! coordinates: erasing a person leaves the log whole. Readers follow it by `position`, which is gap-free and in the order of
//! publication; a case's own history is read by `seq`. It refuses to know what anybody does about an event.

mod bell;
mod cluster;
mod commitment;
mod live;
mod process;

use serde::{Deserialize, Serialize};

pub use bell::Bell;
pub use cluster::{ClusterFollower, catch_up, follow_once_per_cluster, start_at};
pub use commitment::{commitment, digest, hex, salt, unhex};
pub use live::{Change, Live, Word};
pub use process::{Followers, follow_in_process};

use crate::db::{Db, Tx};
use crate::error::Result;
use crate::record;

/// Every fact there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Fact {
    /// A request was filed and opened its case.
    Filed {
        /// How it came: `web`, `open311`, `staff`, or the name of an import.
        source: String,
    },
    /// A request was filed and joined an open case.
    Joined {
        /// How it came.
        source: String,
        /// Who decided: `resident`, `policy` or `import`.
        by: String,
    },
    /// A case was given to a team, or to somebody in it.
    Assigned {
        /// The team, if any.
        team: Option<i64>,
        /// The member, if any; not said before cases were given to people.
        #[serde(default)]
        member: Option<i64>,
    },
    /// A case changed its status.
    Moved {
        /// The status before.
        from: String,
        /// The status after.
        to: String,
    },
    /// The place or the service of a case was put right, and it was routed again.
    Corrected {
        /// Whether its pin was moved.
        place: bool,
        /// The service before, if it is another now.
        from: Option<i64>,
        /// The service after, if it is another now.
        to: Option<i64>,
    },
    /// A note was written.
    Noted {
        /// The note.
        note: i64,
        /// Whether residents see it.
        public: bool,
    },
    /// A case was opened where an earlier one was finished not long before.
    Recurred {
        /// The earlier case.
        earlier: i64,
        /// How many days after its closing.
        days: i64,
    },
    /// A resident took the request back.
    Withdrawn,
    /// Somebody on staff saw who filed a request.
    ContactSeen,
    /// Staff keeps a request, or a note on its case, from the public.
    Hidden {
        /// The note, if it is one.
        note: Option<i64>,
    },
    /// Staff lets the public see it again.
    Unhidden {
        /// The note, if it is one.
        note: Option<i64>,
    },
    /// Staff looked at words that were flagged or reported, and lets them pass.
    Passed {
        /// The note, if it is one.
        note: Option<i64>,
    },
    /// Words were taken out for good; the commitment is to what is left.
    Redacted {
        /// The note, if it is one.
        note: Option<i64>,
        /// Which words: `description`, `address`, `text`, or `answers.` and the code of a question.
        part: String,
    },
    /// Areas of a photo were blackened; another photo stands in its place.
    PhotoRedacted {
        /// The photo that was.
        photo: String,
        /// The photo that is.
        became: String,
    },
    /// Somebody outside says that a request should not be public.
    AbuseReported,
    /// A photo was let through or hidden.
    PhotoReviewed {
        /// The photo.
        photo: String,
        /// Its state after.
        state: String,
    },
    /// Photos that belong to a request were erased.
    PhotoErased {
        /// The photo.
        photo: String,
    },
    /// What a request said, who filed it and what both added was erased. The request itself, its times and its case stay.
    Erased {
        /// Why: `person` asked for it, or `retention`.
        why: String,
        /// Notes whose words went with it.
        notes: Vec<i64>,
        /// Photos that went with it.
        photos: Vec<String>,
    },
    /// A finished case was deleted, and all that belonged to it.
    CaseDeleted {
        /// Its requests.
        requests: Vec<i64>,
        /// Its notes.
        notes: Vec<i64>,
        /// Its photos.
        photos: Vec<String>,
    },
    /// All that is held of a request and of who filed it was handed out.
    Exported,
    /// A case is kept as it is: neither retention nor a person's wish erases anything of it.
    HoldPlaced,
    /// A case is kept no longer than others.
    HoldReleased,
    /// The rules of retention were replaced.
    RetentionSet {
        /// How many there are.
        rules: u64,
    },
    /// A layer of boundaries was published.
    BoundariesPublished {
        /// The layer.
        layer: i64,
        /// How many jurisdictions it has.
        jurisdictions: u64,
    },
    /// The routing rules were replaced.
    RulesPublished {
        /// How many there are.
        rules: u64,
    },
    /// A quarter of the time that was promised is left.
    DueSoon {
        /// What was promised: `response` or `resolution`.
        promise: String,
    },
    /// What was promised was not done in time.
    Overdue {
        /// What was promised: `response` or `resolution`.
        promise: String,
    },
    /// How a team hands out its work, what its people know or when they are away was changed.
    TeamSet {
        /// The team.
        team: i64,
    },
    /// A calendar was made or changed.
    CalendarSaved {
        /// The calendar.
        calendar: i64,
    },
    /// Assets of one kind, or addresses, were taken from a file.
    PlacesImported {
        /// The kind of asset; none for addresses.
        asset_kind: Option<i64>,
        /// How many are new or changed.
        put: u64,
        /// How many are there no more.
        removed: u64,
    },
    /// A service was added or changed.
    ServiceSaved {
        /// The service.
        service: i64,
    },
    /// An agency, team, member or grant was added or changed.
    StaffChanged {
        /// The member, if it was one.
        member: Option<i64>,
    },
    /// A member was sent an invitation.
    MemberInvited {
        /// The member.
        member: i64,
    },
    /// A member accepted the invitation and chose a name and a password.
    InvitationAccepted {
        /// The member.
        member: i64,
    },
    /// A member was sent a link to a new password.
    ResetAsked {
        /// The member.
        member: i64,
    },
    /// A member chose another password by such a link.
    PasswordReset {
        /// The member.
        member: i64,
    },
    /// Somebody may not file, comment or upload for a while.
    Blocked {
        /// The block.
        block: i64,
        /// What it is of, in the table's word: never whom.
        of: String,
    },
    /// A block was lifted.
    Unblocked {
        /// The block.
        block: i64,
    },
    /// How a member signs in changed, or a token was used that had been replaced.
    SignInChanged {
        /// The member.
        member: i64,
        /// `password`, `second_factor_added`, `second_factor_removed`, `second_factor_reset`, `recovery_codes_renewed`,
        /// `recovery_code_used`, `identity_linked` or `token_reused`.
        what: String,
    },
    /// A member was given a role, or it was taken away.
    GrantChanged {
        /// The member.
        member: i64,
        /// The role's word.
        role: String,
        /// Where it holds; what is none is no limit.
        agency: Option<i64>,
        /// Likewise.
        jurisdiction: Option<i64>,
        /// Likewise.
        service: Option<i64>,
        /// Whether it was given.
        given: bool,
    },
    /// A member was stopped: no sign-in any more.
    MemberStopped {
        /// The member.
        member: i64,
    },
    /// A member who was stopped may sign in again.
    MemberStarted {
        /// The member.
        member: i64,
    },
    /// A key for the public interface was made or withdrawn.
    KeyChanged {
        /// The key.
        key: i64,
    },
}

impl Fact {
    /// The word that the log keeps for the kind of fact.
    pub fn kind(&self) -> &'static str {
        match self {
            Fact::Filed { .. } => "filed",
            Fact::Joined { .. } => "joined",
            Fact::Assigned { .. } => "assigned",
            Fact::Moved { .. } => "moved",
            Fact::Corrected { .. } => "corrected",
            Fact::Noted { .. } => "noted",
            Fact::Recurred { .. } => "recurred",
            Fact::Withdrawn => "withdrawn",
            Fact::ContactSeen => "contact_seen",
            Fact::Hidden { .. } => "hidden",
            Fact::Unhidden { .. } => "unhidden",
            Fact::Passed { .. } => "passed",
            Fact::Redacted { .. } => "redacted",
            Fact::PhotoRedacted { .. } => "photo_redacted",
            Fact::AbuseReported => "abuse_reported",
            Fact::PhotoReviewed { .. } => "photo_reviewed",
            Fact::PhotoErased { .. } => "photo_erased",
            Fact::Erased { .. } => "erased",
            Fact::CaseDeleted { .. } => "case_deleted",
            Fact::Exported => "exported",
            Fact::HoldPlaced => "hold_placed",
            Fact::HoldReleased => "hold_released",
            Fact::RetentionSet { .. } => "retention_set",
            Fact::BoundariesPublished { .. } => "boundaries_published",
            Fact::RulesPublished { .. } => "rules_published",
            Fact::DueSoon { .. } => "due_soon",
            Fact::Overdue { .. } => "overdue",
            Fact::TeamSet { .. } => "team_set",
            Fact::CalendarSaved { .. } => "calendar_saved",
            Fact::PlacesImported { .. } => "places_imported",
            Fact::ServiceSaved { .. } => "service_saved",
            Fact::StaffChanged { .. } => "staff_changed",
            Fact::MemberInvited { .. } => "member_invited",
            Fact::InvitationAccepted { .. } => "invitation_accepted",
            Fact::ResetAsked { .. } => "reset_asked",
            Fact::PasswordReset { .. } => "password_reset",
            Fact::Blocked { .. } => "blocked",
            Fact::Unblocked { .. } => "unblocked",
            Fact::SignInChanged { .. } => "sign_in_changed",
            Fact::GrantChanged { .. } => "grant_changed",
            Fact::MemberStopped { .. } => "member_stopped",
            Fact::MemberStarted { .. } => "member_started",
            Fact::KeyChanged { .. } => "key_changed",
        }
    }
}

/// A fact about to be appended, and what it is about.
#[derive(Debug, Clone)]
pub struct New {
    /// When it happened, epoch milliseconds (for an import: then, not now).
    pub at: i64,
    /// What happened.
    pub fact: Fact,
    /// The case it happened to.
    pub case: Option<i64>,
    /// The request it happened to.
    pub request: Option<i64>,
    /// The member of staff who did it.
    pub member: Option<i64>,
    /// Salted commitment to words that stand elsewhere ([`commitment`]).
    pub commitment: Option<String>,
}

impl New {
    /// A fact about nothing in particular yet.
    pub fn at(at: i64, fact: Fact) -> New {
        New { at, fact, case: None, request: None, member: None, commitment: None }
    }
    /// Names the case.
    pub fn of_case(mut self, case: i64) -> New {
        self.case = Some(case);
        self
    }
    /// Names the request.
    pub fn of_request(mut self, request: i64) -> New {
        self.request = Some(request);
        self
    }
    /// Names the member of staff who did it.
    pub fn by(mut self, member: Option<i64>) -> New {
        self.member = member;
        self
    }
    /// Commits to words that stand elsewhere.
    pub fn committing(mut self, commitment: String) -> New {
        self.commitment = Some(commitment);
        self
    }
}

/// Appends a fact to the log, in the transaction of the change it records.
pub async fn append(tx: &mut Tx, new: New) -> Result<()> {
    let data = serde_json::to_string(&new.fact)?;
    tx.sql("insert into event (at, kind, case_id, request_id, member_id, data_json, commitment) values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(new.at)
        .bind(new.fact.kind())
        .bind(new.case)
        .bind(new.request)
        .bind(new.member)
        .bind(data)
        .bind(new.commitment)
        .run()
        .await?;
    Ok(())
}

record! {
    /// A fact as a follower sees it.
    #[derive(Debug, Clone)]
    pub struct Event {
        /// Place in the log: gap-free, in the order of publication.
        pub position: i64,
        /// Place in the order of appending.
        pub seq: i64,
        /// When it happened, epoch milliseconds.
        pub at: i64,
        /// The kind of fact ([`Fact::kind`]).
        pub kind: String,
        /// The case it happened to.
        pub case_id: Option<i64>,
        /// The request it happened to.
        pub request_id: Option<i64>,
        /// The member of staff who did it.
        pub member_id: Option<i64>,
        /// The fact as JSON; see [`Event::fact`].
        pub data_json: String,
        /// Salted commitment to words that stand elsewhere.
        pub commitment: Option<String>,
    }
}

/// Kinds of which nothing shows in what the public reads: what staff look at, and who they are.
const INSIDE: [&str; 17] = [
    "contact_seen",
    "exported",
    "hold_placed",
    "hold_released",
    "retention_set",
    "blocked",
    "unblocked",
    "staff_changed",
    "member_invited",
    "invitation_accepted",
    "reset_asked",
    "password_reset",
    "sign_in_changed",
    "grant_changed",
    "member_stopped",
    "member_started",
    "key_changed",
];

impl Event {
    /// Whether it stays among staff: whoever reads what is public sees nothing of it, and is not told that it happened.
    pub fn inside(&self) -> bool {
        let kept = || matches!(self.fact(), Ok(Fact::Noted { public: false, .. }));
        INSIDE.contains(&self.kind.as_str()) || (self.kind == "noted" && kept())
    }

    /// What happened.
    pub fn fact(&self) -> Result<Fact> {
        Ok(serde_json::from_str(&self.data_json)?)
    }
}

/// How many events a follower is given at once.
pub const BATCH: i64 = 1000;

const COLUMNS: &str = "select position, seq, at, kind, case_id, request_id, member_id, data_json, commitment from event";

/// The next events after a position, at most [`BATCH`].
pub async fn read(db: &Db, after: i64) -> Result<Vec<Event>> {
    Ok(db.sql(COLUMNS).push(" where position > $1 order by position limit $2").bind(after).bind(BATCH).all().await?)
}

/// The events between two positions, the first left out.
pub async fn between(db: &Db, after: i64, last: i64) -> Result<Vec<Event>> {
    Ok(db.sql(COLUMNS).push(" where position > $1 and position <= $2 order by position").bind(after).bind(last).all().await?)
}

/// The position of the newest public event; 0 in an empty log.
pub async fn head(db: &Db) -> Result<i64> {
    Ok(db.sql("select coalesce(max(position), 0) from event").one::<(i64,)>().await?.0)
}
