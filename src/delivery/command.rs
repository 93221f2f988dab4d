//! Delivery to a command, which is started for each alert without a shell.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::process_group::ProcessGroup;
use crate::schema::AlertMessage;

use super::attempt::{Delivery, DeliveryError, Retry};

/// Time between two checks for the exit of the command.
const POLL: Duration = Duration::from_millis(10);
/// Variable with the address of a webhook. It is a secret, and removed from the environment of a command.
pub const WEBHOOK_VARIABLE: &str = "LEAKWATCH_WEBHOOK";
/// Variables in the environment of a command.
pub const VARIABLES: [&str; 11] = [
    "LEAKWATCH_ALERT_KIND",
    "LEAKWATCH_ALERT_STATE",
    "LEAKWATCH_ALERT_SEVERITY",
    "LEAKWATCH_ALERT_TIMESTAMP",
    "LEAKWATCH_ALERT_MESSAGE",
    "LEAKWATCH_ALERT_HOST",
    "LEAKWATCH_ALERT_NAME",
    "LEAKWATCH_ALERT_PID",
    "LEAKWATCH_ALERT_CMDLINE",
    "LEAKWATCH_ALERT_VERDICT",
    "LEAKWATCH_ALERT_RATE",
];

/// Command that is started for each alert, one after the other.
pub struct AlertCommand {
    program: String,
    arguments: Vec<String>,
    time_limit: Duration,
    /// Opens its standard output and its standard error.
    output: fn() -> Stdio,
}

impl AlertCommand {
    /// A command of a program and its arguments that is killed after `time_limit`.
    ///
    /// `output` opens its standard output and its standard error.
    #[must_use]
    pub fn new(program: String, arguments: Vec<String>, time_limit: Duration, output: fn() -> Stdio) -> Self {
        Self { program, arguments, time_limit, output }
    }

    fn start(&self, message: &AlertMessage) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout((self.output)()).stderr((self.output)());
        command.env_remove(WEBHOOK_VARIABLE);
        for (variable, value) in VARIABLES.into_iter().zip(values(message)) {
            match value {
                // The environment cannot carry a NUL.
                Some(value) => command.env(variable, value.replace('\0', " ")),
                None => command.env_remove(variable),
            };
        }
        RUNNING.spawn(&mut command)
    }

    /// Waits for its exit. Returns `None` if the time limit passed, or the session ended.
    fn wait(&self, child: &mut Child, stop: &StopFlag) -> std::io::Result<Option<ExitStatus>> {
        let clock = SystemClock;
        let deadline = clock.now().awake + self.time_limit;
        loop {
            let status = RUNNING.try_wait(child)?;
            let now = clock.now().awake;
            if status.is_some() || now >= deadline || stop.is_raised() {
                return Ok(status);
            }
            clock.wait_until(deadline.min(now + POLL), stop);
        }
    }
}

impl Delivery for AlertCommand {
    fn deliver(&mut self, message: &AlertMessage, stop: &StopFlag) -> Result<(), DeliveryError> {
        let mut child = self.start(message).map_err(|error| failed(format!("cannot be started: {error}")))?;
        let fed = child.stdin.take().map_or(Ok(()), |stdin| write_alert(stdin, message));
        match fed.and_then(|()| self.wait(&mut child, stop)) {
            Ok(Some(status)) if status.success() => Ok(()),
            Ok(Some(status)) => Err(failed(match status.code() {
                Some(code) => format!("the command exited with status {code}"),
                None => "a signal ended the command".to_owned(),
            })),
            Ok(None) => {
                RUNNING.kill_tree(&mut child);
                Err(failed("the command exceeded its time limit and was killed".to_owned()))
            }
            Err(error) => {
                RUNNING.kill_tree(&mut child);
                Err(failed(format!("cannot wait for the command: {error}")))
            }
        }
    }
}

/// Returns a failure that another attempt would not mend.
fn failed(reason: String) -> DeliveryError {
    DeliveryError { reason, retry: Retry::Never }
}

/// Writes the alert to standard input, on a thread of its own: the command may not read it.
fn write_alert(mut stdin: ChildStdin, message: &AlertMessage) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    // The thread ends with the command, which holds the other end.
    let writing = move || drop(stdin.write_all(&line));
    std::thread::Builder::new().name("alert-json".to_owned()).stack_size(64 * 1024).spawn(writing).map(drop)
}

/// Command that runs now.
static RUNNING: ProcessGroup = ProcessGroup::new();

/// Kills the running command and its descendants, because leakwatch ends at once.
pub fn kill_running() {
    RUNNING.kill_running();
}

/// Returns the values of [`VARIABLES`], in their order.
fn values(message: &AlertMessage) -> [Option<String>; 11] {
    let alert = &message.alert;
    let verdict = message.verdict.as_ref().and_then(|verdict| serde_json::to_value(verdict.status).ok());
    let rate = message.growth.as_ref().and_then(|growth| growth.rate_bytes_per_s);
    [
        Some(alert.kind.clone()),
        Some(alert.state.clone()),
        Some(alert.severity.clone()),
        Some(alert.timestamp.clone()),
        Some(alert.message.clone()),
        message.host.clone(),
        alert.name.clone(),
        alert.pid.map(|pid| pid.to_string()),
        message.cmdline.clone(),
        verdict.and_then(|status| status.as_str().map(ToOwned::to_owned)),
        rate.map(|rate| rate.to_string()),
    ]
}
