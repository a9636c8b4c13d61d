//! Who asks, as far as the network tells: the one place that reads the peer's address and what proxies say of it.

use std::net::IpAddr;
use std::sync::Once;

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use crate::app::App;
use crate::network::Client;

/// Said once: a city whose proxy is not named would share the limits of one client.
static UNNAMED: Once = Once::new();

/// Where a proxy of ours would stand.
fn near(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// The client's address: the peer's, or the one that a proxy of `server.trusted_proxies` names. `None` where there is no
/// network, as in a test that calls a handler by itself.
pub fn client_address(request: &HttpRequest) -> Option<Client> {
    if let Some(known) = request.extensions().get::<Client>() {
        return Some(*known);
    }
    let app = request.app_data::<Data<App>>()?;
    let peer = request.peer_addr()?.ip();
    let said = request.headers().get_all(app.proxies.header()).map(|value| value.to_str().unwrap_or_default());
    let client = app.proxies.client(peer, said);
    if near(peer) && !app.proxies.trusts(peer) && request.headers().contains_key(app.proxies.header()) {
        UNNAMED.call_once(|| {
            let header = app.proxies.header();
            tracing::warn!(%peer, "A proxy sends {header} and is not named in server.trusted_proxies: all behind it count as one client");
        });
    }
    request.extensions_mut().insert(client);
    Some(client)
}
