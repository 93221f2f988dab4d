//! Alerts as starts of a command, without a shell.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::process_group::ProcessGroup;
use crate::schema::AlertMessage;

use super::worker::{Again, Channel, Failure};

/// How often it is asked whether the command has ended.
const POLL: Duration = Duration::from_millis(10);
/// Holds the address of a webhook, which is no business of a command.
pub const WEBHOOK_VARIABLE: &str = "LEAKWATCH_WEBHOOK";
/// What a command finds in its environment.
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

/// Starts a command for each alert, one after the other.
pub struct AlertCommand {
    program: String,
    arguments: Vec<String>,
    time_limit: Duration,
    /// Where what it writes goes.
    output: fn() -> Stdio,
}

impl AlertCommand {
    /// A command of a program and its arguments.
    ///
    /// It has `time_limit` to end; `output` says where its standard output and standard error go.
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

    /// Waits for its end. Its time may be up, or that of the session.
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

impl Channel for AlertCommand {
    fn deliver(&mut self, message: &AlertMessage, stop: &StopFlag) -> Result<(), Failure> {
        let failed = |why: String| Failure { why, again: Again::Never };
        let mut child = self.start(message).map_err(|error| failed(format!("cannot be started: {error}")))?;
        let fed = child.stdin.take().map_or(Ok(()), |stdin| feed(stdin, message));
        let ended = fed.and_then(|()| self.wait(&mut child, stop));
        match ended {
            Ok(Some(status)) if status.success() => Ok(()),
            Ok(Some(status)) => Err(failed(match status.code() {
                Some(code) => format!("the command ended with status {code}"),
                None => "the command was ended by a signal".to_owned(),
            })),
            Ok(None) => {
                RUNNING.kill_tree(&mut child);
                Err(failed("the command took too long and was killed".to_owned()))
            }
            Err(error) => {
                RUNNING.kill_tree(&mut child);
                Err(failed(format!("cannot wait for the command: {error}")))
            }
        }
    }
}

/// Writes the alert to standard input, from a thread of its own: nobody says that the command reads it.
fn feed(mut stdin: ChildStdin, message: &AlertMessage) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    // It ends with the command, which holds the other end.
    let writing = move || drop(stdin.write_all(&line));
    std::thread::Builder::new().name("alert-json".to_owned()).stack_size(64 * 1024).spawn(writing).map(drop)
}

/// The command that runs.
static RUNNING: ProcessGroup = ProcessGroup::new();

/// Kills the command that runs, with what it has started: leakwatch ends at once.
pub fn kill_running() {
    RUNNING.kill_running();
}

/// The values of [`VARIABLES`], in their order.
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
