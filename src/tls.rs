//! TLS where the settings name a certificate: read at start, and again when its file changed, so that a renewed certificate
//! needs no restart. TLS 1.2 and 1.3 by rustls. It speaks HTTP/1.1 alone; a proxy may speak more.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::config::Server;
use crate::error::{Error, Result};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(30);

/// A certificate with its key, as their files had them last.
#[derive(Debug)]
pub struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    now: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// The one that the settings name, if they do.
    pub fn of(server: &Server) -> Result<Option<Arc<Certificate>>> {
        let (certificate, key) = match (&server.tls_cert, &server.tls_key) {
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(Error::config("server.tls_key", "is missing beside server.tls_cert")),
            (None, Some(_)) => return Err(Error::config("server.tls_cert", "is missing beside server.tls_key")),
        };
        let now = RwLock::new(Arc::new(read(&certificate, &key)?));
        Ok(Some(Arc::new(Certificate { certificate, key, now })))
    }

    /// What a server needs to speak TLS with it.
    pub fn server(self: &Arc<Certificate>) -> Result<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(Error::internal)?;
        Ok(versions.with_no_client_auth().with_cert_resolver(self.clone()))
    }

    /// Reads the files again. Where they do not fit, what was read before stays.
    pub fn reload(&self) -> Result<()> {
        let read = Arc::new(read(&self.certificate, &self.key)?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// Reads the files again whenever they changed, until the task is dropped. One that is half written is read again at the
    /// next look.
    pub async fn keep_fresh(self: Arc<Certificate>) {
        let mut known = self.changed();
        loop {
            tokio::time::sleep(EVERY).await;
            let changed = self.changed();
            if changed == known {
                continue;
            }
            match self.reload() {
                Ok(()) => {
                    known = changed;
                    tracing::info!("The TLS certificate was read again");
                }
                Err(e) => tracing::warn!(error = %e, "The TLS certificate changed and cannot be read; the old one stays"),
            }
        }
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.certificate, &self.key].map(|file| std::fs::metadata(file).and_then(|about| about.modified()).ok())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey> {
    let wrong = |setting: &str, file: &Path, e: &dyn std::fmt::Display| Error::config(setting, format!("{}: {e}", file.display()));
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|e| wrong("server.tls_cert", certificate, &e))?;
    if chain.is_empty() {
        return Err(wrong("server.tls_cert", certificate, &"has no certificate in PEM"));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong("server.tls_key", key, &e))?;
    let provider: CryptoProvider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, secret, &provider).map_err(|e| wrong("server.tls_key", key, &e))
}
