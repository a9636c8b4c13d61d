//! The sessions of one person, as the person sees and ends them.

use serde::Serialize;

use super::{Present, Sessions, end_all};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::record;

record! {
    /// A session in the list of its person.
    #[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
    #[schema(as = SessionEntry)]
    pub struct Entry {
        /// The id to end it by.
        pub id: i64,
        /// Family of the browser and its system, like `Firefox, Linux`; empty where neither is known.
        pub browser: String,
        /// The network it was begun from: 24 bits of an IPv4 address, 48 of an IPv6 address; empty where it is not known.
        pub network: String,
        /// How it was begun: `password` or `provider`.
        pub method: String,
        /// When it was begun, epoch milliseconds.
        pub created_at: i64,
        /// When it was last used, to within five minutes, epoch milliseconds.
        pub seen_at: i64,
        /// When it ends at the latest, epoch milliseconds.
        pub expires_at: i64,
    }
}

impl Sessions {
    /// The sessions of a member that are alive, the one used last first.
    pub async fn of(&self, db: &Db, member: i64, now: i64) -> Result<Vec<Entry>> {
        let list = db
            .sql(
                "select id, browser, network, method, created_at, seen_at, expires_at from session
                 where member_id = $1 and expires_at > $2 and seen_at > $3 order by seen_at desc, id desc",
            )
            .bind(member)
            .bind(now)
            .bind(now - self.idle_ms)
            .all()
            .await?;
        Ok(list)
    }

    /// Ends one session of a member; another person's is not found.
    pub async fn end(&self, db: &Db, member: i64, session: i64) -> Result<()> {
        let ended = db.write(async move |tx| {
            let ended = tx.sql("delete from session where id = $1 and member_id = $2").bind(session).bind(member).run().await?;
            if ended == 0 { Err(Error::NotFound("session")) } else { Ok(()) }
        });
        ended.await
    }

    /// Ends every session of a member but the one that asks, and every sign-in that waits for its second factor.
    pub async fn end_others(&self, db: &Db, present: &Present) -> Result<()> {
        let (member, session) = (present.member, present.session);
        db.write(async move |tx| end_all(tx, member, Some(session)).await).await
    }
}
