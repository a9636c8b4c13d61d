//! What a person does to the own sign-in: another password, a second factor, recovery codes.
//!
//! Each asks for the password once more, so that whoever finds an open browser cannot keep the account. Whoever changes the
//! password or adds a factor ends every other session, since those have not shown it, and goes on with a new token.

use serde::Serialize;

use super::alive::replace_token;
use super::browser::From;
use super::second_factor::{self, Enrolment};
use super::{Begun, Present, Sessions, end_all, recovery};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::record;

/// What stands of a person's sign-in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Account {
    /// Whether there is a password; whoever comes by the provider of identities alone has none, and no second factor here.
    pub password: bool,
    /// Since when there is a second factor, epoch milliseconds.
    pub second_factor_since: Option<i64>,
    /// Whether a role of this person demands one.
    pub second_factor_required: bool,
    /// Recovery codes that were not used.
    pub recovery_codes: i64,
}

record! {
    struct Kept {
        name: String,
        email: String,
        password_hash: Option<String>,
        factor_at: Option<i64>,
        codes: i64,
    }
}

impl Sessions {
    /// What stands of the sign-in of whoever is signed in.
    pub async fn account(&self, db: &Db, present: &Present) -> Result<Account> {
        let kept = kept(db, present.member).await?;
        Ok(Account {
            password: kept.password_hash.is_some(),
            second_factor_since: kept.factor_at,
            second_factor_required: self.guards(&present.who),
            recovery_codes: kept.codes,
        })
    }

    /// Another password. Every other session ends, and this one goes on with a new token.
    pub async fn change_password(&self, db: &Db, present: &Present, old: String, new: String, from: &From, now: i64) -> Result<Begun> {
        let kept = self.shown_again(db, present.member, old, "old", from, now).await?;
        let hash = self.passwords.choose(new, vec![kept.name, kept.email]).await.map_err(called("new"))?;
        let (member, session) = (present.member, present.session);
        db.write(async move |tx| {
            tx.sql("update member set password_hash = $1 where id = $2").bind(hash.clone()).bind(member).run().await?;
            end_all(tx, member, Some(session)).await?;
            changed(tx, member, "password", Some(member), now).await?;
            replace_token(tx, session, now).await
        })
        .await
    }

    /// Begins to set up a second factor. It counts after [`Sessions::confirm_second_factor`].
    pub async fn start_second_factor(&self, db: &Db, present: &Present, password: String, from: &From, now: i64) -> Result<Enrolment> {
        let kept = self.shown_again(db, present.member, password, "password", from, now).await?;
        let (vault, issuer, member) = (self.vault.clone(), self.city.clone(), present.member);
        db.write(async move |tx| second_factor::start(tx, &vault, member, &issuer, &kept.email, now).await).await
    }

    /// Makes the second factor count, and the recovery codes with it: a code shows that the authenticator has the secret.
    pub async fn confirm_second_factor(
        &self,
        db: &Db,
        present: &Present,
        code: String,
        from: &From,
        now: i64,
    ) -> Result<(Begun, Vec<String>)> {
        let kept = kept(db, present.member).await?;
        self.codes.take(&kept.email, from.address, now).map_err(Error::TooMany)?;
        let (vault, member, session) = (self.vault.clone(), present.member, present.session);
        let done = db.write(async move |tx| {
            let waits: Option<(i64,)> =
                tx.sql("select member_id from second_factor where member_id = $1 and confirmed_at is null").bind(member).optional().await?;
            if waits.is_none() {
                return Err(Error::Conflict("No second factor is being set up. Begin again.".into()));
            }
            if !second_factor::check(tx, &vault, member, &code, now).await? {
                return Err(Error::invalid(
                    "code",
                    "is not the code that the authenticator shows now; check that the clock of the phone is right",
                ));
            }
            tx.sql("update second_factor set confirmed_at = $1 where member_id = $2").bind(now).bind(member).run().await?;
            let codes = recovery::renew(tx, &vault, member).await?;
            end_all(tx, member, Some(session)).await?;
            changed(tx, member, "second_factor_added", Some(member), now).await?;
            Ok((replace_token(tx, session, now).await?, codes))
        });
        let done = done.await?;
        self.codes.give_back(&kept.email, from.address);
        Ok(done)
    }

    /// Takes the second factor away, where the person's roles allow it.
    pub async fn remove_second_factor(&self, db: &Db, present: &Present, password: String, from: &From, now: i64) -> Result<Begun> {
        self.shown_again(db, present.member, password, "password", from, now).await?;
        if self.guards(&present.who) {
            return Err(Error::Conflict(
                "Your role demands a second factor. Ask an administrator to reset it if you have a new phone.".into(),
            ));
        }
        let (member, session) = (present.member, present.session);
        db.write(async move |tx| {
            if !second_factor::remove(tx, member).await? {
                return Err(Error::NotFound("second factor"));
            }
            changed(tx, member, "second_factor_removed", Some(member), now).await?;
            replace_token(tx, session, now).await
        })
        .await
    }

    /// New recovery codes in the place of the old ones.
    pub async fn renew_recovery_codes(&self, db: &Db, present: &Present, password: String, from: &From, now: i64) -> Result<Vec<String>> {
        let kept = self.shown_again(db, present.member, password, "password", from, now).await?;
        if kept.factor_at.is_none() {
            return Err(Error::Conflict("Recovery codes stand in for a second factor. Set one up first.".into()));
        }
        let (vault, member) = (self.vault.clone(), present.member);
        db.write(async move |tx| {
            let codes = recovery::renew(tx, &vault, member).await?;
            changed(tx, member, "recovery_codes_renewed", Some(member), now).await?;
            Ok(codes)
        })
        .await
    }

    /// The account of a member who has just shown the password once more.
    async fn shown_again(&self, db: &Db, member: i64, password: String, field: &str, from: &From, now: i64) -> Result<Kept> {
        let kept = kept(db, member).await?;
        if kept.password_hash.is_none() {
            return Err(Error::Conflict("You have no password here: you sign in elsewhere, and change how you do that there.".into()));
        }
        self.attempts.take(&kept.email, from.address, now).map_err(Error::TooMany)?;
        if !self.passwords.verify(kept.password_hash.clone(), password).await? {
            return Err(Error::invalid(field, "is not your password"));
        }
        self.attempts.give_back(&kept.email, from.address);
        Ok(kept)
    }
}

/// An administrator's help for somebody whose phone is gone: the factor goes, with its recovery codes and every session.
pub async fn reset_second_factor(tx: &mut Tx, member: i64, by: Option<i64>, now: i64) -> Result<()> {
    if !second_factor::remove(tx, member).await? {
        return Err(Error::NotFound("second factor"));
    }
    end_all(tx, member, None).await?;
    changed(tx, member, "second_factor_reset", by, now).await
}

async fn kept(db: &Db, member: i64) -> Result<Kept> {
    let kept = db
        .sql(
            "select m.name, m.email, m.password_hash, f.confirmed_at as factor_at,
                 (select count(*) from recovery_code c where c.member_id = m.id and c.used_at is null) as codes
             from member m left join second_factor f on f.member_id = m.id where m.id = $1",
        )
        .bind(member)
        .optional()
        .await?;
    kept.ok_or(Error::NotFound("member"))
}

async fn changed(tx: &mut Tx, member: i64, what: &str, by: Option<i64>, now: i64) -> Result<()> {
    append(tx, New::at(now, Fact::SignInChanged { member, what: what.to_owned() }).by(by)).await
}

/// The same refusal under the name that the field has here.
fn called(field: &'static str) -> impl Fn(Error) -> Error {
    move |e| match e {
        Error::Invalid(fields) => {
            Error::Invalid(fields.into_iter().map(|given| crate::error::Field { field: field.into(), ..given }).collect())
        }
        e => e,
    }
}
