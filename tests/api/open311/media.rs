//! Pictures: sent as parts of a form, or pointed at.

use std::io::Cursor;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use waymark::catalog::{self, ServiceDraft};
use waymark::config::Config;
use waymark::error::Error;

use super::{both, settled};
use crate::helpers::{Answer, City, Database, NOON};

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([shade, 90, 120])).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn form() -> Form {
    [("service_code", "noise"), ("lat", "52.6"), ("long", "0.9"), ("api_key", "demo")]
        .into_iter()
        .fold(Form::new(), |form, (name, value)| form.text(name, value))
}

fn file(bytes: Vec<u8>, name: &str) -> Part {
    Part::bytes(bytes).file_name(name.to_owned())
}

async fn send(city: &City, form: Form) -> Value {
    Answer::of(city.call(Method::POST, "/open311/v2/requests.json").multipart(form)).await.expect(200).json()[0].clone()
}

async fn media(city: &City, filed: &Value) -> Value {
    let seen = both(city, &format!("v2/requests/{}", filed["service_request_id"].as_str().unwrap()), "?extensions=true").await;
    assert_eq!(seen[0]["media_url"], seen[0]["extended_attributes"]["media_urls"].get(0).cloned().unwrap_or(Value::Null));
    seen[0]["extended_attributes"]["media_urls"].clone()
}

/// The path of an address that this server hands out.
fn path(url: &Value) -> &str {
    let url = url.as_str().unwrap();
    &url[url.find("/photos/").unwrap()..]
}

on_both! {
    async fn photos_come_in_parts_of_any_name_before_or_after_the_text(city) {
        settled(&city).await;
        let first = Form::new().part("media", file(picture(1), "a.png"));
        let form = [("service_code", "noise"), ("lat", "52.6"), ("long", "0.9"), ("api_key", "demo")].into_iter().fold(first, |form, (name, value)| form.text(name, value));
        let filed = send(&city, form.part("photo2", file(picture(2), "b")).part("empty", file(Vec::new(), ""))).await;
        assert_eq!(filed["service_notice"], json!(null));
        let urls = media(&city, &filed).await;
        assert_eq!(urls.as_array().unwrap().len(), 2);
        let shown = city.get(path(&urls[0])).await.expect(200);
        assert_eq!(shown.header("content-type"), "image/jpeg");
    }

    async fn a_bad_photo_costs_nothing_but_itself(city) {
        settled(&city).await;
        let bad = form().part("media", file(b"<svg onload=alert(1)>".to_vec(), "a.jpg")).part("media", file(picture(3), "b.jpg"));
        let filed = send(&city, bad).await;
        assert!(filed["service_notice"].as_str().unwrap().starts_with("Photo 1 was not taken"), "{filed}");
        assert_eq!(media(&city, &filed).await.as_array().unwrap().len(), 1);
        let many = (0..8).fold(form(), |form, n| form.part("media", file(picture(10 + n), "x.jpg")));
        let filed = send(&city, many).await;
        assert!(filed["service_notice"].as_str().unwrap().contains("Photo 7 was not taken"), "{filed}");
        assert_eq!(media(&city, &filed).await.as_array().unwrap().len(), 6);
    }

    async fn a_photo_that_waits_for_review_is_not_shown(city) {
        settled(&city).await;
        let mut noise = ServiceDraft::new("noise", "Noise");
        noise.photo_review = true;
        noise.duplicates.radius_m = 0.0;
        city.app.db.write(async move |tx| catalog::save(tx, &noise, None, NOON + 1).await).await.unwrap();
        let filed = send(&city, form().part("media", file(picture(4), "a.jpg")).text("media_url", "https://elsewhere.example/a.jpg")).await;
        assert!(filed["service_notice"].as_str().unwrap().contains("looked at"), "{filed}");
        assert_eq!(media(&city, &filed).await, json!([]));
        city.app.db.write(async move |tx| tx.sql("update photo set state = 'shown' where state = 'review'").run().await.map_err(Error::from)).await.unwrap();
        let urls = media(&city, &filed).await;
        assert_eq!(urls.as_array().unwrap().len(), 1);
        city.get(path(&urls[0])).await.expect(200);
    }

    async fn addresses_of_pictures_are_kept_and_bad_ones_told(city) {
        settled(&city).await;
        let urls = [("media_url", "https://elsewhere.example/a.jpg?x=1&y=<2>"), ("media_url[]", "http://elsewhere.example/b.jpg"), ("media_url", "javascript:alert(1)")];
        let form = urls.into_iter().fold(form(), |form, (name, value)| form.text(name, value));
        let filed = send(&city, form).await;
        assert!(filed["service_notice"].as_str().unwrap().contains("1 media_url"), "{filed}");
        assert_eq!(media(&city, &filed).await, json!(["https://elsewhere.example/a.jpg?x=1&y=%3C2%3E", "http://elsewhere.example/b.jpg"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_over_the_limit_costs_nothing_but_itself() {
    let city = City::with(Database::sqlite(), |config| config.photos.max_bytes = 30_000).await;
    settled(&city).await;
    let mut large = picture(5);
    large.resize(60_000, 0);
    let filed = send(&city, form().part("media", file(large, "a.jpg")).part("media", file(picture(6), "b.jpg"))).await;
    assert!(filed["service_notice"].as_str().unwrap().starts_with("Photo 1 was not taken"), "{filed}");
    assert_eq!(media(&city, &filed).await.as_array().unwrap().len(), 1);
}

/// A server of pictures; it counts what it is asked.
async fn elsewhere() -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (count, here) = (asked.clone(), host.clone());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut head = vec![0; 2048];
            let read = stream.read(&mut head).await.unwrap();
            let picture = picture(7);
            let answer = match head[..read].starts_with(b"GET /good") {
                true => {
                    [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", picture.len()).into_bytes(), picture]
                        .concat()
                }
                false => format!("HTTP/1.1 302 Found\r\nlocation: http://{here}/good\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                    .into_bytes(),
            };
            stream.write_all(&answer).await.unwrap();
        }
    });
    (host, asked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_fetched_from_a_named_host_alone_and_redirects_are_not_followed() {
    let ((named, asked), (other, never)) = (elsewhere().await, elsewhere().await);
    let hosts = vec![named.clone()];
    let outside = |config: &mut Config| {
        config.open311.media_hosts.clone_from(&hosts);
        config.outbound.private_hosts.clone_from(&hosts);
    };
    let city = City::with(Database::sqlite(), outside).await;
    settled(&city).await;
    let filed = send(&city, form().text("media_url", format!("http://{named}/good.jpg"))).await;
    assert_eq!(filed["service_notice"], json!(null));
    let urls = media(&city, &filed).await;
    assert!(path(&urls[0]).starts_with("/photos/"), "its own copy comes first: {urls}");
    city.get(path(&urls[0])).await.expect(200);

    let filed = send(&city, form().text("media_url", format!("http://{named}/moved.jpg"))).await;
    assert!(filed["service_notice"].as_str().unwrap().contains("was not fetched"), "{filed}");
    let filed = send(&city, form().text("media_url", format!("http://{other}/good.jpg"))).await;
    assert_eq!(media(&city, &filed).await, json!([format!("http://{other}/good.jpg")]));
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert_eq!(never.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_host_on_this_machine_is_not_called_unless_it_is_named_as_such() {
    let (named, asked) = elsewhere().await;
    let by_name = named.replace("127.0.0.1", "localhost");
    let hosts = vec![named.clone(), by_name.clone()];
    let city = City::with(Database::sqlite(), |config| config.open311.media_hosts = hosts).await;
    settled(&city).await;
    for host in [named, by_name] {
        let filed = send(&city, form().text("media_url", format!("http://{host}/good.jpg"))).await;
        let notice = filed["service_notice"].as_str().unwrap();
        assert!(notice.contains("was not fetched") && notice.contains("outbound.private_hosts"), "{filed}");
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}
