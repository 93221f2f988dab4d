//! Priorities before lines on standard error, as the journal understands them: `<4>warning: ...` (sd-daemon(3)).

use std::sync::atomic::{AtomicBool, Ordering};

/// How much a line matters, as syslog(3) counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Priority {
    Critical = 2,
    Error = 3,
    Warning = 4,
    Notice = 5,
    Info = 6,
}

/// Whether lines begin with their priority.
static ON: AtomicBool = AtomicBool::new(false);

impl Priority {
    /// Puts priorities before lines from now on, if `asked` or if standard error is the journal.
    pub fn enable(asked: bool) {
        ON.store(asked || goes_to_the_journal(), Ordering::Release);
    }

    /// The text with the priority before each line, where that is in use.
    #[must_use]
    pub fn mark(self, text: &str) -> String {
        if ON.load(Ordering::Acquire) { self.before(text) } else { text.to_owned() }
    }

    fn before(self, text: &str) -> String {
        let prefix = format!("<{}>", self as u8);
        text.lines().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n")
    }
}

/// Whether standard error is what `JOURNAL_STREAM` names, `device:inode`: the variable is inherited by programs whose
/// standard error goes elsewhere.
#[cfg(unix)]
fn goes_to_the_journal() -> bool {
    let Ok(named) = std::env::var("JOURNAL_STREAM") else { return false };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}

#[cfg(not(unix))]
fn goes_to_the_journal() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_priority() {
        assert_eq!(Priority::Error.before("error: a\n  hint: b"), "<3>error: a\n<3>  hint: b");
    }
}
