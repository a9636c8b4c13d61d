//! Objects of an XML file: each element right below the root is one, its children are its values.
//!
//! Entities other than XML's own five are refused, so nothing is fetched and nothing grows.

use std::io::BufRead;
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{LONGEST_RECORD, Metered, Shape, Sink, TOO_LONG};
use crate::error::{Error, Result};
use crate::imports::imported::Reject;

/// Hands every object to `sink`. XML that breaks in the middle cannot be taken up again: what comes after is lost, and said.
pub fn each(reader: impl BufRead, shape: &Shape, sink: Sink<'_>) -> Result<()> {
    let (metered, left) = Metered::new(reader);
    let mut xml = Reader::from_reader(metered);
    let mut buffer = Vec::new();
    let (mut depth, mut number) = (0usize, 0u64);
    let mut values: Vec<(String, String)> = Vec::new();
    let mut problem: Option<String> = None;
    loop {
        buffer.clear();
        let event = match xml.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(e) if e.to_string().contains(TOO_LONG) => {
                return Err(Error::invalid(
                    "file",
                    format!("element {} is longer than {LONGEST_RECORD} bytes; the rest was not read", number + 1),
                ));
            }
            Err(e) => return Err(broken(number, &e.to_string())),
        };
        let mut add = |text: &str| {
            if depth >= 3
                && let Some((_, value)) = values.last_mut()
            {
                value.push_str(text);
            }
        };
        match event {
            Event::Start(element) => {
                depth += 1;
                if depth == 3 {
                    values.push((element.local_name().into_inner().to_owned(), String::new()));
                }
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    left.set(LONGEST_RECORD);
                    number += 1;
                    let record = match problem.take() {
                        Some(problem) => Err(Reject::unread(number, problem)),
                        None => shape.record(number, &values),
                    };
                    values.clear();
                    if let ControlFlow::Break(()) = sink(record) {
                        return Ok(());
                    }
                }
            }
            Event::Text(text) => add(&text.xml10_content()),
            Event::CData(text) => add(&text.xml10_content()),
            Event::GeneralRef(reference) => match referred(&reference) {
                Some(text) => add(&text),
                None => problem = Some("it has an entity that is not XML's own".into()),
            },
            Event::Eof if depth > 0 || number == 0 => {
                return Err(broken(number, if number == 0 { "no element below the root" } else { "it ends in the middle" }));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn broken(number: u64, problem: &str) -> Error {
    Error::invalid("file", format!("the XML breaks after element {number}, the rest was not read: {problem}"))
}

fn referred(name: &str) -> Option<String> {
    let number = name.strip_prefix('#').map(|n| match n.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => n.parse().ok(),
    });
    match number {
        Some(code) => code.and_then(char::from_u32).map(String::from),
        None => quick_xml::escape::resolve_xml_entity(name).map(str::to_owned),
    }
}
