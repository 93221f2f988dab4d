//! Alerts as HTTP requests.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::http::Uri;
use ureq::{Agent, Error};

use crate::clock::StopFlag;
use crate::schema::AlertMessage;

use super::Secret;
use super::slack;
use super::worker::{Again, Channel, Failure};

/// What the body looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// The message of `--alert-log`.
    Json,
    /// `{"text": ...}`.
    Slack,
}

/// Posts each alert to an address, which nothing here ever shows.
pub struct Webhook {
    address: Secret,
    body: Body,
    agent: Agent,
}

impl Webhook {
    /// A webhook with a time limit for each attempt. Without a `body`, an address of Slack gets what Slack understands.
    ///
    /// # Errors
    /// When the address is none; the text does not repeat it.
    pub fn new(address: Secret, body: Option<Body>, time_limit: Duration) -> Result<Self, &'static str> {
        let uri: Uri = address.reveal().parse().map_err(|_| "is no URL")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("does not begin with https:// or http://");
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or("names no host")?;
        let is_chat = host == "hooks.slack.com" || uri.path().ends_with("/slack");
        let body = body.unwrap_or(if is_chat { Body::Slack } else { Body::Json });
        let config = Agent::config_builder()
            .timeout_global(Some(time_limit))
            .http_status_as_error(false)
            // An alert goes where it was told to, and nowhere else.
            .max_redirects(0)
            .user_agent(concat!("leakwatch/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { address, body, agent: config.new_agent() })
    }
}

impl Channel for Webhook {
    fn deliver(&mut self, message: &AlertMessage, _stop: &StopFlag) -> Result<(), Failure> {
        let text = match self.body {
            Body::Json => serde_json::to_string(message),
            Body::Slack => serde_json::to_string(&slack::body(message)),
        };
        let text = text.map_err(|error| Failure { why: error.to_string(), again: Again::Never })?;
        let request = self.agent.post(self.address.reveal()).content_type("application/json");
        let response = request.send(text).map_err(|error| failure(&error))?;
        let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        refusal(response.status().as_u16(), asked).map_or(Ok(()), Err)
    }
}

/// What is wrong with an answer, if anything.
fn refusal(status: u16, retry_after: Option<&str>) -> Option<Failure> {
    let again = match status {
        200..=299 => return None,
        408 | 425 | 429 | 500.. => {
            let seconds = retry_after.and_then(|text| text.trim().parse().ok());
            seconds.map_or(Again::Soon, |seconds| Again::After(Duration::from_secs(seconds)))
        }
        _ => Again::Never,
    };
    let hint = match status {
        300..=399 => ", another address; give that one",
        401 | 403 | 404 | 410 => "; is the address still right?",
        _ => "",
    };
    Some(Failure { why: format!("the server answered {status}{hint}"), again })
}

/// What went wrong, in words that do not contain the address: those of the library may.
fn failure(error: &Error) -> Failure {
    let (why, again) = match error {
        Error::Timeout(_) => ("no answer in time".to_owned(), Again::Soon),
        Error::HostNotFound => ("the host of the address was not found".to_owned(), Again::Soon),
        Error::ConnectionFailed => ("no connection".to_owned(), Again::Soon),
        Error::Io(error) => (unconnected(error.kind()), Again::Soon),
        Error::Rustls(error) => (format!("no secure connection: {error}"), Again::Soon),
        Error::Tls(_) | Error::TlsRequired => ("no secure connection".to_owned(), Again::Soon),
        Error::InvalidProxyUrl => ("the address of the proxy is none".to_owned(), Again::Never),
        Error::ConnectProxyFailed(_) => ("no connection through the proxy".to_owned(), Again::Soon),
        Error::Protocol(_) => ("the answer is no HTTP".to_owned(), Again::Soon),
        _ => ("the request failed".to_owned(), Again::Soon),
    };
    Failure { why, again }
}

/// What a failed connection means: the words of the system say little, and may name the host.
fn unconnected(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidData => {
            "no secure connection: the certificate is not trusted, or no TLS is spoken there".to_owned()
        }
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
            format!("no connection: {kind}")
        }
        _ => "no connection: the host was not found or cannot be reached".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(address: &str) -> Result<Body, &'static str> {
        Webhook::new(Secret::new(address), None, Duration::from_secs(1)).map(|webhook| webhook.body)
    }

    #[test]
    fn an_address_of_slack_gets_what_slack_understands() {
        assert_eq!(body("https://hooks.slack.com/services/T0/B0/x"), Ok(Body::Slack));
        assert_eq!(body("https://discord.com/api/webhooks/1/x/slack"), Ok(Body::Slack));
        assert_eq!(body("http://127.0.0.1:9/alerts"), Ok(Body::Json));
        for bad in ["", "hooks.slack.com/x", "ftp://a/b", "https://", "/x", "not a url"] {
            assert!(body(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert_eq!(refusal(204, None), None);
        let again = |status, asked| refusal(status, asked).map(|failure| failure.again);
        assert_eq!(again(500, None), Some(Again::Soon));
        assert_eq!(again(429, Some("7")), Some(Again::After(Duration::from_secs(7))));
        assert_eq!(again(503, Some("Wed, 21 Oct 2015 07:28:00 GMT")), Some(Again::Soon));
        assert_eq!(again(404, None), Some(Again::Never));
        assert_eq!(again(302, None), Some(Again::Never));
    }
}
