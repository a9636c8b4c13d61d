//! The two migrated schemas have the same tables, columns and nullability.

use std::collections::BTreeMap;

use sqlx::{Connection, Row};

use crate::helpers::{City, Database};

type Schema = BTreeMap<String, (String, bool)>;

async fn of_sqlite(url: &str) -> Schema {
    let mut db = sqlx::SqliteConnection::connect(url).await.unwrap();
    let rows = sqlx::query(
        "select m.name, c.name, lower(c.type), c.\"notnull\" or c.pk > 0 from sqlite_master m join pragma_table_xinfo(m.name) c
         where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    rows.iter().map(|r| (format!("{}.{}", r.get::<String, _>(0), r.get::<String, _>(1)), (r.get(2), r.get(3)))).collect()
}

async fn of_postgres(url: &str) -> Schema {
    let mut db = sqlx::PgConnection::connect(url).await.unwrap();
    let rows = sqlx::query(
        "select table_name::text, column_name::text, data_type::text, is_nullable = 'NO' from information_schema.columns
         where table_schema = 'public' and table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let portable = |kind: &str| match kind {
        "bigint" | "boolean" => "integer".to_owned(),
        "double precision" => "real".to_owned(),
        "bytea" => "blob".to_owned(),
        other => other.to_owned(),
    };
    rows.iter()
        .map(|r| (format!("{}.{}", r.get::<String, _>(0), r.get::<String, _>(1)), (portable(&r.get::<String, _>(2)), r.get(3))))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_columns() {
    let Some(database) = Database::postgres().await else {
        println!("skipped: WAYMARK_TEST_POSTGRES names no database");
        return;
    };
    let (lite, grown) = (City::over(Database::sqlite()).await, City::over(database).await);
    let (lite, grown) = (of_sqlite(&lite.database.url).await, of_postgres(&grown.database.url).await);
    assert!(lite.len() > 100);
    for (column, kind) in &lite {
        assert_eq!(grown.get(column), Some(kind), "{column}");
    }
    assert_eq!(lite.len(), grown.len());
}
