//! Discovery, the list of services, the questions of one.

use serde_json::{Value, json};

use super::oracle::Schemas;
use super::{HOSTILE, both, settled};

on_both! {
    async fn discovery_lists_the_endpoint_that_exists_at_both_places(city) {
        let site = both(&city, "discovery", "").await;
        assert_eq!(site, both(&city, "v2/discovery", "").await);
        assert_eq!(site["endpoints"].as_array().unwrap().len(), 1);
        let endpoint = &site["endpoints"][0];
        assert_eq!(endpoint["specification"], "http://wiki.open311.org/GeoReport_v2");
        assert_eq!(endpoint["formats"], json!(["text/xml", "application/json"]));
        assert!(endpoint["url"].as_str().unwrap().ends_with("/open311/v2"));
        assert!(site["changeset"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() < jiff::Timestamp::now());
        for key in ["changeset", "contact", "key_service", "endpoints"] {
            assert!(site.get(key).is_some(), "{key}");
        }
    }

    async fn services_are_listed_with_every_field(city) {
        settled(&city).await;
        let list = both(&city, "v2/services", "?jurisdiction_id=&api_key=ignored&nonsense=1").await;
        let by_code = |code: &str| list.as_array().unwrap().iter().find(|s| s["service_code"] == code).unwrap().clone();
        assert_eq!(by_code("pothole"), json!({
            "service_code": "pothole", "service_name": "Pothole", "description": null, "metadata": false, "type": "realtime",
            "keywords": null, "group": null,
        }));
        assert_eq!(by_code("tree"), json!({
            "service_code": "tree", "service_name": "Tree <down> & out", "description": HOSTILE.trim(), "metadata": true, "type": "batch",
            "keywords": "branch,storm", "group": "Parks",
        }));
        assert_eq!(by_code("praise")["type"], "blackbox");
        if let Some(schemas) = Schemas::at_hand() {
            schemas.judge("services.json", &list);
        }
    }

    async fn a_definition_has_the_questions_in_order(city) {
        settled(&city).await;
        let tree = both(&city, "v2/services/tree", "").await;
        assert_eq!(tree["service_code"], "tree");
        let attributes = tree["attributes"].as_array().unwrap();
        let column = |name: &str| attributes.iter().map(|a| a[name].clone()).collect::<Vec<Value>>();
        assert_eq!(column("code"), ["hint", "state", "degrees", "on", "since", "kind", "story"]);
        assert_eq!(column("order"), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(column("datatype"), ["string", "singlevaluelist", "number", "multivaluelist", "datetime", "string", "text"]);
        assert_eq!(column("variable"), [false, true, true, true, true, true, true]);
        // `degrees` is required under a condition, which the specification cannot say
        assert_eq!(column("required"), [false, true, false, false, false, false, false]);
        assert_eq!(attributes[1]["values"], json!([{ "key": "fell", "name": "It fell" }, { "key": "leans", "name": "It \"leans\"" }]));
        assert!(attributes[2].get("values").is_none());
        let plain = both(&city, "v2/services/pothole", "").await;
        assert_eq!(plain, json!({ "service_code": "pothole", "attributes": [] }));
        if let Some(schemas) = Schemas::at_hand() {
            schemas.judge("service-definition.json", &tree);
            schemas.judge("service-definition.json", &plain);
        }
    }

    async fn a_retired_service_is_not_there_any_more(city) {
        settled(&city).await;
        let mut retired = waymark::catalog::ServiceDraft::new("praise", "Praise");
        retired.active = false;
        let write = city.app.db.write(async move |tx| waymark::catalog::save(tx, &retired, None, 1).await);
        write.await.unwrap();
        assert!(!city.get("/open311/v2/services.json").await.expect(200).text.contains("praise"));
        city.get("/open311/v2/services/praise.json").await.expect(404);
    }
}
