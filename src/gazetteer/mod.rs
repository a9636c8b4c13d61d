//! Places by their names, and names by their places: streets, house numbers, crossings, landmarks, plus codes; and the tables of assets
//! and addresses that they are made from.
//!
//! All of it stands in memory under a version number and is read again when an import has changed it. Nobody outside is asked anything.
//! It refuses to know requests: where one goes, and whether it is another's duplicate, is for others to say.

mod back;
mod certain;
mod code;
mod crossing;
mod find;
mod index;
mod store;
mod street;
mod words;

use std::sync::{Arc, PoisonError, RwLock};

pub use back::{Beside, Called};
pub use code::{Cell, complete, decode, encode};
pub use find::{Kind, Place};
pub use index::Index;
pub use store::{
    AddressDraft, Asset, AssetDraft, Properties, Put, Role, addresses, assets_of, assets_with, changed, keep_only, put_addresses,
    put_assets, put_kind,
};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::versions::Source;

/// Under what name the version of assets and addresses is kept.
const VERSION: &str = "gazetteer";

/// The kind of asset that streets are.
pub const STREETS: &str = "street";

/// The gazetteer in memory. Shared by threads.
#[derive(Debug, Default)]
pub struct Gazetteer {
    held: RwLock<Arc<Index>>,
    /// Held by whoever builds it anew; others go on with what there is.
    building: tokio::sync::Mutex<()>,
}

impl Gazetteer {
    /// As it stands. Where it has just changed, one asker waits until it is built anew, and the others have it as it was.
    pub async fn current(&self, db: &Db) -> Result<Arc<Index>> {
        loop {
            let version = Source::Db(db).version(VERSION).await?;
            let held = self.held();
            if held.version() == version {
                return Ok(held);
            }
            let building = match self.building.try_lock() {
                Ok(building) => building,
                Err(_) if held.version() > 0 => return Ok(held),
                Err(_) => self.building.lock().await,
            };
            if self.held().version() == version {
                continue; // somebody built it while this one waited
            }
            let mut from = Source::Db(db);
            let streets = assets_with(&mut from, Role::Street).await?;
            let landmarks = assets_with(&mut from, Role::Landmark).await?;
            let addresses = addresses(&mut from).await?;
            // an import may have ended between the reads; then the rows are of no one version
            if from.version(VERSION).await? == version {
                let index = tokio::task::spawn_blocking(move || Index::new(version, streets, landmarks, addresses)).await;
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index.map_err(Error::internal)?);
            }
            drop(building);
        }
    }

    fn held(&self) -> Arc<Index> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests;
