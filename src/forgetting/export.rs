//! Everything that is held about one person, in one piece that people and programs can read. That it was handed out is on the timeline
//! of every case it came from.

use serde::Serialize;

use super::person::Person;
use super::preview::messages;
use super::traces::Traces;
use crate::cases::Status;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::people::contact::email_key;
use crate::record;
use crate::versions::Source;

record! {
    /// A request as it was filed.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedFiling)]
    pub struct Filed {
        #[serde(skip)]
        id: i64,
        #[serde(skip)]
        case_id: i64,
        /// Its number.
        pub number: String,
        /// Code of the service.
        pub service: String,
        /// Name of the service.
        pub service_name: String,
        /// Where its case stands.
        pub status: Status,
        /// How it came.
        pub source: String,
        /// Its number in the system that it came from.
        pub external_id: Option<String>,
        /// When it was filed, epoch milliseconds.
        pub filed_at: i64,
        /// When it was recorded here.
        pub recorded_at: i64,
        /// When it was taken back.
        pub withdrawn_at: Option<i64>,
        /// When it was erased.
        pub erased_at: Option<i64>,
        /// Degrees east.
        pub lon: Option<f64>,
        /// Degrees north.
        pub lat: Option<f64>,
        /// Degrees east as it was filed, if staff put the place right.
        pub said_lon: Option<f64>,
        /// Degrees north as it was filed, if staff put the place right.
        pub said_lat: Option<f64>,
        /// How sure the phone was of the place, in metres.
        pub accuracy_m: Option<f64>,
        /// Address in words.
        pub address: String,
        /// Address in a register.
        pub address_id: String,
        /// Postal code.
        pub zipcode: String,
        /// The words.
        pub description: String,
        /// Language of the words.
        pub language: String,
        /// Addresses of pictures kept elsewhere.
        pub media_url: String,
    }
}

record! {
    /// Who filed it.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedContact)]
    pub struct Contact {
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Mail address.
        pub email: String,
        /// Telephone number.
        pub phone: String,
        /// Account of the program that filed.
        pub account_id: String,
        /// Device of the program that filed.
        pub device_id: String,
    }
}

record! {
    /// An answer to a question of the service.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedAnswer)]
    pub struct Answer {
        /// Code of the question.
        pub question: String,
        /// What was answered.
        pub value: String,
    }
}

record! {
    /// A photo; its bytes are at its address for as long as it is there.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedPhoto)]
    pub struct Picture {
        /// Its id; the picture is at `/photos/ID/large.jpg`.
        pub id: String,
        /// Whether everybody sees it.
        pub state: String,
        /// When it was sent, epoch milliseconds.
        pub uploaded_at: i64,
        /// When the camera says it was taken.
        pub taken_at: Option<i64>,
        /// Where the camera stood, degrees east.
        pub lon: Option<f64>,
        /// Degrees north.
        pub lat: Option<f64>,
    }
}

record! {
    /// Something written: by the person, or by staff and naming the person.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedNote)]
    pub struct Note {
        #[serde(skip)]
        request_id: Option<i64>,
        /// When, epoch milliseconds.
        pub at: i64,
        /// What kind.
        pub kind: String,
        /// The words.
        pub text: String,
    }
}

record! {
    /// A line of the log.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedEvent)]
    pub struct Line {
        /// Its position; none yet for the newest.
        pub position: Option<i64>,
        /// When, epoch milliseconds.
        pub at: i64,
        /// What happened.
        pub kind: String,
    }
}

/// A request with all that belongs to it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ExportedRequest)]
pub struct Whole {
    #[serde(flatten)]
    filed: Filed,
    /// Who filed it.
    pub contact: Option<Contact>,
    /// Answers to the service's questions.
    pub answers: Vec<Answer>,
    /// Photos.
    pub photos: Vec<Picture>,
    /// What the person added.
    pub comments: Vec<Note>,
    /// What staff wrote that names the person.
    pub mentions: Vec<Note>,
    /// What the log has about it.
    pub log: Vec<Line>,
}

record! {
    /// An account of staff under the same mail address. It belongs to the work and is not erased here.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = ExportedAccount)]
    pub struct Account {
        /// Name.
        pub name: String,
        /// Mail address.
        pub email: String,
        /// Since when, epoch milliseconds.
        pub created_at: i64,
        /// Whether it may sign in.
        pub active: bool,
    }
}

/// A message to the person that is still in the outbox or its log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ExportedMessage)]
pub struct Message {
    /// When it was written, epoch milliseconds.
    pub at: i64,
    /// `mail` or `sms`.
    pub channel: String,
    /// To which address.
    pub address: String,
    /// What it was about.
    pub about: String,
    /// When it was taken.
    pub sent_at: Option<i64>,
}

/// Everything held about one person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PersonExport)]
pub struct Export {
    /// Who was asked about.
    pub person: Person,
    /// When, epoch milliseconds.
    pub exported_at: i64,
    /// The person's requests.
    pub requests: Vec<Whole>,
    /// Messages to the addresses that were asked about.
    pub messages: Vec<Message>,
    /// The person's account, if they work here.
    pub account: Option<Account>,
}

/// Gathers everything held about a person and appends to the log, for each request, that it was handed out.
pub async fn export(db: &Db, person: &Person, by: Option<i64>, now: i64) -> Result<Export> {
    let ids = person.requests(db).await?;
    let mut requests = Vec::with_capacity(ids.len());
    for id in ids {
        requests.push(whole(db, id).await?);
    }
    let email = person.email.as_deref().map(email_key);
    let account = "select name, email, created_at, active from member where email = $1";
    let account = match email {
        Some(email) => db.sql(account).bind(email).optional().await?,
        None => None,
    };
    let named: Vec<(i64, i64)> = requests.iter().map(|whole: &Whole| (whole.filed.id, whole.filed.case_id)).collect();
    for some in named.chunks(100) {
        let some = some.to_vec();
        db.write(async move |tx| {
            for (request, case) in &some {
                append(tx, New::at(now, Fact::Exported).of_case(*case).of_request(*request).by(by)).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    }
    let messages = messages(&mut Source::Db(db), &person.addresses()).await?.into_iter();
    let messages = messages.map(|(_, at, channel, address, about, sent_at)| Message { at, channel, address, about, sent_at }).collect();
    Ok(Export { person: person.clone(), exported_at: now, requests, messages, account })
}

async fn whole(db: &Db, id: i64) -> Result<Whole> {
    let filed: Filed = db
        .sql(
            "select r.id, r.case_id, r.number, s.code as service, s.name as service_name, c.status, r.source, r.external_id, r.filed_at,
                r.recorded_at, r.withdrawn_at, r.erased_at, r.lon, r.lat, r.said_lon, r.said_lat, r.accuracy_m, r.address, r.address_id, r.zipcode, r.description,
                r.language, r.media_url
             from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where r.id = $1",
        )
        .bind(id)
        .one()
        .await?;
    let contact = "select first_name, last_name, email, phone, account_id, device_id from contact where request_id = $1";
    let contact: Option<Contact> = db.sql(contact).bind(id).optional().await?;
    let answers = "select attribute as question, value from request_answer where request_id = $1 order by ordinal";
    let photos = "select id, state, uploaded_at, taken_at, lon, lat from photo where request_id = $1 order by uploaded_at, id";
    let notes = "select request_id, created_at as at, kind, text from note where case_id = $1 order by id";
    let notes: Vec<Note> = db.sql(notes).bind(filed.case_id).all().await?;
    let traces = contact.as_ref().map(|who| Traces::of(&who.last_name, &who.email, &who.phone)).unwrap_or_default();
    let (comments, others): (Vec<Note>, Vec<Note>) = notes.into_iter().partition(|note| note.request_id == Some(id));
    let lines = "select position, at, kind from event where case_id = $1 and request_id = $2 order by seq";
    Ok(Whole {
        contact,
        answers: db.sql(answers).bind(id).all().await?,
        photos: db.sql(photos).bind(id).all().await?,
        comments,
        mentions: others.into_iter().filter(|note| note.request_id.is_none() && traces.found_in(&note.text)).collect(),
        log: db.sql(lines).bind(filed.case_id).bind(id).all().await?,
        filed,
    })
}
