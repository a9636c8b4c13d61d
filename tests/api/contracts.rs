//! The OpenAPI document: as committed, whole, and true of the server.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::helpers::{City, Database};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn document() -> Value {
    serde_json::from_str(&waymark::http::openapi().unwrap()).unwrap()
}

#[test]
fn the_committed_document_is_the_one_that_the_server_has() {
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(root("openapi.json")).unwrap()).unwrap();
    assert_eq!(committed, document(), "run `make openapi` and commit openapi.json");
}

/// Paths as the handlers of `/api` register them.
fn registered(folder: &Path, paths: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            registered(&path, paths);
            continue;
        }
        for part in std::fs::read_to_string(&path).unwrap().split("web::resource(\"").skip(1) {
            paths.insert(format!("/api{}", part.split_once('"').unwrap().0));
        }
    }
}

#[test]
fn every_route_is_in_the_document_and_nothing_else_is() {
    let mut paths = BTreeSet::new();
    registered(&root("src/http/api"), &mut paths);
    let documented: BTreeSet<String> = document()["paths"].as_object().unwrap().keys().cloned().collect();
    // The pictures stand in the file of their upload, and beside `/api`.
    let in_document = |path: &&String| documented.contains(*path) || documented.contains(&path.replacen("/api/", "/photos/", 1));
    let missing: Vec<&String> = paths.iter().filter(|path| !in_document(path)).collect();
    assert!(missing.is_empty(), "not in the OpenAPI document: {missing:?}");
}

/// Types by the name that they have in the document: of two with one name only one would stand there.
fn named(folder: &Path, types: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, types);
            continue;
        }
        for after in std::fs::read_to_string(&path).unwrap().split("ToSchema)]").skip(1) {
            let lines = after.lines().map(str::trim).take_while(|line| !line.ends_with('{') || line.starts_with("#["));
            let alias = lines.clone().find_map(|line| line.split_once("schema(as = ")?.1.split([')', ',']).next());
            let item = after.lines().find(|line| line.contains("struct ") || line.contains("enum ")).unwrap_or_default();
            let own = item.rsplit_once("struct ").or_else(|| item.rsplit_once("enum ")).map_or("", |(_, name)| name);
            let own = own.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            types.push(alias.unwrap_or(own).to_owned());
        }
    }
}

#[test]
fn no_two_types_have_one_name_in_the_document() {
    let mut types = Vec::new();
    named(&root("src"), &mut types);
    types.sort_unstable();
    let twice: Vec<&String> = types.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(types.len() > 60 && twice.is_empty(), "give one of each another name by #[schema(as = …)]: {twice:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_documented_path_is_answered_and_refuses_other_methods() {
    let city = City::over(Database::sqlite()).await;
    for (path, methods) in document()["paths"].as_object().unwrap() {
        let concrete = path.replace("{format}", "json");
        let concrete = concrete.split('/').map(|part| match part.split_once('{') {
            Some((before, rest)) => format!("{before}1{}", rest.split_once('}').unwrap().1),
            None => part.to_owned(),
        });
        let concrete = concrete.collect::<Vec<_>>().join("/");
        let wrong = city.call(reqwest::Method::TRACE, &concrete).send().await.unwrap();
        assert_eq!(wrong.status(), 405, "TRACE {concrete}");
        assert!(!methods.as_object().unwrap().is_empty());
    }
}
