//! Webhook: delivery as HTTP requests.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::http::Uri;
use ureq::{Agent, Error};

use crate::clock::StopFlag;
use crate::schema::AlertMessage;

use super::attempt::{Delivery, DeliveryError, Retry};
use super::secret::Secret;
use super::slack;

/// Format of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// The same JSON as a line of `--alert-log`.
    Json,
    /// `{"text": ...}`.
    Slack,
}

/// Webhook that each alert is posted to. Its address is never shown.
pub struct Webhook {
    address: Secret,
    body: Body,
    agent: Agent,
}

impl Webhook {
    /// A webhook with a time limit for each attempt. If `body` is `None`, the address decides the format.
    ///
    /// # Errors
    /// If the address is invalid. The text does not repeat it.
    pub fn new(address: Secret, body: Option<Body>, time_limit: Duration) -> Result<Self, &'static str> {
        let uri: Uri = address.reveal().parse().map_err(|_| "is not a URL")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("does not begin with https:// or http://");
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or("has no host")?;
        let is_chat = host == "hooks.slack.com" || uri.path().ends_with("/slack");
        let body = body.unwrap_or(if is_chat { Body::Slack } else { Body::Json });
        let config = Agent::config_builder()
            .timeout_global(Some(time_limit))
            .http_status_as_error(false)
            // A redirect must not move alerts to another place.
            .max_redirects(0)
            .user_agent(concat!("leakwatch/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { address, body, agent: config.new_agent() })
    }
}

impl Delivery for Webhook {
    fn deliver(&mut self, message: &AlertMessage, _stop: &StopFlag) -> Result<(), DeliveryError> {
        let text = match self.body {
            Body::Json => serde_json::to_string(message),
            Body::Slack => serde_json::to_string(&slack::body(message)),
        };
        let text = text.map_err(|error| DeliveryError { reason: error.to_string(), retry: Retry::Never })?;
        let request = self.agent.post(self.address.reveal()).content_type("application/json");
        let response = request.send(text).map_err(|error| failure(&error))?;
        let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        check_status(response.status().as_u16(), asked)
    }
}

/// Checks the status of an answer.
fn check_status(status: u16, retry_after: Option<&str>) -> Result<(), DeliveryError> {
    let retry = match status {
        200..=299 => return Ok(()),
        408 | 425 | 429 | 500.. => {
            let seconds = retry_after.and_then(|text| text.trim().parse().ok());
            seconds.map_or(Retry::Soon, |seconds| Retry::After(Duration::from_secs(seconds)))
        }
        _ => Retry::Never,
    };
    let hint = match status {
        300..=399 => ", a redirect; use the address it leads to",
        401 | 403 | 404 | 410 => "; check the address",
        _ => "",
    };
    Err(DeliveryError { reason: format!("the server answered {status}{hint}"), retry })
}

/// Describes a failed request. The texts of the library may contain the address.
fn failure(error: &Error) -> DeliveryError {
    let (reason, retry) = match error {
        Error::Timeout(_) => ("no answer in time".to_owned(), Retry::Soon),
        Error::HostNotFound => ("the host of the address was not found".to_owned(), Retry::Soon),
        Error::ConnectionFailed => ("no connection".to_owned(), Retry::Soon),
        Error::Io(error) => (connection_failure(error.kind()), Retry::Soon),
        Error::Rustls(error) => (format!("no secure connection: {error}"), Retry::Soon),
        Error::Tls(_) | Error::TlsRequired => ("no secure connection".to_owned(), Retry::Soon),
        Error::InvalidProxyUrl => ("the address of the proxy is invalid".to_owned(), Retry::Never),
        Error::ConnectProxyFailed(_) => ("no connection through the proxy".to_owned(), Retry::Soon),
        Error::Protocol(_) => ("the answer is not HTTP".to_owned(), Retry::Soon),
        _ => ("the request failed".to_owned(), Retry::Soon),
    };
    DeliveryError { reason, retry }
}

/// Describes a failed connection. The text of the system may contain the host.
fn connection_failure(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidData => {
            "no secure connection: the certificate is not trusted, or the server does not use TLS".to_owned()
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
    fn an_address_of_slack_gets_the_format_of_slack() {
        assert_eq!(body("https://hooks.slack.com/services/T0/B0/x"), Ok(Body::Slack));
        assert_eq!(body("https://discord.com/api/webhooks/1/x/slack"), Ok(Body::Slack));
        assert_eq!(body("http://127.0.0.1:9/alerts"), Ok(Body::Json));
        for bad in ["", "hooks.slack.com/x", "ftp://a/b", "https://", "/x", "not a url"] {
            assert!(body(bad).is_err(), "{bad}");
        }
    }

    fn retry(status: u16, retry_after: Option<&str>) -> Option<Retry> {
        check_status(status, retry_after).err().map(|failure| failure.retry)
    }

    #[test]
    fn only_temporary_failures_are_retried() {
        assert_eq!(check_status(204, None), Ok(()));
        assert_eq!(retry(500, None), Some(Retry::Soon));
        assert_eq!(retry(429, Some("7")), Some(Retry::After(Duration::from_secs(7))));
        assert_eq!(retry(503, Some("Wed, 21 Oct 2015 07:28:00 GMT")), Some(Retry::Soon));
        assert_eq!(retry(404, None), Some(Retry::Never));
        assert_eq!(retry(302, None), Some(Retry::Never));
    }
}
