//! The pages people see: what `make ui` wrote to `map-ui/dist`, carried in the binary. Sends files as they were built and
//! knows nothing of what is on them; whoever reads pages is shown one at an address that leads nowhere, too.

use std::borrow::Cow;
use std::future::ready;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, guard, web};

use crate::http::takes;

#[derive(rust_embed::Embed)]
#[folder = "$CARGO_MANIFEST_DIR/map-ui/dist"]
#[allow_missing = true]
struct Dist;

/// The pages and the file that stands for each; `map-ui/src/app/pages.ts` and `map-ui/build/pages.ts` know the same.
const PAGES: [(&str, &str); 11] = [
    ("/", "index.html"),
    ("/insight", "insight/index.html"),
    ("/report", "report/index.html"),
    ("/requests/{number}", "requests/index.html"),
    ("/my", "my/index.html"),
    ("/invite", "invite/index.html"),
    ("/reset", "reset/index.html"),
    ("/desk", "desk/index.html"),
    ("/desk/{place:.*}", "desk/index.html"),
    ("/settings", "settings/index.html"),
    ("/settings/{place:.*}", "settings/index.html"),
];

/// What is shown at an address that leads nowhere.
const MISSING: &str = "missing.html";

/// Where programs ask, and files of pages lie.
const PROGRAMS: [&str; 5] = ["/api", "/open311", "/tiles", "/photos", "/assets"];

/// Files whose name does not change with their content.
const NAMED: [&str; 8] =
    ["favicon.svg", "early.js", "licenses.md", "robots.txt", "sw.js", "manifest.webmanifest", "icon-192.png", "icon-512.png"];

/// Scripts, styles and pictures come from here and from nowhere else; what is typed into a page can never become one. Where the
/// map stands on somebody else's style, what it draws may come from those hosts too: pictures, fonts and data, never code.
fn policy(map_hosts: &[String]) -> HeaderValue {
    let also: String = map_hosts.iter().flat_map(|host| [" ", host]).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{also}; font-src 'self'{also}; \
         connect-src 'self'{also}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("origins are written in ASCII")
}

/// A built file.
struct Asset {
    bytes: Cow<'static, [u8]>,
    hash: [u8; 32],
}

/// Finds a built file by its name.
type Shelf = fn(&str) -> Option<Asset>;

fn embedded(name: &str) -> Option<Asset> {
    Dist::get(name).map(|file| Asset { hash: file.metadata.sha256_hash(), bytes: file.data })
}

/// Registers the pages and what they are made of; `map_hosts` are the origins that a map of somebody else's may come from.
pub fn pages(cfg: &mut web::ServiceConfig, map_hosts: &[String]) {
    pages_from(cfg, Built { shelf: embedded, policy: policy(map_hosts) });
}

/// What was built, and what browsers may do with it.
#[derive(Clone)]
struct Built {
    shelf: Shelf,
    policy: HeaderValue,
}

fn pages_from(cfg: &mut web::ServiceConfig, built: Built) {
    let read = || web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    for (path, file) in PAGES {
        let built = built.clone();
        let page = move |request: HttpRequest| ready(built.answer(file, request.headers(), "no-cache").unwrap_or_else(not_built));
        cfg.service(web::resource(path).route(read().to(page)));
    }
    for name in NAMED {
        let built = built.clone();
        let missing = || HttpResponse::NotFound().finish();
        let file = move |request: HttpRequest| ready(built.answer(name, request.headers(), "no-cache").unwrap_or_else(missing));
        cfg.service(web::resource(format!("/{name}")).route(read().to(file)));
    }
    let nowhere = built.clone();
    // Their names carry a hash of their content: what was fetched once holds for ever.
    let asset = move |request: HttpRequest, name: web::Path<String>| {
        let found = built.answer(&format!("assets/{name}"), request.headers(), "public, max-age=31536000, immutable");
        ready(found.unwrap_or_else(|| HttpResponse::NotFound().finish()))
    };
    cfg.service(web::resource("/assets/{name}").route(read().to(asset)));
    cfg.default_service(web::to(move |request: HttpRequest| ready(nowhere.lost(&request))));
}

impl Built {
    /// What is answered where nothing is: to whoever asks for a page a page, to programs the status alone.
    fn lost(&self, asked: &HttpRequest) -> HttpResponse {
        let takes = asked.headers().get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok()).unwrap_or_default();
        let reads = asked.method() == Method::GET && takes.contains("text/html");
        let ours = PROGRAMS.iter().all(|root| !asked.path().starts_with(root));
        let page = (reads && ours).then(|| self.answer(MISSING, &HeaderMap::new(), "no-store")).flatten();
        let mut answer = page.unwrap_or_else(|| HttpResponse::NotFound().finish());
        *answer.status_mut() = StatusCode::NOT_FOUND;
        answer
    }

    /// The smallest form of the file that the browser takes, or 304 if it has it already.
    fn answer(&self, name: &str, asked: &HeaderMap, keep: &'static str) -> Option<HttpResponse> {
        let plain = (self.shelf)(name)?;
        let encoded = [("br", "br"), ("gzip", "gz")]
            .into_iter()
            .filter(|(coding, _)| takes(asked, coding))
            .find_map(|(coding, end)| (self.shelf)(&format!("{name}.{end}")).map(|asset| (coding, asset)));
        // Saying `identity` keeps the middleware from compressing again what is compressed by nature.
        let (coding, asset) = encoded.unwrap_or(("identity", plain));
        let tag = tag(&asset.hash);
        let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).is_some_and(|tags| tags.contains(&tag));
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header((header::ETAG, tag))
            .insert_header((header::CACHE_CONTROL, keep))
            .insert_header((header::VARY, "Accept-Encoding"))
            .insert_header((header::CONTENT_SECURITY_POLICY, self.policy.clone()))
            .insert_header((HeaderName::from_static("permissions-policy"), "geolocation=(self), camera=(), microphone=()"))
            .insert_header((HeaderName::from_static("cross-origin-opener-policy"), "same-origin"));
        if known {
            return Some(answer.finish());
        }
        answer.insert_header((header::CONTENT_ENCODING, coding)).content_type(media_type(name));
        Some(answer.body(asset.bytes))
    }
}

/// A strong tag: each encoding of a file is its own bytes, and so has its own.
fn tag(hash: &[u8; 32]) -> String {
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "md" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn not_built() -> HttpResponse {
    HttpResponse::ServiceUnavailable().content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store")).body(
        "<!doctype html><html lang=\"en\"><title>Waymark: the map is not built</title><h1>The map is not built yet</h1>\
         <p>This server was built without its pages. Run <code>make ui</code> (it needs Node 20), then build the server again.</p>\
         <p>Everything else works: <a href=\"/open311/discovery.json\">Open311</a>, <a href=\"/api/services\">the API</a>.</p></html>",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::dev::ServiceResponse;
    use actix_web::{App, test};

    use super::*;

    /// A shelf with one page in three encodings and one font in none.
    fn some(name: &str) -> Option<Asset> {
        let text: &'static [u8] = match name {
            "index.html" => b"<p>plain",
            "index.html.br" => b"br",
            "index.html.gz" => b"gz",
            "missing.html" => b"<p>nothing",
            "assets/font-1a2b.woff2" => b"font",
            _ => return None,
        };
        let mut hash = [0; 32];
        hash[..text.len()].copy_from_slice(text);
        Some(Asset { bytes: Cow::Borrowed(text), hash })
    }

    async fn get(shelf: Shelf, path: &str, headers: &[(&str, &str)]) -> ServiceResponse {
        let app = test::init_service(App::new().configure(|cfg| pages_from(cfg, Built { shelf, policy: policy(&[]) }))).await;
        let request = headers.iter().fold(test::TestRequest::get().uri(path), |request, header| request.insert_header(*header));
        test::call_service(&app, request.to_request()).await
    }

    fn header<'a>(answer: &'a ServiceResponse, name: &str) -> &'a str {
        answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[actix_web::test]
    async fn a_page_comes_with_a_strict_policy_and_is_asked_for_again_each_time() {
        let answer = get(some, "/", &[]).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(header(&answer, "content-security-policy").contains("script-src 'self';"));
        assert!(!header(&answer, "content-security-policy").contains("unsafe"));
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        assert_eq!(test::read_body(answer).await, "<p>plain");
    }

    #[actix_web::test]
    async fn a_map_from_elsewhere_may_draw_but_not_run() {
        let policy = policy(&["https://tiles.example.org".into()]);
        let said = policy.to_str().unwrap();
        for part in
            ["img-src 'self' data: blob: https://tiles.example.org;", "connect-src 'self' https://tiles.example.org;", "script-src 'self';"]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[actix_web::test]
    async fn the_smallest_encoding_that_the_browser_takes_is_sent() {
        for (takes, body) in [("gzip, deflate, br", "br"), ("gzip", "gz"), ("br;q=0, gzip;q=0.5", "gz"), ("identity", "<p>plain")] {
            let answer = get(some, "/", &[("accept-encoding", takes)]).await;
            assert_eq!(header(&answer, "vary"), "Accept-Encoding");
            assert_eq!(test::read_body(answer).await, body, "{takes}");
        }
    }

    #[actix_web::test]
    async fn what_the_browser_has_is_not_sent_again_but_another_encoding_is() {
        let tag = header(&get(some, "/", &[("accept-encoding", "br")]).await, "etag").to_owned();
        let again = get(some, "/", &[("accept-encoding", "br"), ("if-none-match", &tag)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = get(some, "/", &[("accept-encoding", "gzip"), ("if-none-match", &tag)]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn a_hashed_file_is_kept_for_ever_and_an_unknown_one_is_not_found() {
        let font = get(some, "/assets/font-1a2b.woff2", &[]).await;
        assert_eq!((header(&font, "content-type"), header(&font, "content-encoding")), ("font/woff2", "identity"));
        assert!(header(&font, "cache-control").contains("immutable"));
        assert_eq!(get(some, "/assets/other.js", &[]).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get(some, "/assets/..%2Findex.html", &[]).await.status(), StatusCode::NOT_FOUND);
    }

    #[actix_web::test]
    async fn an_address_that_leads_nowhere_is_a_page_for_readers_and_a_status_for_programs() {
        let lost = get(some, "/nowhere", &[("accept", "text/html,*/*;q=0.8")]).await;
        assert_eq!((lost.status(), header(&lost, "cache-control")), (StatusCode::NOT_FOUND, "no-store"));
        assert!(header(&lost, "content-security-policy").contains("script-src 'self';"));
        assert_eq!(test::read_body(lost).await, "<p>nothing");
        for (path, takes) in [("/nowhere", "*/*"), ("/api/nothing", "text/html"), ("/assets", "text/html")] {
            let lost = get(some, path, &[("accept", takes)]).await;
            assert_eq!(lost.status(), StatusCode::NOT_FOUND);
            assert_eq!(test::read_body(lost).await, "", "{path}");
        }
    }

    #[actix_web::test]
    async fn without_built_pages_the_page_says_how_to_build_them() {
        let answer = get(|_| None, "/report", &[]).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(String::from_utf8_lossy(&test::read_body(answer).await).contains("make ui"));
    }
}
