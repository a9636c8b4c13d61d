use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A name server that answers each time with the next of its answers, and with the last for ever.
struct Fake {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Fake {
    fn of(answers: &[&[&'static str]]) -> Arc<Fake> {
        Arc::new(Fake { answers: answers.iter().map(|answer| answer.to_vec()).collect(), asked: AtomicUsize::new(0) })
    }
}

impl Lookup for Fake {
    fn find(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let nth = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let found = self.answers[nth].iter().map(|text| text.parse().expect("an address")).collect();
        Box::pin(async move { Ok(found) })
    }
}

fn outbound(private_hosts: &[&str], lookup: Arc<dyn Lookup>) -> Outbound {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let private_hosts = private_hosts.iter().map(|host| (*host).to_owned()).collect();
    let settings = config::Outbound { private_hosts, seconds: 5, max_bytes: 100 };
    Outbound::with(&settings, lookup).expect("good settings")
}

fn get(outbound: &Outbound, url: &str) -> Result<RequestBuilder> {
    outbound.call(Method::GET, Url::parse(url).expect("an address"))
}

/// A server that answers everything with the same; it counts its connections.
async fn server(answer: &'static str) -> (u16, Arc<AtomicUsize>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let met = Arc::new(AtomicUsize::new(0));
    let count = met.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 2048]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, met)
}

const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";

#[test]
fn every_spelling_of_an_address_that_must_not_be_called_is_refused() {
    let outbound = outbound(&[], Fake::of(&[&["127.0.0.1"]]));
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "0",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "2852039166",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
    ] {
        assert!(get(&outbound, &format!("http://{host}/")).is_err(), "{host}");
        assert!(get(&outbound, &format!("https://{host}:8443/")).is_err(), "{host}");
    }
    for host in ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:2800:220:1::1]", "[64:ff9b::808:808]", "city.example"] {
        assert!(get(&outbound, &format!("https://{host}/")).is_ok(), "{host}");
    }
}

#[test]
fn only_web_addresses_without_passwords_are_called() {
    let outbound = outbound(&[], Fake::of(&[&["8.8.8.8"]]));
    for url in
        ["ftp://city.example/", "file:///etc/passwd", "gopher://city.example/", "http://user:pw@city.example/", "http://user@city.example/"]
    {
        assert!(get(&outbound, url).is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_name_that_points_inside_is_not_called_and_says_so() {
    let (port, met) = server(HELLO).await;
    for answer in [&["127.0.0.1"][..], &["8.8.8.8", "127.0.0.1"], &["::1"], &["::ffff:127.0.0.1"]] {
        let outbound = outbound(&["other.example"], Fake::of(&[answer]));
        let call = get(&outbound, &format!("http://inside.example:{port}/")).expect("a name says nothing yet");
        let refused = outbound.read(call).await.expect_err("it must not be called").to_string();
        assert!(refused.contains("inside.example") && refused.contains("outbound.private_hosts"), "{refused}");
    }
    assert_eq!(met.load(Ordering::SeqCst), 0);
}

/// A name that is public when it is looked at and private when it is called: there is no second look.
#[tokio::test]
async fn a_name_is_looked_up_once_for_its_connection() {
    let names = Fake::of(&[&["8.8.8.8"], &["127.0.0.1"]]);
    let resolver = Resolver { lookup: names.clone(), guarded: true };
    let name = || "rebinding.example".parse::<Name>().expect("a name");
    let first: Vec<SocketAddr> = resolver.resolve(name()).await.expect("public").collect();
    assert_eq!(first, ["8.8.8.8:0".parse().expect("an address")], "the connection goes to exactly what was looked at");
    assert!(resolver.resolve(name()).await.is_err(), "and the next connection is looked at again");

    let (port, met) = server(HELLO).await;
    let names = Fake::of(&[&["127.0.0.1"], &["8.8.8.8"]]);
    let outbound = outbound(&[], names.clone());
    let call = get(&outbound, &format!("http://rebinding.example:{port}/")).expect("a name");
    assert!(outbound.read(call).await.is_err());
    assert_eq!((names.asked.load(Ordering::SeqCst), met.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
async fn a_listed_host_may_be_anywhere_on_its_port() {
    let (port, met) = server(HELLO).await;
    let outbound = outbound(&[&format!("Inside.example:{port}"), "127.0.0.1"], Fake::of(&[&["127.0.0.1"]]));
    for url in [format!("http://inside.example:{port}/"), format!("http://127.0.0.1:{port}/"), format!("http://inside.example.:{port}/")] {
        let (status, body) = outbound.read(get(&outbound, &url).expect("listed")).await.expect("it answers");
        assert_eq!((status.as_u16(), body.as_slice()), (200, b"hello".as_slice()), "{url}");
    }
    let (other, never) = server(HELLO).await;
    let call = get(&outbound, &format!("http://inside.example:{other}/")).expect("a name");
    assert!(outbound.read(call).await.is_err(), "another port of that host is not listed");
    assert_eq!((met.load(Ordering::SeqCst), never.load(Ordering::SeqCst)), (3, 0));
}

#[tokio::test]
async fn redirects_are_not_followed_and_nothing_too_large_is_read() {
    let (target, never) = server(HELLO).await;
    let moved = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{target}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let (port, _) = server(moved.leak()).await;
    let outbound = outbound(&["127.0.0.1"], Fake::of(&[&["127.0.0.1"]]));
    let (status, _) = outbound.read(get(&outbound, &format!("http://127.0.0.1:{port}/")).expect("listed")).await.expect("it answers");
    assert_eq!((status.as_u16(), never.load(Ordering::SeqCst)), (302, 0));
    let large = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 101\r\n\r\n{}", "x".repeat(101));
    let (port, _) = server(large.leak()).await;
    let refused = outbound.read(get(&outbound, &format!("http://127.0.0.1:{port}/")).expect("listed")).await;
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
}
