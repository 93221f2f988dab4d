//! Where alerts go, as it is typed.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum, ValueHint};

use crate::delivery::{AlertFilter, Body, Secret};

use super::values::parse_positive;

/// Where alerts go.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Alerts")]
pub struct AlertArgs {
    /// Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at
    /// blanks, quotes keep them; no shell is involved
    #[arg(long, value_name = "CMD", env = "LEAKWATCH_ON_ALERT", hide_env_values = true, hide_default_value = true,
          value_parser = parse_command, value_hint = ValueHint::CommandString)]
    pub on_alert: Option<CommandLine>,
    /// Post each alert to URL. Others can read an argument: the variable or a file is the better place for it
    #[arg(long, value_name = "URL", env = "LEAKWATCH_WEBHOOK", hide_env_values = true, hide_default_value = true,
          value_parser = hidden, value_hint = ValueHint::Url)]
    pub webhook: Option<Secret>,
    /// What the webhook understands
    #[arg(long, value_name = "FORMAT", env = "LEAKWATCH_WEBHOOK_FORMAT", default_value = "auto", value_enum)]
    pub webhook_format: WebhookFormat,
    /// Append each alert to FILE as a line of JSON; the file may be rotated
    #[arg(long, value_name = "FILE", env = "LEAKWATCH_ALERT_LOG", value_hint = ValueHint::FilePath)]
    pub alert_log: Option<PathBuf>,
    /// Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)
    #[arg(
        long,
        value_name = "LIST",
        env = "LEAKWATCH_ALERT_ON",
        default_value = "warning,critical",
        value_delimiter = ','
    )]
    pub alert_on: Vec<AlertFilter>,
    /// At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait
    #[arg(long, value_name = "N", env = "LEAKWATCH_ALERT_RATE", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub alert_rate: u32,
    /// How long the command may run and an answer of the webhook may take, and how long is waited for both at the end
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_ALERT_TIMEOUT", default_value = "10s", value_parser = parse_positive, allow_negative_numbers = true)]
    pub alert_timeout: Duration,
    /// Begin each line on standard error with its priority, such as <4>, for 'logger --prio-prefix'; when standard error is
    /// the journal it is done anyway
    #[arg(long, env = "LEAKWATCH_SYSLOG", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub syslog: bool,
}

impl AlertArgs {
    /// Whether alerts go anywhere besides standard error.
    pub fn any(&self) -> bool {
        self.on_alert.is_some() || self.webhook.is_some() || self.alert_log.is_some()
    }
}

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// What a webhook understands.
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
    /// The body; `None` where the address decides.
    #[must_use]
    pub fn body(self) -> Option<Body> {
        match self {
            Self::Auto => None,
            Self::Json => Some(Body::Json),
            Self::Slack => Some(Body::Slack),
        }
    }
}

/// Takes anything: a refusal would show the value. What is wrong with it is said later, without it.
fn hidden(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

fn parse_command(text: &str) -> Result<CommandLine, &'static str> {
    let mut words = shlex::split(text).ok_or("a quotation mark or backslash is left open")?.into_iter();
    let program = words.next().filter(|program| !program.is_empty()).ok_or("there is no command")?;
    Ok(CommandLine { program, arguments: words.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_would_and_nothing_more() {
        let line = parse_command(r#"notify-send -u critical "a leak" '$HOME' ~ a\ b"#).expect("a command");
        assert_eq!(line.program, "notify-send");
        assert_eq!(line.arguments, ["-u", "critical", "a leak", "$HOME", "~", "a b"]);
        for bad in ["", "  ", "''", "a 'b"] {
            assert!(parse_command(bad).is_err(), "{bad}");
        }
    }
}
