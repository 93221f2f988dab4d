//! Counter of work that runs a command and reads the number it prints. Sampling never waits for the command.

use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use super::counter::{Work, WorkCounter, parse_count};
use crate::process_group::ProcessGroup;

/// Bytes of the output that are read.
const MAX_OUTPUT_BYTES: u64 = 256;

/// Process group of the running command.
static GROUP: ProcessGroup = ProcessGroup::new();

/// Kills the running command together with every process it started. Called when leakwatch exits at once.
pub fn kill_work_command() {
    GROUP.kill_running();
}

/// Counter that runs a command again and again, one at a time.
#[derive(Debug)]
pub struct WorkCommand {
    words: Vec<String>,
    time_limit: Duration,
    /// Environment variable that is withheld from the command.
    hidden_variable: Option<&'static str>,
    running: Option<RunningCommand>,
    latest: Option<f64>,
}

/// Running command.
#[derive(Debug)]
struct RunningCommand {
    child: Child,
    started: Duration,
    receiver: Receiver<io::Result<String>>,
    /// Output; `None` until it has arrived. It may arrive before the exit is known.
    output: Option<io::Result<String>>,
}

impl RunningCommand {
    /// Returns exit status and output once both are there.
    fn try_finish(&mut self) -> Option<(ExitStatus, io::Result<String>)> {
        if self.output.is_none() {
            self.output = match self.receiver.try_recv() {
                Ok(output) => Some(output),
                Err(TryRecvError::Disconnected) => Some(Err(io::Error::other("the output is lost"))),
                Err(TryRecvError::Empty) => None,
            };
        }
        let status = self.child.try_wait().ok().flatten()?;
        self.output.take().map(|output| (status, output))
    }
}

impl WorkCommand {
    /// Creates a counter from a program and its arguments.
    ///
    /// A command that runs longer than `time_limit` is killed. It does not see the environment variable
    /// `hidden_variable`.
    #[must_use]
    pub fn new(words: Vec<String>, time_limit: Duration, hidden_variable: Option<&'static str>) -> Self {
        Self { words, time_limit, hidden_variable, running: None, latest: None }
    }

    fn start(&self, now: Duration) -> Result<RunningCommand, String> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err("the command is empty".to_owned());
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(variable) = self.hidden_variable {
            command.env_remove(variable);
        }
        let mut child = GROUP.spawn(&mut command).map_err(|error| format!("cannot start '{program}': {error}"))?;
        let receiver =
            spawn_reader(child.stdout.take()).map_err(|error| format!("cannot read '{program}': {error}"))?;
        Ok(RunningCommand { child, started: now, receiver, output: None })
    }

    /// Takes over the number of a command that has finished, and kills one that exceeds its time limit.
    fn poll(&mut self, now: Duration) -> Result<(), String> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        if let Some((status, output)) = running.try_finish() {
            if !status.success() {
                return Err(format!("the command ended with {status}"));
            }
            self.latest = Some(parse_count(&output.map_err(|error| error.to_string())?)?);
        } else if now.saturating_sub(running.started) > self.time_limit {
            GROUP.kill_tree(&mut running.child);
            return Err(format!("the command ran longer than {} s and was killed", self.time_limit.as_secs_f64()));
        } else {
            self.running = Some(running);
        }
        Ok(())
    }
}

/// Reads the output in a thread of its own: processes that the command started may keep it open after its exit.
fn spawn_reader(stdout: Option<ChildStdout>) -> io::Result<Receiver<io::Result<String>>> {
    let (sender, receiver) = channel();
    std::thread::Builder::new().name("work".to_owned()).stack_size(64 * 1024).spawn(move || {
        let mut text = String::new();
        let read = stdout.map_or(Ok(0), |stdout| stdout.take(MAX_OUTPUT_BYTES).read_to_string(&mut text));
        drop(sender.send(read.map(|_| text)));
    })?;
    Ok(receiver)
}

impl WorkCounter for WorkCommand {
    fn read(&mut self, now: Duration) -> Result<Option<Work>, String> {
        let mut polled = self.poll(now);
        if self.running.is_none() {
            // The kernel may reuse the number of the finished command from here on.
            GROUP.clear();
            match self.start(now) {
                Ok(running) => self.running = Some(running),
                Err(reason) => polled = polled.and(Err(reason)),
            }
        }
        polled.map_err(|reason| format!("'{}': {reason}", self.words.join(" ")))?;
        Ok(self.latest.map(|count| Work { count, label: None }))
    }
}

impl Drop for WorkCommand {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            GROUP.kill_tree(&mut running.child);
        }
    }
}

/// Splits a command line into words at white space.
///
/// Quotes of either kind preserve white space, and a backslash preserves the next character.
///
/// # Errors
/// Returns an error if a quote is not closed.
pub fn split_words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    match quote {
        Some(open) => Err(format!("the quote {open} is not closed")),
        None => {
            words.extend(word);
            Ok(words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits up to 20 s for a condition.
    #[cfg(target_os = "linux")]
    fn wait_for(condition: impl Fn() -> bool) -> bool {
        for _ in 0..20_000 {
            if condition() {
                return true;
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        false
    }

    fn words(line: &str) -> Vec<String> {
        split_words(line).expect("words")
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(
            words("  curl -s 'http://x/a b'  \"c d\"e \\ f ''"),
            ["curl", "-s", "http://x/a b", "c de", " f", ""]
        );
        assert!(words("   ").is_empty());
        assert!(split_words("echo 'x").is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn processes_of_a_killed_command_are_killed_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let script = format!("sleep 300 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait", file.display());
        let mut hangs = WorkCommand::new(vec!["sh".into(), "-c".into(), script], Duration::from_secs(5), None);
        assert_eq!(hangs.read(Duration::from_secs(0)), Ok(None));
        assert!(wait_for(|| file.exists()));
        let pid = std::fs::read_to_string(&file).expect("a number");
        assert!(hangs.read(Duration::from_secs(6)).is_err());
        // It is gone, or a zombie that its new parent has not reaped yet.
        assert!(wait_for(|| {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        }));
    }

    #[test]
    fn a_hanging_command_is_killed_and_a_failing_one_is_an_error() {
        let mut hangs = WorkCommand::new(vec!["sleep".into(), "60".into()], Duration::from_secs(5), None);
        assert_eq!(hangs.read(Duration::from_secs(0)), Ok(None));
        assert_eq!(hangs.read(Duration::from_secs(5)), Ok(None));
        assert!(hangs.read(Duration::from_secs(6)).is_err_and(|reason| reason.contains("longer than 5 s")));
        let mut missing = WorkCommand::new(vec!["no-such-program".into()], Duration::from_secs(5), None);
        assert!(missing.read(Duration::from_secs(0)).is_err_and(|reason| reason.contains("cannot start")));
    }
}
