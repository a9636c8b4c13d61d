//! A real SMTP server (`scripts/mail-server.py`, brought by `scripts/mail`) and what arrived at it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use waymark::config::Config;

/// A mail server on a port of its own; gone when dropped.
pub struct MailServer {
    pub port: u16,
    folder: tempfile::TempDir,
    options: Vec<String>,
    child: Child,
}

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Letter {
    text: String,
}

impl MailServer {
    /// A server that takes mail from everybody; `None` where none is at hand.
    pub fn start() -> Option<MailServer> {
        MailServer::with(&[])
    }

    /// A server with more options of `scripts/mail-server.py`; `{}` is the folder of its certificate.
    pub fn with(options: &[&str]) -> Option<MailServer> {
        let certificates = std::env::var("WAYMARK_TEST_CERT").unwrap_or_default();
        let options: Vec<String> = options.iter().map(|option| option.replace("{}", &certificates)).collect();
        let folder = tempfile::tempdir().unwrap();
        let (child, port) = launch(folder.path(), 0, &options)?;
        Some(MailServer { port, folder, options, child })
    }

    /// Ends it at once; what arrived stays.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same port.
    pub fn again(&mut self) {
        self.stop();
        self.child = launch(self.folder.path(), self.port, &self.options).unwrap().0;
    }

    /// Settings that send mail to it in the clear.
    pub fn settings(&self, config: &mut Config) {
        config.mail.host = "127.0.0.1".into();
        config.mail.port = self.port;
        config.mail.tls = "none".into();
        config.mail.from = "City of Testing <311@testing.example>".into();
        config.mail.timeout_seconds = 2;
    }

    /// Everything that arrived.
    pub fn arrived(&self) -> Vec<Letter> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("mail/new")) else { return Vec::new() };
        entries.map(|entry| Letter { text: plain(&std::fs::read_to_string(entry.unwrap().path()).unwrap()) }).collect()
    }

    /// Waits until so many arrived, and hands out all.
    pub async fn wait_for(&self, letters: usize) -> Vec<Letter> {
        for _ in 0..400 {
            let arrived = self.arrived();
            if arrived.len() >= letters {
                return arrived;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} of {letters} letters arrived: {:?}", self.arrived().len(), self.arrived());
    }
}

impl Letter {
    pub fn header(&self, name: &str) -> &str {
        let (headers, _) = self.text.split_once("\n\n").unwrap();
        let found = headers.lines().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
        found.map_or("", |(_, value)| value.trim())
    }

    pub fn body(&self) -> &str {
        self.text.split_once("\n\n").unwrap().1
    }

    /// What follows `before` in the body, up to the next blank.
    pub fn after(&self, before: &str) -> &str {
        self.body().split_once(before).unwrap_or_else(|| panic!("{before} in {}", self.text)).1.split_whitespace().next().unwrap()
    }
}

/// A letter without its transfer encoding, as far as English needs it (RFC 2045, 6.7): soft breaks and `=`.
fn plain(text: &str) -> String {
    let quoted = text.contains("Content-Transfer-Encoding: quoted-printable");
    if quoted { text.replace("=\n", "").replace("=3D", "=") } else { text.to_owned() }
}

fn launch(folder: &std::path::Path, port: u16, options: &[String]) -> Option<(Child, u16)> {
    let program = std::env::var("WAYMARK_TEST_SMTP").ok()?;
    let mut words = program.split(' ');
    let mut command = Command::new(words.next().unwrap());
    command.args(words).arg(folder).args(["--port", &port.to_string()]).args(options);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let port = said.trim().rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("the mail server said {said:?}"));
    Some((child, port))
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
    }
}
