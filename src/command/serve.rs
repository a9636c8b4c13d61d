//! `waymark serve` and `waymark demo`.

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
        let config = self.config()?;
        let (app, _lock) = open(config).await?;
        serve(app).await
    }

    fn config(&self) -> Result<Config> {
        self.place.config_with(|config| {
            if let Some(port) = self.port {
                config.server.port = port;
            }
        })
    }
}

/// Takes the lock first, so that a second server is told so before it touches anything.
async fn open(config: Config) -> Result<(std::sync::Arc<App>, ServerLock)> {
    let url = config.database.url.clone();
    if let (false, Some(folder)) = (url.starts_with("postgres"), std::path::Path::new(&url).parent()) {
        std::fs::create_dir_all(folder)?;
    }
    let lock = ServerLock::take(&url)?;
    Ok((App::build(config, Clock::real()).await?, lock))
}

async fn serve(app: std::sync::Arc<App>) -> Result<()> {
    let listener = server::bind(&app.config)?;
    let _workers = app.start().await?;
    let address = listener.local_addr()?;
    let server = server::serve(app, listener)?;
    say(&format!("Waymark listens on http://{address}"));
    Ok(server.await?)
}
