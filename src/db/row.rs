//! Values that both drivers bind and read, and rows read strictly: a NULL into a field that is not an `Option` is an
//! error on both databases (sqlx for SQLite alone would hand out `""`, 0 or false).

use std::sync::OnceLock;

use sqlx::error::UnexpectedNullError;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow, SqliteTypeInfo};
use sqlx::{ColumnIndex, Decode, Encode, Row as _, Type, ValueRef};

/// A value both drivers can bind.
pub trait Bind: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> {}
impl<T> Bind for T where T: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> {}

/// A value both drivers can read. `#[derive(sqlx::Type)]` makes one of a newtype or an enum.
pub trait Field: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}
impl<T> Field for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

/// What a query returns: a [`record!`](crate::record) or a tuple.
pub trait Record: Sized + Send {
    /// Reads one row, column by column.
    fn read(row: &Row) -> sqlx::Result<Self>;
}

/// A row of either driver.
pub enum Row {
    /// A row of SQLite.
    Sqlite(SqliteRow),
    /// A row of PostgreSQL.
    Postgres(PgRow),
}
impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Row::Sqlite(row)
    }
}
impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Row::Postgres(row)
    }
}

/// SQLite's type of `null`, which only a row can tell. `Option<T>` calls itself compatible with it, and nothing else does.
pub(super) static NULL: OnceLock<SqliteTypeInfo> = OnceLock::new();

impl Row {
    /// Reads a column by name or by place.
    pub fn get<T: Field>(&self, at: impl ColumnIndex<SqliteRow> + ColumnIndex<PgRow>) -> sqlx::Result<T> {
        match self {
            Row::Postgres(row) => row.try_get(at),
            Row::Sqlite(row) => {
                let nullable = || NULL.get().is_some_and(<T as Type<Sqlite>>::compatible);
                if row.try_get_raw(&at)?.is_null() && !nullable() {
                    return Err(sqlx::Error::ColumnDecode { index: format!("{at:?}"), source: UnexpectedNullError.into() });
                }
                row.try_get(at)
            }
        }
    }
}

/// Declares a struct read by column name: `record! { pub struct Team { pub id: i64, pub note: Option<String> } }`.
#[macro_export]
macro_rules! record { ($(#[$m:meta])* $v:vis struct $name:ident { $($(#[$fm:meta])* $fv:vis $field:ident: $ty:ty),* $(,)? }) => {
    $(#[$m])* $v struct $name { $($(#[$fm])* $fv $field: $ty),* }
    impl $crate::db::Record for $name {
        fn read(row: &$crate::db::Row) -> sqlx::Result<Self> {
            Ok($name { $($field: row.get(stringify!($field).trim_start_matches("r#"))?),* })
        }
    }
}; }

macro_rules! tuples { ($($($t:ident $i:tt)*;)*) => { $(impl<$($t: Field + Send),*> Record for ($($t,)*) {
    fn read(row: &Row) -> sqlx::Result<Self> { Ok(($(row.get::<$t>($i)?,)*)) }
})* }; }
tuples! { A 0; A 0 B 1; A 0 B 1 C 2; A 0 B 1 C 2 D 3; A 0 B 1 C 2 D 3 E 4; A 0 B 1 C 2 D 3 E 4 F 5; A 0 B 1 C 2 D 3 E 4 F 5 G 6; }
