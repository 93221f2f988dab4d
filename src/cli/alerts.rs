//! From the typed options to the channels that alerts are sent through, and what is said of them at the end.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::event::{Event, EventSink};
use crate::notify::{AlertCommand, AlertLog, Channel, Dispatcher, Secret, Webhook};
use crate::report::Recorder;

use super::alert_args::AlertArgs;
use super::error::{Error, Kind};
use super::warn;

/// The sink that sends alerts.
pub(super) struct Alerts {
    dispatcher: Dispatcher,
    /// How long is waited for what is on its way, at the end.
    patience: std::time::Duration,
}

impl Alerts {
    /// Opens everything that was asked for, so that what cannot work fails before the first sample.
    pub(super) fn open(args: &AlertArgs, outputs: &[PathBuf]) -> Result<Self, Error> {
        check(args)?;
        // On a terminal something is redrawn in place; then it is said at the end.
        let say = |text: &str| {
            if !io::stderr().is_terminal() {
                warn(text);
            }
        };
        let mut alerts = Self {
            dispatcher: Dispatcher::new(host(), args.alert_on.clone(), Box::new(say)),
            patience: args.alert_timeout,
        };
        if let Some(path) = &args.alert_log {
            let whole = |path: &PathBuf| std::path::absolute(path).ok();
            if outputs.iter().any(|output| whole(output) == whole(path)) {
                let message = format!("'{}' is to be both '--output' and '--alert-log'", path.display());
                return Err(Error::usage(message).hint("give each a file of its own"));
            }
            let log = AlertLog::open(path).map_err(|error| {
                Error::new(Kind::Failed, format!("cannot write '{}': {error}", path.display()))
                    .hint("'--alert-log' needs a file that you may append to")
            })?;
            alerts.add("alert log", Box::new(log), None)?;
        }
        if let Some(line) = &args.on_alert {
            let (program, arguments) = (line.program.clone(), line.arguments.clone());
            let command = AlertCommand::new(program, arguments, args.alert_timeout, output);
            alerts.add("alert command", Box::new(command), Some(args.alert_rate))?;
        }
        if let Some(address) = &args.webhook {
            let webhook = webhook(args, address)?;
            alerts.add("webhook", Box::new(webhook), Some(args.alert_rate))?;
        }
        Ok(alerts)
    }

    fn add(&mut self, name: &'static str, channel: Box<dyn Channel>, a_minute: Option<u32>) -> Result<(), Error> {
        let added = self.dispatcher.add(name, channel, a_minute);
        added.map_err(|error| Error::new(Kind::Failed, format!("cannot start a thread for the {name}: {error}")))
    }

    /// Waits for what is still on its way, and says and notes what was not delivered.
    pub(super) fn finish(self, recorder: &mut Recorder) {
        for lost in self.dispatcher.finish(self.patience) {
            warn(&lost.message);
            recorder.note(lost.kind, lost.message);
        }
    }
}

impl EventSink for Alerts {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.dispatcher.on_event(event)
    }
}

/// Refuses what cannot work, without opening anything.
pub(super) fn check(args: &AlertArgs) -> Result<(), Error> {
    if let Some(line) = args.on_alert.as_ref().filter(|line| !is_there(&line.program)) {
        let message = format!("there is no command '{}' for '--on-alert'", crate::escape::terminal(&line.program));
        return Err(Error::usage(message).hint("quotes keep words together; for a shell: \"sh -c '...'\""));
    }
    args.webhook.as_ref().map_or(Ok(()), |address| webhook(args, address).map(drop))
}

fn webhook(args: &AlertArgs, address: &Secret) -> Result<Webhook, Error> {
    Webhook::new(address.clone(), args.webhook_format.body(), args.alert_timeout).map_err(|why| {
        Error::usage(format!("the address of the webhook (not shown) {why}"))
            .hint("it comes from '--webhook', LEAKWATCH_WEBHOOK or leakwatch.toml")
    })
}

/// Where a command's output goes: to standard error, but not through what is redrawn there, and never between our data.
fn output() -> Stdio {
    if io::stderr().is_terminal() { Stdio::null() } else { Stdio::from(io::stderr()) }
}

/// Whether a program can be found as the system would find it.
fn is_there(program: &str) -> bool {
    if program.contains('/') || cfg!(not(unix)) {
        return cfg!(not(unix)) || Path::new(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The name of this host.
#[cfg(unix)]
fn host() -> Option<String> {
    Some(rustix::system::uname().nodename().to_string_lossy().into_owned()).filter(|name| !name.is_empty())
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
