//! Priorities of lines on standard error, in the form of the journal: `<4>warning: ...` (sd-daemon(3)).

use std::sync::atomic::{AtomicBool, Ordering};

/// Priority of a line, numbered as in syslog(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Priority {
    Critical = 2,
    Error = 3,
    Warning = 4,
    Notice = 5,
    Info = 6,
}

/// True if lines begin with their priority.
static ON: AtomicBool = AtomicBool::new(false);

impl Priority {
    /// Adds priorities to lines from now on, if `requested` or if standard error is the journal.
    pub fn enable(requested: bool) {
        ON.store(requested || is_stderr_the_journal(), Ordering::Release);
    }

    /// Returns the text with the priority before each line, if priorities are enabled.
    #[must_use]
    pub fn mark(self, text: &str) -> String {
        if ON.load(Ordering::Acquire) { self.prefix_lines(text) } else { text.to_owned() }
    }

    fn prefix_lines(self, text: &str) -> String {
        let prefix = format!("<{}>", self as u8);
        text.lines().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n")
    }
}

/// True if standard error is the stream that `JOURNAL_STREAM` names as `device:inode`. The variable alone proves nothing,
/// because programs inherit it.
#[cfg(unix)]
fn is_stderr_the_journal() -> bool {
    let Ok(named) = std::env::var("JOURNAL_STREAM") else { return false };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}

#[cfg(not(unix))]
fn is_stderr_the_journal() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_priority() {
        assert_eq!(Priority::Error.prefix_lines("error: a\n  hint: b"), "<3>error: a\n<3>  hint: b");
    }
}
