//! The store: a folder, and a bucket of a real S3 server in this process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

use super::store::{Size, Store};
use super::*;
use crate::config;
use crate::error::Error;

const OBJECT: &str = "abcdef0123-4567";

async fn read(store: &Store, size: Size) -> Result<Vec<u8>, Error> {
    let stream = store.get(OBJECT, size).await?.into_stream();
    Ok(stream.map_ok(Vec::from).try_concat().await.expect("a readable object"))
}

/// What is asked of every store.
async fn keeps_gives_and_erases(store: &Store) {
    assert!(matches!(read(store, Size::Large).await, Err(Error::NotFound("photo"))));
    let large = vec![7; 300_000];
    for _ in 0..2 {
        store.put(OBJECT, large.clone(), b"small".to_vec()).await.expect("kept, and kept again");
        assert_eq!(read(store, Size::Large).await.expect("there"), large);
        assert_eq!(read(store, Size::Small).await.expect("there"), b"small");
    }
    for _ in 0..2 {
        store.erase(OBJECT).await.expect("erased, and erased again");
        assert!(matches!(read(store, Size::Large).await, Err(Error::NotFound("photo"))));
        assert!(matches!(read(store, Size::Small).await, Err(Error::NotFound("photo"))));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn a_folder_keeps_gives_and_erases() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::folder(&folder.path().join("deep/photos")).expect("the folder is made");
    keeps_gives_and_erases(&store).await;
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn erasing_takes_what_a_crash_left_of_a_put_and_nothing_of_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::folder(folder.path()).expect("a store");
    store.put(OBJECT, vec![1], vec![2]).await.expect("kept");
    store.put("abcdef0123-45678", vec![1], vec![2]).await.expect("kept");
    std::fs::write(folder.path().join("ab/cdef0123-4567-large.jpg#1"), "half").expect("written");
    store.erase(OBJECT).await.expect("erased");
    let mut left = files(folder.path());
    left.sort();
    assert_eq!(left, ["large", "small"].map(|size| folder.path().join(format!("ab/cdef0123-45678-{size}.jpg"))));
}

/// Serves a folder as S3 on a free port, until the test's runtime ends.
async fn s3(folder: &Path) -> SocketAddr {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).expect("a folder"));
    service.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = service.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    address
}

fn bucket(address: SocketAddr, name: &str, secret: &str) -> Store {
    Store::open(&config::Photos {
        store: "s3".into(),
        s3_endpoint: format!("http://{address}"),
        s3_bucket: name.into(),
        s3_access_key: "key".into(),
        s3_secret_key: secret.into(),
        s3_allow_http: true,
        ..config::Photos::default()
    })
    .expect("settings that fit")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_of_s3_keeps_gives_and_erases() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("city-photos")).expect("a bucket");
    let address = s3(folder.path()).await;
    let store = bucket(address, "city-photos", "secret");
    store.put("0123-45", vec![1], vec![2]).await.expect("kept");
    assert!(folder.path().join("city-photos/photos/01/23-45-large.jpg").is_file());
    keeps_gives_and_erases(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_refuses_or_does_not_answer_is_told_without_its_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("city-photos")).expect("a bucket");
    let address = s3(folder.path()).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port that was free");
    for store in [bucket(address, "city-photos", "wrong-secret"), bucket(closed, "city-photos", "secret")] {
        let refused = store.put(OBJECT, vec![1], vec![2]).await.expect_err("not kept");
        let words = refused.to_string();
        assert!(matches!(refused, Error::Unavailable(_)) && !words.contains("bucket") && !words.contains("secret"), "{words}");
    }
}

#[test]
fn uploads_share_one_budget_and_give_it_back() {
    let budget = upload::budget(1 << 20);
    let begin = || Upload::new(800 << 10, budget.clone());
    let mut first = begin();
    first.push(&[0; 700 << 10]).expect("there is room");
    let mut second = begin();
    assert!(matches!(second.push(&[0; 700 << 10]), Err(Error::Unavailable(_))));
    drop(first);
    for _ in 0..8 {
        second.push(&[0; 100 << 10]).expect("there is room again");
    }
    assert!(matches!(second.push(&[0]), Err(Error::TooLarge { .. })));
    assert_eq!(second.finish().0.len(), 800 << 10);
    assert_eq!(budget.available_permits(), 1 << 10);
}
