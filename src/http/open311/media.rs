//! Pictures that a filing points at by `media_url`. Their addresses are kept; a picture is fetched only where the operator
//! named the host, by [`outbound`], and no longer or larger than a photo may be.

use reqwest::{Method, StatusCode};
use url::Url;

use crate::app::App;
use crate::error::{Error, Result};
use crate::outbound;
use crate::photos::Said;

/// The addresses that can be kept, in `lines` of at most so many characters together, and how many cannot.
pub fn keepable(urls: &[String], characters: usize) -> (Vec<Url>, usize) {
    let mut room = characters;
    let mut kept = Vec::new();
    for text in urls {
        let Some(url) = web_address(text) else { continue };
        let length = url.as_str().chars().count() + 1;
        if length <= room + 1 {
            room = room.saturating_sub(length);
            kept.push(url);
        }
    }
    let lost = urls.len() - kept.len();
    (kept, lost)
}

/// An http or https address, as it can be written into a page and into a line of its own.
fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Whether the operator named this host: `host` for the usual ports, `host:port` for one other.
pub fn may_fetch(url: &Url, hosts: &[String]) -> bool {
    let Some(host) = url.host_str() else { return false };
    let here = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    hosts.iter().any(|named| named.eq_ignore_ascii_case(&here))
}

/// Fetches a picture and keeps it as a photo; returns its id.
pub async fn fetch(app: &App, url: Url) -> Result<String> {
    let mut answer = app.outbound.call(Method::GET, url)?.send().await.map_err(outbound::away)?;
    if answer.status() != StatusCode::OK {
        return Err(Error::Unavailable(format!("its server answers {}", answer.status())));
    }
    let mut upload = app.photos.upload();
    while let Some(chunk) = outbound::next(&mut answer).await? {
        upload.push(&chunk)?;
    }
    Ok(app.photos.keep_upload(&app.db, &app.clock, upload, Said::default()).await?.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_kept_and_no_more_than_fit() {
        let urls = [
            "https://a.example/1.jpg",
            "javascript:alert(1)",
            "/etc/passwd",
            "file:///etc/passwd",
            "http://user:pw@b.example/",
            "http://b.example/",
        ];
        let (kept, lost) = keepable(&urls.map(str::to_owned), 500);
        assert_eq!(kept.iter().map(Url::as_str).collect::<Vec<_>>(), ["https://a.example/1.jpg", "http://b.example/"]);
        assert_eq!(lost, 4);
        assert_eq!(keepable(&["http://b.example/1".to_owned(), "http://b.example/2".to_owned()], 18).0.len(), 1);
        assert_eq!(keepable(&["http://b.example/1\nhttp://c".to_owned()], 500).0[0].as_str().lines().count(), 1);
    }

    #[test]
    fn only_named_hosts_are_fetched_from() {
        let hosts = ["Photos.Example".to_owned(), "127.0.0.1:8080".to_owned()];
        for (url, may) in [
            ("https://photos.example/a.jpg", true),
            ("http://photos.example:80/a.jpg", true),
            ("https://photos.example:8443/a.jpg", false),
            ("https://photos.example.evil/a.jpg", false),
            ("https://evil/photos.example", false),
            ("http://127.0.0.1:8080/", true),
            ("http://127.0.0.1/", false),
        ] {
            assert_eq!(may_fetch(&Url::parse(url).expect("an address"), &hosts), may, "{url}");
        }
        assert!(!may_fetch(&Url::parse("http://127.0.0.1/").expect("an address"), &[]));
    }
}
