//! An alert as a line of chat: what Slack's incoming webhooks take, and Mattermost, Rocket.Chat and Discord (`/slack`).

use crate::escape;
use crate::schema::AlertMessage;
use crate::units::{ByteRate, Span};

/// Characters of a command line that a chat needs.
const CMDLINE: usize = 200;

/// The body: `{"text": ...}`.
pub fn body(message: &AlertMessage) -> serde_json::Value {
    serde_json::json!({ "text": text(message) })
}

fn text(message: &AlertMessage) -> String {
    let alert = &message.alert;
    let label = if alert.state == "resolved" { "resolved".to_owned() } else { alert.severity.to_uppercase() };
    let name = alert.name.as_deref().map(harmless);
    let who = match (name, alert.pid) {
        (Some(name), Some(pid)) => format!("{name} ({pid})"),
        (Some(name), None) => name,
        (None, _) => "the host".to_owned(),
    };
    let host = message.host.as_deref().map(|host| format!(" on {}", harmless(host))).unwrap_or_default();
    let kind = alert.kind.replace('_', " ");
    let mut text = format!("*{label}: {kind}*: {who}{host}\n{}", harmless(&alert.message));
    if let Some(rate) = message.growth.as_ref().and_then(|growth| growth.rate_bytes_per_s) {
        text.push_str(&format!("\ngrowth {}", ByteRate(rate)));
        if let Some(forecast) = &message.forecast
            && let Some(soonest) = forecast.not_before_seconds
        {
            text.push_str(&format!(", the limit is not reached before {}", Span(soonest)));
        }
    }
    if let Some(cmdline) = &message.cmdline {
        let shown: String = cmdline.chars().take(CMDLINE).collect();
        text.push_str(&format!("\n{}", harmless(&shown)));
    }
    text
}

/// A process chooses its name: it calls nobody, and links to nothing.
fn harmless(text: &str) -> String {
    let text = escape::terminal(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{200b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_calls_nobody() {
        assert_eq!(harmless("<!channel> a&b"), "&lt;!channel&gt; a&amp;b");
        assert!(!harmless("@everyone\n").contains("@everyone"));
    }
}
