//! `waymark serve`, and the serving part of `waymark demo`.

use clap::Args;
use waymark::app::App;
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::db::ServerLock;
use waymark::error::Result;
use waymark::server;

use super::{Place, say};

/// Serves a city.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Port to listen on; 0 takes a free one.
    #[arg(long)]
    port: Option<u16>,
}

impl Serve {
    pub async fn run(self) -> Result<()> {
        let config = self.config_with(|_| ())?;
        let (app, _lock) = open(config).await?;
        serve(app).await
    }

    /// The settings, with a last word by the command before the port.
    pub fn config_with(&self, last: impl FnOnce(&mut Config)) -> Result<Config> {
        self.place.config_with(|config| {
            last(config);
            if let Some(port) = self.port {
                config.server.port = port;
            }
        })
    }
}

/// Takes the lock first, so that a second server is told so before it touches anything.
pub async fn open(config: Config) -> Result<(std::sync::Arc<App>, ServerLock)> {
    let lock = ServerLock::take(&config.database.url)?;
    Ok((App::build(config, Clock::real()).await?, lock))
}

/// Serves until it is told to stop.
pub async fn serve(app: std::sync::Arc<App>) -> Result<()> {
    let listener = server::bind(&app.config)?;
    let _workers = app.start().await?;
    let address = listener.local_addr()?;
    tokio::spawn(end_streams(app.clone()));
    let scheme = app.config.server.scheme();
    let server = server::serve(app, listener)?;
    say(&format!("Waymark listens on {scheme}://{address}"));
    Ok(server.await?)
}

/// Streams end with the first word to stop: the server waits for what it has begun, and a stream would go on for minutes.
async fn end_streams(app: std::sync::Arc<App>) {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut told) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
        tokio::select! { _ = interrupted => {}, _ = told.recv() => {} }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
    app.live.end();
}
