//! `POST requests` and the tokens it hands out.

use serde_json::json;

use super::{HOSTILE, both, errors, files, oracle, settled};
use crate::helpers::Answer;

const PLACE: [(&str, &str); 2] = [("lat", "52.6"), ("long", "0.9")];

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    PLACE.iter().chain(fields).copied().collect()
}

on_both! {
    async fn a_realtime_service_answers_with_the_id(city) {
        settled(&city).await;
        let filed = files(&city, &with(&[("service_code", "pothole"), ("description", HOSTILE), ("email", "ana@example.org"),
            ("first_name", "Ana"), ("last_name", "Lopez"), ("phone", "555-0199"), ("device_id", "D-77"), ("account_id", "A-88"), ("address_string", HOSTILE)])).await;
        let id = filed["service_request_id"].as_str().unwrap();
        assert!(filed.get("token").is_none());
        assert_eq!(filed["service_notice"], json!(null));
        let seen = both(&city, &format!("v2/requests/{id}"), "?extensions=true").await;
        assert_eq!(seen.as_array().unwrap().len(), 1);
        assert_eq!(seen[0]["service_request_id"], id);
        assert_eq!((&seen[0]["description"], &seen[0]["address"]), (&json!(HOSTILE.trim()), &json!(HOSTILE.trim())));
        assert_eq!((&seen[0]["lat"], &seen[0]["long"]), (&json!(52.6), &json!(0.9)));
        assert_eq!(seen[0]["requested_datetime"], "2026-06-10T12:00:00Z");
        for personal in ["ana@", "Ana", "Lopez", "555-0199", "D-77", "A-88"] {
            assert!(!seen.to_string().contains(personal), "{personal}");
        }
        assert_eq!(city.count("select count(*) from contact where email = 'ana@example.org' and device_id = 'D-77' and account_id = 'A-88'").await, 1);
    }

    async fn a_batch_service_answers_with_a_token_and_a_blackbox_with_neither(city) {
        settled(&city).await;
        let filed = files(&city, &with(&[("service_code", "tree"), ("attribute[state]", "fell")])).await;
        assert!(filed.get("service_request_id").is_none());
        let token = filed["token"].as_str().unwrap();
        let behind = both(&city, &format!("v2/tokens/{token}"), "").await;
        assert_eq!(behind[0]["token"], token);
        let id = behind[0]["service_request_id"].as_str().unwrap();
        city.get(&format!("/open311/v2/requests/{id}.json")).await.expect(200);
        for unknown in ["x", "%00", "%27%20or%201=1", "..%2Frequests"] {
            assert_eq!(errors(&city.get(&format!("/open311/v2/tokens/{unknown}.xml")).await.expect(404))[0].0, 404);
        }
        let filed = files(&city, &with(&[("service_code", "praise")])).await;
        assert!(filed.get("service_request_id").is_none() && filed.get("token").is_none());
        assert_eq!(city.count("select count(*) from request").await, 2);
    }

    async fn xml_is_answered_where_xml_is_asked(city) {
        settled(&city).await;
        let fields = with(&[("api_key", "demo"), ("service_code", "pothole")]);
        let answer = city.form("/open311/v2/requests.xml", &fields).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
        let root = oracle::parse(&answer.text);
        assert_eq!((root.name.as_str(), root.children[0].name.as_str()), ("service_requests", "request"));
        let names: Vec<_> = root.children[0].children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(names, ["service_request_id", "service_notice", "account_id"]);
    }

    async fn every_encoding_of_answers_is_kept(city) {
        settled(&city).await;
        let many = [("attribute[state]", "leans"), ("attribute[degrees]", "30"), ("attribute[since]", "2026-01-05T10:00:00+01:00"),
            ("attribute[kind]", HOSTILE.lines().next().unwrap()), ("attribute[story]", HOSTILE), ("attribute[closest_address]", "its own business")];
        for on in [[("attribute[on][]", "road"), ("attribute[on][]", "wire")], [("attribute[on][0]", "road"), ("attribute[on][1]", "wire")],
            [("attribute[on]", "road"), ("attribute[on]", "wire")]] {
            let fields: Vec<_> = with(&[("service_code", "tree")]).into_iter().chain(many).chain(on).collect();
            files(&city, &fields).await;
        }
        assert_eq!(city.count("select count(*) from request_answer").await, 3 * 7);
        assert_eq!(city.count("select count(*) from request_answer where attribute = 'on' and value = 'wire'").await, 3);
        let multipart = fields_as_parts(&with(&[("api_key", "demo"), ("service_code", "tree"), ("attribute[state]", "fell"), ("attribute[on][]", "wire")]));
        Answer::of(city.call(reqwest::Method::POST, "/open311/v2/requests.json").multipart(multipart)).await.expect(200);
        assert_eq!(city.count("select count(*) from request_answer where attribute = 'on' and value = 'wire'").await, 4);
    }

    async fn a_filing_with_only_an_address_waits_for_staff_to_find_the_place(city) {
        settled(&city).await;
        let mut ids = Vec::new();
        for address in [("address_string", "1 Mill Street"), ("address", "1 Mill Street"), ("address_id", "17")] {
            let filed = files(&city, &[("service_code", "bin"), address]).await;
            assert!(filed["service_notice"].as_str().unwrap().contains("address"), "{filed}");
            ids.push(filed["service_request_id"].as_str().unwrap().to_owned());
        }
        // `bin` joins what is near; what has no place is near nothing
        assert_eq!(city.count("select count(*) from case_record where lon is null and cell is null").await, 3);
        let seen = both(&city, &format!("v2/requests/{}", ids[0]), "").await;
        assert_eq!((&seen[0]["lat"], &seen[0]["long"], &seen[0]["address"]), (&json!(null), &json!(null), &json!("1 Mill Street")));
    }

    async fn what_may_be_a_duplicate_is_filed_and_the_notice_says_so(city) {
        settled(&city).await;
        let pothole = with(&[("service_code", "pothole")]);
        assert_eq!(files(&city, &pothole).await["service_notice"], json!(null));
        let second = files(&city, &pothole).await;
        assert!(second["service_notice"].as_str().unwrap().contains("nearby"), "{second}");
        assert_eq!(city.count("select count(*) from case_record").await, 2);
        assert_eq!(city.count("select count(*) from duplicate_candidate").await, 1);
        let bin = with(&[("service_code", "bin")]);
        files(&city, &bin).await;
        let joined = files(&city, &bin).await;
        assert!(joined["service_notice"].as_str().unwrap().contains("open already"), "{joined}");
        assert_eq!(city.count("select count(*) from case_record").await, 3);
    }

    async fn the_same_key_files_once_in_either_encoding(city) {
        settled(&city).await;
        let fields = with(&[("api_key", "demo"), ("service_code", "pothole")]);
        let send = |format: &'static str, key: &'static str| city.call(reqwest::Method::POST, &format!("/open311/v2/requests.{format}")).header("idempotency-key", key);
        let first = Answer::of(send("json", "k1").form(&fields)).await.expect(200).json();
        let again = Answer::of(send("json", "k1").form(&fields)).await.expect(200).json();
        assert_eq!(first, again);
        // a multipart form has another boundary each time
        let parts = || fields_as_parts(&fields);
        let first = Answer::of(send("json", "k2").multipart(parts())).await.expect(200).json();
        let again = Answer::of(send("json", "k2").multipart(parts())).await.expect(200).json();
        assert_eq!(first[0]["service_request_id"], again[0]["service_request_id"]);
        assert_eq!(city.count("select count(*) from request").await, 2);
        let other = with(&[("api_key", "demo"), ("service_code", "lamp")]);
        assert!(errors(&Answer::of(send("xml", "k1").form(&other)).await.expect(400))[0].1.contains("Idempotency-Key"));
    }

    async fn a_title_some_clients_send_is_not_lost(city) {
        settled(&city).await;
        let filed = files(&city, &with(&[("service_code", "pothole"), ("title", "Hole"), ("description", "Deep one")])).await;
        let seen = both(&city, &format!("v2/requests/{}", filed["service_request_id"].as_str().unwrap()), "").await;
        assert_eq!(seen[0]["description"], "Hole\n\nDeep one");
    }
}

fn fields_as_parts(fields: &[(&str, &str)]) -> reqwest::multipart::Form {
    fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| form.text((*name).to_owned(), (*value).to_owned()))
}
