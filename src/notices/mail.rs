//! Mail by SMTP (RFC 5321): one connection for a batch, closed after it.
//!
//! What the server answers is told apart by when it answers: a refusal while connecting or signing in is about us and stops
//! the batch, a refusal of a message is about that message. lettre's own pool does not tell these apart, and would hand a
//! connection that was left in the middle of an answer to the next message.

use std::error::Error as StdError;
use std::time::Duration;

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error as SmtpError, response::Code};
use tokio::time::timeout;

use super::carrier::{Carrier, Due, Failure};
use crate::config;
use crate::error::{Error, Result};

/// How the connection is kept from listeners.
#[derive(Clone)]
enum Veil {
    None,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

/// A mail server as the settings name it, and the connection to it while there is one.
pub struct Mail {
    host: String,
    port: u16,
    veil: Veil,
    credentials: Option<Credentials>,
    from: Mailbox,
    hello: ClientId,
    patience: u64,
    connection: Option<AsyncSmtpConnection>,
}

impl Mail {
    /// The server of these settings; `None` where they name none.
    pub fn open(set: &config::Mail) -> Result<Option<Mail>> {
        if set.host.is_empty() {
            return Ok(None);
        }
        let from: Mailbox = set
            .from
            .parse()
            .map_err(|_| Error::config("mail.from", format!("{:?} is no mail address, like `City <311@city.example>`", set.from)))?;
        if !(1..=600).contains(&set.timeout_seconds) || !(1..=32).contains(&set.connections) {
            return Err(Error::config("mail", "timeout_seconds must be between 1 and 600, and connections between 1 and 32"));
        }
        let (veil, usual) = match set.tls.as_str() {
            "starttls" => (Veil::StartTls(trust(set)?), 587),
            "tls" => (Veil::Tls(trust(set)?), 465),
            "none" => (Veil::None, 25),
            other => return Err(Error::config("mail.tls", format!("is {other:?}, but must be `starttls`, `tls` or `none`"))),
        };
        let here = matches!(set.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if matches!(veil, Veil::None) && !set.username.is_empty() && !here {
            return Err(Error::config(
                "mail.tls",
                "is `none`, which would show the password to everybody on the way; use `starttls` or `tls`",
            ));
        }
        if set.username.is_empty() != set.password.is_empty() {
            return Err(Error::config("mail.username", "and mail.password go together: set both or neither"));
        }
        Ok(Some(Mail {
            host: set.host.clone(),
            port: if set.port == 0 { usual } else { set.port },
            veil,
            credentials: (!set.username.is_empty()).then(|| Credentials::new(set.username.clone(), set.password.clone())),
            from,
            hello: ClientId::default(),
            patience: set.timeout_seconds,
            connection: None,
        }))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let tls = if let Veil::Tls(tls) = &self.veil { Some(tls.clone()) } else { None };
        let server = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, tls, None).await?;
        if let Veil::StartTls(tls) = &self.veil {
            // Without it nothing further is said: neither the password nor the message.
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// The message as it goes over the line. Its id is that of the row, however often it is sent.
    fn message(&self, due: &Due) -> Result<Message, Failure> {
        let wrong = |_| Failure::Refused("The address is not a mail address.".into());
        let to = Mailbox::new(None, due.address.trim().parse().map_err(wrong)?);
        let domain = self.from.email.domain();
        let builder: MessageBuilder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(due.subject.clone())
            .message_id(Some(format!("<waymark.{}.{}@{domain}>", due.id, due.created_at)))
            // No program shall answer it (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .header(ContentType::TEXT_PLAIN);
        builder.body(due.body.clone()).map_err(|_| Failure::Refused("The message cannot be written as mail.".into()))
    }

    async fn carry_now(&mut self, message: &Message) -> Result<(), Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await.map_err(|e| Failure::Unreachable(about_us(&e)))?,
        };
        match connection.send(message.envelope(), &message.formatted()).await {
            Ok(_) => {
                self.connection = Some(connection);
                Ok(())
            }
            Err(e) => {
                // lettre quit after the refusal; the next message gets a connection of its own.
                Err(about_it(&e))
            }
        }
    }
}

impl Carrier for Mail {
    async fn carry(&mut self, due: &Due) -> Result<(), Failure> {
        let message = self.message(due)?;
        // Cut off in the middle, the connection is dropped with what it might still answer.
        timeout(Duration::from_secs(self.patience), self.carry_now(&message))
            .await
            .unwrap_or_else(|_| Err(Failure::Unreachable("The mail server did not answer in time.".into())))
    }

    async fn rest(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let _ = timeout(Duration::from_secs(2), connection.quit()).await; // everything was answered for
        }
    }

    fn patience(&self) -> u64 {
        self.patience
    }
}

fn trust(set: &config::Mail) -> Result<TlsParameters> {
    let mut tls = TlsParameters::builder(set.host.clone());
    if let Some(file) = &set.ca_file {
        let wrong = |e: &dyn std::fmt::Display| Error::config("mail.ca_file", format!("{}: {e}", file.display()));
        let pem = std::fs::read(file).map_err(|e| wrong(&e))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| wrong(&e))?);
    }
    tls.build_rustls().map_err(|e| Error::config("mail.host", e))
}

/// Why nobody was there, or let us in.
fn about_us(e: &SmtpError) -> String {
    match e.status() {
        Some(code) if signing_in(code) => format!("The mail server does not let us in: {code}."),
        Some(code) => format!("The mail server takes nothing from us: {code}."),
        None if distrusted(e) => "The mail server's certificate or encryption is not to be trusted.".into(),
        None if e.is_client() => "The mail server offers no encryption, or no way to sign in that we know.".into(),
        None => "The mail server cannot be reached.".into(),
    }
}

/// Whether encryption failed. lettre calls a handshake that rustls broke off a broken connection; the reason lies beneath.
fn distrusted(e: &SmtpError) -> bool {
    let beneath = || std::iter::successors(e.source(), |e| (*e).source());
    let broken_off = |e: &(dyn StdError + 'static)| {
        let inner = e.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        e.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>())
    };
    e.is_tls() || beneath().any(broken_off)
}

/// Why this message was not taken.
fn about_it(e: &SmtpError) -> Failure {
    match e.status() {
        Some(code) if signing_in(code) || u16::from(code) == 421 => {
            Failure::Unreachable(format!("The mail server takes nothing from us: {code}."))
        }
        Some(code) if e.is_permanent() => Failure::Refused(format!("The mail server refused the address or the message: {code}.")),
        Some(code) => Failure::Later(format!("The mail server asks us to try again later: {code}.")),
        None if e.is_client() => Failure::Refused("The mail server cannot take an address with such letters.".into()),
        None => Failure::Unreachable("The connection to the mail server broke.".into()),
    }
}

/// Codes of RFC 4954 that say who we are is the trouble.
fn signing_in(code: Code) -> bool {
    matches!(u16::from(code), 432 | 454 | 530 | 534 | 535 | 538)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(change: impl FnOnce(&mut config::Mail)) -> Result<Option<Mail>> {
        let mut set = config::Mail { host: "mail.city.example".into(), from: "City <311@city.example>".into(), ..config::Mail::default() };
        change(&mut set);
        Mail::open(&set)
    }

    #[test]
    fn a_setting_that_cannot_be_is_named() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        assert!(set(|_| ()).expect("it is good").is_some());
        assert!(set(|set| set.host.clear()).expect("no mail is good too").is_none());
        let wrong: [(fn(&mut config::Mail), &str); 6] = [
            (|set| set.from = "the city".into(), "mail.from"),
            (|set| set.tls = "ssl".into(), "mail.tls"),
            (|set| set.ca_file = Some("/nowhere/ca.pem".into()), "mail.ca_file"),
            (|set| set.username = "city".into(), "mail.username"),
            (|set| (set.username, set.password, set.tls) = ("city".into(), "secret".into(), "none".into()), "mail.tls"),
            (|set| set.connections = 0, "mail"),
        ];
        for (change, named) in wrong {
            let said = set(change).err().expect("it is wrong").to_string();
            assert!(said.starts_with(named) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn the_same_row_is_the_same_message_and_no_line_of_it_becomes_a_header() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mail = set(|_| ()).expect("it is good").expect("it is mail");
        let due = Due {
            id: 7,
            address: "ana@example.org".into(),
            subject: "Ñandú\r\nBcc: everybody@example.org".into(),
            body: "Hello.\r\n.\r\nQUIT\r\n".into(),
            secret: false,
            attempts: 1,
            created_at: 311,
            give_up_at: 0,
        };
        let text = String::from_utf8(mail.message(&due).expect("a message").formatted()).expect("ASCII");
        assert!(text.contains("Message-ID: <waymark.7.311@city.example>\r\n") && text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        for address in ["", "ana", "ana@", "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example, c@d.example"] {
            let due = Due { address: address.into(), ..due.clone() };
            assert!(matches!(mail.message(&due), Err(Failure::Refused(_))), "{address:?}");
        }
    }
}
