//! The second factor: time-based one-time passwords (RFC 6238), as every authenticator makes them: SHA-1, six digits, thirty
//! seconds, one step early or late.
//!
//! The secret is sealed at rest and shown once, while it is set up; it counts from the first code that proves that somebody
//! has it. A code opens once: the step of the last one is kept, and only later ones are taken.

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;
use totp_rs::{Builder, Secret, Totp};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::vault::Vault;

/// A second factor being set up; shown this once.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Enrolment {
    /// The secret in base 32, for typing.
    pub secret: String,
    /// The same for authenticators: an `otpauth://` address.
    pub uri: String,
    /// The address as a QR code.
    pub picture: Picture,
}

/// A QR code without its quiet zone.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Picture {
    /// Modules of a side.
    pub size: i32,
    /// The dark modules as the path of an SVG, one unit a module.
    pub path: String,
}

/// Makes a secret that counts once a code of it was shown; the one that was being set up before is forgotten.
pub(super) async fn start(tx: &mut Tx, vault: &Vault, member: i64, issuer: &str, account: &str, now: i64) -> Result<Enrolment> {
    let seed: [u8; 20] = rand::random();
    let totp = totp(&seed, issuer, account)?;
    let sealed = vault.seal(&purpose(member), &seed)?;
    let put = tx
        .sql(
            "insert into second_factor (member_id, sealed, last_step, created_at) values ($1, $2, 0, $3)
             on conflict (member_id) do update set sealed = excluded.sealed, last_step = 0, created_at = excluded.created_at
             where second_factor.confirmed_at is null",
        )
        .bind(member)
        .bind(sealed)
        .bind(now)
        .run()
        .await?;
    if put == 0 {
        return Err(Error::Conflict("You have a second factor already. Remove it first to set up another.".into()));
    }
    let uri = totp.to_url().map_err(|e| Error::internal(e.to_string()))?;
    let picture = picture(&uri)?;
    Ok(Enrolment { secret: totp.secret().to_base32(), uri, picture })
}

/// Whether the code is right and was not used before; it is used up. Also while the factor is being set up.
pub(super) async fn check(tx: &mut Tx, vault: &Vault, member: i64, code: &str, now: i64) -> Result<bool> {
    let found: Option<(String,)> = tx.sql("select sealed from second_factor where member_id = $1").bind(member).optional().await?;
    let Some((sealed,)) = found else { return Ok(false) };
    let seed = vault.open(&purpose(member), &sealed).ok_or_else(|| {
        Error::internal(format!(
            "the second factor of member {member} was sealed under another `server.secret`; reset it to set up a new one"
        ))
    })?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).take(7).collect();
    let seconds = u64::try_from(now / 1000).unwrap_or_default();
    let Some(step) = totp(&seed, "", "member")?.check(&code, seconds) else { return Ok(false) };
    let step = i64::try_from(step).map_err(Error::internal)?;
    let fresh =
        tx.sql("update second_factor set last_step = $1 where member_id = $2 and last_step < $1").bind(step).bind(member).run().await?;
    Ok(fresh > 0)
}

/// Takes the second factor away, with its recovery codes; whether there was one that counted.
pub(super) async fn remove(tx: &mut Tx, member: i64) -> Result<bool> {
    let gone: Option<(Option<i64>,)> =
        tx.sql("delete from second_factor where member_id = $1 returning confirmed_at").bind(member).optional().await?;
    tx.sql("delete from recovery_code where member_id = $1").bind(member).run().await?;
    Ok(matches!(gone, Some((Some(_),))))
}

fn purpose(member: i64) -> String {
    format!("second factor {member}")
}

/// A colon would end the issuer in the address that authenticators read.
fn totp(seed: &[u8], issuer: &str, account: &str) -> Result<Totp> {
    let plain = |words: &str| words.replace(':', " ");
    let built = Builder::new()
        .with_secret(Secret::new(seed.into()))
        .with_issuer(Some(plain(issuer)).filter(|issuer| !issuer.is_empty()))
        .with_account_name(plain(account))
        .build();
    built.map_err(|e| Error::internal(e.to_string()))
}

fn picture(text: &str) -> Result<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|e| Error::internal(e.to_string()))?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                path.push_str(&format!("M{start} {y}h{}v1h-{}z", x - start, x - start));
            }
            x += 1;
        }
    }
    Ok(Picture { size: code.size(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, for SHA-1; the last six of its eight digits.
        let totp = totp(b"12345678901234567890", "Alderford", "ana@city.example").expect("a factor");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (2_000_000_000, "279037")] {
            assert_eq!(totp.check(code, seconds), Some(seconds / 30), "at {seconds}");
            assert_eq!(totp.check(code, seconds + 30), Some(seconds / 30), "one step late");
            assert_eq!(totp.check(code, seconds + 61), None, "two steps late");
        }
        for wrong in ["", "28708", "2870822", "28708x", "-87082", "٢٨٧٠٨٢"] {
            assert_eq!(totp.check(wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_names_the_city_and_the_person() {
        let uri =
            totp(b"12345678901234567890", "St. Mary: City & Bay", "ana@city.example").expect("a factor").to_url().expect("an address");
        assert!(uri.starts_with("otpauth://totp/St.%20Mary%20%20City%20%26%20Bay:ana%40city.example?"), "{uri}");
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{uri}");
    }

    #[test]
    fn the_picture_has_its_three_corners() {
        let drawn = picture("otpauth://totp/x").expect("a picture");
        assert!(drawn.path.starts_with("M0 0h7v1h-7z") && drawn.size >= 21, "{drawn:?}");
    }
}
