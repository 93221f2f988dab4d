//! Arguments of alert deliveries.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum, ValueHint};

use crate::delivery::{AlertFilter, Body, Secret};

use super::values::parse_positive;

/// Deliveries of alerts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Alerts")]
pub struct AlertArgs {
    /// Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. No shell is
    /// involved; quotes keep words together
    #[arg(long, value_name = "CMD", env = "LEAKWATCH_ON_ALERT", hide_env_values = true, hide_default_value = true,
          value_parser = parse_command, value_hint = ValueHint::CommandString)]
    pub on_alert: Option<CommandLine>,
    /// Post each alert to URL. Other users can read arguments: prefer the variable or a settings file
    #[arg(long, value_name = "URL", env = "LEAKWATCH_WEBHOOK", hide_env_values = true, hide_default_value = true,
          value_parser = parse_secret, value_hint = ValueHint::Url)]
    pub webhook: Option<Secret>,
    /// Format of the webhook
    #[arg(long, value_name = "FORMAT", env = "LEAKWATCH_WEBHOOK_FORMAT", default_value = "auto", value_enum)]
    pub webhook_format: WebhookFormat,
    /// Append each alert to FILE as a line of JSON; the file may be rotated
    #[arg(long, value_name = "FILE", env = "LEAKWATCH_ALERT_LOG", value_hint = ValueHint::FilePath)]
    pub alert_log: Option<PathBuf>,
    /// Alerts to deliver: severities (critical, warning, info) or kinds (leak, near_limit, ...)
    #[arg(
        long,
        value_name = "LIST",
        env = "LEAKWATCH_ALERT_ON",
        default_value = "warning,critical",
        value_delimiter = ','
    )]
    pub alert_on: Vec<AlertFilter>,
    /// Largest number of alerts a minute to the command and the webhook. A burst may have twice as many; others wait
    #[arg(long, value_name = "N", env = "LEAKWATCH_ALERT_RATE", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub alert_rate: u32,
    /// Time limit of the command and of the webhook's answer, and longest wait for both at the end
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_ALERT_TIMEOUT", default_value = "10s", value_parser = parse_positive, allow_negative_numbers = true)]
    pub alert_timeout: Duration,
    /// Start each line on standard error with its priority, such as <4>, for 'logger --prio-prefix'. The journal always gets
    /// priorities
    #[arg(long, env = "LEAKWATCH_SYSLOG", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub syslog: bool,
}

impl AlertArgs {
    /// True if alerts are delivered besides standard error.
    pub fn any(&self) -> bool {
        self.on_alert.is_some() || self.webhook.is_some() || self.alert_log.is_some()
    }
}

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// Program.
    pub program: String,
    /// Arguments.
    pub arguments: Vec<String>,
}

/// Format of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WebhookFormat {
    /// 'slack' for hooks.slack.com and addresses that end with /slack, 'json' for others
    Auto,
    /// The alert as --alert-log writes it
    Json,
    /// A line of chat, for Slack, Mattermost, Rocket.Chat and Discord
    Slack,
}

impl WebhookFormat {
    /// Returns the body; `None` if the address decides.
    #[must_use]
    pub fn body(self) -> Option<Body> {
        match self {
            Self::Auto => None,
            Self::Json => Some(Body::Json),
            Self::Slack => Some(Body::Slack),
        }
    }
}

/// Accepts any text: an error of clap would show the secret. A later check names the fault without it.
fn parse_secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// Splits a command line as a shell would, without expanding anything.
fn parse_command(text: &str) -> Result<CommandLine, &'static str> {
    let mut words = shlex::split(text).ok_or("a quotation mark or backslash is left open")?.into_iter();
    let program = words.next().filter(|program| !program.is_empty()).ok_or("there is no command")?;
    Ok(CommandLine { program, arguments: words.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_and_not_expanded() {
        let line = parse_command(r#"notify-send -u critical "a leak" '$HOME' ~ a\ b"#).expect("a command");
        assert_eq!(line.program, "notify-send");
        assert_eq!(line.arguments, ["-u", "critical", "a leak", "$HOME", "~", "a b"]);
        for bad in ["", "  ", "''", "a 'b"] {
            assert!(parse_command(bad).is_err(), "{bad}");
        }
    }
}
