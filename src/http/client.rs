//! Who asks, as far as the network tells: the one place that reads the peer's address and what proxies say of it.

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use crate::app::App;
use crate::network::Client;

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
    request.extensions_mut().insert(client);
    Some(client)
}
