//! `waymark routing measure`: a city's own districts against our boundaries of the day.

mod real;

use waymark::error::Error;
use waymark::imports::Layout;
use waymark::imports::requests::{Import, import};
use waymark::routing::measure::{Question, measure};
use waymark::routing::{self, JurisdictionDraft, LayerDraft};

use crate::helpers::City;

const DAY: i64 = 86_400_000;
/// 2015-01-02T00:00:00Z; the second map holds from the day after.
const FIRST: i64 = 1_420_156_800_000;

fn ward(code: &str, west: f64) -> JurisdictionDraft {
    let east = west + 0.1;
    let ring = [(west, 42.0), (east, 42.0), (east, 42.1), (west, 42.1), (west, 42.0)];
    let area = geo::MultiPolygon(vec![geo::Polygon::new(ring.to_vec().into(), vec![])]);
    JurisdictionDraft { code: code.into(), name: format!("Ward {code}"), precedence: 0, team: None, area }
}

async fn publish(city: &City, drafts: Vec<JurisdictionDraft>, from: Option<i64>) {
    let layer = LayerDraft { code: "ward".into(), name: "Wards".into(), precedence: 0 };
    let done = city.app.db.write(async move |tx| routing::publish(tx, &layer, &drafts, from, None, FIRST).await).await;
    done.unwrap();
}

fn asked(layer: &str, field: &str) -> Question {
    Question { layer: layer.into(), field: field.into(), source: String::new() }
}

on_both! {
    async fn each_request_is_held_against_the_map_of_its_own_day_and_misses_are_measured(city) {
        publish(&city, vec![ward("6", -71.1), ward("7", -71.0)], None).await;
        publish(&city, vec![ward("7", -71.1), ward("6", -71.0)], Some(FIRST + DAY)).await;
        let rows = [
            (1, "01/02/2015", "Ward 6", -71.05),  // the old map, as people say it
            (2, "01/02/2015", "06", -71.05),      // with a zero in front
            (3, "01/04/2015", "6.0", -70.95),     // the new map, as a spreadsheet says it
            (4, "01/04/2015", "6", -71.0001),     // eight metres on the wrong side
            (5, "01/04/2015", "6", -71.5),        // outside of every polygon
            (6, "01/04/2015", "99", -70.95),      // no such ward
            (7, "01/04/2015", "", -70.95),        // nobody said
        ];
        let header = "case_enquiry_id,open_dt,closed_dt,case_status,closure_reason,case_title,reason,type,location,latitude,longitude,ward\n";
        let lines = rows.map(|(id, day, ward, lon)| format!("{id},{day} 01:00:00 AM,,Open,,,Roads,Pothole,,42.05,{lon},{ward}\n"));
        let file = city.database.folder().join("requests.csv");
        std::fs::write(&file, format!("{header}{}", lines.concat())).unwrap();
        let mut layout = Layout::named("boston").unwrap();
        layout.bounds = None;
        let order = Import { file, name: "boston".into(), layout, rejects: city.database.folder().join("rejects.csv") };
        import(&city.app.filing, order, &mut |_| ()).await.unwrap();

        let found = measure(&city.app.db, &city.app.routing, &asked("ward", "WARD")).await.unwrap();
        assert_eq!((found.compared, found.agree, found.elsewhere, found.outside, found.unknown), (6, 3, 2, 1, 1));
        assert_eq!(found.percent, 50.0);
        let spread = found.metres_to_stated.clone().unwrap();
        assert_eq!(spread.count, 2, "to a ward that is not there nothing can be measured");
        assert!((8.0..9.0).contains(&spread.median) || spread.median > 30_000.0, "{spread:?}");
        assert_eq!(spread.within_25_m, 50.0);
        assert!(found.to_string().starts_with("layer ward, field WARD: 6 placed requests carry one\nagree   3 (50.00 %)"), "{found}");

        let error = |outcome: Result<_, Error>| outcome.map(|_: routing::measure::Agreement| ()).unwrap_err().to_string();
        let no_layer = error(measure(&city.app.db, &city.app.routing, &asked("parish", "ward")).await);
        assert_eq!(no_layer, "layer: \"parish\" is not a layer; there are ward.");
        let no_field = error(measure(&city.app.db, &city.app.routing, &asked("ward", "parish")).await);
        assert!(no_field.contains("those there are: ward"), "{no_field}");
    }
}
