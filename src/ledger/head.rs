//! Heads of the tree: its size and root at a moment, signed. Once handed out, a head is a promise that what lies before it never
//! changes; every one is remembered, and none is signed that does not continue the one before.

use serde::{Deserialize, Serialize};

use super::key::{self, Signer};
use super::link::size_in;
use super::tiles::Tiles;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{hex, unhex};
use crate::record;
use crate::versions::Source;

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = LogHead)]
pub struct Head {
    /// The log's name.
    pub origin: String,
    /// How many events it covers: those at the positions 1 to `size`.
    pub size: i64,
    /// Root of the tree over them (RFC 9162, SHA-256), in hexadecimal.
    pub root: String,
    /// When it was signed, epoch milliseconds.
    pub at: i64,
    /// The public key: name, short hash and Ed25519 key, as `signed-note` writes them.
    pub key: String,
    /// Ed25519 signature over the note's text, in base64.
    pub signature: String,
    /// The whole as one signed note; verifiers need no more than this and the key.
    pub note: String,
}

record! {
    struct Row {
        size: i64,
        key: String,
        note: String,
    }
}

const ROWS: &str = "select size, key, note from log_head";

/// What a head is kept in by those who received it.
#[derive(Deserialize)]
struct Kept {
    key: Option<String>,
    note: String,
}

impl Head {
    fn signed(signer: &Signer, size: i64, root: &[u8; 32], at: i64) -> Result<Head> {
        use base64::Engine;
        let root = base64::engine::general_purpose::STANDARD.encode(root);
        let note = signer.sign(&format!("{}\n{size}\n{root}\ntime {at}\n", signer.origin));
        Head::of(note, signer.public())
    }

    fn of(note: String, key: String) -> Result<Head> {
        let read = || {
            use base64::Engine;
            let mut lines = note.lines();
            let (origin, size, root) = (lines.next()?, lines.next()?.parse().ok()?, lines.next()?);
            let root: [u8; 32] = base64::engine::general_purpose::STANDARD.decode(root).ok()?.try_into().ok()?;
            let at = lines.take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("time ")?.parse().ok())?;
            let signature = key::signature(&note)?;
            Some((origin.to_owned(), size, hex(&root), at, signature))
        };
        let (origin, size, root, at, signature) = read().ok_or_else(|| Error::invalid("head", "is not a signed head of a log."))?;
        Ok(Head { origin, size, root, at, key, signature, note })
    }

    /// Reads what somebody kept: the answer of `/api/log/head`, or the bare note, whose key is then the one that the log has now.
    pub fn read(text: &str, signer: &Signer) -> Result<Head> {
        match serde_json::from_str::<Kept>(text) {
            Ok(kept) => Head::of(kept.note, kept.key.unwrap_or_else(|| signer.public())),
            Err(_) => Head::of(text.replace("\r\n", "\n"), signer.public()),
        }
    }

    /// Whether the signature is that of the head's own key.
    pub fn holds(&self) -> bool {
        key::signed_by(&self.note, &self.key)
    }

    /// The root as a hash.
    pub fn hash(&self) -> Option<[u8; 32]> {
        unhex(&self.root)
    }
}

/// Signs the tree as it stands and remembers it, unless that was done, or the last was signed less than `pause` milliseconds ago.
///
/// # Errors
/// [`Error::Conflict`] if what was signed last is not the beginning of what stands there now: the past was changed.
pub async fn sign(db: &Db, signer: &Signer, pause: i64, now: i64) -> Result<()> {
    let signer = signer.clone();
    db.write(async move |tx| sign_in(tx, &signer, pause, now).await).await
}

async fn sign_in(tx: &mut Tx, signer: &Signer, pause: i64, now: i64) -> Result<()> {
    let mut tiles = Tiles::default();
    let mut from = Source::Tx(tx);
    let size = size_in(&mut from).await?;
    let last: Option<Row> = from.sql(ROWS).push(" order by size desc limit 1").optional().await?;
    if let Some(last) = last.map(|row| Head::of(row.note, row.key)).transpose()? {
        if size <= last.size || now - last.at < pause {
            return Ok(());
        }
        if Some(tiles.root(&mut from, 0..last.size.cast_unsigned()).await?) != last.hash() {
            return Err(Error::Conflict(format!(
                "the log no longer begins with the {} events that were signed; `waymark verify-log` says where it was changed",
                last.size
            )));
        }
    }
    if size == 0 {
        return Ok(());
    }
    let root = tiles.root(&mut from, 0..size.cast_unsigned()).await?;
    let head = Head::signed(signer, size, &root, now)?;
    tx.sql("insert into log_head (size, root, at, key, note) values ($1, $2, $3, $4, $5) on conflict (size) do nothing")
        .bind(size)
        .bind(head.root)
        .bind(now)
        .bind(head.key)
        .bind(head.note)
        .run()
        .await?;
    Ok(())
}

/// The newest head that was signed.
pub async fn newest(db: &Db) -> Result<Option<Head>> {
    let row: Option<Row> = db.sql(ROWS).push(" order by size desc limit 1").optional().await?;
    row.map(|row| Head::of(row.note, row.key)).transpose()
}

/// Every head that was signed, smallest first.
pub async fn remembered(db: &Db) -> Result<Vec<Result<Head, i64>>> {
    let rows: Vec<Row> = db.sql(ROWS).push(" order by size").all().await?;
    Ok(rows.into_iter().map(|row| Head::of(row.note, row.key).ok().filter(|head| head.size == row.size).ok_or(row.size)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Options;

    async fn signer(folder: &std::path::Path) -> (Db, Signer) {
        let url = folder.join("waymark.db").display().to_string();
        let db = Db::connect(&Options { url, batch: 8, connections: 1 }).await.expect("a database");
        let signer = Signer::load(&db, None, "https://311.city.example").await.expect("a key");
        (db, signer)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_head_is_read_back_and_holds_until_a_word_of_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let (db, signer) = signer(folder.path()).await;
        let head = Head::signed(&signer, 17, &[7; 32], 1_781_092_800_000).expect("signed");
        assert_eq!((head.origin.as_str(), head.size, head.at), ("311.city.example/log", 17, 1_781_092_800_000));
        assert_eq!(head.root, "07".repeat(32));
        let json = serde_json::to_string(&head).expect("JSON");
        for kept in [&json, &head.note] {
            let read = Head::read(kept, &signer).expect("a head");
            assert!(read == head && read.holds(), "{kept}");
        }
        for (from, to) in [("\n17\n", "\n18\n"), ("time 178", "time 179"), ("311.city", "312.city"), ("BwcH", "AwcH")] {
            let bent = Head::read(&head.note.replacen(from, to, 1), &signer).expect("still a head");
            assert!(!bent.holds(), "{from} became {to}");
        }
        assert!(Head::read("{\"note\": \"nothing\"}", &signer).is_err() && Head::read("", &signer).is_err());
        // The key stays: another server of the same database signs alike.
        let again = Signer::load(&db, None, "https://311.city.example").await.expect("the key");
        assert_eq!(again.public(), signer.public());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_key_that_openssl_made_is_read_and_another_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (db, _) = signer(folder.path()).await;
        let file = folder.path().join("key.pem");
        // RFC 8410, section 10.3.
        let pem =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        std::fs::write(&file, pem).expect("written");
        let signer = Signer::load(&db, Some(&file), "http://localhost:8311").await.expect("a key");
        let bare = "GWK+ROTFX+uPkCjpEtQLuOn9Rg3FGTYcJtUBvSdhf8".len();
        assert!(signer.public().starts_with("localhost:8311/log+") && signer.public().len() > bare);
        assert!(Head::signed(&signer, 1, &[0; 32], 1).expect("signed").holds());
        std::fs::write(&file, "not a key").expect("written");
        let refused = Signer::load(&db, Some(&file), "http://localhost").await.err().expect("refused").to_string();
        assert!(refused.contains("ledger.key"), "{refused}");
    }
}
