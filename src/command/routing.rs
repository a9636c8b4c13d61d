//! `waymark routing …`: how well the boundaries agree with a city's own assignments.

use clap::{Args, Subcommand};
use waymark::error::Result;
use waymark::routing::Routing;
use waymark::routing::measure::{Question, measure};

use super::{Place, say};

/// Asks the boundaries.
#[derive(Args)]
pub struct Ask {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Compare a layer with the districts that the city itself assigned to the requests that were imported.
    Measure(Measure),
}

#[derive(Args)]
struct Measure {
    /// Code of the layer.
    #[arg(long)]
    layer: String,
    /// The city's column, such as ward or police_district.
    #[arg(long)]
    field: String,
    /// Only requests of this source, such as boston.
    #[arg(long, default_value = "")]
    source: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Ask {
    pub async fn run(self) -> Result<()> {
        let (config, db) = self.place.connect().await?;
        let What::Measure(Measure { layer, field, source, json }) = self.what;
        let agreement = measure(&db, &Routing::new(&config)?, &Question { layer, field, source }).await?;
        say(&if json { serde_json::to_string_pretty(&agreement)? } else { agreement.to_string() });
        Ok(())
    }
}
