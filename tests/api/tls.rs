//! TLS by the server itself, with a certificate that `openssl` makes.

use std::path::Path;
use std::process::Command;

use waymark::tls::Certificate;

use crate::helpers::{City, Database};

/// Makes a certificate for `localhost` that is its own authority.
fn certificate(folder: &Path, name: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    let (certificate, key) = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"])
        .args([&format!("/CN={name}"), "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl is at hand");
    assert!(made.status.success(), "{made:?}");
    (certificate, key)
}

fn trusting(certificate: &Path) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(&std::fs::read(certificate).unwrap()).unwrap();
    reqwest::Client::builder().tls_certs_only([root]).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_city_with_a_certificate_speaks_tls_and_takes_a_renewed_one() {
    let database = Database::sqlite();
    let (first, key) = certificate(database.folder(), "first");
    let settings = (first.clone(), key.clone());
    let city = City::with(database, |config| {
        (config.server.tls_cert, config.server.tls_key) = (Some(settings.0), Some(settings.1));
        config.server.public_url = String::new();
    })
    .await;
    assert!(city.app.config.public_url().starts_with("https://localhost"));
    let url = format!("{}/health", city.base.replace("http://127.0.0.1", "https://localhost"));
    let answer = trusting(&first).get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_11));
    assert!(answer.headers().contains_key("strict-transport-security"));

    let (other, _) = certificate(city.database.folder(), "other");
    assert!(trusting(&other).get(&url).send().await.is_err(), "a certificate that nobody trusts is none");
    assert!(reqwest::get(url.replace("https://", "http://")).await.is_err(), "plain HTTP is not spoken beside it");

    let server = city.app.config.server.clone();
    let read = Certificate::of(&server).unwrap().unwrap();
    let (renewed, renewed_key) = certificate(city.database.folder(), "renewed");
    std::fs::copy(renewed, &first).unwrap();
    assert!(read.reload().is_err(), "half of a renewal does not fit together, and the old one stays");
    std::fs::copy(renewed_key, &key).unwrap();
    read.reload().unwrap();
}

#[test]
fn a_certificate_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate(folder.path(), "good");
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    for (cert, key, named) in [
        (Some(&certificate), None, "server.tls_key"),
        (None, Some(&key), "server.tls_cert"),
        (Some(&empty), Some(&key), "server.tls_cert"),
        (Some(&certificate), Some(&empty), "server.tls_key"),
        (Some(&certificate), Some(&certificate), "server.tls_key"),
    ] {
        let server = waymark::config::Server { tls_cert: cert.cloned(), tls_key: key.cloned(), ..Default::default() };
        assert!(Certificate::of(&server).unwrap_err().to_string().contains(named));
    }
}
