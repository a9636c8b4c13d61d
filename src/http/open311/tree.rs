//! One tree of values, written as XML or as JSON. JSON is the XML under the "Spark" convention: the root vanishes, a
//! container of one repeating child is always an array, an empty element is `null`. Knows nothing of what the values mean.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Nothing known: `<x/>` and `null`.
    Empty,
    /// Words.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A decimal number; what is not finite is written as nothing known.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Named values, in the order in which the specification lists them.
    Object(Vec<(&'static str, Node)>),
    /// A container of children that all bear this name.
    List(&'static str, Vec<Node>),
}

impl Node {
    /// Words, or nothing known if there are none.
    pub fn text(words: impl Into<String>) -> Node {
        let words = words.into();
        if words.is_empty() { Node::Empty } else { Node::Text(words) }
    }

    /// A number, if there is one.
    pub fn number(value: Option<f64>) -> Node {
        value.map_or(Node::Empty, Node::Number)
    }

    fn is_empty(&self) -> bool {
        match self {
            Node::Empty => true,
            Node::Number(value) => !value.is_finite(),
            Node::Text(words) => words.is_empty(),
            Node::Object(fields) => fields.is_empty(),
            Node::List(_, children) => children.is_empty(),
            Node::Whole(_) | Node::Flag(_) => false,
        }
    }

    fn write_xml(&self, name: &str, to: &mut String) {
        to.push('<');
        to.push_str(name);
        if self.is_empty() {
            return to.push_str("/>");
        }
        to.push('>');
        match self {
            Node::Empty => {}
            Node::Text(words) => escape(words, to),
            Node::Whole(value) => to.push_str(&value.to_string()),
            Node::Number(value) => to.push_str(&value.to_string()),
            Node::Flag(value) => to.push_str(if *value { "true" } else { "false" }),
            Node::Object(fields) => fields.iter().for_each(|(name, value)| value.write_xml(name, to)),
            Node::List(name, children) => children.iter().for_each(|child| child.write_xml(name, to)),
        }
        to.push_str("</");
        to.push_str(name);
        to.push('>');
    }
}

/// Writes words so that a parser gives them back unchanged. A carriage return is written as a reference, or parsers would
/// drop it; a character that XML 1.0 cannot hold in any form becomes U+FFFD.
fn escape(words: &str, to: &mut String) {
    for c in words.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\'' => to.push_str("&apos;"),
            '\r' => to.push_str("&#13;"),
            '\t' | '\n' => to.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => to.push('\u{fffd}'),
            c => to.push(c),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::List(_, children) => to.collect_seq(children),
            Node::Object(fields) => {
                let mut map = to.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
            empty if empty.is_empty() => to.serialize_unit(),
            Node::Text(words) => to.serialize_str(words),
            Node::Whole(value) => to.serialize_i64(*value),
            Node::Number(value) => to.serialize_f64(*value),
            Node::Flag(value) => to.serialize_bool(*value),
            Node::Empty => to.serialize_unit(),
        }
    }
}

/// How an answer is written; the extension of the address says it, and nothing else does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `text/xml`
    Xml,
    /// `application/json`
    Json,
}

impl Format {
    /// The format of an extension, if there is one by that name.
    pub fn of(extension: &str) -> Option<Format> {
        match extension {
            "xml" => Some(Format::Xml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }

    /// The format in which to refuse at this path: XML, the one every server has, unless the path asks for JSON.
    pub fn of_path(path: &str) -> Format {
        if path.ends_with(".json") { Format::Json } else { Format::Xml }
    }

    /// What the answer declares itself to be.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Xml => "text/xml; charset=utf-8",
            Format::Json => "application/json; charset=utf-8",
        }
    }

    /// Writes a document.
    pub fn write(self, root: &str, node: &Node) -> String {
        match self {
            Format::Xml => {
                let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
                node.write_xml(root, &mut text);
                text
            }
            Format::Json => serde_json::to_string(node).expect("a tree of text, numbers and lists always serialises"),
        }
    }

    /// The answer that carries a document.
    pub fn answer(self, status: StatusCode, root: &str, node: &Node) -> HttpResponse {
        HttpResponse::build(status)
            .insert_header(("Content-Type", self.content_type()))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(self.write(root, node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    fn sample() -> Node {
        Node::Object(vec![
            ("service_code", Node::text("001")),
            ("metadata", Node::Flag(true)),
            ("order", Node::Whole(1)),
            ("lat", Node::Number(41.5)),
            ("long", Node::Number(f64::NAN)),
            ("group", Node::text("")),
            ("values", Node::List("value", vec![Node::Object(vec![("key", Node::text("a")), ("name", Node::text("<A & \"b\">"))])])),
            ("attributes", Node::List("attribute", vec![])),
        ])
    }

    #[test]
    fn one_tree_is_written_both_ways() {
        assert_eq!(
            Format::Xml.write("service_definition", &sample()),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<service_definition><service_code>001</service_code><metadata>true</metadata>\
             <order>1</order><lat>41.5</lat><long/><group/><values><value><key>a</key><name>&lt;A &amp; &quot;b&quot;&gt;</name></value>\
             </values><attributes/></service_definition>"
        );
        assert_eq!(
            Format::Json.write("service_definition", &sample()),
            r#"{"service_code":"001","metadata":true,"order":1,"lat":41.5,"long":null,"group":null,"values":[{"key":"a","name":"<A & \"b\">"}],"attributes":[]}"#
        );
    }

    #[test]
    fn an_empty_list_is_an_empty_root_and_an_empty_array() {
        let none = Node::List("request", vec![]);
        assert_eq!(Format::Xml.write("service_requests", &none), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<service_requests/>");
        assert_eq!(Format::Json.write("service_requests", &none), "[]");
    }

    /// What an XML parser makes of the words of a one-element document.
    fn read_back(document: &str) -> String {
        let mut reader = Reader::from_str(document);
        let mut words = String::new();
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Text(text) if words.is_empty() && &*text == "\n" => {}
                Event::Text(text) => words.push_str(&text.xml10_content()),
                Event::GeneralRef(name) => match name.resolve_char_ref().expect("a character") {
                    Some(c) => words.push(c),
                    None => words.push_str(quick_xml::escape::resolve_xml_entity(&name).expect("known")),
                },
                Event::Eof => return words,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn any_words_come_back_from_json_unchanged(words in any::<String>()) {
            let read: Option<String> = serde_json::from_str(&Format::Json.write("d", &Node::text(words.as_str()))).expect("JSON");
            prop_assert_eq!(read.unwrap_or_default(), words);
        }

        #[test]
        fn any_words_come_back_from_xml_unchanged_but_for_what_xml_cannot_hold(words in "x(\\PC|[\r\n\t\u{1}\u{b}<>&'\"\u{fffe}]){0,40}") {
            let kept: String = words.chars().map(|c| if matches!(c, '\u{1}' | '\u{b}' | '\u{fffe}') { '\u{fffd}' } else { c }).collect();
            prop_assert_eq!(read_back(&Format::Xml.write("d", &Node::text(words))), kept);
        }
    }
}
