//! A command that prints a number. It runs beside the sampling, which never waits for it.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use crate::process_group::ProcessGroup;

use super::{Work, WorkCounter, number};

/// Bytes of its output that are read.
const MOST: u64 = 256;

/// Runs a command again and again, one at a time, and reads the number that it prints.
#[derive(Debug)]
pub struct WorkCommand {
    words: Vec<String>,
    limit: Duration,
    /// A variable that is no business of the command.
    hidden: Option<&'static str>,
    running: Option<Running>,
    latest: Option<f64>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    began: Duration,
    said: Receiver<std::io::Result<String>>,
}

impl WorkCommand {
    /// Counts with a program and its arguments. What runs longer than `limit` is killed; the variable `hidden` of our
    /// environment is kept from it.
    #[must_use]
    pub fn new(words: Vec<String>, limit: Duration, hidden: Option<&'static str>) -> Self {
        Self { words, limit, hidden, running: None, latest: None }
    }

    fn start(&self, now: Duration) -> Result<Running, String> {
        let Some((program, arguments)) = self.words.split_first() else { return Err("there is no command".to_owned()) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(variable) = self.hidden {
            command.env_remove(variable);
        }
        let mut child = GROUP.spawn(&mut command).map_err(|error| format!("cannot start '{program}': {error}"))?;
        let (sender, said) = channel();
        let out = child.stdout.take();
        // What it starts may hold its output open for longer than it lives: whoever reads that waits here.
        let reader = std::thread::Builder::new().name("work".to_owned()).stack_size(64 * 1024).spawn(move || {
            let mut text = String::new();
            let read = out.map_or(Ok(0), |out| out.take(MOST).read_to_string(&mut text));
            drop(sender.send(read.map(|_| text)));
        });
        reader.map_err(|error| format!("cannot read '{program}': {error}"))?;
        Ok(Running { child, began: now, said })
    }
}

impl WorkCounter for WorkCommand {
    fn read(&mut self, now: Duration) -> Result<Option<Work>, String> {
        let mut failed = None;
        if let Some(mut running) = self.running.take() {
            let ended = running.child.try_wait().ok().flatten();
            match (ended, running.said.try_recv()) {
                (Some(status), Ok(said)) => match said {
                    _ if !status.success() => failed = Some(format!("the command ended with {status}")),
                    Ok(text) => match number(&text) {
                        Ok(count) => self.latest = Some(count),
                        Err(why) => failed = Some(why),
                    },
                    Err(error) => failed = Some(error.to_string()),
                },
                (Some(status), Err(TryRecvError::Disconnected)) => failed = Some(format!("it said nothing: {status}")),
                _ if now.saturating_sub(running.began) > self.limit => {
                    GROUP.kill_tree(&mut running.child);
                    failed = Some(format!("it took longer than {} s and was killed", self.limit.as_secs_f64()));
                }
                (ended, outcome) => {
                    // The output may be here before the end is known: it is asked for once only.
                    if ended.is_none()
                        && let Ok(said) = outcome
                    {
                        let (sender, again) = channel();
                        drop(sender.send(said));
                        running.said = again;
                    }
                    self.running = Some(running);
                }
            }
        }
        if self.running.is_none() {
            // Its number may be used again from now on.
            GROUP.clear();
            match self.start(now) {
                Ok(running) => self.running = Some(running),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        match failed {
            Some(why) => Err(format!("'{}': {why}", self.words.join(" "))),
            None => Ok(self.latest.map(|count| Work { count, label: None })),
        }
    }
}

impl Drop for WorkCommand {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            GROUP.kill_tree(&mut running.child);
        }
    }
}

/// The command that runs.
static GROUP: ProcessGroup = ProcessGroup::new();

/// Kills the command that runs, with what it has started: leakwatch ends at once.
pub fn kill_work_command() {
    GROUP.kill_running();
}

/// Cuts a line into words at white space; quotes of either kind keep it, and a backslash keeps the next character.
///
/// # Errors
/// When a quote is not closed.
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

    #[test]
    fn quotes_keep_words_together() {
        let split = |line: &str| split_words(line).expect("words");
        assert_eq!(
            split("  curl -s 'http://x/a b'  \"c d\"e \\ f ''"),
            ["curl", "-s", "http://x/a b", "c de", " f", ""]
        );
        assert!(split("   ").is_empty());
        assert!(split_words("echo 'x").is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_it_has_started_ends_with_it() {
        let clock = |seconds| Duration::from_secs(seconds);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let script = format!("sleep 300 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait", file.display());
        let mut hangs = WorkCommand::new(vec!["sh".into(), "-c".into(), script], clock(5), None);
        assert_eq!(hangs.read(clock(0)), Ok(None));
        let wait_for = |what: &dyn Fn() -> bool| {
            for _ in 0..20_000 {
                if what() {
                    return true;
                }
                std::thread::park_timeout(Duration::from_millis(1));
            }
            false
        };
        assert!(wait_for(&|| file.exists()));
        let pid = std::fs::read_to_string(&file).expect("a number");
        assert!(hangs.read(clock(6)).is_err());
        // Gone, or waiting for whoever inherits it to notice.
        assert!(wait_for(&|| {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        }));
    }

    #[test]
    fn what_hangs_is_killed_and_what_fails_is_said() {
        let clock = |seconds| Duration::from_secs(seconds);
        let mut hangs = WorkCommand::new(vec!["sleep".into(), "60".into()], clock(5), None);
        assert_eq!(hangs.read(clock(0)), Ok(None));
        assert_eq!(hangs.read(clock(5)), Ok(None));
        assert!(hangs.read(clock(6)).is_err_and(|why| why.contains("longer than 5 s")));
        let mut missing = WorkCommand::new(vec!["no-such-program".into()], clock(5), None);
        assert!(missing.read(clock(0)).is_err_and(|why| why.contains("cannot start")));
    }
}
