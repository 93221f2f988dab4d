//! Deliveries of alerts: opened from the arguments, and reported at the end.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::delivery::{AlertCommand, AlertLog, Delivery, Dispatcher, Secret, Webhook};
use crate::event::{Event, EventSink};
use crate::report::Recorder;

use crate::cli::args::AlertArgs;
use crate::cli::error::{Error, Kind};
use crate::cli::print::warn;

/// Sink that delivers alerts.
pub(crate) struct Deliveries {
    dispatcher: Dispatcher,
    /// Time to wait for pending deliveries at the end.
    patience: std::time::Duration,
}

impl Deliveries {
    /// Opens all deliveries, so that a fault ends the session before its first sample.
    pub(crate) fn open(args: &AlertArgs, outputs: &[PathBuf]) -> Result<Self, Error> {
        check(args)?;
        let mut deliveries = Self {
            dispatcher: Dispatcher::new(host(), args.alert_on.clone(), Box::new(warn_off_terminal)),
            patience: args.alert_timeout,
        };
        if let Some(path) = &args.alert_log {
            let absolute = |path: &PathBuf| std::path::absolute(path).ok();
            if outputs.iter().any(|output| absolute(output) == absolute(path)) {
                let message = format!("'{}' is given both as '--output' and as '--alert-log'", path.display());
                return Err(Error::usage(message).hint("give each a file of its own"));
            }
            let log = AlertLog::open(path).map_err(|error| {
                Error::new(Kind::Failed, format!("cannot write '{}': {error}", path.display()))
                    .hint("'--alert-log' needs a file that you may append to")
            })?;
            deliveries.add("alert log", Box::new(log), None)?;
        }
        if let Some(line) = &args.on_alert {
            let (program, arguments) = (line.program.clone(), line.arguments.clone());
            let command = AlertCommand::new(program, arguments, args.alert_timeout, output);
            deliveries.add("alert command", Box::new(command), Some(args.alert_rate))?;
        }
        if let Some(address) = &args.webhook {
            let webhook = webhook(args, address)?;
            deliveries.add("webhook", Box::new(webhook), Some(args.alert_rate))?;
        }
        Ok(deliveries)
    }

    fn add(&mut self, name: &'static str, delivery: Box<dyn Delivery>, per_minute: Option<u32>) -> Result<(), Error> {
        let added = self.dispatcher.add(name, delivery, per_minute);
        added.map_err(|error| Error::new(Kind::Failed, format!("cannot start a thread for the {name}: {error}")))
    }

    /// Waits for pending deliveries. Warns of undelivered alerts, and notes them in the report.
    pub(crate) fn finish(self, recorder: &mut Recorder) {
        for lost in self.dispatcher.finish(self.patience) {
            warn(&lost.message);
            recorder.note(lost.kind, lost.message);
        }
    }
}

impl EventSink for Deliveries {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.dispatcher.on_event(event)
    }
}

/// Prints a warning unless standard error is a terminal that is redrawn; then it is printed at the end.
fn warn_off_terminal(text: &str) {
    if !io::stderr().is_terminal() {
        warn(text);
    }
}

/// Checks the arguments without opening anything.
pub(crate) fn check(args: &AlertArgs) -> Result<(), Error> {
    if let Some(line) = args.on_alert.as_ref().filter(|line| !exists(&line.program)) {
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

/// Returns the standard streams of a command: standard error, unless it is a terminal that is redrawn.
fn output() -> Stdio {
    if io::stderr().is_terminal() { Stdio::null() } else { Stdio::from(io::stderr()) }
}

/// True if the system would find a program.
fn exists(program: &str) -> bool {
    if program.contains('/') || cfg!(not(unix)) {
        return cfg!(not(unix)) || Path::new(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Returns the name of this host.
#[cfg(unix)]
fn host() -> Option<String> {
    Some(rustix::system::uname().nodename().to_string_lossy().into_owned()).filter(|name| !name.is_empty())
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
