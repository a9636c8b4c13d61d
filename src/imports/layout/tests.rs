//! Every layout against rows in the form in which its city writes them, under each generation of column names.

use std::io::Cursor;
use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::cases::Status;
use crate::imports::imported::{Imported, Note, Reject};
use crate::imports::reading::Reading;

const NOW: &str = "2026-06-01T00:00:00Z";

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn read_with(name: &str, layout: Layout, text: &str) -> Result<Vec<Result<Imported, Reject>>> {
    let reading = Reading::of(Cursor::new(text.to_owned()), &layout.columns.names(), layout.delimiter as u8)?;
    let header: Vec<&str> = reading.header.iter().map(String::as_str).collect();
    let mut rows = Rows::new(name, layout, &header, &TimeZone::UTC, at(NOW))?;
    let mut all = Vec::new();
    reading.each(&mut |record| {
        all.push(record.and_then(|record| rows.read(&record)));
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

fn read(name: &str, text: &str) -> Vec<Imported> {
    read_with(name, Layout::named(name).unwrap(), text).unwrap().into_iter().map(|row| row.unwrap_or_else(|r| panic!("{r:?}"))).collect()
}

fn refused(name: &str, text: &str) -> String {
    read_with(name, Layout::named(name).unwrap(), text).unwrap_err().to_string()
}

#[test]
fn every_layout_that_comes_with_waymark_is_sound() {
    for name in Layout::names() {
        let layout = Layout::named(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(layout.source, name);
    }
    assert!(Layout::named("springfield").unwrap_err().to_string().contains("there are chicago, boston, nyc, sf, open311, and csv"));
}

#[test]
fn chicago_before_2018_from_the_portal() {
    let rows = read(
        "chicago",
        "Creation Date,Status,Completion Date,Service Request Number,Type of Service Request,What is the Nature of this Code Violation?,\
         Street Address,ZIP Code,X Coordinate,Y Coordinate,Ward,Latitude,Longitude,Location\n\
         07/04/2011,Completed - Dup,07/05/2011,11-00000001,Sanitation Code Violation,Garbage in yard,12  W EXAMPLE ST,60601,1.5,2.5,20,\
         41.805763,-87.669756,\"(41.805763, -87.669756)\"\n\
         07/04/2011,Open - Dup,,11-00000002,Sanitation Code Violation,,,,,,0,,,\n",
    );
    let first = &rows[0];
    assert_eq!((first.line, first.external_id.as_str(), first.status), (2, "11-00000001", Status::Duplicate));
    assert_eq!((first.service.code.as_str(), first.service.name.as_str()), ("sanitation-code-violation", "Sanitation Code Violation"));
    assert_eq!(first.filed_at, at("2011-07-04T05:00:00Z"));
    assert_eq!(first.closed_at, Some(at("2011-07-05T05:00:00Z")));
    assert_eq!(first.place, Ok((-87.669756, 41.805763)));
    assert_eq!(
        (first.address.as_str(), first.zipcode.as_str(), first.description.as_str()),
        ("12 W EXAMPLE ST", "60601", "Garbage in yard")
    );
    let second = &rows[1];
    assert_eq!((second.status, second.closed_at, second.place), (Status::Duplicate, Some(second.filed_at), Err(Why::Missing)));
    assert_eq!(second.notes, [Note::ClosedSometime]);
}

#[test]
fn chicago_before_2018_from_the_api() {
    let rows = read(
        "chicago",
        "creation_date,status,completion_date,service_request_number,type_of_service_request,current_activity,most_recent_action,\
         number_of_potholes_filled_on_block,street_address,zip,latitude,longitude,location\n\
         2018-12-18T00:00:00.000,Open,,18-1,Pothole in Street,,,,1 N EXAMPLE AVE,60614,41.93,-87.65,\"(41.93, -87.65)\"\n",
    );
    assert_eq!((rows[0].filed_at, rows[0].status, rows[0].closed_at), (at("2018-12-18T06:00:00Z"), Status::New, None));
    assert_eq!(rows[0].zipcode, "60614");
}

#[test]
fn chicago_since_2018() {
    for header in [
        "SR_NUMBER,SR_TYPE,SR_SHORT_CODE,OWNER_DEPARTMENT,STATUS,CREATED_DATE,LAST_MODIFIED_DATE,CLOSED_DATE,STREET_ADDRESS,ZIP_CODE,\
         DUPLICATE,PARENT_SR_NUMBER,LATITUDE,LONGITUDE,LOCATION",
        "sr_number,sr_type,sr_short_code,owner_department,status,created_date,last_modified_date,closed_date,street_address,zip_code,\
         duplicate,parent_sr_number,latitude,longitude,location",
    ] {
        let rows = read(
            "chicago",
            &format!(
                "{header}\n\
                 SR22-1,Graffiti Removal Request,GRAF,Streets and Sanitation,Completed,03/25/2022 09:15:22 PM,03/27/2022 10:00:00 AM,\
                 03/26/2022 08:00:00 AM,1 N EXAMPLE AVE,60614,false,SR22-0,41.93,-87.65,\"(41.93, -87.65)\"\n\
                 SR22-2,Graffiti Removal Request,GRAF,Streets and Sanitation,Open,2022-03-25T21:15:22.000,,,1 N EXAMPLE AVE,60614,true,SR22-1,\
                 41.93,-87.65,POINT (-87.65 41.93)\n\
                 SR22-3,Graffiti Removal Request,GRAF,,Canceled,2022-03-25T21:15:22.000,2022-03-26T00:00:00.000,,,,false,,,,\n"
            ),
        );
        assert_eq!((rows[0].status, rows[0].parents.len()), (Status::Closed, 0));
        assert_eq!(rows[0].filed_at, at("2022-03-26T02:15:22Z"));
        assert_eq!(rows[0].updated_at, at("2022-03-27T15:00:00Z"));
        assert_eq!((rows[1].status, rows[1].parents.as_slice()), (Status::Duplicate, ["SR22-1".to_owned()].as_slice()));
        assert_eq!((rows[2].status, rows[2].closed_at), (Status::Cancelled, Some(at("2022-03-26T05:00:00Z"))));
        assert_eq!(rows[0].service.group, "Streets and Sanitation");
    }
}

#[test]
fn boston_in_upper_case_and_in_lower_case() {
    let header = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_STATUS,CLOSURE_REASON,CASE_TITLE,SUBJECT,REASON,TYPE,\
                  SubmittedPhoto,Location,LOCATION_ZIPCODE,LATITUDE,LONGITUDE,Geocoded_Location";
    let body = "101001240735,01/01/2015 12:25:23 AM,01/16/2015 08:30:00 AM,01/02/2015 04:17:43 PM,ONTIME,Closed,\
                Case Closed Duplicate of Existing Case %1240730,PRINTED,Public Works Department,Street Lights,Street Light Outages,\
                https://example.org/report.jpg,1 Example St  Boston  MA  02215,2215.0,42.3474,-71.0944,\"(42.3474, -71.0944)\"\n\
                101001240736,2015-01-01 00:25:36,,,ONTIME,Open,,,,Street Lights,Street Light Outages,,,,42.3594,-71.0587,\"(0, 0)\"\n\
                101001240737,01/02/2015 10:00:00 AM,,01/01/2015 09:00:00 AM,ONTIME,Closed,Case Closed Case Invalid no address,\
                Sign Repair,,Signs,Sign Repair,,,,42.3594,-71.0587,\n";
    for header in [header.to_owned(), header.to_lowercase()] {
        let rows = read("boston", &format!("{header}\n{body}"));
        assert_eq!((rows[0].status, rows[0].parents.as_slice()), (Status::Duplicate, ["101001240730".to_owned()].as_slice()));
        assert_eq!(rows[0].filed_at, at("2015-01-01T05:25:23Z"));
        assert_eq!(rows[0].closed_at, Some(at("2015-01-02T21:17:43Z")));
        assert_eq!((rows[0].zipcode.as_str(), rows[0].address.as_str()), ("02215", "1 Example St Boston MA 02215"));
        assert_eq!((rows[0].service.code.as_str(), rows[0].service.group.as_str()), ("street-light-outages", "Street Lights"));
        assert_eq!((rows[0].media_url.as_str(), rows[0].description.as_str()), ("https://example.org/report.jpg", "PRINTED"));
        assert_eq!((rows[1].status, rows[1].place, rows[1].filed_at), (Status::New, Err(Why::Zero), at("2015-01-01T05:25:36Z")));
        assert_eq!((rows[2].status, rows[2].place, rows[2].description.as_str()), (Status::Cancelled, Err(Why::Default), ""));
        assert_eq!((rows[2].closed_at, rows[2].notes.as_slice()), (Some(rows[2].filed_at), [Note::ClosedBeforeFiled].as_slice()));
    }
}

#[test]
fn boston_from_the_system_that_followed() {
    let rows = read(
        "boston",
        "case_id,open_date,case_topic,service_name,assigned_department,assigned_team,case_status,closure_reason,closure_comments,close_date,\
         full_address,zip_code,longitude,latitude\n\
         BCS-01,\"2026-03-20 09:00:00+00\",Street Lights,Street Light Outage,Public Works,Lighting,In progress,,,,\"1 B St, Boston\",02127,\
         -71.0270,42.3350\n",
    );
    assert_eq!((rows[0].status, rows[0].filed_at, rows[0].zipcode.as_str()), (Status::InProgress, at("2026-03-20T09:00:00Z"), "02127"));
    assert_eq!((rows[0].service.name.as_str(), rows[0].service.group.as_str()), ("Street Light Outage", "Street Lights"));
    assert_eq!(rows[0].place, Ok((-71.0270, 42.3350)));
}

#[test]
fn new_york_from_the_portal_the_api_and_under_the_names_of_2025() {
    let portal = "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,Location Type,Incident Zip,Incident Address,\
                  Intersection Street 1,Intersection Street 2,Status,Due Date,Resolution Description,Community Board,Borough,Latitude,Longitude,\
                  Location";
    let api = "unique_key,created_date,closed_date,agency,agency_name,complaint_type,descriptor,location_type,incident_zip,incident_address,\
               intersection_street_1,intersection_street_2,status,due_date,resolution_description,community_board,borough,latitude,longitude,\
               location";
    let renamed =
        portal.replace("Complaint Type", "Problem (formerly Complaint Type)").replace("Descriptor", "Problem Detail (formerly Descriptor)");
    let body = "1001,04/18/2019 09:55:45 PM,04/19/2019 03:45:24 AM,NYPD,New York City Police Department,Noise - Residential,Banging/Pounding,\
                Residential Building/House,11235,1 EXAMPLE PARKWAY,,,Closed,04/19/2019 05:55:45 AM,Handled.,15 BROOKLYN,BROOKLYN,40.58,-73.93,\
                \"(40.58, -73.93)\"\n\
                1002,2020-01-28T14:10:04.000,,HPD,Housing,HEAT/HOT WATER,ENTIRE BUILDING,,N/A,,FIRST AVE,SECOND ST,Open,,\
                The complaint you filed is a duplicate of a condition already reported.,,BRONX,,,\n\
                1003,01/28/2020 02:10:04 PM,01/01/1900 12:00:00 AM,DOT,Transportation,Street Condition,Pothole,,00000,,,,Assigned,,,,,0,0,\n";
    for header in [portal.to_owned(), api.to_owned(), renamed] {
        let rows = read("nyc", &format!("{header}\n{body}"));
        assert_eq!((rows[0].filed_at, rows[0].status), (at("2019-04-19T01:55:45Z"), Status::Closed));
        assert_eq!(rows[0].closed_at, Some(at("2019-04-19T07:45:24Z")));
        assert_eq!((rows[0].service.code.as_str(), rows[0].service.name.as_str()), ("noise-residential", "Noise - Residential"));
        assert_eq!(rows[0].description, "Banging/Pounding · Residential Building/House");
        assert_eq!((rows[0].place, rows[0].zipcode.as_str()), (Ok((-73.93, 40.58)), "11235"));
        assert_eq!((rows[1].status, rows[1].address.as_str(), rows[1].zipcode.as_str()), (Status::Duplicate, "FIRST AVE & SECOND ST", ""));
        assert_eq!((rows[2].status, rows[2].closed_at, rows[2].place), (Status::Assigned, None, Err(Why::Zero)));
        assert_eq!(rows[2].notes, [Note::ClosingDateUnreadable]);
    }
}

#[test]
fn san_francisco_from_the_portal_and_from_the_api() {
    let portal = "CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,Request Type,Request Details,Address,\
                  Supervisor District,Neighborhood,Police District,Latitude,Longitude,Point,Source,Media URL";
    let api = "service_request_id,requested_datetime,closed_date,updated_datetime,status_description,status_notes,agency_responsible,\
               service_name,service_subtype,service_details,address,supervisor_district,neighborhoods_sffind_boundaries,police_district,lat,long,\
               point,source,media_url";
    let body = "501,07/01/2022 08:15:00 AM,07/02/2022 09:00:00 AM,07/03/2022 09:00:00 AM,Closed,Case is a Duplicate - see other,DPW,\
                Street and Sidewalk Cleaning,Bulky Items,Mattress,\"1 EXAMPLE ST, SAN FRANCISCO, CA, 94103\",6,Mission,MISSION,37.77,-122.41,\
                \"(37.77, -122.41)\",Mobile,https://example.org/media/1.jpg (photo)\n\
                502,2022-11-06T01:30:00.000,,2022-11-06T01:31:00.000,Open,,DPW,Graffiti,Graffiti on Pole,Pole,,,,,0.0,0.0,,Phone,\n";
    for header in [portal, api] {
        let rows = read("sf", &format!("{header}\n{body}"));
        assert_eq!((rows[0].filed_at, rows[0].status), (at("2022-07-01T15:15:00Z"), Status::Duplicate));
        assert_eq!((rows[0].updated_at, rows[0].closed_at), (at("2022-07-03T16:00:00Z"), Some(at("2022-07-02T16:00:00Z"))));
        assert_eq!(
            (rows[0].service.code.as_str(), rows[0].description.as_str()),
            ("street-and-sidewalk-cleaning", "Bulky Items · Mattress")
        );
        assert_eq!((rows[0].media_url.as_str(), rows[0].agency.as_str()), ("https://example.org/media/1.jpg", "DPW"));
        // 01:30 comes twice that night; the first is meant.
        assert_eq!((rows[1].filed_at, rows[1].status, rows[1].place), (at("2022-11-06T08:30:00Z"), Status::New, Err(Why::Zero)));
    }
    let older = "CASEID,Opened,Closed,Status,Responsible Agency,Category,Request Type,Address,Point\n\
                 503,07/01/2012 08:15:00 AM,,Open,DPW,Graffiti,,1 Example St,\"(37.77, -122.41)\"\n";
    assert_eq!(read("sf", older)[0].place, Ok((-122.41, 37.77)));
}

#[test]
fn open311_in_json_and_in_xml() {
    let json = r#"[{"service_request_id": 638344, "status": "closed", "status_notes": "Duplicate request.", "service_name": "Sidewalk",
        "service_code": "006", "description": null, "requested_datetime": "2010-04-14T06:37:38-08:00",
        "updated_datetime": "2010-04-14T06:47:38-08:00", "address": "8TH AVE and JUDAH ST", "lat": 37.762221815, "long": -122.4651145}]"#;
    let xml = r#"<?xml version="1.0" encoding="utf-8"?><service_requests xmlns:m="urn:x"><request><service_request_id>638344</service_request_id>
        <status>closed</status><status_notes>Duplicate request.</status_notes><service_name>Sidewalk</service_name>
        <service_code>006</service_code><description/><requested_datetime>2010-04-14T06:37:38-08:00</requested_datetime>
        <updated_datetime>2010-04-14T06:47:38-08:00</updated_datetime><address><![CDATA[8TH AVE and ]]>JUDAH&#32;ST</address>
        <lat>37.762221815</lat><long>-122.4651145</long></request></service_requests>"#;
    let (from_json, from_xml) = (read("open311", json), read("open311", xml));
    assert_eq!(from_json, from_xml);
    let row = &from_json[0];
    assert_eq!((row.line, row.external_id.as_str(), row.status), (1, "638344", Status::Duplicate));
    assert_eq!((row.service.code.as_str(), row.service.name.as_str()), ("006", "Sidewalk"));
    assert_eq!((row.filed_at, row.closed_at), (at("2010-04-14T14:37:38Z"), Some(at("2010-04-14T14:47:38Z"))));
    assert_eq!((row.place, row.address.as_str()), (Ok((-122.4651145, 37.762221815)), "8TH AVE and JUDAH ST"));
    let wrapped = r#"{"count": 1, "meta": {"a": [1]}, "service_requests": [{"service_request_id": "7", "status": "open",
        "service_name": "Sidewalk", "requested_datetime": "2010-04-14 06:37:38.5", "lat": 0, "long": 0}]}"#;
    assert_eq!((read("open311", wrapped)[0].status, read("open311", wrapped)[0].place), (Status::New, Err(Why::Zero)));
}

const MAPPING: &str = r#"
    source = "springfield"
    zone = "Europe/Zurich"
    dates = ["%d.%m.%Y %H:%M"]
    delimiter = ";"
    bounds = [8.4, 47.3, 8.7, 47.5]
    service = "Schlagloch"
    [columns]
    id = "Nr."
    filed_at = "Gemeldet am"
    closed_at = "Erledigt am"
    status = "Stand"
    lat = "Breite"
    lon = "Länge"
    description = ["Was", "Wo genau"]
    [status]
    new = ["Neu"]
    in_progress = ["In Arbeit"]
    resolved = ["Erledigt"]
"#;

#[test]
fn a_mapping_reads_what_no_layout_knows() {
    let text = "Nr.;Gemeldet am;Erledigt am;Stand;Breite;Länge;Was;Wo genau\n\
                7;31.12.2024 08:15;01.01.2025 09:00;erledigt;47.37;8.54;tief;\"vor; Nr. 3\"\n\
                8;31.12.2024 08:15;;??;8.54;47.37;;\n";
    let json = r#"{"source": "springfield", "zone": "Europe/Zurich", "dates": ["%d.%m.%Y %H:%M"], "delimiter": ";",
        "bounds": [8.4, 47.3, 8.7, 47.5], "service": "Schlagloch",
        "columns": {"id": "Nr.", "filed_at": "Gemeldet am", "closed_at": "Erledigt am", "status": "Stand", "lat": "Breite", "lon": "Länge",
        "description": ["Was", "Wo genau"]}, "status": {"new": ["Neu"], "in_progress": ["In Arbeit"], "resolved": ["Erledigt"]}}"#;
    for mapping in [MAPPING, json] {
        let rows = read_with("csv", Layout::mapping(mapping).unwrap(), text).unwrap().into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!((rows[0].status, rows[0].closed_at), (Status::Resolved, Some(at("2025-01-01T08:00:00Z"))));
        assert_eq!((rows[0].service.code.as_str(), rows[0].description.as_str()), ("schlagloch", "tief · vor; Nr. 3"));
        assert_eq!((rows[1].place, rows[1].notes.as_slice()), (Ok((8.54, 47.37)), [Note::StatusUnknown, Note::Turned].as_slice()));
    }
    let missing = read_with("csv", Layout::mapping(MAPPING).unwrap(), "Nr.;Gemeldet am;Stand;Breite;Länge;Was\n").unwrap_err().to_string();
    assert!(missing.contains("`closed_at` (called Erledigt am)"), "{missing}");
}

#[test]
fn a_mapping_with_a_mistake_is_refused_in_words() {
    for (from, to, problem) in [
        ("zone =", "zones =", "unknown field `zones`"),
        ("id = \"Nr.\"", "idd = \"Nr.\"", "unknown field `idd`"),
        ("resolved =", "done =", "unknown field `done`"),
        ("Europe/Zurich", "Europe/Entenhausen", "Europe/Entenhausen"),
        ("%d.%m.%Y %H:%M", "%d.%m.", "`%d.%m.` does not hold a whole date"),
        ("source = \"springfield\"", "", "mapping.source"),
        ("id = \"Nr.\"", "", "mapping.columns.id"),
        ("service = \"Schlagloch\"", "", "mapping.columns.service"),
        ("lon = \"Länge\"", "", "mapping.columns.lat"),
        ("delimiter = \";\"", "delimiter = \"–\"", "mapping.delimiter"),
        ("[8.4, 47.3, 8.7, 47.5]", "[47.3, 8.4, 47.5, 187.0]", "mapping.bounds"),
        ("[columns]", "[columns", "mapping"),
    ] {
        let mapping = MAPPING.replace(from, to);
        assert_ne!(mapping, MAPPING, "{from}");
        let error = Layout::mapping(&mapping).unwrap_err().to_string();
        assert!(error.contains(problem), "{to}: {error}");
    }
}

#[test]
fn a_file_for_another_layout_is_refused_with_a_hint() {
    let error = refused("chicago", "case_enquiry_id,open_dt,closed_dt,case_status,type,latitude,longitude\n");
    assert!(error.contains("finds no column for `id` (called SR Number or Service Request Number or Service Request ID)"), "{error}");
    assert!(error.contains("The header of this file is: case_enquiry_id, open_dt"), "{error}");
    assert!(error.ends_with("It looks like a file for --layout boston."), "{error}");
}

#[test]
fn a_row_that_says_too_little_is_rejected_with_its_line() {
    let text = "service_request_id,status,service_name,requested_datetime,lat,long\n\
                1,open,Graffiti,2020-01-01,1.5,1.5\n\
                ,open,Graffiti,2020-01-01,1.5,1.5\n\
                3,open,,2020-01-01,1.5,1.5\n\
                4,open,Graffiti,,1.5,1.5\n\
                5,open,Graffiti,soon,1.5,1.5\n\
                6,open,Graffiti,2027-01-01,1.5,1.5\n\
                7,open,???,2020-01-01,1.5,1.5\n";
    let rows = read_with("open311", Layout::named("open311").unwrap(), text).unwrap();
    let rejects: Vec<(u64, String, String)> = rows.into_iter().filter_map(Result::err).map(|r| (r.line, r.id, r.reason)).collect();
    let expected = [
        (3, "", "no number"),
        (4, "3", "no service"),
        (5, "4", "no time of filing"),
        (6, "5", "time of filing: `soon` is not a time in any known form"),
        (7, "6", "filed in the future (2027-01-01)"),
        (8, "7", "no service"),
    ];
    assert_eq!(rejects, expected.map(|(line, id, reason)| (line, id.to_owned(), reason.to_owned())));
}
