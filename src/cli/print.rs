//! Prints text on standard output, and warnings on standard error.

use std::io::{self, Write};

use crate::outcome::ExitStatus;
use crate::terminal::{Priority, wrap_for_stderr};

use super::error::{Error, Kind};

/// Writes text to standard output. A closed pipe is no error.
pub(super) fn print(text: &str) -> Result<u8, Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::Failed, format!("cannot write standard output: {error}")))
        }
        _ => Ok(ExitStatus::Clean.code()),
    }
}

/// Prints a warning.
pub(super) fn warn(text: &str) {
    // A closed standard error cannot be reported.
    drop(writeln!(io::stderr(), "{}", Priority::Warning.mark(&wrap_for_stderr(&format!("warning: {text}")))));
}
