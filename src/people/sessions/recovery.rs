//! Recovery codes: ten, written down when the second factor is set up, each good once in its place.
//!
//! Each has 80 random bits; the database keeps a keyed hash.

use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, New, append};
use crate::people::token;
use crate::people::vault::Vault;

/// How many there are.
const COUNT: usize = 10;

/// New codes in the place of all before them: `4k7v-9xqp-…`, shown this once.
pub(super) async fn renew(tx: &mut Tx, vault: &Vault, member: i64) -> Result<Vec<String>> {
    tx.sql("delete from recovery_code where member_id = $1").bind(member).run().await?;
    let mut codes = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let letters = token::write(&rand::random::<[u8; 10]>());
        tx.sql("insert into recovery_code (member_id, code_hash) values ($1, $2)")
            .bind(member)
            .bind(vault.fingerprint(&purpose(member), &letters))
            .run()
            .await?;
        let groups: Vec<&str> = (0..4).filter_map(|n| letters.get(n * 4..n * 4 + 4)).collect();
        codes.push(groups.join("-"));
    }
    Ok(codes)
}

/// Whether the code is one of the member's and was not used; it is used up.
pub(super) async fn take(tx: &mut Tx, vault: &Vault, member: i64, typed: &str, now: i64) -> Result<bool> {
    let code: String = token::tidy(typed).chars().take(64).collect();
    let used = tx
        .sql("update recovery_code set used_at = $1 where member_id = $2 and code_hash = $3 and used_at is null")
        .bind(now)
        .bind(member)
        .bind(vault.fingerprint(&purpose(member), &code))
        .run()
        .await?;
    if used > 0 {
        let what = "recovery_code_used".to_owned();
        append(tx, New::at(now, Fact::SignInChanged { member, what }).by(Some(member))).await?;
    }
    Ok(used > 0)
}

fn purpose(member: i64) -> String {
    format!("recovery {member}")
}
