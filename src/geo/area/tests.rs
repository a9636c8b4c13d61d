//! What is taken, what is repaired and what is refused, with which words.

use std::path::PathBuf;

use geo::{Area as _, BoundingRect};

use super::*;

/// The real and the hostile files, where they are at hand.
pub(in crate::geo) fn shared(file: &str) -> Option<Vec<u8>> {
    let here = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var("WAYMARK_SHARED").map_or_else(|_| here(), PathBuf::from).join("data").join(file);
    std::fs::read(path).ok()
}

fn read_text(text: &str) -> Result<Reading, Refused> {
    read(text.as_bytes(), &Limits::default())
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Feature","id":7,"properties":{{"WARD":"5"}},"geometry":{{"type":"Polygon","coordinates":{rings}}}}}"#)
}

fn refusal(text: &str) -> String {
    read_text(text).expect_err(text).to_string()
}

/// Reads a polygon of small whole degrees and tells its area, how many polygons and holes it became, and what was repaired.
fn shape(rings: &str) -> (f64, usize, usize, Vec<String>) {
    let reading = read_text(&polygon(rings)).unwrap_or_else(|refused| panic!("{rings}: {refused}"));
    let polygons = &reading.areas[0].polygons;
    let holes = polygons.iter().map(|polygon| polygon.interiors().len()).sum();
    (polygons.signed_area(), polygons.0.len(), holes, reading.repairs.iter().map(ToString::to_string).collect())
}

#[test]
fn every_hostile_file_is_taken_repaired_or_refused_as_it_should_be() {
    const TAKEN: &str = "";
    const NO_AREA: &str = "encloses no area";
    let table = [
        ("state_plane_feet_without_crs.geojson", "features[0], ring 0, position 0: (787723.7", "metres or feet"),
        ("crs_epsg_32118.geojson", "EPSG::32118", "EPSG:4326"),
        ("topojson_named_geojson.geojson", "this is TopoJSON", "convert"),
        ("invalid_geometries/invalid_exterior_not_ccw.geojson", TAKEN, ""),
        ("invalid_geometries/invalid_interior_not_cw.geojson", TAKEN, ""),
        ("invalid_geometries/invalid_incorrect_geometry_data_type.geojson", "features[0]: a LineString", NO_AREA),
        ("invalid_geometries/invalid_less_three_unique_nodes.geojson", "features[0], ring 0", "four positions"),
        ("invalid_geometries/invalid_unclosed.geojson", "features[0], ring 0, position 3", "not closed"),
        ("invalid_structure/invalid_feature_geometry_is_string.geojson", "features[0]", "must be an object, not a text"),
        ("invalid_structure/invalid_feature_id_type.geojson", "features[0]", "\"id\" must be a text or a number"),
        ("invalid_structure/invalid_feature_no_properties.geojson", TAKEN, ""),
        (
            "invalid_structure/invalid_feature_properties_is_array.geojson",
            "features[0]",
            "\"properties\" must be an object or null, not a list",
        ),
        (
            "invalid_structure/invalid_feature_properties_is_int.geojson",
            "features[0]",
            "\"properties\" must be an object or null, not a number",
        ),
        ("invalid_structure/invalid_feature_wrong_geometry_key.geojson", "features[0]", "no \"geometry\""),
        ("invalid_structure/invalid_featurecollection_feature_nullfeature.geojson", "features[0]", "not a Feature but null"),
        ("invalid_structure/invalid_featurecollection_features_is_object.geojson", "\"features\" is not a list", ""),
        ("invalid_structure/invalid_featurecollection_no_features_member.geojson", "\"features\" is not a list", ""),
        ("invalid_structure/invalid_featurecollection_nulltype.geojson", "\"type\" must be a text", ""),
        ("invalid_structure/invalid_featurecollection_type_lowercase.geojson", "did you mean \"FeatureCollection\"", ""),
        ("invalid_structure/invalid_featurecollection_unknown_type.geojson", "\"notafc\" is unknown", ""),
        ("invalid_structure/invalid_geometry_bbox_not4or6.geojson", "a Point", NO_AREA),
        ("invalid_structure/invalid_geometry_bbox_not_list.geojson", "a Point", NO_AREA),
        ("invalid_structure/invalid_geometry_bbox_not_numbers.geojson", "a Point", NO_AREA),
        ("invalid_structure/invalid_geometry_coordinates_1d.geojson", "features[0], ring 0", "must be a list, not a number"),
        ("invalid_structure/invalid_geometry_coordinates_empty_position.geojson", "features[0], ring 0, position 2", "this has 0 numbers"),
        ("invalid_structure/invalid_geometry_coordinates_missing.geojson", "features[0]", "no \"coordinates\""),
        ("invalid_structure/invalid_geometry_coordinates_string.geojson", "a Point", NO_AREA),
        ("invalid_structure/invalid_geometry_depth_deep_point.geojson", "a Point", NO_AREA),
        ("invalid_structure/invalid_geometry_depth_deep_polygon.geojson", "features[0], ring 0, position 0", "nested too deep"),
        ("invalid_structure/invalid_geometry_depth_shallow_linestring.geojson", "a LineString", NO_AREA),
        ("invalid_structure/invalid_geometry_depth_shallow_multipolygon.geojson", "polygon 0, ring 0, position 0", "nested too shallow"),
        ("invalid_structure/invalid_geometry_depth_shallow_polygon.geojson", "ring 0, position 0", "nested too shallow"),
        ("invalid_structure/invalid_geometry_geometrycollection_null_geometry.geojson", "features[0]", "must be an object, not null"),
        ("invalid_structure/invalid_geometry_mislabeled_point.geojson", "polygon 0", "must be a list, not a number"),
        ("invalid_structure/invalid_geometry_missing_type.geojson", "no \"type\"", ""),
        ("invalid_structure/invalid_geometry_wrong_geometry_type.geojson", "\"SomeThingElse\" is unknown", ""),
        ("problematic_geometries/problematic_3d_coordinates.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_4d_coordinates.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_crosses_antimeridian.geojson", TAKEN, "crosses the 180th meridian"),
        ("problematic_geometries/problematic_duplicate_nodes.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_excessive_coordinate_precision.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_excessive_vertices.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_feature_null_geometry.geojson", "features[0]", "geometry is null"),
        ("problematic_geometries/problematic_holes.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_inner_and_exterior_ring_intersect.geojson", "features[0], ring", "crosses ring"),
        ("problematic_geometries/problematic_multitype_geometry_with_just_one_geometry.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_outside_lat_lon_boundaries.geojson", "ring 0, position 0", "longitude -190.624027 is outside"),
        ("problematic_geometries/problematic_self_intersection_large.geojson", "features[0], ring 0, position", "crosses itself near 13.3"),
        ("problematic_geometries/problematic_self_intersection_small.geojson", "features[0], ring 0, position", "crosses itself near 13.3"),
        ("problematic_geometries/problematic_wrong_bbox_coordinate_order.geojson", TAKEN, ""),
        ("problematic_geometries/problematic_zero_length_linestring.geojson", "a LineString", NO_AREA),
        ("problematic_structure/problematic_crs_defined.geojson", "EPSG::32632", "EPSG:4326"),
        ("problematic_structure/problematic_geometry_not_wrapped.geojson", TAKEN, ""),
        ("problematic_structure/problematic_geometrycollection_single.geojson", "a Point", NO_AREA),
        ("problematic_structure/problematic_nested_geometrycollection.geojson", "a Point", NO_AREA),
        ("valid/valid_feature.geojson", "features[0]: a Point", NO_AREA),
        ("valid/valid_feature_null_geometry.geojson", "features[0]", "geometry is null"),
        ("valid/valid_feature_null_properties.geojson", TAKEN, ""),
        ("valid/valid_feature_with_bbox.geojson", "a LineString", NO_AREA),
        ("valid/valid_feature_with_id.geojson", "features[0] (id 123): a Point", NO_AREA),
        ("valid/valid_feature_with_string_id.geojson", "features[0] (id 456): a Point", NO_AREA),
        ("valid/valid_featurecollection.geojson", TAKEN, ""),
        ("valid/valid_featurecollection_bboxes.geojson", TAKEN, ""),
        ("valid/valid_featurecollection_empty_features.geojson", "no features", ""),
        ("valid/valid_featurecollection_multiple_feature_types.geojson", "features[2]: a LineString", NO_AREA),
        ("valid/valid_featurecollection_with_geometrycollection.geojson", "a Point", NO_AREA),
        ("valid/valid_geometry.geojson", "a Point", NO_AREA),
        ("valid/valid_geometry_3d_coordinates.geojson", "a Point", NO_AREA),
        ("valid/valid_geometry_bbox.geojson", TAKEN, ""),
        ("valid/valid_geometry_geometrycollection.geojson", "a Point", NO_AREA),
        ("valid/valid_geometry_geometrycollection_empty_geometries.geojson", "no polygon", ""),
        ("valid/valid_geometry_linestring.geojson", "a LineString", NO_AREA),
        ("valid/valid_geometry_multilinestring.geojson", "a MultiLineString", NO_AREA),
        ("valid/valid_geometry_multipoint.geojson", "a MultiPoint", NO_AREA),
        ("valid/valid_geometry_multipolygon.geojson", TAKEN, ""),
        ("valid/valid_geometry_point.geojson", "a Point", NO_AREA),
        ("valid/valid_geometry_polygon.geojson", TAKEN, ""),
    ];
    if shared("hostile-geojson/topojson_named_geojson.geojson").is_none() {
        println!("skipped: the hostile files are not at hand");
        return;
    }
    let mut wrong = Vec::new();
    for (file, says, also) in table {
        let folder = if file.contains('/') { "hostile-geojson/invalid-geometry/examples" } else { "hostile-geojson" };
        let text = shared(&format!("{folder}/{file}")).unwrap_or_else(|| panic!("{file} is missing"));
        let (taken, words) = match read(&text, &Limits::default()) {
            Ok(reading) => (true, reading.repairs.iter().map(ToString::to_string).collect::<String>()),
            Err(refused) => (false, refused.to_string()),
        };
        let as_said =
            taken == says.is_empty() && words.contains(says) && words.contains(also) && (!taken || also.is_empty() == words.is_empty());
        if !as_said {
            wrong.push(format!("{file}: {}: {words}", if taken { "taken" } else { "refused" }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn real_cities_boundaries_are_read() {
    for (file, features) in [
        ("boston/wards.geojson", 22),
        ("boston/police_districts.geojson", 12),
        ("chicago/community_areas.geojson", 77),
        ("chicago/wards_before_2015.geojson", 50),
        ("chicago/wards_2015.geojson", 50),
    ] {
        let Some(text) = shared(file) else {
            println!("skipped: {file} is not at hand");
            continue;
        };
        let reading = read(&text, &Limits::default()).unwrap_or_else(|refused| panic!("{file}: {refused}"));
        reading.repairs.iter().for_each(|repair| println!("{file}: {repair}"));
        assert_eq!(reading.areas.len(), features, "{file}");
        assert!(reading.areas.iter().all(|area| area.polygons.signed_area() > 0.0));
    }
}

#[test]
fn rings_that_touch_themselves_are_split_and_reported() {
    // two squares that meet in a corner, drawn in one go
    let (area, polygons, holes, repairs) = shape("[[[0,0],[2,0],[2,2],[4,2],[4,4],[2,4],[2,2],[0,2],[0,0]]]");
    assert_eq!((area, polygons, holes), (8.0, 2, 0));
    assert_eq!(repairs, ["features[0] (id 7, WARD 5), ring 0: the ring touched itself at 2.000000, 2.000000; it became 2 rings"]);

    // a hole joined to the outer edge by a cut
    let (area, polygons, holes, repairs) = shape("[[[0,0],[4,0],[4,4],[0,4],[0,0],[1,1],[1,2],[2,2],[2,1],[1,1],[0,0]]]");
    assert_eq!((area, polygons, holes), (15.0, 1, 1));
    assert!(repairs[0].contains("touched itself"), "{repairs:?}");

    // a spike, and a corner that lies on another edge
    let (area, polygons, holes, _) = shape("[[[0,0],[4,0],[4,2],[6,2],[4,2],[4,4],[0,4],[0,0]]]");
    assert_eq!((area, polygons, holes), (16.0, 1, 0));
    let (area, polygons, holes, _) = shape("[[[0,0],[4,0],[2,2],[4,4],[0,4],[2,2],[0,0]]]");
    assert_eq!((area, polygons, holes), (8.0, 2, 0));
    let (area, polygons, _, repairs) = shape("[[[0,0],[6,0],[6,4],[3,0],[0,4],[0,0]]]");
    assert_eq!((area, polygons, repairs.len()), (12.0, 2, 1));

    // a hole that touches itself leaves an island between
    let (area, polygons, holes, _) =
        shape("[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,5],[5,5],[5,1],[3,1],[4,2],[3,3],[2,2],[3,1],[1,1]]]");
    assert_eq!((area, polygons, holes), (81.0 - 16.0 + 2.0, 2, 1));
}

#[test]
fn holes_may_touch_but_not_cross_overlap_or_lie_outside() {
    let (area, polygons, holes, repairs) = shape("[[[0,0],[6,0],[6,6],[0,6],[0,0]],[[0,3],[2,2],[2,4],[0,3]],[[2,2],[4,1],[4,3],[2,2]]]");
    assert_eq!((area, polygons, holes, repairs.len()), (36.0 - 2.0 - 2.0, 1, 2, 0));

    let outer = "[[0,0],[6,0],[6,6],[0,6],[0,0]]";
    for (rings, words) in [
        (format!("[{outer},[[7,7],[8,7],[8,8],[7,7]]]"), "ring 1: the hole does not lie within"),
        (format!("[{outer},[[5,5],[7,5],[7,7],[5,7],[5,5]]]"), "crosses ring"),
        (format!("[{outer},[[1,1],[3,1],[3,3],[1,1]],[[2,1.5],[2.5,1.5],[2.5,2],[2,1.5]]]"), "overlaps the hole of ring"),
        (format!("[{outer},[[0,1],[1,1],[1,2],[0,2],[0,1]]]"), "share the line"),
        (format!("[{outer},{outer}]"), "share the line"),
        ("[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[3,3],[4,4],[5,2],[4,0],[3,1],[3,3]]]".into(), "does not lie within"),
    ] {
        assert!(refusal(&polygon(&rings)).contains(words), "{rings}: {}", refusal(&polygon(&rings)));
    }
}

#[test]
fn rings_that_cross_themselves_are_refused_with_the_place() {
    for rings in [
        "[[[0,0],[2,2],[2,0],[0,2],[0,0]]]",
        "[[[0,0],[1,1],[2,2],[2,0],[1,1],[0,2],[0,0]]]",
        "[[[0,0],[4,0],[4,4],[0,4],[0,0],[3,1],[3,3],[1,3],[0,0]]]",
    ] {
        let words = refusal(&polygon(rings));
        assert!(words.starts_with("features[0] (id 7, WARD 5), ring 0") && words.contains("crosses itself"), "{rings}: {words}");
    }
    let flat = refusal(&polygon("[[[0,0],[1,1],[2,2],[0,0]]]"));
    assert!(flat.contains("encloses no area"), "{flat}");
    let twice = refusal(&polygon("[[[0,0],[2,0],[2,2],[0,0],[2,0],[2,2],[0,0]]]"));
    assert!(twice.contains("share the line"), "{twice}");
}

#[test]
fn swapped_axes_are_told_from_places() {
    let chicago = refusal(&polygon("[[[41.8,-87.6],[41.9,-87.6],[41.9,-87.5],[41.8,-87.6]]]"));
    assert!(chicago.contains("look swapped"), "{chicago}");
    let berlin = polygon("[[[52.5,13.3],[52.6,13.3],[52.6,13.4],[52.5,13.3]]]");
    assert!(read_text(&berlin).is_ok(), "without knowing the city this may be in the Indian Ocean");
    let limits = Limits { city: Some([13.0, 52.3, 13.8, 52.7]), ..Limits::default() };
    let known = read(berlin.as_bytes(), &limits).expect_err("swapped").to_string();
    assert!(known.contains("the other way round is in it"), "{known}");
}

#[test]
fn an_area_across_the_antimeridian_runs_on_beyond_it_with_its_holes() {
    let text =
        polygon("[[[178,-18],[-179,-18],[-179,-16],[178,-16],[178,-18]],[[-179.8,-17.5],[-179.5,-17.5],[-179.5,-17],[-179.8,-17.5]]]");
    let area = &read_text(&text).expect("taken").areas[0].polygons;
    let bounds = area.bounding_rect().expect("it has corners");
    assert_eq!((bounds.min().x, bounds.max().x, area.0[0].interiors().len()), (178.0, 181.0, 1));
    for (rings, words) in [
        ("[[[-180,-80],[-60,-59],[60,-59],[180,-59],[-180,-80]]]", "goes round a pole"),
        ("[[[0,0],[120,0],[240,0],[240,9],[0,9],[0,0]]]", "longitude 240 is outside"),
    ] {
        assert!(refusal(&polygon(rings)).contains(words), "{rings}: {}", refusal(&polygon(rings)));
    }
}

#[test]
fn limits_are_kept_and_problems_counted() {
    let bad = r#"{"type":"Feature","properties":{},"geometry":null}"#;
    let file = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, vec![bad; 30].join(","));
    let refused = read_text(&file).expect_err("refused");
    assert_eq!((refused.problems.len(), refused.more), (20, 10));
    assert!(refused.to_string().ends_with("… and 10 more features with problems"));
    let few = read(file.as_bytes(), &Limits { features: 29, ..Limits::default() }).expect_err("refused").to_string();
    assert!(few.contains("30 features are more than the limit of 29"), "{few}");
    let square = polygon("[[[0,0],[1,0],[1,1],[0,0]]]");
    let positions = read(square.as_bytes(), &Limits { positions: 3, ..Limits::default() }).expect_err("refused").to_string();
    assert!(positions.contains("limit of 3"), "{positions}");
    for (text, words) in [("[", "not JSON"), ("[]", "no object"), ("\u{feff}{}", "no \"type\"")] {
        assert!(refusal(text).contains(words), "{text}: {}", refusal(text));
    }
}

#[test]
fn the_coordinate_system_may_be_named_if_it_is_the_one() {
    let with = |crs: &str| {
        let name = format!(r#"{{"type":"name","properties":{{"name":"{crs}"}}}}"#);
        format!(r#"{{"type":"FeatureCollection","crs":{name},"features":[{}]}}"#, polygon("[[[0,0],[1,0],[1,1],[0,0]]]"))
    };
    for crs in ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
    {
        assert!(read_text(&with(crs)).is_ok(), "{crs}");
    }
    assert!(refusal(&with("EPSG:3857")).contains("EPSG:3857"));
}
