//! `GET requests`, many and one.

use serde_json::{Value, json};
use waymark::cases::STATUSES;
use waymark::error::Error;

use super::oracle::Schemas;
use super::{HOSTILE, both, errors, files, settled};
use crate::helpers::{City, NOON};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Files and returns the id.
async fn filed(city: &City, service: &str, lat: &str, long: &str) -> String {
    let filed = files(city, &[("service_code", service), ("lat", lat), ("long", long)]).await;
    filed["service_request_id"].as_str().unwrap().to_owned()
}

/// The ids that a query finds, in order, read in both formats.
async fn found(city: &City, query: &str) -> Vec<String> {
    let list = both(city, "v2/requests", query).await;
    list.as_array().unwrap().iter().map(|r| r["service_request_id"].as_str().unwrap().to_owned()).collect()
}

async fn change(city: &City, sql: &'static str) {
    city.app.db.write(async move |tx| tx.sql(sql).run().await.map_err(Error::from)).await.unwrap();
}

on_both! {
    async fn every_argument_finds_what_it_says(city) {
        settled(&city).await;
        let a = filed(&city, "pothole", "52.6000", "0.9000").await;
        city.app.clock.advance(HOUR);
        let b = filed(&city, "lamp", "52.6100", "0.9100").await;
        city.app.clock.advance(HOUR);
        let c = filed(&city, "bin", "52.7000", "1.1000").await;
        let d = files(&city, &[("service_code", "lamp"), ("address_string", "somewhere")]).await["service_request_id"].as_str().unwrap().to_owned();
        change(&city, "update case_record set status = 'resolved', closed_at = 1781096500000, updated_at = 1781096500000 where id = 2").await; // NOON + 1 h 100 s

        let cases: Vec<(String, Vec<&String>)> = vec![
            (String::new(), vec![&d, &c, &b, &a]),
            ("?service_code=&status=&start_date=&end_date=&service_request_id=".into(), vec![&d, &c, &b, &a]),
            ("?service_code=lamp".into(), vec![&d, &b]),
            ("?service_code=pothole,%20bin%20,,nothing".into(), vec![&c, &a]),
            ("?service_code=nothing".into(), vec![]),
            ("?status=closed".into(), vec![&b]),
            ("?status=open".into(), vec![&d, &c, &a]),
            ("?status=closed,open".into(), vec![&d, &c, &b, &a]),
            ("?service_code=lamp&status=open".into(), vec![&d]),
            // both ends count, to the second; an unescaped plus is a blank; no zone is UTC
            ("?start_date=2026-06-10T13:00:00Z".into(), vec![&d, &c, &b]),
            ("?end_date=2026-06-10T13:00:00Z".into(), vec![&b, &a]),
            ("?start_date=2026-06-10T13:00:00Z&end_date=2026-06-10T13:00:00Z".into(), vec![&b]),
            ("?start_date=2026-06-10T15:00:00+02:00".into(), vec![&d, &c, &b]),
            ("?start_date=2026-06-10T15:00:00%2B02:00&end_date=2026-06-10T07:59:59.999999-06:00".into(), vec![&b]),
            ("?start_date=2026-06-10T13:00:01".into(), vec![&d, &c]),
            ("?start_date=2026-06-10&end_date=2026-06-10".into(), vec![&d, &c, &b, &a]),
            ("?end_date=2026-06-09".into(), vec![]),
            ("?start_date=2026-06-11".into(), vec![]),
            ("?updated_after=2026-06-10T13:01:40Z".into(), vec![&d, &c, &b]),
            ("?updated_before=2026-06-10T13:01:39Z".into(), vec![&a]),
            ("?updated_after=2026-06-10T13:01:40Z&updated_before=2026-06-10T13:01:40Z".into(), vec![&b]),
            // ids override everything else, unknown ones are left out
            (format!("?service_request_id={a},%20{c}"), vec![&c, &a]),
            (format!("?service_request_id={},nothing,11111111&status=closed&start_date=garbage", a.to_lowercase()), vec![&a]),
            (format!("?service_request_id={}-{}", &b[..4], &b[4..]), vec![&b]),
            ("?service_request_id=nothing".into(), vec![]),
            // places: west, south, east, north; a circle in metres; what has no place is in none
            ("?bbox=0.9,52.6,0.91,52.61".into(), vec![&b, &a]),
            ("?bbox=0.905,52.5,2,53".into(), vec![&c, &b]),
            ("?bbox=170,52,0.905,53".into(), vec![&a]),
            ("?lat=52.6&long=0.9&radius=1000".into(), vec![&a]),
            ("?lat=52.6&long=0.9&radius=1310".into(), vec![&b, &a]),
            ("?lat=52.6&long=0.9&radius=1290".into(), vec![&a]),
            ("?lat=52.6&long=0.9".into(), vec![&d, &c, &b, &a]),
            // pages
            ("?page_size=2".into(), vec![&d, &c]),
            ("?page_size=2&page=0".into(), vec![&d, &c]),
            ("?page_size=2&page=2".into(), vec![&b, &a]),
            ("?page_size=3&page=2".into(), vec![&a]),
            ("?page_size=3&page=3".into(), vec![]),
            ("?page=9223372036854775807".into(), vec![]),
            ("?max_requests=1".into(), vec![&d]),
            // what is unknown is left out, and text stays text
            ("?api_key=x&q=hole&jurisdiction_id=&nonsense".into(), vec![&d, &c, &b, &a]),
            ("?service_code=%27)%20or%20(1=1%20--".into(), vec![]),
            ("?service_code=%00".into(), vec![]),
            ("?service_code=a%00,lamp".into(), vec![&d, &b]),
            ("?service_request_id=%00".into(), vec![]),
            ("?service_request_id=%27%20or%20%27%27=%27".into(), vec![]),
        ];
        for (query, expected) in cases {
            assert_eq!(found(&city, &query).await.iter().collect::<Vec<_>>(), expected, "{query}");
        }
        for query in ["start_date=yesterday", "end_date=2026-13-01", "status=new", "status=open,odd", "start_date=2026-01-01&end_date=2026-06-10",
            "start_date=2026-06-10&end_date=2026-06-09", "page=x", "page_size=1001", "page_size=-1", "bbox=1,2", "radius=5", "lat=91&long=0&radius=5", "max_requests=many"] {
            for format in ["json", "xml"] {
                let refused = city.get(&format!("/open311/v2/requests.{format}?{query}")).await.expect(400);
                assert!(errors(&refused)[0].1.starts_with(query.split('=').next().unwrap()) || query.starts_with("start_date=2026"), "{refused:?}");
            }
        }
    }

    async fn nothing_said_means_the_last_ninety_days(city) {
        settled(&city).await;
        assert_eq!(city.get("/open311/v2/requests.json").await.expect(200).text, "[]");
        let empty = city.get("/open311/v2/requests.xml").await.expect(200);
        assert!(empty.text.ends_with("<service_requests/>"));
        let old = filed(&city, "pothole", "52.6", "0.9").await;
        city.app.clock.advance(90 * DAY);
        assert_eq!(found(&city, "").await, std::slice::from_ref(&old));
        city.app.clock.advance(1000);
        assert_eq!(found(&city, "").await, [""; 0]);
        assert_eq!(found(&city, "?start_date=2026-06-10").await, std::slice::from_ref(&old));
        assert_eq!(found(&city, "?updated_after=2026-06-10").await, std::slice::from_ref(&old));
        assert_eq!(found(&city, &format!("?service_request_id={old}")).await, [old]);
    }

    async fn pages_walk_over_everything_once(city) {
        settled(&city).await;
        let mut all = Vec::new();
        for n in 0..23 {
            all.push(filed(&city, "noise", "52.6", "0.9").await);
            if n % 3 == 0 {
                city.app.clock.advance(1000); // several of the same moment
            }
        }
        all.reverse();
        let mut walked = Vec::new();
        for page in 1.. {
            let part = found(&city, &format!("?page_size=5&page={page}")).await;
            let last = part.len() < 5;
            walked.extend(part);
            if last {
                break;
            }
        }
        assert_eq!(walked, all);
    }

    async fn every_status_is_open_or_closed(city) {
        settled(&city).await;
        let id = filed(&city, "pothole", "52.6", "0.9").await;
        for status in STATUSES {
            let word = status.word();
            city.app.db.write(async move |tx| tx.sql("update case_record set status = $1").bind(word).run().await.map_err(Error::from)).await.unwrap();
            let closed = ["resolved", "closed", "duplicate", "cancelled", "transferred"].contains(&word);
            let seen = both(&city, &format!("v2/requests/{id}"), "?extensions=true").await;
            assert_eq!(seen[0]["status"], if closed { "closed" } else { "open" }, "{word}");
            assert_eq!(seen[0]["extended_attributes"]["detailed_status"], word);
            assert_eq!(found(&city, "?status=closed").await.len(), usize::from(closed));
            assert_eq!(found(&city, "?status=open").await.len(), usize::from(!closed));
        }
    }

    async fn a_request_shows_what_is_public_about_its_case(city) {
        settled(&city).await;
        let id = filed(&city, "pothole", "52.6", "0.9").await;
        change(&city, "insert into agency (code, name) values ('roads', 'Roads & <Bridges>')").await;
        change(&city, "insert into team (agency_id, code, name) select id, 'north', 'North' from agency").await;
        change(&city, "update case_record set team_id = (select max(id) from team), due_at = 1781179200000, status = 'closed', closed_at = 1781100000000, updated_at = 1781200000000").await;
        let notes = [("progress", true, "Crew is <out>"), ("internal", false, "Ana called again"), ("resolution", true, HOSTILE)];
        for (kind, public, text) in notes {
            city.app.db.write(async move |tx| {
                tx.sql("insert into note (case_id, kind, public, text, created_at, salt) select id, $1, $2, $3, $4, '' from case_record")
                    .bind(kind).bind(public).bind(text).bind(NOON + HOUR).run().await.map_err(Error::from)
            }).await.unwrap();
        }
        let one = both(&city, &format!("v2/requests/{}", id.to_lowercase()), "").await;
        assert_eq!(one, json!([{
            "service_request_id": id, "status": "closed", "status_notes": HOSTILE, "service_name": "Pothole", "service_code": "pothole",
            "description": null, "agency_responsible": "Roads & <Bridges>", "service_notice": null, "requested_datetime": "2026-06-10T12:00:00Z",
            "updated_datetime": "2026-06-10T14:00:00Z", "expected_datetime": "2026-06-11T12:00:00Z", "address": null, "address_id": null,
            "zipcode": null, "lat": 52.6, "long": 0.9, "media_url": null,
        }]));
        assert_eq!(both(&city, "v2/requests", "").await, one);
        let more = both(&city, "v2/requests", "?extensions=true").await;
        assert_eq!(more[0]["notes"], json!([
            { "datetime": "2026-06-10T13:00:00Z", "summary": null, "description": "Crew is <out>" },
            { "datetime": "2026-06-10T13:00:00Z", "summary": null, "description": HOSTILE },
        ]));
        assert_eq!(more[0]["extended_attributes"], json!({ "channel": "open311", "detailed_status": "closed", "media_urls": [] }));
        if let Some(schemas) = Schemas::at_hand() {
            files(&city, &[("service_code", "lamp"), ("address_string", "somewhere"), ("description", HOSTILE)]).await;
            let list: Value = both(&city, "v2/requests", "").await;
            schemas.judge("requests.json", &list);
            schemas.judge("request.json", &list[0]);
        }
    }
}
