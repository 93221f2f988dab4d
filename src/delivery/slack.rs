//! Alert as a chat message in the format of Slack's incoming webhooks.
//!
//! Mattermost, Rocket.Chat and Discord (`/slack`) accept it too.

use crate::escape;
use crate::schema::AlertMessage;
use crate::units::Axis;

/// Characters of a command line that a message shows.
const CMDLINE: usize = 200;

/// Returns the body: `{"text": ...}`.
pub fn body(message: &AlertMessage) -> serde_json::Value {
    serde_json::json!({ "text": text(message) })
}

fn text(message: &AlertMessage) -> String {
    let alert = &message.alert;
    let label = if alert.state == "resolved" { "resolved".to_owned() } else { alert.severity.to_uppercase() };
    let name = alert.name.as_deref().map(harmless);
    let subject = match (name, alert.pid) {
        (Some(name), Some(pid)) => format!("{name} ({pid})"),
        (Some(name), None) => name,
        (None, _) => "host memory".to_owned(),
    };
    let host = message.host.as_deref().map(|host| format!(" on {}", harmless(host))).unwrap_or_default();
    let kind = alert.kind.replace('_', " ");
    let mut text = format!("*{label}: {kind}*: {subject}{host}\n{}", harmless(&alert.message));
    if let Some(rate) = message.growth.as_ref().and_then(|growth| growth.rate_bytes_per_s) {
        let axis = message.growth.as_ref().map_or(Axis::Time, |growth| Axis::from_name(&growth.axis));
        text.push_str(&format!("\ngrowth {}", axis.byte_rate(rate)));
        if let Some(forecast) = &message.forecast
            && let Some(soonest) = forecast.not_before_seconds
        {
            text.push_str(&format!(", limit reached in {} at the earliest", axis.span(soonest)));
        }
    }
    if let Some(cmdline) = &message.cmdline {
        let shown: String = cmdline.chars().take(CMDLINE).collect();
        text.push_str(&format!("\n{}", harmless(&shown)));
    }
    text
}

/// Escapes foreign text, so that a name cannot mention a user or add a link.
fn harmless(text: &str) -> String {
    let text = escape::terminal(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{200b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_mentions_no_user() {
        assert_eq!(harmless("<!channel> a&b"), "&lt;!channel&gt; a&amp;b");
        assert!(!harmless("@everyone\n").contains("@everyone"));
    }
}
