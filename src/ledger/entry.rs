//! What of an event goes into its leaf: everything, in one way to write it down.

use super::tree::{Hash, leaf};
use crate::events::Event;

/// The bytes of a leaf: `waymark event 1`, then position, sequence, time, kind, case, request, member, data and commitment, in this
/// order; each a byte 1, its length in 8 bytes (big end first) and its text, numbers in decimal, or a single byte 0 for what is null.
pub fn bytes(event: &Event) -> Vec<u8> {
    let mut bytes = b"waymark event 1".to_vec();
    let number = |number: i64| Some(number.to_string());
    let fields = [
        number(event.position),
        number(event.seq),
        number(event.at),
        Some(event.kind.clone()),
        event.case_id.and_then(number),
        event.request_id.and_then(number),
        event.member_id.and_then(number),
        Some(event.data_json.clone()),
        event.commitment.clone(),
    ];
    for field in fields {
        match field {
            None => bytes.push(0),
            Some(text) => {
                bytes.push(1);
                bytes.extend((text.len() as u64).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
        }
    }
    bytes
}

/// The leaf of an event.
pub fn hash(event: &Event) -> Hash {
    leaf(&bytes(event))
}

/// The leaf of a position at which no event stood when its turn came: what was taken away before is not covered up.
pub fn nothing() -> Hash {
    leaf(b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_events_have_one_leaf() {
        let event = Event {
            position: 7,
            seq: 7,
            at: 1,
            kind: "filed".into(),
            case_id: Some(1),
            request_id: None,
            member_id: None,
            data_json: "{}".into(),
            commitment: None,
        };
        let others = [
            Event { position: 8, ..event.clone() },
            Event { seq: 8, ..event.clone() },
            Event { at: 2, ..event.clone() },
            Event { kind: "file".into(), data_json: "d{}".into(), ..event.clone() },
            Event { case_id: None, request_id: Some(1), ..event.clone() },
            Event { case_id: None, ..event.clone() },
            Event { member_id: Some(0), ..event.clone() },
            Event { data_json: "{ }".into(), ..event.clone() },
            Event { commitment: Some(String::new()), ..event.clone() },
        ];
        for other in others {
            assert_ne!(hash(&event), hash(&other), "{other:?}");
        }
    }
}
