//! Everything that is refused, in the format that was asked for.

use reqwest::Method;

use super::{errors, settled};
use crate::helpers::{Answer, City, Database};

const GOOD: [(&str, &str); 4] = [("api_key", "demo"), ("service_code", "pothole"), ("lat", "52.6"), ("long", "0.9")];

/// The good form with one field changed or taken away.
fn spoiled<'a>(name: &str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = GOOD.into_iter().filter(|(field, _)| *field != name).collect();
    let name: &'static str = name.to_owned().leak();
    fields.extend(value.map(|value| (name, value)));
    fields
}

on_both! {
    async fn a_form_that_does_not_fit_is_told_why_and_files_nothing(city) {
        settled(&city).await;
        let long = "x".repeat(4001);
        let cases: Vec<(Vec<(&str, &str)>, u16, &str)> = vec![
            (spoiled("api_key", None), 403, "api_key"),
            (spoiled("api_key", Some("")), 403, "api_key"),
            (spoiled("api_key", Some("wrong")), 403, "api_key"),
            (spoiled("api_key", Some("' or 1=1 --")), 403, "api_key"),
            (spoiled("service_code", None), 400, "service_code"),
            (spoiled("service_code", Some("nothing")), 404, "service"),
            (spoiled("service_code", Some("a\0")), 404, "service"),
            (spoiled("lat", None), 400, "lat"),
            (spoiled("long", Some("east")), 400, "long"),
            (spoiled("lat", Some("NaN")), 400, "lat"),
            (spoiled("lat", Some("152.6")), 400, "lat"),
            (spoiled("long", Some("-inf")), 400, "lat"),
            (spoiled("description", Some(&long)), 400, "description"),
            (spoiled("description", Some("a\0b")), 400, "description"),
            (spoiled("first_name", Some("a\0b")), 400, "first_name"),
            (spoiled("address_string", Some("a\0b")), 400, "address_string"),
            (spoiled("email", Some("nobody")), 400, "email"),
            (spoiled("phone", Some(&long)), 400, "phone"),
        ];
        for (fields, status, field) in cases {
            for format in ["json", "xml"] {
                let answer = city.form(&format!("/open311/v2/requests.{format}"), &fields).await.expect(status);
                let errors = errors(&answer);
                assert!(errors.len() == 1 && errors[0].0 == u64::from(status) && errors[0].1.contains(field), "{fields:?}: {errors:?}");
            }
        }
        assert_eq!(city.count("select count(*) from request").await, 0);
    }

    async fn several_problems_are_several_entries(city) {
        settled(&city).await;
        let empty = city.form("/open311/v2/requests.xml", &[("api_key", "demo")]).await.expect(400);
        assert_eq!(errors(&empty).len(), 2);
        let fields = [("api_key", "demo"), ("service_code", "tree"), ("lat", "1"), ("long", "1"), ("attribute[since]", "soon"), ("attribute[on]", "roof")];
        let wrong = errors(&city.form("/open311/v2/requests.json", &fields).await.expect(400));
        let names: Vec<_> = wrong.iter().map(|(_, words)| words.split(':').next().unwrap().to_owned()).collect();
        assert_eq!(names, ["attribute[state]", "attribute[on]", "attribute[since]"]);
    }

    async fn an_answer_that_ends_the_form_is_told_in_its_words(city) {
        settled(&city).await;
        let mut fields = spoiled("service_code", Some("gas"));
        fields.push(("attribute[smell]", "gas"));
        let wrong = errors(&city.form("/open311/v2/requests.json", &fields).await.expect(400));
        assert_eq!(wrong, [(400, "attribute[smell]: Leave and call the fire service.".to_owned())]);
        assert_eq!(city.count("select count(*) from request").await, 0);
    }

    async fn what_is_not_there_is_told_in_the_format_that_was_asked_for(city) {
        settled(&city).await;
        for (path, xml) in [
            ("services/nothing.json", false), ("services/nothing.xml", true), ("services.yaml", true), ("services", true), ("", true), ("requests/1.json", false),
            ("requests/11111112.xml", true), ("requests/4K72-18QX'.json", false), ("requests/%00.json", false), ("tokens/1.json", false), ("nothing.json", false),
            ("requests/.json", false), ("../v1/services.json", false), ("services/a%2Fb.json", false),
        ] {
            let answer = city.get(&format!("/open311/v2/{path}")).await.expect(404);
            assert_eq!(answer.header("content-type").starts_with("text/xml"), xml, "{path}");
            assert_eq!(errors(&answer)[0].0, 404);
            assert_eq!(answer.header("access-control-allow-origin"), "*");
        }
        errors(&city.get("/open311/discovery.txt").await.expect(404));
        errors(&city.get("/open311").await.expect(404));
    }

    async fn a_wrong_method_is_405_and_head_and_preflight_are_answered(city) {
        settled(&city).await;
        for (method, path) in [(Method::POST, "services.json"), (Method::DELETE, "requests.json"), (Method::PUT, "requests/1.xml"), (Method::POST, "tokens/1.json")] {
            let answer = Answer::of(city.call(method, &format!("/open311/v2/{path}"))).await.expect(405);
            assert_eq!(errors(&answer)[0].0, 405);
        }
        let head = Answer::of(city.call(Method::HEAD, "/open311/v2/services.json")).await.expect(200);
        assert_eq!((head.header("content-type"), head.text.as_str()), ("application/json; charset=utf-8", ""));
        let preflight = Answer::of(city.call(Method::OPTIONS, "/open311/v2/requests.json")).await.expect(204);
        assert_eq!(preflight.header("access-control-allow-methods"), "GET, POST");
    }

    async fn bodies_of_other_kinds_and_sizes_are_refused(city) {
        settled(&city).await;
        let post = || city.call(Method::POST, "/open311/v2/requests.json");
        let json = Answer::of(post().json(&serde_json::json!({ "api_key": "demo" }))).await.expect(400);
        assert_eq!(errors(&json)[0].0, 415);
        let large = post().header("content-type", "application/x-www-form-urlencoded").body("x".repeat(300_000));
        assert_eq!(errors(&Answer::of(large).await.expect(413))[0].0, 413);
        let broken = post().header("content-type", "multipart/form-data; boundary=x").body("--x\r\nno form");
        assert_eq!(errors(&Answer::of(broken).await.expect(400))[0].0, 400);
        let bare = post().header("content-type", "multipart/form-data").body("");
        assert_eq!(errors(&Answer::of(bare).await.expect(400))[0].0, 400);
        // bytes that are no UTF-8 do not stop a filing; they are kept as the sign for such bytes
        let latin = post().header("content-type", "application/x-www-form-urlencoded").body("api_key=demo&service_code=pothole&lat=1&long=1&description=Stra%DFe");
        Answer::of(latin).await.expect(200);
        assert_eq!(city.count("select count(*) from request").await, 1);
    }

    async fn doubled_slashes_are_one(city) {
        settled(&city).await;
        city.get("/open311/v2//services.json").await.expect(200);
        city.get("//open311//v2//services//tree.xml").await.expect(200);
        city.get("/open311/v2//discovery.json").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_a_gigabyte_is_refused_before_it_is_read() {
    let city = City::over(Database::sqlite()).await;
    settled(&city).await;
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let answer = raw(
            &city,
            &format!("POST /open311/v2/requests.json HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 1073741824\r\n\r\n"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains(r#"[{"code":413,"description":"#), "{answer}");
    }
}

/// Sends a head without its body and reads what comes back.
async fn raw(city: &City, head: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(city.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let mut length = 0;
    while !answer[..length].ends_with(b"]") {
        match stream.read(&mut answer[length..]).await.unwrap() {
            0 => break,
            n => length += n,
        }
    }
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_jurisdiction_is_unknown_where_this_one_has_a_name() {
    let city = City::with(Database::sqlite(), |config| config.open311.jurisdiction_id = "city.example".into()).await;
    settled(&city).await;
    for path in ["services", "services/tree", "requests", "requests/11111112", "tokens/x"] {
        let wrong = city.get(&format!("/open311/v2/{path}.json?jurisdiction_id=other.example")).await.expect(404);
        assert!(errors(&wrong)[0].1.contains("jurisdiction_id"));
    }
    city.get("/open311/v2/services.json?jurisdiction_id=city.example").await.expect(200);
    city.get("/open311/v2/services.json").await.expect(200);
    let mut fields = GOOD.to_vec();
    fields.push(("jurisdiction_id", "other.example"));
    city.form("/open311/v2/requests.json", &fields).await.expect(404);
}
