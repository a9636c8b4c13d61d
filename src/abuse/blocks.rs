//! Who may not file, comment or upload for a while, and why: networks, mail domains, and people by what they call themselves.
//!
//! Of a mail address, a telephone number, a device or an account the database keeps a keyed hash, enough to know it again and
//! too little to reach anybody. A block ends by itself when it was given an end; a lifted one stays in the table, for somebody
//! will ask. Reading is never blocked.

use std::net::IpAddr;
use std::sync::{Arc, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::network;
use crate::people::token;
use crate::record;
use crate::requests::Contact;
use crate::versions::{self, Source};

/// The row of table `version` that counts changes.
const VERSION: &str = "blocks";

/// The row of table `secret` that holds the key of the hashes.
const SECRET: &str = "blocks";

/// The widest networks that may be blocked, in bits: a /8 is a good part of a country.
const WIDEST: (u8, u8) = (16, 32);

/// What a block is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An address or a network.
    Network,
    /// A mail domain, and all below it.
    MailDomain,
    /// A mail address.
    Mail,
    /// A telephone number.
    Phone,
    /// A device, as an Open311 client names it.
    Device,
    /// An account, as an Open311 client names it.
    Account,
}

impl Kind {
    /// The word for it in the table and in the log.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Network => "network",
            Kind::MailDomain => "mail_domain",
            Kind::Mail => "mail",
            Kind::Phone => "phone",
            Kind::Device => "device",
            Kind::Account => "account",
        }
    }
}

record! {
    /// A block as it stands in the table.
    #[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
    pub struct Block {
        /// Its id.
        pub id: i64,
        /// What it is of: `network`, `mail_domain`, `mail`, `phone`, `device` or `account`.
        pub kind: String,
        /// The network or the domain; of a person nothing is shown.
        pub shown: String,
        /// Why, in the words of whoever set it.
        pub reason: String,
        /// When it was set, epoch milliseconds.
        pub created_at: i64,
        /// When it ends by itself.
        pub expires_at: Option<i64>,
        /// Who set it.
        pub set_by: Option<String>,
    }
}

/// A block to set.
#[derive(Debug, Clone)]
pub struct NewBlock {
    /// What it is of.
    pub kind: Kind,
    /// The network, the domain, or what the person gave.
    pub value: String,
    /// Why.
    pub reason: String,
    /// When it ends by itself, epoch milliseconds.
    pub expires_at: Option<i64>,
}

/// Knows who is blocked. One for the whole process; what it holds is read again when the table changed.
pub struct Blocks {
    key: [u8; 32],
    hint: String,
    held: RwLock<Arc<Held>>,
}

#[derive(Default)]
struct Held {
    version: i64,
    networks: Vec<(IpNet, Option<i64>)>,
    others: Vec<(String, String, Option<i64>)>,
}

impl Blocks {
    /// With the key of the database, which the first server that asks puts there; `contact` is whom a person may ask who was
    /// taken for somebody else.
    pub async fn load(db: &Db, contact: &str) -> Result<Blocks> {
        let secret: String = db
            .write(async move |tx| {
                tx.sql("insert into secret (name, value) values ($1, $2) on conflict (name) do nothing")
                    .bind(SECRET)
                    .bind(token::fresh())
                    .run()
                    .await?;
                Ok::<_, Error>(tx.sql("select value from secret where name = $1").bind(SECRET).one::<(String,)>().await?.0)
            })
            .await?;
        let hint = if contact.is_empty() { "tell the city.".to_owned() } else { format!("tell the city: {contact}") };
        Ok(Blocks { key: Sha256::digest(secret.as_bytes()).into(), hint, held: RwLock::default() })
    }

    /// Refuses who is blocked at `now`: by the address it comes from, or by what it says of itself.
    pub async fn refuse(&self, db: &Db, address: Option<IpAddr>, contact: &Contact, now: i64) -> Result<()> {
        let held = self.fresh(db).await?;
        let live = |expires_at: &Option<i64>| expires_at.is_none_or(|at| at > now);
        let by_network = address.is_some_and(|address| held.networks.iter().any(|(network, at)| live(at) && network.contains(&address)));
        let said = if held.others.is_empty() { Vec::new() } else { self.said(contact) };
        let by_word = held.others.iter().any(|(kind, value, at)| {
            live(at)
                && said.iter().any(|(said, word)| said.word() == kind && (word == value || *said == Kind::MailDomain && below(word, value)))
        });
        if by_network || by_word {
            return Err(Error::Blocked(format!("Nothing is taken from here at the moment. If you think that is a mistake, {}", self.hint)));
        }
        Ok(())
    }

    /// What a contact says of itself, as the table would have it.
    fn said(&self, contact: &Contact) -> Vec<(Kind, String)> {
        let mut said = Vec::new();
        for (kind, text) in [
            (Kind::Mail, &contact.email),
            (Kind::Phone, &contact.phone),
            (Kind::Device, &contact.device_id),
            (Kind::Account, &contact.account_id),
        ] {
            said.extend(self.stored(kind, text).map(|(value, _)| (kind, value)));
        }
        said.extend(
            contact
                .email
                .rsplit_once('@')
                .and_then(|(_, domain)| self.stored(Kind::MailDomain, domain))
                .map(|(d, _)| (Kind::MailDomain, d)),
        );
        said
    }

    /// A value as the table keeps it and as it is shown; `None` where it is not one of that kind.
    fn stored(&self, kind: Kind, text: &str) -> Option<(String, String)> {
        let text = text.trim();
        let person = |text: String| (!text.is_empty()).then(|| (self.hash(kind, &text), String::new()));
        match kind {
            Kind::Network => {
                let network = network::network(text)?;
                let narrow = network.prefix_len() >= if network.addr().is_ipv4() { WIDEST.0 } else { WIDEST.1 };
                narrow.then(|| (network.to_string(), network.to_string()))
            }
            Kind::MailDomain => {
                let domain = text.trim_start_matches('@').trim_end_matches('.').to_lowercase();
                let good = domain.contains('.') && !domain.contains(|c: char| c.is_whitespace() || c == '@') && domain.len() <= 253;
                good.then(|| (domain.clone(), domain))
            }
            Kind::Mail => {
                let (user, domain) = text.rsplit_once('@')?;
                // What follows a plus is the same mailbox.
                person(format!("{}@{}", user.split('+').next().unwrap_or(user), domain).to_lowercase())
            }
            Kind::Phone => person(text.chars().filter(char::is_ascii_digit).collect::<String>().trim_start_matches('0').to_owned()),
            Kind::Device | Kind::Account => person(text.to_owned()),
        }
    }

    fn hash(&self, kind: Kind, text: &str) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        for part in [kind.word().as_bytes(), b"\0", text.as_bytes()] {
            mac.update(part);
        }
        token::hexadecimal(&mac.finalize().into_bytes())
    }

    /// Sets a block and answers its id.
    pub async fn put(&self, tx: &mut Tx, new: &NewBlock, longest: usize, by: Option<i64>, now: i64) -> Result<i64> {
        let (value, shown) = self.stored(new.kind, &new.value).ok_or_else(|| Error::invalid("value", wrong(new.kind)))?;
        let reason = new.reason.trim();
        if reason.is_empty() || reason.chars().count() > longest || reason.contains('\0') {
            return Err(Error::invalid("reason", format!("must say why, in at most {longest} characters.")));
        }
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid("expires_at", "must be in the future."));
        }
        let (id,): (i64,) = tx
            .sql(
                "insert into block (kind, value, shown, reason, member_id, created_at, expires_at)
                 values ($1, $2, $3, $4, $5, $6, $7) returning id",
            )
            .bind(new.kind.word())
            .bind(value)
            .bind(shown)
            .bind(reason.to_owned())
            .bind(by)
            .bind(now)
            .bind(new.expires_at)
            .one()
            .await?;
        versions::bump(tx, VERSION, now).await?;
        append(tx, New::at(now, Fact::Blocked { block: id, of: new.kind.word().into() }).by(by)).await?;
        Ok(id)
    }

    async fn fresh(&self, db: &Db) -> Result<Arc<Held>> {
        let version = Source::Db(db).version(VERSION).await?;
        let held = self.held.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if held.version == version {
            return Ok(held);
        }
        let mut read = Held { version, ..Held::default() };
        for (kind, value, expires_at) in
            db.sql("select kind, value, expires_at from block where lifted_at is null").all::<(String, String, Option<i64>)>().await?
        {
            match kind == Kind::Network.word() {
                true => read.networks.extend(network::network(&value).map(|network| (network, expires_at))),
                false => read.others.push((kind, value, expires_at)),
            }
        }
        let read = Arc::new(read);
        // What somebody saved between the two reads has a later version, and is read again at the next ask.
        *self.held.write().unwrap_or_else(std::sync::PoisonError::into_inner) = read.clone();
        Ok(read)
    }
}

fn below(domain: &str, blocked: &str) -> bool {
    domain.strip_suffix(blocked).is_some_and(|rest| rest.ends_with('.'))
}

fn wrong(kind: Kind) -> &'static str {
    match kind {
        Kind::Network => "must be an address or a network like 192.0.2.0/24, no wider than /16 (IPv6: /32).",
        Kind::MailDomain => "must be a domain like example.org.",
        Kind::Mail => "must be a mail address.",
        Kind::Phone => "must be a telephone number.",
        Kind::Device | Kind::Account => "is empty.",
    }
}

/// Lifts a block, at once.
pub async fn lift(tx: &mut Tx, id: i64, by: Option<i64>, now: i64) -> Result<()> {
    let done = tx.sql("update block set lifted_at = $1 where id = $2 and lifted_at is null").bind(now).bind(id).run().await?;
    if done == 0 {
        return Err(Error::NotFound("block"));
    }
    versions::bump(tx, VERSION, now).await?;
    append(tx, New::at(now, Fact::Unblocked { block: id }).by(by)).await
}

/// The blocks that hold at `now`, the newest first, at most so many.
pub async fn list(db: &Db, now: i64, most: i64) -> Result<Vec<Block>> {
    Ok(db
        .sql(
            "select b.id, b.kind, b.shown, b.reason, b.created_at, b.expires_at, m.name as set_by
             from block b left join member m on m.id = b.member_id
             where b.lifted_at is null and (b.expires_at is null or b.expires_at > $1) order by b.id desc limit $2",
        )
        .bind(now)
        .bind(most)
        .all()
        .await?)
}
