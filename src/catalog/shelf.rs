//! The catalogue in memory, read again when the database says that it changed. Never serves a service that the version row
//! it was asked with does not cover.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::{Service, VERSION, Weights};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::versions::Source;

/// All services as they were at one version.
#[derive(Debug, Default)]
pub struct Catalog {
    version: i64,
    services: Vec<Service>,
    weights: Weights,
    by_code: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
}

impl Catalog {
    /// A catalogue of these services.
    pub fn new(version: i64, services: Vec<Service>, weights: Weights) -> Catalog {
        let by_code = services.iter().enumerate().map(|(at, service)| (service.code.clone(), at)).collect();
        let by_id = services.iter().enumerate().map(|(at, service)| (service.id, at)).collect();
        Catalog { version, services, weights, by_code, by_id }
    }

    /// The value of the version row it was read with.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// What each kind of evidence for a duplicate weighs.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The service with this code, retired or not.
    pub fn by_code(&self, code: &str) -> Option<&Service> {
        self.by_code.get(code).map(|&at| &self.services[at])
    }

    /// The service with this id, retired or not.
    pub fn by_id(&self, id: i64) -> Option<&Service> {
        self.by_id.get(&id).map(|&at| &self.services[at])
    }

    /// The service that a request may be filed under; a retired one is as unknown as one that never was.
    pub fn open(&self, code: &str) -> Result<&Service> {
        self.by_code(code).filter(|service| service.active).ok_or(Error::NotFound("service"))
    }

    /// Every service, by id.
    pub fn all(&self) -> &[Service] {
        &self.services
    }

    /// The services that can be filed, by id.
    pub fn active(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.active)
    }
}

/// The catalogue as a transaction sees it, read anew: for one that is about to change it.
pub async fn read_in(tx: &mut Tx) -> Result<Catalog> {
    let mut from = Source::Tx(tx);
    Ok(Catalog::new(from.version(VERSION).await?, from.services().await?, from.weights().await?))
}

/// Holds the newest catalogue that this process has read.
#[derive(Debug, Default)]
pub struct Shelf(RwLock<Arc<Catalog>>);

impl Shelf {
    /// The catalogue as it stands, outside a transaction: one small read, and all of it only after a change.
    pub async fn get(&self, db: &Db) -> Result<Arc<Catalog>> {
        self.fresh(Source::Db(db)).await
    }

    /// The catalogue as this transaction sees it. Filing asks here, so that a change takes effect at once on every node.
    pub async fn get_in(&self, tx: &mut Tx) -> Result<Arc<Catalog>> {
        self.fresh(Source::Tx(tx)).await
    }

    async fn fresh(&self, mut from: Source<'_>) -> Result<Arc<Catalog>> {
        loop {
            let version = from.version(VERSION).await?;
            let held = self.held();
            if held.version == version {
                return Ok(held);
            }
            let (services, weights) = (from.services().await?, from.weights().await?);
            // Outside a transaction somebody may have saved between the two reads; then the rows are of no one version.
            if from.version(VERSION).await? == version {
                let read = Arc::new(Catalog::new(version, services, weights));
                *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = read.clone();
                return Ok(read);
            }
        }
    }

    fn held(&self) -> Arc<Catalog> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}
