//! The key that heads are signed with (Ed25519), and how keys and signed texts are written: as C2SP's `signed-note` has them, so that
//! witnesses and tools of other logs can read ours.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::{hex, unhex};

/// The row of table `secret` that holds the key when no file is named.
const ROW: &str = "ledger";

/// The byte that says Ed25519 in front of a key.
const ALGORITHM: u8 = 1;

/// Signs heads. Cheap to clone.
#[derive(Clone)]
pub struct Signer {
    pair: Arc<Ed25519KeyPair>,
    /// What the log is called in everything it signs.
    pub origin: String,
}

impl Signer {
    /// The key from a PEM file (`openssl genpkey -algorithm ed25519`), or from the database, where the first server that asks puts a
    /// new one. `address` is where people find this city; the log is named after it.
    pub async fn load(db: &Db, file: Option<&Path>, address: &str) -> Result<Signer> {
        let place = address.split_once("://").map_or(address, |(_, place)| place);
        let origin = format!("{}/log", place.replace([' ', '+'], "-"));
        let pair = match file {
            Some(file) => from_file(file)?,
            None => Ed25519KeyPair::from_seed_unchecked(&seed(db).await?).map_err(|e| Error::internal(e.to_string()))?,
        };
        Ok(Signer { pair: Arc::new(pair), origin })
    }

    /// The public key as it is handed out: the log's name, the key's short hash, and the key.
    pub fn public(&self) -> String {
        let key = typed(self.pair.public_key().as_ref());
        format!("{}+{}+{}", self.origin, hex(&short(&self.origin, &key)), STANDARD.encode(key))
    }

    /// A text with its signature below, both in one note. The text ends with a line's end.
    pub fn sign(&self, text: &str) -> String {
        let key = typed(self.pair.public_key().as_ref());
        let mut signature = short(&self.origin, &key).to_vec();
        signature.extend(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signature))
    }
}

/// Whether one of a note's signatures is that of a key.
pub fn signed_by(note: &str, key: &str) -> bool {
    let Some((text, signatures)) = note.rsplit_once("\n\n") else { return false };
    let mut parts = key.splitn(3, '+');
    let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let Ok(key) = STANDARD.decode(key) else { return false };
    let Some((&ALGORITHM, bare)) = key.split_first() else { return false };
    signatures.lines().filter_map(|line| line.strip_prefix("\u{2014} ")?.split_once(' ')).any(|(signer, signature)| {
        let signature = STANDARD.decode(signature).unwrap_or_default();
        let Some((hash, signature)) = signature.split_at_checked(4) else { return false };
        let ours = signer == name && hash == short(name, &key);
        ours && UnparsedPublicKey::new(&ED25519, bare).verify(format!("{text}\n").as_bytes(), signature).is_ok()
    })
}

/// The signature itself, without the hash of its key.
pub fn signature(note: &str) -> Option<String> {
    let line = note.rsplit_once("\n\n")?.1.lines().next()?;
    let bytes = STANDARD.decode(line.rsplit_once(' ')?.1).ok()?;
    Some(STANDARD.encode(bytes.get(4..)?))
}

fn typed(key: &[u8]) -> Vec<u8> {
    [&[ALGORITHM], key].concat()
}

/// What tells keys apart at a glance.
fn short(name: &str, key: &[u8]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update("\n").chain_update(key).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn from_file(file: &Path) -> Result<Ed25519KeyPair> {
    let wrong = |e: String| Error::config("ledger.key", format!("{} holds no Ed25519 key as PKCS #8 in PEM: {e}", file.display()));
    let der = PrivatePkcs8KeyDer::from_pem_file(file).map_err(|e| wrong(e.to_string()))?;
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).map_err(|e| wrong(e.to_string()))
}

async fn seed(db: &Db) -> Result<[u8; 32]> {
    let stored = "select value from secret where name = $1";
    let mut found: Option<(String,)> = db.sql(stored).bind(ROW).optional().await?;
    if found.is_none() {
        let work = async move |tx: &mut crate::db::Tx| {
            let fresh = hex(&rand::random::<[u8; 32]>());
            let put = tx.sql("insert into secret (name, value) values ($1, $2) on conflict (name) do nothing").bind(ROW).bind(fresh);
            put.run().await?;
            Ok::<_, Error>(tx.sql(stored).bind(ROW).optional::<(String,)>().await?)
        };
        found = db.write(work).await?;
    }
    found.and_then(|(seed,)| unhex(&seed)).ok_or_else(|| Error::internal("the key of the log in table `secret` is malformed"))
}
