//! Where a page of the queue ended.

use std::fmt;

/// The key of the last case of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When it was opened, epoch milliseconds.
    pub at: i64,
    /// Its id.
    pub id: i64,
}

impl Cursor {
    /// Reads what [`Cursor::fmt`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Cursor> {
        let (at, id) = text.split_once('.')?;
        Some(Cursor { at: at.parse().ok()?, id: id.parse().ok()? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back() {
        for cursor in [Cursor { at: 0, id: 1 }, Cursor { at: -5, id: i64::MAX }] {
            assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }
        for bad in ["", ".", "1", "1.", "a.b", "1.2.3", "99999999999999999999.1"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
