//! The HTTP server: scopes in order, middleware, workers started, stopped gracefully.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, NormalizePath, TrailingSlash, from_fn};
use actix_web::{App as Web, HttpResponse, HttpServer, web};

use crate::app::App;
use crate::error::{Error, Result};
use crate::{http, ui};

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
    let map_hosts = app.config.map.sources()?;
    let data = web::Data::from(app);
    let mut server = HttpServer::new(move || {
        Web::new()
            .app_data(data.clone())
            .wrap(from_fn(http::hardened))
            .wrap(Compress::default())
            .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
            .service(web::resource("/health").route(web::get().to(health)))
            .configure(|cfg| http::routes(cfg, &data))
            .configure(|cfg| ui::pages(cfg, &map_hosts))
    })
    .shutdown_timeout(10);
    if workers > 0 {
        server = server.workers(workers);
    }
    Ok(server.listen(listener)?.run())
}

/// Ready when the database answers.
async fn health(app: web::Data<App>) -> Result<HttpResponse> {
    app.db.sql("select cast(1 as bigint)").one::<(i64,)>().await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ok" })))
}
