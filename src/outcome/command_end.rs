//! End of the command that `run` started.

use super::ExitStatus;

/// Exit of a process: a status, or a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommandExit {
    /// Exit status; `None` if a signal ended the process.
    pub code: Option<i32>,
    /// Number of the signal that ended the process.
    pub signal: Option<i32>,
}

/// End of the command.
#[derive(Debug, Clone)]
pub struct CommandEnd<'a> {
    /// Exit of the command.
    pub exit: CommandExit,
    /// True if leakwatch ended it.
    pub was_stopped: bool,
    /// Descendants that still run.
    pub outlived_by: &'a [String],
    /// True if the length of the run was given.
    pub has_length: bool,
    /// True if leakwatch exits with the status of the command.
    pub propagates: bool,
}

impl CommandEnd<'_> {
    /// Returns the end as a verb phrase: `exited with status 1`.
    pub(super) fn phrase(&self) -> String {
        match (self.was_stopped, self.exit.code, self.exit.signal) {
            (true, Some(code), _) => format!("was stopped by leakwatch (status {code})"),
            (true, None, _) => "was stopped by leakwatch".to_owned(),
            (false, Some(code), _) => format!("exited with status {code}"),
            (false, None, Some(signal)) => format!("was ended by signal {signal}"),
            (false, None, None) => "exited".to_owned(),
        }
    }

    /// Returns the failure of the command itself; `None` if it succeeded, or leakwatch stopped it.
    ///
    /// A failed command did not do the work it was watched for. A pass would hide a failing test suite.
    pub(super) fn failure(&self) -> Option<&'static str> {
        if self.was_stopped || self.exit.code == Some(0) {
            return None;
        }
        let died = self.exit.signal.is_some() || self.has_length;
        Some(if died { "the command died before its time" } else { "the command failed" })
    }

    /// Names the descendants that outlived a command which exited by itself; `None` if there are none.
    pub(super) fn survivors(&self) -> Option<String> {
        let any = !self.was_stopped && !self.outlived_by.is_empty();
        any.then(|| format!("descendants outlived the command: {}", self.outlived_by.join(", ")))
    }

    /// Returns the status that a shell would report. A command that leakwatch stopped did nothing wrong.
    pub(super) fn shell_status(&self) -> u8 {
        if self.was_stopped {
            return ExitStatus::Clean.code();
        }
        let code = self.exit.code.or_else(|| self.exit.signal.map(|signal| 128 + signal)).unwrap_or(1);
        u8::try_from(code).unwrap_or(1)
    }
}
