//! Signing in at a provider of identities: OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636), found by Discovery.
//!
//! What a flow needs to come back (state, nonce, the verifier of the challenge, where to go) is sealed into a cookie of the
//! browser that set out, so that strangers write no row and an answer that was made for one browser signs nobody in at
//! another. The provider says who it is and in which groups ([`claims`]); who that is here, and what the groups mean, is
//! [`membership`]. It answers for its own second factor: ours is not asked for after it.
//!
//! It refuses without words that a stranger could learn from; the reason goes to the log.

mod claims;
mod membership;
mod protocol;

use serde::{Deserialize, Serialize};
use url::Url;

use super::sessions::{Begun, From, Method, begin};
use super::token;
use super::vault::Vault;
use crate::config::{Config, Oidc};
use crate::db::Db;
use crate::error::{Error, Result};
use protocol::Protocol;

/// How long somebody may take at the provider.
const LASTS_MS: i64 = 10 * 60_000;

/// What the flow's words are sealed for.
const PURPOSE: &str = "sign-in at the provider";

/// The longest path that is gone back to.
const LONGEST_PATH: usize = 1000;

/// Where staff go when nothing else is asked for.
const DESK: &str = "/desk";

/// A provider of identities.
pub struct Provider {
    settings: Oidc,
    protocol: Protocol,
    vault: Vault,
    public_url: Url,
}

/// Somebody on the way to the provider.
pub struct Departure {
    /// The provider's page.
    pub url: String,
    /// What the browser keeps meanwhile.
    pub sealed: String,
    /// For how many seconds.
    pub seconds: i64,
}

/// What came of it.
pub enum Arrival {
    /// A session, and the path to go to.
    In(Begun, String),
    /// Nothing, and the path where a page says why.
    Out(Refusal, String),
}

/// Why somebody did not get in, in words for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The provider cannot be asked.
    Unreachable,
    /// Another browser set out, or it took too long.
    Stale,
    /// The provider said no.
    Declined,
    /// What the provider said does not hold.
    Untrusted,
    /// Nobody here is the person the provider named.
    Unknown,
    /// Known, and without any role.
    Roleless,
}

impl Refusal {
    /// The word in the address of the page that explains it.
    pub const fn word(self) -> &'static str {
        match self {
            Refusal::Unreachable => "unreachable",
            Refusal::Stale => "stale",
            Refusal::Declined => "declined",
            Refusal::Untrusted => "untrusted",
            Refusal::Unknown => "unknown",
            Refusal::Roleless => "roleless",
        }
    }
}

/// What the provider's answer brings along (RFC 6749, 4.1.2; RFC 9207).
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    iss: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Flow {
    state: String,
    nonce: String,
    verifier: String,
    to: String,
    until: i64,
}

impl Provider {
    /// The provider of the settings, if they name one.
    pub fn new(config: &Config, vault: Vault) -> Result<Option<Provider>> {
        let settings = config.oidc.clone();
        if settings.issuer.is_empty() {
            return Ok(None);
        }
        let public_url = Url::parse(&config.public_url()).map_err(|e| Error::config("server.public_url", e))?;
        Ok(Some(Provider { protocol: Protocol::new(&settings, &config.outbound, &public_url)?, settings, vault, public_url }))
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Sends a browser on its way; `to` is where it wants to go afterwards.
    pub async fn depart(&self, to: &str, now: i64) -> Result<Departure, Refusal> {
        let (state, nonce) = (token::fresh(), token::fresh());
        let (url, verifier) = self.protocol.authorize(&state, &nonce, now).await?;
        let flow = Flow { state, nonce, verifier, to: self.own_path(to), until: now + LASTS_MS };
        let sealed = serde_json::to_vec(&flow).map_err(Error::from).and_then(|flow| self.vault.seal(PURPOSE, &flow));
        let sealed = sealed.map_err(|e| unreachable_for(&e))?;
        Ok(Departure { url, sealed, seconds: LASTS_MS / 1000 })
    }

    /// Takes in a browser that comes back with the provider's answer and what it kept. `before` is the token of the session that
    /// it had, `longest_ms` how long the new one lasts at most.
    #[expect(clippy::too_many_arguments, reason = "a sign-in depends on all of it")]
    pub async fn arrive(
        &self,
        db: &Db,
        longest_ms: i64,
        kept: Option<&str>,
        answer: &Answer,
        from: &From,
        before: Option<&str>,
        now: i64,
    ) -> Result<Arrival> {
        let flow = kept.and_then(|kept| self.vault.open(PURPOSE, kept)).and_then(|flow| serde_json::from_slice::<Flow>(&flow).ok());
        let flow = flow.filter(|flow| flow.until > now && token::same(&flow.state, &answer.state));
        let Some(flow) = flow else { return Ok(Arrival::Out(Refusal::Stale, DESK.into())) };
        let out = |why| Ok(Arrival::Out(why, flow.to.clone()));
        if !answer.error.is_empty() || answer.iss.as_ref().is_some_and(|iss| *iss != self.settings.issuer) {
            return out(Refusal::Declined);
        }
        let said = match self.protocol.exchange(&answer.code, &flow.nonce, &flow.verifier, now).await {
            Ok(said) => said,
            Err(why) => return out(why),
        };
        let person = claims::Person::read(&said, &self.settings);
        let (settings, from, before) = (self.settings.clone(), from.clone(), before.map(token::fingerprint));
        let outcome = db
            .write(async move |tx| {
                let member = match membership::admit(tx, &settings, &person, now).await? {
                    Ok(member) => member,
                    Err(why) => return Ok::<_, Error>(Err(why)),
                };
                Ok(Ok(begin(tx, member, Method::Provider, &from, before.as_deref(), now, longest_ms).await?))
            })
            .await?;
        match outcome {
            Ok(begun) => Ok(Arrival::In(begun, flow.to)),
            Err(why) => out(why),
        }
    }

    /// Where the provider ends its own session, if it says so.
    pub async fn leave(&self, now: i64) -> Option<String> {
        self.protocol.end_session(&self.public_url, now).await
    }

    /// The path with its question, if it is one of ours; the desk for everything else.
    fn own_path(&self, to: &str) -> String {
        let fits = to.len() <= LONGEST_PATH && to.starts_with('/') && !to.starts_with("/api/");
        let joined = fits.then(|| self.public_url.join(to).ok()).flatten().filter(|url| url.origin() == self.public_url.origin());
        joined.map_or_else(|| DESK.into(), |url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
    }
}

/// A path of ours with the word of a refusal.
pub fn explained(path: &str, why: Refusal) -> String {
    format!("{path}{}sign_in={}", if path.contains('?') { '&' } else { '?' }, why.word())
}

/// What went wrong on our side looks from outside like a provider that is down.
fn unreachable_for(e: &Error) -> Refusal {
    tracing::error!(error = %e, "The sign-in at the provider could not be begun");
    Refusal::Unreachable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_gone_back_to() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = Config::default();
        config.server.public_url = "https://311.city.example".into();
        config.oidc.issuer = "https://id.city.example".into();
        let provider = Provider::new(&config, Vault::from_secret("a secret of this city")).expect("settings").expect("a provider");
        for own in ["/desk", "/settings/account?x=1", "/insight?from=2026-01-01&to=2026-02-01"] {
            assert_eq!(provider.own_path(own), own);
        }
        let strange = [
            "",
            "desk",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\\\evil.example",
            "/\n//evil.example",
            "javascript:alert(1)",
            "/api/session",
            "https://311.city.example/desk",
        ];
        for strange in strange {
            assert_eq!(provider.own_path(strange), DESK, "{strange:?}");
        }
        assert_eq!(provider.own_path("/desk/../%2f/evil"), "/%2f/evil");
        assert_eq!(provider.own_path(&format!("/{}", "x".repeat(1000))), DESK);
        assert_eq!(explained("/desk?a=1", Refusal::Stale), "/desk?a=1&sign_in=stale");
    }
}
