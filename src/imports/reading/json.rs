//! Objects of a JSON file: an array of them, or an object that holds such an array. Only one is in memory at a time.

use std::io::BufRead;
use std::ops::ControlFlow;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{LONGEST_RECORD, Metered, Shape, Sink, TOO_LONG};
use crate::error::{Error, Result};
use crate::imports::imported::Reject;

/// Hands every object to `sink`. JSON that breaks in the middle cannot be taken up again: what comes after is lost, and said.
pub fn each(reader: impl BufRead, shape: &Shape, sink: Sink<'_>) -> Result<()> {
    let (metered, left) = Metered::new(reader);
    let mut deserializer = serde_json::Deserializer::from_reader(metered);
    let mut objects = Objects { shape, sink, left, number: 0, arrays: 0, stopped: false };
    let read = (&mut objects).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    let (number, arrays) = (objects.number, objects.arrays);
    match read {
        _ if objects.stopped => Ok(()),
        Ok(()) if arrays == 0 => Err(Error::invalid("file", "the JSON holds no array of objects")),
        Ok(()) => Ok(()),
        Err(e) if e.to_string().contains(TOO_LONG) => {
            Err(Error::invalid("file", format!("object {} is longer than {LONGEST_RECORD} bytes; the rest was not read", number + 1)))
        }
        Err(e) => Err(Error::invalid("file", format!("the JSON breaks after object {number}, the rest was not read: {e}"))),
    }
}

struct Objects<'a, 's> {
    shape: &'a Shape,
    sink: Sink<'s>,
    left: std::rc::Rc<std::cell::Cell<usize>>,
    number: u64,
    arrays: u64,
    stopped: bool,
}

impl<'de> DeserializeSeed<'de> for &mut Objects<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Objects<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> std::result::Result<(), A::Error> {
        self.arrays += 1;
        while let Some(value) = array.next_element::<Value>()? {
            self.left.set(LONGEST_RECORD);
            self.number += 1;
            let record = match value {
                Value::Object(object) => {
                    let values: Vec<(String, String)> = object.into_iter().map(|(name, value)| (name, written(value))).collect();
                    self.shape.record(self.number, &values)
                }
                _ => Err(Reject::unread(self.number, "it is not an object")),
            };
            if let ControlFlow::Break(()) = (self.sink)(record) {
                self.stopped = true;
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while map.next_key::<String>()?.is_some() {
            map.next_value_seed(Member(&mut *self))?;
        }
        Ok(())
    }
}

/// The value of a member of the outermost object: read if it is an array, else passed over.
struct Member<'m, 'a, 's>(&'m mut Objects<'a, 's>);

impl<'de> DeserializeSeed<'de> for Member<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! pass_over { ($($visit:ident: $ty:ty),*) => {
    $(fn $visit<E: serde::de::Error>(self, _: $ty) -> std::result::Result<(), E> { Ok(()) })*
}; }

impl<'de> Visitor<'de> for Member<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> std::result::Result<(), A::Error> {
        self.0.visit_seq(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<(), A::Error> {
        IgnoredAny::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|_| ())
    }

    pass_over!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E: serde::de::Error>(self) -> std::result::Result<(), E> {
        Ok(())
    }
}

fn written(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        value => value.to_string(),
    }
}
