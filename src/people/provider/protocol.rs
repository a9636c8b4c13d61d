//! OpenID Connect itself: discovery, the way there, the code for tokens, and the checks of the ID token. It knows no database.
//!
//! The provider's description and keys are kept for an hour, and read again when a signature was made with a key that is not
//! among them. Of algorithms those that the provider names are taken, never `none`.

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, HttpRequest,
    HttpResponse, IdTokenFields, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier,
    TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::Refusal;
use super::claims::Said;
use crate::config::{self, Oidc};
use crate::error::{Error, Result};
use crate::outbound::{self, Outbound};

/// Bytes of one of its answers.
const LONGEST: usize = 512 * 1024;

/// How long its description and keys are kept.
const KEPT_MS: i64 = 3_600_000;

/// Claims beyond those of the standard.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Further {
    #[serde(flatten)]
    all: HashMap<String, Value>,
}
impl AdditionalClaims for Further {}

type Fields = IdTokenFields<Further, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Client = openidconnect::Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

/// The provider as a partner in the protocol.
pub struct Protocol {
    issuer: IssuerUrl,
    id: ClientId,
    secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    scopes: Vec<Scope>,
    outbound: Outbound,
    known: Mutex<Option<(i64, ProviderMetadataWithLogout)>>,
}

impl Protocol {
    /// The client of the settings. Whoever runs this server chose the issuer, so that it may be on an address of their own; what
    /// its description names elsewhere may not, unless `outbound.private_hosts` says so.
    pub fn new(settings: &Oidc, outbound: &config::Outbound, public_url: &Url) -> Result<Protocol> {
        let issuer = Url::parse(&settings.issuer).map_err(|e| Error::config("oidc.issuer", e))?;
        let mut outbound = outbound.clone();
        outbound.private_hosts.extend(issuer.host_str().zip(issuer.port_or_known_default()).map(|(host, port)| format!("{host}:{port}")));
        let redirect = format!("{}/api/session/oidc/callback", public_url.as_str().trim_end_matches('/'));
        Ok(Protocol {
            issuer: IssuerUrl::new(settings.issuer.clone()).map_err(|e| Error::config("oidc.issuer", e))?,
            id: ClientId::new(settings.client_id.clone()),
            secret: Some(settings.client_secret.clone()).filter(|secret| !secret.is_empty()).map(ClientSecret::new),
            redirect: RedirectUrl::new(redirect).map_err(|e| Error::config("server.public_url", e))?,
            scopes: settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new).collect(),
            outbound: Outbound::new(&outbound)?,
            known: Mutex::new(None),
        })
    }

    /// The address to send a browser to, and the verifier of the challenge in it.
    pub async fn authorize(&self, state: &str, nonce: &str, now: i64) -> Result<(String, String), Refusal> {
        let client = self.of(self.metadata(now, false).await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state, nonce) = (state.to_owned(), nonce.to_owned());
        let asked = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || Nonce::new(nonce));
        let (url, ..) = asked.add_scopes(self.scopes.iter().cloned()).set_pkce_challenge(challenge).url();
        Ok((url.into(), verifier.into_secret()))
    }

    /// What the provider says for a code: the claims of its ID token, checked, and those of its page about the user.
    pub async fn exchange(&self, code: &str, nonce: &str, verifier: &str, now: i64) -> Result<Said, Refusal> {
        let client = self.of(self.metadata(now, false).await?);
        let ask = |request| self.ask(request);
        let asked = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|e| untrusted(&e))?;
        let answer = asked.set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned())).request_async(&ask).await;
        let tokens = answer.map_err(|e| match e {
            openidconnect::RequestTokenError::Request(e) => unreachable(&e),
            openidconnect::RequestTokenError::ServerResponse(e) => untrusted(&e),
            // The text of an answer that could not be read may hold tokens.
            _ => untrusted(&"the token endpoint gave no answer of the standard"),
        })?;
        let token = tokens.id_token().ok_or_else(|| untrusted(&"there is no ID token"))?;
        let nonce = Nonce::new(nonce.to_owned());
        let time = move || (UNIX_EPOCH + Duration::from_millis(now.unsigned_abs())).into();
        let mut client = client;
        if token.claims(&client.id_token_verifier().set_time_fn(time), &nonce).is_err() {
            // Perhaps the provider has new keys.
            client = self.of(self.metadata(now, true).await?);
        }
        let verifier = client.id_token_verifier().set_time_fn(time);
        let claims = token.claims(&verifier, &nonce).map_err(|e| untrusted(&e))?;
        if let Some(expected) = claims.access_token_hash() {
            let (algorithm, key) = (token.signing_alg(), token.signing_key(&verifier));
            let (algorithm, key) = (algorithm.map_err(|e| untrusted(&e))?, key.map_err(|e| untrusted(&e))?);
            let made = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(|e| untrusted(&e))?;
            if made != *expected {
                return Err(untrusted(&"the access token is not the ID token's"));
            }
        }
        let subject = claims.subject().as_str().to_owned();
        let mut all = serde_json::to_value(claims).map_err(|e| untrusted(&e))?;
        if let Ok(asked) = client.user_info(tokens.access_token().clone(), Some(SubjectIdentifier::new(subject.clone()))) {
            let more: UserInfoClaims<Further, CoreGenderClaim> = asked.request_async(&ask).await.map_err(|e| match e {
                openidconnect::UserInfoError::Request(e) => unreachable(&e),
                openidconnect::UserInfoError::ClaimsVerification(e) => untrusted(&e),
                _ => untrusted(&"the page about the user gave no answer of the standard"),
            })?;
            add(&mut all, serde_json::to_value(more).map_err(|e| untrusted(&e))?);
        }
        Ok(Said { issuer: self.issuer.as_str().to_owned(), subject, claims: all })
    }

    /// Where the provider ends its own session (OpenID Connect RP-Initiated Logout 1.0). Without the ID token as a hint, which we
    /// do not keep, it may ask the person first.
    pub async fn end_session(&self, public_url: &Url, now: i64) -> Option<String> {
        let metadata = self.metadata(now, false).await.ok()?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::from_url(public_url.join("/desk").ok()?);
        let asked = LogoutRequest::from(endpoint).set_client_id(self.id.clone()).set_post_logout_redirect_uri(back);
        Some(asked.http_get_url().into())
    }

    fn of(&self, metadata: ProviderMetadataWithLogout) -> Client {
        Client::from_provider_metadata(metadata, self.id.clone(), self.secret.clone()).set_redirect_uri(self.redirect.clone())
    }

    async fn metadata(&self, now: i64, anew: bool) -> Result<ProviderMetadataWithLogout, Refusal> {
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = &*known
            && !anew
            && now - at < KEPT_MS
        {
            return Ok(metadata.clone());
        }
        let ask = |request| self.ask(request);
        let found = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &ask).await.map_err(|e| unreachable(&e))?;
        *known = Some((now, found.clone()));
        Ok(found)
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse> {
        let (asked, body) = request.into_parts();
        let url = Url::parse(&asked.uri.to_string()).map_err(Error::internal)?;
        let call = self.outbound.call(asked.method, url)?.headers(asked.headers).body(body);
        let mut answer = call.send().await.map_err(outbound::away)?;
        let mut said = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            said = said.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = outbound::next(&mut answer).await? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST {
                return Err(Error::TooLarge { what: "An answer of the provider".into(), limit: format!("{LONGEST} bytes") });
            }
        }
        said.body(body).map_err(Error::internal)
    }
}

/// Adds claims that are not there yet: what is signed goes before what is only said.
fn add(to: &mut Value, more: Value) {
    if let (Value::Object(to), Value::Object(more)) = (to, more) {
        for (name, value) in more {
            let there = to.entry(name).or_insert(Value::Null);
            if there.is_null() {
                *there = value;
            }
        }
    }
}

fn unreachable(e: &(impl std::fmt::Display + ?Sized)) -> Refusal {
    tracing::warn!(error = %e, "The provider of identities cannot be asked");
    Refusal::Unreachable
}

fn untrusted(e: &(impl std::fmt::Display + ?Sized)) -> Refusal {
    tracing::warn!(error = %e, "What the provider of identities said does not hold");
    Refusal::Untrusted
}
