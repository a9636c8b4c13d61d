//! A server in this process, on a free port, and a client that speaks to it.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use waymark::app::App;
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::workers::Running;

/// A running server and a client that keeps its cookies.
pub struct Server {
    pub app: Arc<App>,
    pub base: String,
    pub client: reqwest::Client,
    handle: actix_web::dev::ServerHandle,
    _workers: Running,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Server {
    pub async fn start(config: Config, clock: Clock) -> Server {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let app = App::build(config, clock).await.unwrap();
        let workers = app.start().await.unwrap();
        let listener = waymark::server::bind(&app.config).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = waymark::server::serve(app.clone(), listener).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Server { app, base, client: client(), handle, _workers: workers }
    }

    /// A request, ready to send.
    pub fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::GET, path)).await
    }

    /// Sends JSON as a browser on our own pages would.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.call(Method::POST, path).header("origin", &self.base).json(body)).await
    }

    /// Sends a form, as Open311 wants it.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.call(Method::POST, path).form(fields)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::DELETE, path).header("origin", &self.base)).await
    }
}

/// A client with a jar of its own: another browser.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().cookie_store(true).build().unwrap()
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        Answer { status: answer.status(), headers: answer.headers().clone(), text: answer.text().await.unwrap() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }

    /// The same without what this one request is called: what is said of every request like it.
    pub fn refusal(&self) -> Value {
        let mut said = self.json();
        if let Some(said) = said.as_object_mut() {
            said.remove("instance");
        }
        said
    }

    /// Asserts the status and hands the answer on; a surprise shows the whole answer.
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false)); // sent at once; the future only waits
    }
}
