//! `/api/photos` and `/photos/{id}/{size}.jpg`.

use std::path::Path;

use futures_util::StreamExt;
use futures_util::future::join_all;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use waymark::catalog::{self, ServiceDraft};
use waymark::error::Error;
use waymark::photos;

use crate::helpers::{Answer, City};
use crate::staff::{self, Browser};

const LON: f64 = 0.9;
const LAT: f64 = 52.6;
const HOUR: i64 = 3_600_000;

/// A picture of a colour of its own, far enough from the others that no JPEG takes one for another.
pub fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(40, 30, Rgb([13 * shade, 120, 200])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A JPEG that says where it was taken.
fn placed() -> Vec<u8> {
    use exif::{Field, In, Rational, Tag, Value};
    let rational = |parts: [u32; 3]| Value::Rational(parts.map(|num| Rational { num, denom: 1 }).to_vec());
    let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    let fields = [
        (Tag::GPSLatitudeRef, ascii("N")),
        (Tag::GPSLatitude, rational([52, 36, 0])),
        (Tag::GPSLongitudeRef, ascii("E")),
        (Tag::GPSLongitude, rational([0, 54, 0])),
        (Tag::DateTimeOriginal, ascii("2026:06:10 11:30:00")),
        (Tag::CameraOwnerName, ascii("Owner Lastname")),
    ]
    .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = std::io::Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.add_exif_metadata(block.get_ref()).unwrap();
    encoder.encode(&[200; 64 * 48 * 3], 64, 48, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

/// Sends bytes as a form would, under a name that proves nothing.
async fn send(city: &City, bytes: Vec<u8>) -> Answer {
    let form = Form::new().text("caption", "ours").part("photo", Part::bytes(bytes).file_name("x.jpg").mime_str("image/jpeg").unwrap());
    Answer::of(city.call(Method::POST, "/api/photos").multipart(form)).await
}

pub async fn uploaded(city: &City, bytes: Vec<u8>) -> String {
    send(city, bytes).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn filed(city: &City, service: &str, photos: &[&str]) -> Answer {
    let body = json!({ "service": service, "lon": LON, "lat": LAT, "separate": true, "photos": photos });
    city.post("/api/requests", &body).await
}

async fn status(city: &City, id: &str) -> u16 {
    city.get(&format!("/photos/{id}/large.jpg")).await.status.as_u16()
}

/// Files in the folder of photos.
fn kept(city: &City) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(city.app.config.photos.directory.as_deref().unwrap())
}

async fn expire(city: &City) -> u64 {
    city.app.photos.expire(&city.app.db, &city.app.clock).await.unwrap()
}

async fn save(city: &City, draft: ServiceDraft) {
    let write = city.app.db.write(async move |tx| {
        catalog::save_all(tx, std::slice::from_ref(&draft), None, 0).await?;
        Ok::<_, Error>(())
    });
    write.await.unwrap();
}

async fn review(city: &City, id: &str, shown: bool) -> Result<(), Error> {
    let id = id.to_owned();
    city.app.db.write(async move |tx| photos::review(tx, &id, shown, None, 0).await).await
}

on_both! {
    async fn a_photo_is_uploaded_filed_with_and_seen(city) {
        let answer = send(&city, placed()).await.expect(201).json();
        assert_eq!((answer["width"].as_i64(), answer["height"].as_i64()), (Some(64), Some(48)));
        assert_eq!((answer["lon"].as_f64(), answer["lat"].as_f64()), (Some(LON), Some(LAT)));
        assert_eq!(answer["taken_at"], 1_781_091_000_000_i64);
        let id = answer["id"].as_str().unwrap();
        assert_eq!(status(&city, id).await, 404, "nobody sees what no request has");

        let number = filed(&city, "pothole", &[id, id]).await.expect(201).json()["number"].as_str().unwrap().to_owned();
        let request = city.get(&format!("/api/requests/{number}")).await.expect(200).json();
        assert_eq!(request["photos"], json!([{ "id": id, "small": format!("/photos/{id}/small.jpg"), "large": format!("/photos/{id}/large.jpg") }]));
        for size in ["small", "large"] {
            let seen = city.call(Method::GET, &format!("/photos/{id}/{size}.jpg")).send().await.unwrap();
            assert_eq!(seen.status(), 200);
            let header = |name: &str| seen.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            assert_eq!(header("content-type"), "image/jpeg");
            assert_eq!(header("cache-control"), "public, max-age=3600");
            assert_eq!(header("x-content-type-options"), "nosniff");
            let (tag, length) = (header("etag"), header("content-length"));
            let bytes = seen.bytes().await.unwrap();
            assert_eq!(length, bytes.len().to_string());
            assert!(!bytes.windows(5).any(|window| window == b"Owner") && !bytes.windows(4).any(|window| window == b"Exif"));
            assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 64);
            let again = city.call(Method::GET, &format!("/photos/{id}/{size}.jpg")).header("if-none-match", tag);
            Answer::of(again).await.expect(304);
            Answer::of(city.call(Method::HEAD, &format!("/photos/{id}/{size}.jpg"))).await.expect(200);
        }
    }

    async fn what_is_said_of_a_photo_counts_where_it_says_nothing_itself(city) {
        let taken_at = city.app.clock.now() - HOUR;
        let said = |lon: &str, lat: &str, taken_at: &str| {
            Form::new().text("lon", lon.to_owned()).text("lat", lat.to_owned()).text("taken_at", taken_at.to_owned())
        };
        let send = async |form: Form, bytes: Vec<u8>| {
            let form = form.part("photo", Part::bytes(bytes).file_name("x.jpg"));
            Answer::of(city.call(Method::POST, "/api/photos").multipart(form)).await
        };
        let plain = send(said("0.5", "52.5", &taken_at.to_string()), picture(2)).await.expect(201).json();
        assert_eq!((&plain["lon"], &plain["lat"], &plain["taken_at"]), (&json!(0.5), &json!(52.5), &json!(taken_at)));
        let kept: (Option<f64>, Option<i64>) =
            city.app.db.sql("select lat, taken_at from photo where id = $1").bind(plain["id"].as_str().unwrap().to_owned()).one().await.unwrap();
        assert_eq!(kept, (Some(52.5), Some(taken_at)));
        let own = send(said("0.5", "52.5", &taken_at.to_string()), placed()).await.expect(201).json();
        assert_eq!((own["lon"].as_f64(), own["taken_at"].as_i64()), (Some(LON), Some(1_781_091_000_000)), "its own place and time win");
        let ahead = (city.app.clock.now() + 25 * HOUR).to_string();
        assert_eq!(send(said("", "", &ahead), picture(4)).await.expect(201).json()["taken_at"], Value::Null, "a clock that is ahead");
        assert_eq!(send(said("0.5", "", ""), picture(4)).await.expect(201).json()["lon"], Value::Null, "half a place is none");
        for (form, field) in [
            (said("181", "0", ""), "lon"),
            (said("NaN", "0", ""), "lon"),
            (said("east", "0", ""), "lon"),
            (said("0.5", "52,5", ""), "lat"),
            (said("", "", "yesterday"), "taken_at"),
            (said("", "", "-1"), "taken_at"),
            (said("", "", "1"), "taken_at"),
            (said("", "", "").text("lon", "0.5"), "lon"),
        ] {
            assert_eq!(send(form, picture(5)).await.expect(422).json()["errors"][0]["field"], field);
        }
        send(Form::new().text("lat", "1".repeat(70_000)), picture(5)).await.expect(413);
    }

    async fn there_is_nothing_beside_the_two_pictures(city) {
        let id = uploaded(&city, picture(1)).await;
        filed(&city, "pothole", &[&id]).await.expect(201);
        for path in ["/photos", "/photos/", &format!("/photos/{id}"), &format!("/photos/{id}/"), &format!("/photos/{id}/huge.jpg"),
            &format!("/photos/{id}/large"), &format!("/photos/{id}/large.png"), "/photos/%2e%2e/large.jpg", "/photos/..%2f..%2fwaymark.db/large.jpg",
            "/photos/00000000000000000000000000000000/large.jpg", "/photos/%00/small.jpg"] {
            let answer = city.get(path).await;
            assert!([404, 400].contains(&answer.status.as_u16()), "{path}: {answer:?}");
        }
        city.delete(&format!("/photos/{id}/large.jpg")).await.expect(405);
        city.get("/api/photos").await.expect(405);
    }

    async fn a_photo_of_a_service_with_review_is_seen_once_staff_let_it_through(city) {
        save(&city, ServiceDraft { photo_review: true, ..ServiceDraft::new("graffiti", "Graffiti") }).await;
        let id = uploaded(&city, picture(2)).await;
        let receipt = filed(&city, "graffiti", &[&id]).await.expect(201).json();
        assert_eq!(receipt["review"], true);
        assert_eq!(status(&city, &id).await, 404);
        let path = format!("/api/requests/{}", receipt["number"].as_str().unwrap());
        assert_eq!(city.get(&path).await.json()["photos"], json!([]));

        review(&city, &id, true).await.unwrap();
        review(&city, &id, true).await.unwrap();
        assert_eq!(status(&city, &id).await, 200);
        assert_eq!(city.count("select count(*) from event where kind = 'photo_reviewed'").await, 1);
        review(&city, &id, false).await.unwrap();
        assert_eq!(status(&city, &id).await, 404);
        assert!(matches!(review(&city, "nothing", true).await, Err(Error::NotFound("photo"))));
    }

    async fn what_is_no_photo_is_refused_and_says_why(city) {
        let mut bomb = picture(3);
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let heic = [&[0, 0, 0, 24], &b"ftypheic"[..], &[0; 4], b"mif1heic"].concat();
        for (bytes, expected, word) in [
            (heic, 415, "HEIC"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>".to_vec(), 415, "SVG"),
            (b"%PDF-1.7".to_vec(), 415, "JPEG, PNG, WebP or GIF"),
            (bomb, 413, "50 megapixels"),
            (vec![0xFF; 21 << 20], 413, "20 MB"),
            (picture(3)[..60].to_vec(), 422, "cut off"),
            (Vec::new(), 422, "empty"),
        ] {
            let answer = send(&city, bytes).await.expect(expected);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert!(answer.text.contains(word), "{} should say {word}", answer.text);
        }
        assert_eq!(city.count("select count(*) from photo").await, 0);
        assert_eq!(kept(&city), 0);
    }

    async fn a_form_without_one_photo_is_refused(city) {
        let post = || city.call(Method::POST, "/api/photos");
        Answer::of(post().multipart(Form::new().text("other", "x"))).await.expect(422);
        let two = Form::new().part("photo", Part::bytes(picture(1))).part("photo", Part::bytes(picture(2)));
        Answer::of(post().multipart(two)).await.expect(422);
        Answer::of(post().multipart(Form::new().text("other", "x".repeat(100_000)))).await.expect(413);
        Answer::of(post().body(picture(1))).await.expect(415);
        Answer::of(post().header("content-type", "multipart/form-data").body("x")).await.expect(422);
        Answer::of(post().header("content-type", "multipart/form-data; boundary=x").body("--x\r\nno form")).await.expect(422);
    }

    async fn a_photo_belongs_to_one_request_and_only_while_it_is_there(city) {
        let id = uploaded(&city, picture(4)).await;
        filed(&city, "pothole", &[&id]).await.expect(201);
        let old = uploaded(&city, picture(5)).await;
        city.app.clock.advance(24 * HOUR);
        for (id, word) in [(id.as_str(), "another request"), ("00000000000000000000000000000000", "no photo"), ("x' or 1=1", "no photo"),
            ("a\u{0}b", "no photo"), (&old, "too long ago")] {
            let problem = filed(&city, "pothole", &[id]).await.expect(422).json();
            assert_eq!(problem["errors"][0]["field"], "photos");
            let words = problem["errors"][0]["problem"].as_str().unwrap();
            assert!(words.contains(word), "{words} should say {word}");
        }
        let many: Vec<String> = join_all((10..17).map(|shade| uploaded(&city, picture(shade)))).await;
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(filed(&city, "pothole", &many).await.expect(422).text.contains("at most 6"));
        assert_eq!(city.count("select count(*) from request").await, 1, "nothing is filed by halves");
        assert_eq!(city.count("select count(*) from photo where request_id is not null").await, 1);
        filed(&city, "pothole", &many[..6]).await.expect(201);
    }

    async fn an_upload_that_nobody_used_is_erased_and_what_is_used_stays(city) {
        let (used, unused) = (uploaded(&city, picture(6)).await, uploaded(&city, picture(7)).await);
        filed(&city, "pothole", &[&used]).await.expect(201);
        assert_eq!((expire(&city).await, kept(&city)), (0, 4));
        city.app.clock.advance(24 * HOUR);
        assert_eq!((expire(&city).await, kept(&city)), (1, 2));
        assert_eq!((expire(&city).await, kept(&city)), (0, 2));
        assert_eq!(status(&city, &used).await, 200);
        assert!(filed(&city, "pothole", &[&unused]).await.expect(422).text.contains("no photo"));
    }

    async fn a_picture_sent_twice_is_kept_once_and_erased_with_its_last_use(city) {
        let (one, two, unused) = (uploaded(&city, picture(8)).await, uploaded(&city, picture(8)).await, uploaded(&city, picture(8)).await);
        assert!(one != two && two != unused, "an id does not tell the content");
        assert_eq!(kept(&city), 2);
        filed(&city, "pothole", &[&one]).await.expect(201);
        filed(&city, "pothole", &[&two]).await.expect(201);
        city.app.clock.advance(24 * HOUR);
        assert_eq!((expire(&city).await, kept(&city)), (1, 2));
        let erase = async |id: &str| city.app.photos.erase(&city.app.db, &city.app.clock, id, None).await;
        erase(&one).await.unwrap();
        assert_eq!((status(&city, &one).await, status(&city, &two).await, kept(&city)), (404, 200, 2));
        erase(&two).await.unwrap();
        assert_eq!((status(&city, &two).await, kept(&city)), (404, 0));
        assert!(matches!(erase(&two).await, Err(Error::NotFound("photo"))));
        assert_eq!(city.count("select count(*) from event where kind = 'photo_erased'").await, 2);
        assert_eq!(city.count("select count(*) from photo").await, 0);
    }

    async fn what_a_crash_left_is_erased_once_its_time_is_over(city) {
        let (shared, alone) = (uploaded(&city, picture(9)).await, uploaded(&city, picture(10)).await);
        filed(&city, "pothole", &[&shared]).await.expect(201);
        // As a server leaves it that dies while the bytes are put, beside a living photo and alone, and in the middle of erasing.
        city.app.db.write(async move |tx| {
            tx.sql("insert into photo (id, content, object, state, width, height, uploaded_at, expires_at)
                    select 'half', content, object, 'arriving', 1, 1, uploaded_at, uploaded_at from photo where id = $1").bind(shared.clone()).run().await?;
            tx.sql("update photo set state = 'erasing', expires_at = uploaded_at where id = $1").bind(alone.clone()).run().await
        }).await.unwrap();
        assert_eq!((expire(&city).await, kept(&city)), (2, 2));
        assert_eq!(city.count("select count(*) from photo").await, 1);
    }

    async fn what_is_being_erased_is_not_built_upon(city) {
        uploaded(&city, picture(11)).await;
        // An eraser has marked the photo, and sleeps before it erases the bytes.
        city.app.db.write(async move |tx| tx.sql("update photo set state = 'erasing', expires_at = 0").run().await).await.unwrap();
        let later = uploaded(&city, picture(11)).await;
        filed(&city, "pothole", &[&later]).await.expect(201);
        assert_eq!((expire(&city).await, kept(&city)), (1, 2));
        assert_eq!(status(&city, &later).await, 200);
    }

    async fn uploads_and_erasers_of_one_picture_at_once_never_lose_a_living_photo(city) {
        let uploads = (0..6).map(|_| async {
            for _ in 0..6 {
                uploaded(&city, picture(12)).await;
            }
        });
        let erasers = (0..2).map(|_| async {
            for _ in 0..20 {
                // Time flies for what has arrived.
                let over = async |tx: &mut waymark::db::Tx| tx.sql("update photo set expires_at = 0 where state = 'unused'").run().await;
                city.app.db.write(over).await.unwrap();
                expire(&city).await;
            }
        });
        tokio::join!(join_all(uploads), join_all(erasers));
        uploaded(&city, picture(12)).await;
        expire(&city).await;
        let living: Vec<(String,)> = city.app.db.sql("select distinct object from photo where state = 'unused'").all().await.unwrap();
        assert!(!living.is_empty());
        for (object,) in &living {
            for size in [photos::store::Size::Large, photos::store::Size::Small] {
                city.app.photos.store().get(object, size).await.unwrap();
            }
        }
        assert_eq!(kept(&city), 2 * living.len(), "and nothing stays of the others");
    }
}

on_both! {
    async fn a_photo_that_waits_is_seen_by_staff_and_let_through_by_a_dispatcher(city) {
        staff::appoint(&city).await;
        save(&city, ServiceDraft { photo_review: true, ..ServiceDraft::new("graffiti", "Graffiti") }).await;
        let id = uploaded(&city, picture(3)).await;
        filed(&city, "graffiti", &[&id]).await.expect(201);
        let (path, review) = (format!("/photos/{id}/small.jpg"), format!("/api/photos/{id}/review"));
        let (leader, dispatcher) =
            (Browser::signed_in(&city, "leader@city.example").await, Browser::signed_in(&city, "dispatcher@city.example").await);
        city.get(&path).await.expect(404);
        assert_eq!(leader.get(&path).await.expect(200).header("cache-control"), "no-store");
        city.post(&review, &json!({ "shown": true })).await.expect(401);
        leader.post(&review, &json!({ "shown": true })).await.expect(403);
        dispatcher.post(&review, &json!({ "shown": true })).await.expect(204);
        city.get(&path).await.expect(200);
        dispatcher.post(&review, &json!({ "shown": false })).await.expect(204);
        city.get(&path).await.expect(404);
        dispatcher.post("/api/photos/nothing/review", &json!({ "shown": true })).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_a_gigabyte_is_refused_early_with_and_without_a_length() {
    use futures_util::stream;
    let city = City::over(crate::helpers::Database::sqlite()).await;
    const GIGABYTE: u64 = 1 << 30;
    let head = b"--b\r\ncontent-disposition: form-data; name=\"photo\"\r\n\r\n".to_vec();
    for length in [Some(GIGABYTE), None] {
        let sent = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let count = sent.clone();
        let chunk = move |_: u64| {
            count.fetch_add(1 << 20, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![0_u8; 1 << 20])
        };
        let body = stream::iter(std::iter::once(Ok(head.clone())).chain((0..1024).map(chunk)));
        let mut call = city.call(Method::POST, "/api/photos").header("content-type", "multipart/form-data; boundary=b");
        if let Some(length) = length {
            call = call.header("content-length", length.to_string());
        }
        // The server answers and hangs up while the client still sends, so that a client may see either.
        if let Ok(answer) = call.body(reqwest::Body::wrap_stream(body)).send().await {
            assert_eq!(answer.status(), 413);
        }
        let sent = sent.load(std::sync::atomic::Ordering::Relaxed);
        assert!(sent < 100 << 20, "the server let {sent} bytes come");
    }
    assert_eq!(status(&city, "nothing").await, 404, "the server lives");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_never_ends_is_given_up() {
    let city = City::with(crate::helpers::Database::sqlite(), |config| config.photos.upload_seconds = 1).await;
    let head = Ok::<_, std::io::Error>(b"--b\r\ncontent-disposition: form-data; name=\"photo\"\r\n\r\n\xFF\xD8".to_vec());
    let body = futures_util::stream::once(async { head }).chain(futures_util::stream::pending());
    let call = city.call(Method::POST, "/api/photos").header("content-type", "multipart/form-data; boundary=b");
    let answer = Answer::of(call.body(reqwest::Body::wrap_stream(body))).await.expect(422);
    assert!(answer.text.contains("1 seconds"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_client_may_send_is_told_beforehand() {
    let city = City::over(crate::helpers::Database::sqlite()).await;
    let photo: Value = city.get("/api/config").await.expect(200).json()["photo"].clone();
    assert_eq!(
        photo,
        json!({ "max_bytes": 20 << 20, "max_per_request": 6, "types": ["image/jpeg", "image/png", "image/webp", "image/gif"] })
    );
}
