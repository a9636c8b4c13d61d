//! The HTTP server: scopes in order, middleware, workers started, stopped gracefully.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, NormalizePath, TrailingSlash, from_fn};
use actix_web::{App as Web, HttpResponse, HttpServer, web};

use crate::app::App;
use crate::error::{Error, Result};
use crate::tls::Certificate;
use crate::{http, ui};

/// Seconds that a client has for the handshake of TLS.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Binds the configured address; port 0 takes a free one.
pub fn bind(config: &crate::config::Config) -> Result<TcpListener> {
    let address = (config.server.bind.as_str(), config.server.port);
    TcpListener::bind(address).map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => {
            Error::Conflict(format!("port {} is taken by another program: choose another with --port", config.server.port))
        }
        _ => Error::config("server.bind", e),
    })
}

/// A server over a bound listener. It runs when awaited, and stops on SIGINT and SIGTERM after answering what it has begun.
pub fn serve(app: Arc<App>, listener: TcpListener) -> Result<Server> {
    let workers = app.config.server.workers;
    let limits = app.config.limits.clone();
    let map_hosts = app.config.map.sources()?;
    let certificate = Certificate::of(&app.config.server)?;
    let data = web::Data::from(app);
    let mut server = HttpServer::new(move || {
        Web::new()
            .app_data(data.clone())
            .wrap(from_fn(http::hardened))
            .wrap(Compress::default())
            .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
            .wrap(from_fn(http::watched))
            .service(web::resource("/health").route(web::get().to(health)))
            .configure(|cfg| http::routes(cfg, &data))
            .configure(|cfg| ui::pages(cfg, &map_hosts))
    })
    .client_request_timeout(Duration::from_secs(limits.head_seconds))
    .keep_alive(Duration::from_secs(limits.keep_alive_seconds))
    .max_connections(limits.connections)
    .tls_handshake_timeout(HANDSHAKE)
    .shutdown_timeout(10);
    if workers > 0 {
        server = server.workers(workers);
    }
    let server = match certificate {
        Some(certificate) => {
            let server = server.listen_rustls_0_23(listener, certificate.server()?)?;
            tokio::spawn(certificate.keep_fresh());
            server
        }
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

/// Ready when the database answers.
async fn health(app: web::Data<App>) -> Result<HttpResponse> {
    app.db.sql("select cast(1 as bigint)").one::<(i64,)>().await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ok" })))
}
