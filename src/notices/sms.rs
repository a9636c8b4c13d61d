//! Text messages: each is posted to the gateway that the settings name, with a body and headers of its making.

use std::collections::BTreeMap;
use std::time::Duration;

use minijinja::{Environment, UndefinedBehavior, Value};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::carrier::{Carrier, Due, Failure};
use crate::config;
use crate::error::{Error, Result};
use crate::outbound::{self, Outbound};

/// Steps that writing one request may take.
const FUEL: u64 = 20_000;

/// A gateway as the settings describe it.
pub struct Gateway {
    outbound: Outbound,
    url: Url,
    content_type: HeaderValue,
    headers: Vec<(HeaderName, String)>,
    templates: Environment<'static>,
    patience: u64,
}

impl Gateway {
    /// The gateway of these settings; `None` where they name none.
    pub fn open(set: &config::Sms, out: &config::Outbound) -> Result<Option<Gateway>> {
        if !set.country_code.chars().all(|c| c.is_ascii_digit()) || set.country_code.len() > 3 {
            return Err(Error::config("sms.country_code", "must be up to three digits, without a plus"));
        }
        if set.url.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&set.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or_else(|| Error::config("sms.url", "is not an http or https address"))?;
        if !(1..=600).contains(&set.timeout_seconds) {
            return Err(Error::config("sms.timeout_seconds", "must be between 1 and 600"));
        }
        let content_type = HeaderValue::from_str(&set.content_type).map_err(|_| Error::config("sms.content_type", "is no media type"))?;
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(FUEL));
        templates.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        templates.add_template_owned("body", set.body.clone()).map_err(|e| Error::config("sms.body", e))?;
        let mut headers = Vec::new();
        for (nth, header) in set.headers.iter().enumerate() {
            let wrong = || Error::config("sms.headers", format!("entry {} is not `Name: value`", nth + 1));
            let (name, value) = header.split_once(':').ok_or_else(wrong)?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
            let template = format!("header {nth}");
            templates.add_template_owned(template.clone(), value.trim().to_owned()).map_err(|_| wrong())?;
            headers.push((name, template));
        }
        let patience = set.timeout_seconds;
        let outbound = Outbound::new(out)?;
        if let Err(e) = outbound.call(Method::POST, url.clone()) {
            return Err(Error::config("sms.url", e));
        }
        let gateway = Gateway { outbound, url, content_type, headers, templates, patience };
        gateway.write(&sample()).map_err(|what| Error::config(what, "cannot be written with `to`, `text` and `id`"))?;
        Ok(Some(gateway))
    }

    /// Headers and body of one message; the setting that does not let it be written, otherwise.
    fn write(&self, due: &Due) -> Result<(HeaderMap, String), &'static str> {
        let known = || {
            let id = format!("waymark-{}-{}", due.id, due.created_at);
            let known = [("to", due.address.clone()), ("text", due.body.clone()), ("id", id)];
            Value::from(known.map(|(name, value)| (name, Value::from(value))).into_iter().collect::<BTreeMap<_, _>>())
        };
        let render = |name: &str| self.templates.get_template(name).and_then(|template| template.render(known())).ok();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        for (name, template) in &self.headers {
            let value = render(template).and_then(|value| HeaderValue::from_str(&value).ok()).ok_or("sms.headers")?;
            headers.append(name.clone(), value);
        }
        Ok((headers, render("body").ok_or("sms.body")?))
    }
}

impl Carrier for Gateway {
    async fn carry(&mut self, due: &Due) -> Result<(), Failure> {
        let (headers, body) = self.write(due).map_err(|what| Failure::Refused(format!("It cannot be written as {what} says.")))?;
        let call = self.outbound.call(Method::POST, self.url.clone()).map_err(|_| forbidden())?;
        // Its status is all that is asked of it.
        match call.headers(headers).body(body).timeout(Duration::from_secs(self.patience)).send().await {
            Ok(answer) => judge(answer.status()),
            Err(e) if e.is_timeout() => Err(Failure::Unreachable("The gateway for text messages did not answer in time.".into())),
            Err(e) => Err(match outbound::away(e) {
                Error::Invalid(_) => forbidden(),
                _ => Failure::Unreachable("The gateway for text messages cannot be reached.".into()),
            }),
        }
    }

    async fn rest(&mut self) {}

    fn patience(&self) -> u64 {
        self.patience
    }
}

fn forbidden() -> Failure {
    Failure::Unreachable("The gateway for text messages is at a private address that `outbound.private_hosts` does not name.".into())
}

/// What the gateway's answer means.
fn judge(status: StatusCode) -> Result<(), Failure> {
    let code = status.as_u16();
    match code {
        200..=299 => Ok(()),
        401 | 403 | 407 => Err(Failure::Unreachable(format!("The gateway for text messages does not let us in: {code}."))),
        408 | 425 | 429 => Err(Failure::Later(format!("The gateway for text messages asks us to try again later: {code}."))),
        400..=499 => Err(Failure::Refused(format!("The gateway for text messages refused the number or the message: {code}."))),
        _ => Err(Failure::Unreachable(format!("The gateway for text messages is in trouble: {code}."))),
    }
}

fn sample() -> Due {
    let (address, body) = ("+15550100".into(), "A \"sample\" & more".into());
    Due { id: 0, address, subject: String::new(), body, secret: false, attempts: 0, created_at: 0, give_up_at: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(change: impl FnOnce(&mut config::Sms)) -> Result<Option<Gateway>> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut set = config::Sms { url: "https://sms.example/v1/send".into(), ..config::Sms::default() };
        change(&mut set);
        Gateway::open(&set, &config::Outbound::default())
    }

    #[test]
    fn what_a_message_says_stays_within_its_place() {
        let gateway = open(|set| set.headers = vec!["Authorization: Bearer abc".into(), "Idempotency-Key: {{ id }}".into()]);
        let gateway = gateway.expect("it is good").expect("it is a gateway");
        let due = Due { id: 9, address: "+44 7700\"".into(), body: "é\", \"to\": \"+1\n{{ 7 }}".into(), ..sample() };
        let (headers, body) = gateway.write(&due).expect("it is written");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body, serde_json::json!({ "to": due.address, "text": due.body }));
        assert_eq!((headers["authorization"].as_bytes(), headers["idempotency-key"].as_bytes()), (&b"Bearer abc"[..], &b"waymark-9-0"[..]));
        let form = open(|set| {
            set.content_type = "application/x-www-form-urlencoded".into();
            set.body = "to={{ to|urlencode }}&text={{ text|urlencode }}".into();
        });
        let (_, body) = form.expect("it is good").expect("it is a gateway").write(&due).expect("it is written");
        assert!(body.starts_with("to=%2B44%207700%22&text="), "{body}");
    }

    #[test]
    fn a_setting_that_cannot_be_is_named_without_what_it_holds() {
        assert!(open(|set| set.url.clear()).expect("no gateway is good too").is_none());
        let wrong: [(fn(&mut config::Sms), &str); 8] = [
            (|set| set.url = "ftp://hush@sms.example".into(), "sms.url"),
            (|set| set.url = "http://127.0.0.1/hush".into(), "sms.url"),
            (|set| set.body = "{{ to }".into(), "sms.body"),
            (|set| set.body = "{{ tu }}".into(), "sms.body"),
            (|set| set.headers = vec!["hush".into()], "sms.headers"),
            (|set| set.headers = vec!["X-Key: {{ hush }}".into()], "sms.headers"),
            (|set| set.country_code = "+44".into(), "sms.country_code"),
            (|set| set.timeout_seconds = 0, "sms.timeout_seconds"),
        ];
        for (change, named) in wrong {
            let said = open(change).err().expect("it is wrong").to_string();
            assert!(said.starts_with(named) && !said.contains("hush"), "{said}");
        }
    }

    #[test]
    fn an_answer_is_success_a_wait_or_the_end() {
        for (code, outcome) in
            [(200, "ok"), (202, "ok"), (302, "unreachable"), (400, "refused"), (401, "unreachable"), (429, "later"), (503, "unreachable")]
        {
            let judged = judge(StatusCode::from_u16(code).expect("a status"));
            let word = match judged {
                Ok(()) => "ok",
                Err(Failure::Refused(_)) => "refused",
                Err(Failure::Later(_)) => "later",
                Err(Failure::Unreachable(_)) => "unreachable",
            };
            assert_eq!(word, outcome, "{code}");
        }
    }
}
