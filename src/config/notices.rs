//! Settings of what is told to people outside.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

section! {
    /// The server that takes our mail.
    Mail {
        /// Its name. Empty: no mail is sent.
        host: String = String::new(),
        /// Its port. 0: the usual one, 587 with `starttls`, 465 with `tls`, 25 with `none`.
        port: u16 = 0,
        /// `starttls`, `tls` from the first byte, or `none` for a server on the same machine.
        tls: String = "starttls".into(),
        /// A PEM file of a certificate authority to trust beside the system's.
        ca_file: Option<PathBuf> = None,
        /// Name to sign in with. Empty: nobody signs in.
        username: String = String::new(),
        /// Password to sign in with.
        password: String = String::new(),
        /// Whom mail is from, like `City of Alderford <311@alderford.example>`.
        from: String = String::new(),
        /// Seconds in which one message must have been taken.
        timeout_seconds: u64 = 30,
        /// Connections at the same time.
        connections: usize = 2,
    }
}

section! {
    /// The gateway that takes our text messages: a web address to which each is posted.
    Sms {
        /// Its address. Empty: no text messages are sent.
        url: String = String::new(),
        /// Media type of the body.
        content_type: String = "application/json".into(),
        /// The body; `to`, `text` and `id` (the same for the same message) are known in it.
        body: String = r#"{"to": {{ to|tojson }}, "text": {{ text|tojson }}}"#.into(),
        /// More headers, each as `Name: value`; the same names are known in them.
        headers: Vec<String> = Vec::new(),
        /// The country's calling code, like `44`: a number without one is of this country.
        country_code: String = String::new(),
        /// Seconds in which the gateway must have answered.
        timeout_seconds: u64 = 20,
    }
}

section! {
    /// What is told to people outside, and how long it is tried.
    Notices {
        /// `en` or `es`: the language of those whose own is not known or not spoken here.
        language: String = "en".into(),
        /// Messages taken from the outbox at a time.
        batch: i64 = 20,
        /// Hours after which a message that could not be delivered is given up.
        give_up_hours: i64 = 72,
        /// Days for which the delivery log is kept.
        keep_days: i64 = 90,
    }
}
