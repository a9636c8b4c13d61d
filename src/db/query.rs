//! One query type for both drivers: plain SQL with `$1` placeholders, lists streamed and mapped as they arrive.

use std::borrow::Cow;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection, PgPool};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool};
use sqlx::{Arguments, AssertSqlSafe};

use super::row::{Bind, Record};

/// A statement being put together; `one`, `optional`, `all`, `each` and `run` send it.
pub struct Query<'c> {
    on: On<'c>,
    text: String,
    args: Args,
    bound: usize,
}

/// Where a query runs; the flag beside a connection of a transaction is set when the query fails.
pub(super) enum On<'c> {
    SqlitePool(&'c SqlitePool),
    Sqlite(&'c mut SqliteConnection, &'c mut bool),
    PgPool(&'c PgPool),
    Pg(&'c mut PgConnection, &'c mut bool),
}
enum Args {
    Sqlite(SqliteArguments),
    Pg(PgArguments),
}

/// Runs one expression with the query `$q` on the connection `$c`, whichever they are; a failure marks the transaction.
macro_rules! run {
    ($query:expr, |$q:ident, $c:ident| $body:expr) => {{
        let Query { on, text, args, .. } = $query;
        let (text, unmarked) = (AssertSqlSafe(text), &mut false);
        let (failed, outcome) = match (on, args) {
            (On::SqlitePool($c), Args::Sqlite(a)) => {
                let $q = sqlx::query_with(text, a);
                (unmarked, async { $body }.await)
            }
            (On::Sqlite($c, failed), Args::Sqlite(a)) => {
                let $q = sqlx::query_with(text, a);
                (failed, async { $body }.await)
            }
            (On::PgPool($c), Args::Pg(a)) => {
                let $q = sqlx::query_with(text, a);
                (unmarked, async { $body }.await)
            }
            (On::Pg($c, failed), Args::Pg(a)) => {
                let $q = sqlx::query_with(text, a);
                (failed, async { $body }.await)
            }
            _ => unreachable!("the arguments were made for this connection"),
        };
        *failed |= outcome.is_err();
        outcome
    }};
}

impl<'c> Query<'c> {
    pub(super) fn new(on: On<'c>, text: Cow<'static, str>) -> Self {
        let args = match on {
            On::SqlitePool(_) | On::Sqlite(..) => Args::Sqlite(Default::default()),
            On::PgPool(_) | On::Pg(..) => Args::Pg(Default::default()),
        };
        Query { on, text: text.into_owned(), args, bound: 0 }
    }

    /// Binds the next `$n` already written in the text.
    pub fn bind(mut self, value: impl Bind) -> Self {
        match &mut self.args {
            Args::Sqlite(a) => a.add(value),
            Args::Pg(a) => a.add(value),
        }
        .expect("numbers, text and bytes always encode");
        self.bound += 1;
        self
    }

    /// Appends a fixed fragment.
    pub fn push(mut self, sql: &'static str) -> Self {
        self.text.push_str(sql);
        self
    }

    /// Appends a fragment and its parameter when there is one: `.filter(" and status = ", status)`.
    pub fn filter(self, sql: &'static str, value: Option<impl Bind>) -> Self {
        match value {
            Some(value) => self.push(sql).put(value),
            None => self,
        }
    }

    /// Appends `column in ($n, $n+1, …)`; an empty list matches nothing.
    pub fn within<B: Bind>(mut self, sql: &'static str, values: impl IntoIterator<Item = B>) -> Self {
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return self.push(sql).push(" in (null)") };
        self = self.push(sql).push(" in (").put(first);
        for value in values {
            self = self.push(", ").put(value);
        }
        self.push(")")
    }

    /// Appends a parameter and binds it.
    pub fn put(self, value: impl Bind) -> Self {
        let mut query = self.bind(value);
        query.text.push_str(&format!("${}", query.bound));
        query
    }

    /// Hands each row to `f` as it arrives; memory stays flat however long the list (an export, a replay).
    pub async fn each<T: Record>(self, mut f: impl FnMut(T) -> sqlx::Result<()> + Send) -> sqlx::Result<()> {
        run!(self, |q, c| {
            let mut rows = q.fetch(c);
            while let Some(row) = rows.try_next().await? {
                f(T::read(&row.into())?)?
            }
            Ok(())
        })
    }

    /// All rows, in order.
    pub async fn all<T: Record>(self) -> sqlx::Result<Vec<T>> {
        let mut list = Vec::new();
        self.each(|record| {
            list.push(record);
            Ok(())
        })
        .await?;
        Ok(list)
    }

    /// The first row, if there is one.
    pub async fn optional<T: Record>(self) -> sqlx::Result<Option<T>> {
        run!(self, |q, c| q.fetch_optional(c).await?.map(|row| T::read(&row.into())).transpose())
    }

    /// The first row; `RowNotFound` if there is none.
    pub async fn one<T: Record>(self) -> sqlx::Result<T> {
        self.optional().await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// Runs a statement without rows; how many rows it touched.
    pub async fn run(self) -> sqlx::Result<u64> {
        run!(self, |q, c| q.execute(c).await.map(|done| done.rows_affected()))
    }
}
