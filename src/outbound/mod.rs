//! The one way out: every call this server makes to somebody else's (webhooks, identity providers, gateways, Open311 peers,
//! pictures) goes through here.
//!
//! Whoever can choose an address must not reach what only this machine can: a name is resolved here, once, its addresses are
//! held against [`address::forbidden`], and the connection goes to exactly those, so that no second answer of a name server
//! can lead elsewhere. Redirects are not followed; nothing is larger or slower than the settings allow. Hosts that the
//! operator listed may be anywhere. It knows nothing of what is said.

pub mod address;

use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use url::{Host, Url};

use crate::config;
use crate::error::{Error, Result};

/// Finds the addresses of a name; a test may answer instead of the system.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name.
    fn find(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>>;
}

/// The system's own way to find addresses.
struct System;

impl Lookup for System {
    fn find(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// A name or address that must not be called.
#[derive(Debug, thiserror::Error)]
#[error("{host} is at {address}, which is {what}: this server calls no such address, unless `outbound.private_hosts` names the host")]
pub struct Refused {
    host: String,
    address: IpAddr,
    what: &'static str,
}

/// Calls others. One for the whole process.
pub struct Outbound {
    private_hosts: Vec<String>,
    most: usize,
    open: Client,
    guarded: Client,
}

impl Outbound {
    /// Calls as the settings allow.
    pub fn new(settings: &config::Outbound) -> Result<Outbound> {
        Outbound::with(settings, Arc::new(System))
    }

    /// The same with another way to find addresses.
    pub fn with(settings: &config::Outbound, lookup: Arc<dyn Lookup>) -> Result<Outbound> {
        let patience = Duration::from_secs(settings.seconds);
        let client = |guarded: bool| {
            Client::builder()
                .timeout(patience)
                .redirect(redirect::Policy::none())
                // A proxy would look names up by itself.
                .no_proxy()
                .referer(false)
                .user_agent("Waymark")
                .dns_resolver(Resolver { lookup: lookup.clone(), guarded })
                .build()
                .map_err(Error::internal)
        };
        let private_hosts = settings.private_hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(Outbound { private_hosts, most: settings.max_bytes, open: client(false)?, guarded: client(true)? })
    }

    /// A call, ready to be given headers and a body and sent. Refuses what is no web address, carries a password, or names an
    /// address that must not be called.
    pub fn call(&self, method: Method, url: Url) -> Result<RequestBuilder> {
        let wrong = |problem: &str| Error::invalid("url", problem);
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("must begin with https:// or http://."));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not carry a user or a password."));
        }
        let host = url.host().ok_or_else(|| wrong("names no host."))?;
        if self.listed(&url) {
            return Ok(self.open.request(method, url));
        }
        // An address in numbers is never looked up, so it is looked at here; the parser has read every spelling of it.
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
            Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
        };
        if let Some(address) = literal {
            allowed(host.to_string(), address).map_err(|refused| wrong(&format!("{refused}.")))?;
        }
        Ok(self.guarded.request(method, url))
    }

    /// Sends a call and reads its answer, whatever its status, to the end or to the limit.
    pub async fn read(&self, call: RequestBuilder) -> Result<(reqwest::StatusCode, Vec<u8>)> {
        let mut answer = call.send().await.map_err(away)?;
        let mut body = Vec::new();
        while let Some(chunk) = next(&mut answer).await? {
            if body.len() + chunk.len() > self.most {
                return Err(Error::TooLarge { what: "An answer from outside".into(), limit: format!("{} bytes", self.most) });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((answer.status(), body))
    }

    /// Whether the operator listed the host of this address: `host` for every port, `host:port` for one.
    fn listed(&self, url: &Url) -> bool {
        let Some(host) = url.host_str().map(|host| host.trim_end_matches('.').to_ascii_lowercase()) else { return false };
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        self.private_hosts.iter().any(|listed| *listed == host || *listed == with_port)
    }
}

/// The next piece of an answer.
pub async fn next(answer: &mut Response) -> Result<Option<Vec<u8>>> {
    Ok(answer.chunk().await.map_err(away)?.map(|chunk| chunk.to_vec()))
}

/// What a failed call is to us; nothing of the address goes into the words, for it may hold a secret.
pub fn away(e: reqwest::Error) -> Error {
    let mut cause = e.source();
    while let Some(inner) = cause {
        if inner.is::<Refused>() {
            return Error::invalid("url", format!("{inner}."));
        }
        cause = inner.source();
    }
    Error::Unavailable(format!("the other server cannot be reached: {}", e.without_url()))
}

fn allowed(host: String, address: IpAddr) -> Result<(), Refused> {
    match address::forbidden(address) {
        None => Ok(()),
        Some(what) => Err(Refused { host, address, what }),
    }
}

/// Looks a name up for a connection. Where one of its addresses is forbidden none is used: an honest name has no such mixture.
struct Resolver {
    lookup: Arc<dyn Lookup>,
    guarded: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, guarded, host) = (self.lookup.find(name.as_str().to_owned()), self.guarded, name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            if guarded {
                found.iter().try_for_each(|address| allowed(host.clone(), *address))?;
            }
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
