//! Broken files: what is wrong is said with its line, and what is not goes on.

use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;
use crate::imports::layout::Layout;

type Items = Vec<std::result::Result<Vec<String>, (u64, String)>>;

fn read_bytes(bytes: Vec<u8>, layout: &Layout) -> Result<(Items, Option<String>)> {
    let reading = Reading::of(Cursor::new(bytes), &layout.columns.names(), b',')?;
    let mut items = Items::new();
    let end = reading.each(&mut |item| {
        items.push(match item {
            Ok(record) => Ok(record.fields().map(str::to_owned).collect()),
            Err(reject) => Err((reject.line, reject.reason)),
        });
        ControlFlow::Continue(())
    });
    Ok((items, end.err().map(|e| e.to_string())))
}

fn layout() -> Layout {
    Layout::named("open311").unwrap()
}

fn read(text: impl Into<Vec<u8>>) -> Items {
    let (items, end) = read_bytes(text.into(), &layout()).unwrap();
    assert_eq!(end, None);
    items
}

fn row(fields: &[&str]) -> std::result::Result<Vec<String>, (u64, String)> {
    Ok(fields.iter().map(|&f| f.to_owned()).collect())
}

#[test]
fn quotes_commas_newlines_and_both_kinds_of_line_ends_are_read() {
    assert_eq!(
        read("a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2,5\" pipe\n3,\"\""),
        [row(&["1", "x, \"y\"\nz"]), row(&["2", "5\" pipe"]), row(&["3", ""])]
    );
    assert_eq!(read("\u{feff}a\n\u{e9}"), [row(&["\u{e9}"])]);
}

#[test]
fn an_unclosed_quote_costs_one_line_and_not_the_rest() {
    let items = read("a,b\n1,\"open\n2,fine\n3,\"also, fine\"\n4,fine");
    assert_eq!(items[0], Err((2, "a quote is opened and not closed where the field ends".into())));
    assert_eq!(items[1..], [row(&["2", "fine"]), row(&["3", "also, fine"]), row(&["4", "fine"])]);
    let items = read("a,b\n1,\"open\n2,fine\n3,fine\n");
    assert_eq!(items, [Err((2, "a quote is opened and not closed".into())), row(&["2", "fine"]), row(&["3", "fine"])]);
    // The quote of the next broken line closes the first one; the number of fields gives it away.
    let items = read("a,b\n1,\"open\n2,open\"\n3,fine\n");
    assert_eq!(items, [row(&["1", "open\n2,open"]), row(&["3", "fine"])]);
    let items = read("a,b\n1,\"open\n2,x,open\",\n3,fine\n");
    assert_eq!(items[0], Err((2, "3 fields instead of 2".into())));
    assert_eq!(items[1], Err((3, "4 fields instead of 2".into())));
    assert_eq!(items[2], row(&["3", "fine"]));
}

#[test]
fn every_other_breakage_is_named_with_its_line() {
    let mut bytes = b"a,b\n1\n1,2,3\nnul,\0\nlatin,caf\xe9\nok,ok\n".to_vec();
    bytes.extend_from_slice(format!("long,{}\n", "x".repeat(LONGEST_FIELD + 1)).as_bytes());
    bytes.extend_from_slice(format!("longer,{}\n", "x".repeat(LONGEST_RECORD + 1)).as_bytes());
    bytes.extend_from_slice(format!("longest,\"{}\nok,ok", "x\n".repeat(MANY)).as_bytes());
    let items = read(bytes);
    let expected = [
        (2, "1 fields instead of 2".to_owned()),
        (3, "3 fields instead of 2".into()),
        (4, "it contains the character U+0000".into()),
        (5, "it is not UTF-8".into()),
        (7, format!("a field of {} bytes; at most {LONGEST_FIELD} are taken", LONGEST_FIELD + 1)),
        (8, format!("the line is longer than {LONGEST_RECORD} bytes")),
        (9, "a quote is opened and not closed".into()),
    ];
    let errors: Vec<(u64, String)> = items.iter().filter_map(|item| item.clone().err()).take(expected.len()).collect();
    assert_eq!(errors, expected);
    assert_eq!(items[4], row(&["ok", "ok"]));
    assert_eq!(items.last(), Some(&row(&["ok", "ok"])));
}

const MANY: usize = 2000;

#[test]
fn half_a_character_beside_a_comma_is_not_read_as_text() {
    // 0xC3 0xA9 is é; split by the delimiter the bytes of the fields would join to it again.
    assert_eq!(read(b"a,b\n\xc3,\xa9\n".to_vec()), [Err((2, "it is not UTF-8".into()))]);
}

#[test]
fn a_packed_file_is_read_like_a_plain_one_and_a_torn_one_says_so() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let text = format!("a,b\n{}", (0..20_000).map(|i| format!("{i},{}\n", i * 7919 % 10_007)).collect::<String>());
    gz.write_all(text.as_bytes()).unwrap();
    let packed = gz.finish().unwrap();
    let (items, end) = read_bytes(packed.clone(), &layout()).unwrap();
    assert_eq!((items.len(), end), (20_000, None));
    let (items, end) = read_bytes(packed[..packed.len() / 2].to_vec(), &layout()).unwrap();
    assert!((1..20_000).contains(&items.len()));
    assert!(end.unwrap().starts_with("file: it breaks off after line "));
}

#[test]
fn what_is_no_text_at_all_is_refused_at_once() {
    for (bytes, problem) in [
        (b"".to_vec(), "empty"),
        (b" \r\n\n".to_vec(), "empty"),
        (b"PK\x03\x04rest".to_vec(), "ZIP archive"),
        (b"\xff\xfea\0,\0b\0".to_vec(), "UTF-16"),
        (b"\xe9,\xe9\n".to_vec(), "header cannot be read: it is not UTF-8"),
    ] {
        let error = read_bytes(bytes, &layout()).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn json_and_xml_that_break_keep_what_came_before() {
    let (items, end) = read_bytes(b"[{\"status\": \"open\"}, 7, {\"status\": \"a\\u0000b\"}, {\"sta".to_vec(), &layout()).unwrap();
    assert_eq!(items.iter().filter(|i| i.is_ok()).count(), 1);
    assert_eq!(items[1], Err((2, "it is not an object".into())));
    assert_eq!(items[2], Err((3, "it contains the character U+0000".into())));
    assert!(end.unwrap().contains("the JSON breaks after object 3"));
    let (items, end) = read_bytes(b"<r><q><status>open</status></q><q><status>&who;</status></q><q><st".to_vec(), &layout()).unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[1], Err((2, "it has an entity that is not XML's own".into())));
    assert!(end.unwrap().contains("the XML breaks after element 2"));
    let long = format!("[{{\"description\": \"{}\"}}]", "x".repeat(2 * LONGEST_RECORD));
    assert!(read_bytes(long.into_bytes(), &layout()).unwrap().1.unwrap().contains("object 1 is longer than"));
    let long = format!("<r><q><description>{}</description></q></r>", "x".repeat(2 * LONGEST_RECORD));
    assert!(read_bytes(long.into_bytes(), &layout()).unwrap().1.unwrap().contains("element 1 is longer than"));
    for nothing in ["{\"requests\": 3}", "<r/>"] {
        assert!(read_bytes(nothing.into(), &layout()).unwrap().1.is_some(), "{nothing}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), start in 0usize..5) {
        let mut file = ["", "service_request_id,status,service_name,requested_datetime,lat,long\n", "[{", "<r><q>", "\x1f\u{8b}"][start].as_bytes().to_vec();
        file.extend(bytes);
        let _ = read_bytes(file, &layout());
    }

    #[test]
    fn no_text_of_quotes_and_commas_makes_a_row_panic(text in "[,\"\n\r01a.:/ -]{0,400}") {
        let layout = layout();
        let file = format!("service_request_id,status,service_name,requested_datetime,lat,long\n{text}");
        let reading = Reading::of(Cursor::new(file.clone()), &layout.columns.names(), b',').unwrap();
        let header: Vec<&str> = reading.header.iter().map(String::as_str).collect();
        let mut rows = crate::imports::layout::Rows::new("open311", layout, &header, &jiff::tz::TimeZone::UTC, 0).unwrap();
        let lines = file.lines().count() as u64;
        reading.each(&mut |item| {
            let line = match item.and_then(|record| rows.read(&record)) { Ok(row) => row.line, Err(reject) => reject.line };
            assert!((2..=lines + 1).contains(&line));
            ControlFlow::Continue(())
        }).unwrap();
    }

    #[test]
    fn what_was_written_as_csv_is_read_back(rows in proptest::collection::vec(("[^\0]{0,12}", "[^\0]{0,12}"), 1..20)) {
        let mut writer = ::csv::WriterBuilder::new().quote_style(::csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["a", "b"]).unwrap();
        for (a, b) in &rows {
            writer.write_record([a, b]).unwrap();
        }
        let items = read(writer.into_inner().unwrap());
        prop_assert_eq!(items, rows.iter().map(|(a, b)| row(&[a, b])).collect::<Vec<_>>());
    }
}
