//! Judges from outside: an XML parser that is not ours, the "Spark" convention that ties JSON to XML, and the JSON Schemas of
//! the Open311 project with as much of a validator as they need.

use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

/// An element without attributes, as GeoReport has them all.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub text: String,
    pub children: Vec<Element>,
}

/// Parses a document strictly: declaration with its encoding first, no attributes, no namespaces, nothing after the root.
pub fn parse(document: &str) -> Element {
    assert!(document.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{document}");
    let mut reader = Reader::from_str(document);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                assert_eq!(tag.attributes().count(), 0);
                open.push(Element { name: tag.name().0.to_owned(), ..Element::default() });
            }
            Event::Empty(tag) => {
                let name = tag.name().0.to_owned();
                open.last_mut().unwrap().children.push(Element { name, ..Element::default() });
            }
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(text) if open.len() > 1 => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let resolved = match name.resolve_char_ref().unwrap() {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_xml_entity(&name).unwrap().to_owned(),
                };
                open.last_mut().unwrap().text.push_str(&resolved);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Text(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let mut document = open.pop().unwrap();
    assert_eq!((open.len(), document.children.len()), (0, 1));
    document.children.remove(0)
}

/// Asserts that JSON is the XML under the convention: the root vanishes, a container of one repeating child is an array, an
/// empty element is `null` (or an empty array), the order of fields is the same.
pub fn says_the_same(xml: &str, json: &Value) {
    compare(&parse(xml), json);
}

fn compare(xml: &Element, json: &Value) {
    match json {
        Value::Null => assert!(xml.text.is_empty() && xml.children.is_empty(), "{xml:?} is not null"),
        Value::String(text) => assert_eq!(&xml.text, text),
        Value::Bool(_) | Value::Number(_) => {
            assert_eq!(xml.text.parse::<f64>().ok().map_or(xml.text.clone(), |n| n.to_string()), plain(json))
        }
        Value::Array(list) => {
            assert_eq!(xml.children.len(), list.len(), "{xml:?} {json}");
            assert!(xml.children.windows(2).all(|pair| pair[0].name == pair[1].name), "{xml:?}");
            xml.children.iter().zip(list).for_each(|(child, value)| compare(child, value));
        }
        Value::Object(fields) => {
            let mut names: Vec<_> = xml.children.iter().map(|child| child.name.as_str()).collect();
            names.sort_unstable();
            let mut keys: Vec<_> = fields.keys().map(String::as_str).collect();
            keys.sort_unstable();
            assert_eq!(names, keys);
            xml.children.iter().for_each(|child| compare(child, &fields[&child.name]));
        }
    }
}

fn plain(json: &Value) -> String {
    json.as_f64().map_or_else(|| json.to_string(), |n| n.to_string())
}

/// The entries of an `<errors>` document.
pub fn errors_of_xml(document: &str) -> Value {
    let root = parse(document);
    assert_eq!(root.name, "errors");
    let field =
        |error: &Element, name: &str| error.children.iter().find(|child| child.name == name).map(|child| child.text.clone()).unwrap();
    let entry =
        |error: &Element| json!({ "code": field(error, "code").parse::<u64>().unwrap(), "description": field(error, "description") });
    Value::Array(root.children.iter().map(entry).collect())
}

/// The published schemas, where this machine has them.
pub struct Schemas(PathBuf);

impl Schemas {
    pub fn at_hand() -> Option<Schemas> {
        let shared =
            std::env::var_os("WAYMARK_SHARED").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
        let folder = shared.join("data/open311/json-schema");
        if folder.is_dir() {
            return Some(Schemas(folder));
        }
        println!("skipped: no JSON Schemas at {}", folder.display());
        None
    }

    /// Asserts that a value is what the schema of this name says.
    pub fn judge(&self, name: &str, value: &Value) {
        let text = std::fs::read_to_string(self.0.join(name)).unwrap();
        self.check(&serde_json::from_str(&text).unwrap(), value, name).unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// The keywords that these schemas use, and no other; an unknown one would be silently obeyed, so it stops the test.
    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        for (word, rule) in schema.as_object().unwrap() {
            let fits = match word.as_str() {
                "$ref" => {
                    self.judge(rule.as_str().unwrap(), value);
                    true
                }
                "type" => match rule.as_str().unwrap() {
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    "number" => value.is_number(),
                    "null" => value.is_null(),
                    other => panic!("{other}"),
                },
                "required" => rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
                "enum" => rule.as_array().unwrap().contains(value),
                "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
                "format" => match (rule.as_str().unwrap(), value.as_str()) {
                    ("date-time", Some(text)) => text.parse::<jiff::Timestamp>().is_ok(),
                    ("uri", Some(text)) => url::Url::parse(text).is_ok(),
                    _ => true,
                },
                "anyOf" => rule.as_array().unwrap().iter().any(|option| self.check(option, value, at).is_ok()),
                "items" => {
                    value.as_array().into_iter().flatten().try_for_each(|item| self.check(rule, item, at))?;
                    true
                }
                "properties" => {
                    for (key, rule) in rule.as_object().unwrap() {
                        value.get(key).map_or(Ok(()), |field| self.check(rule, field, &format!("{at}/{key}")))?;
                    }
                    true
                }
                "description" | "minItems" | "uniqueItems" => true,
                other => panic!("the validator does not know {other}"),
            };
            if !fits {
                return Err(format!("{at}: {value} breaks {word}: {rule}"));
            }
        }
        Ok(())
    }
}
