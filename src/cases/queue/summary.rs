//! What a list says of each case besides its own row: the number it is known by, where it lies, a picture, and since
//! when its clock stands.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::Db;
use crate::error::Result;

/// A jurisdiction that a case lies in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Place {
    /// Code of the layer.
    pub layer: String,
    /// Code of the jurisdiction.
    pub code: String,
    /// Name of the jurisdiction.
    pub name: String,
}

/// What is said of one case.
#[derive(Debug, Default)]
pub(in crate::cases) struct About {
    pub number: String,
    pub jurisdictions: Vec<Place>,
    pub photo: Option<String>,
    /// Since when the clock of its end stands.
    pub paused_at: Option<i64>,
}

/// The same of several cases, in four queries however many they are.
pub(in crate::cases) async fn of(db: &Db, cases: &[i64]) -> Result<HashMap<i64, About>> {
    let mut about: HashMap<i64, About> = HashMap::with_capacity(cases.len());
    if cases.is_empty() {
        return Ok(about);
    }
    let numbers = db.sql("select r.case_id, r.number from request r where r.id in (select min(f.id) from request f where 1 = 1");
    numbers
        .within(" and f.case_id", cases.iter().copied())
        .push(" group by f.case_id)")
        .each(|(case, number): (i64, String)| {
            about.entry(case).or_default().number = number;
            Ok(())
        })
        .await?;
    db.sql(
        "select i.case_id, l.code, j.code, j.name from case_jurisdiction i join jurisdiction j on j.id = i.jurisdiction_id
         join layer l on l.id = j.layer_id where 1 = 1",
    )
    .within(" and i.case_id", cases.iter().copied())
    .push(" order by l.precedence, l.id, j.id")
    .each(|(case, layer, code, name): (i64, String, String, String)| {
        about.entry(case).or_default().jurisdictions.push(Place { layer, code, name });
        Ok(())
    })
    .await?;
    db.sql("select r.case_id, p.id from photo p join request r on r.id = p.request_id where p.state in ('shown', 'review')")
        .within(" and r.case_id", cases.iter().copied())
        .push(" order by p.uploaded_at, p.id")
        .each(|(case, photo): (i64, String)| {
            about.entry(case).or_default().photo.get_or_insert(photo);
            Ok(())
        })
        .await?;
    db.sql("select case_id, paused_at from promise where kind = 'resolution' and met_at is null and paused_at is not null")
        .within(" and case_id", cases.iter().copied())
        .each(|(case, paused_at): (i64, i64)| {
            about.entry(case).or_default().paused_at = Some(paused_at);
            Ok(())
        })
        .await?;
    Ok(about)
}
