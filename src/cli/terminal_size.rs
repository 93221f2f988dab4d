//! Size of the terminal on standard output.

use std::io::{self, IsTerminal};

use crate::terminal::TableSize;

/// Returns the columns and rows of the terminal on standard output.
pub(crate) fn terminal_size() -> (u16, u16) {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return (size.ws_col, size.ws_row);
    }
    (80, 24)
}

/// Returns the columns of the terminal on standard output; `None` without a terminal.
pub(crate) fn stdout_width() -> Option<u16> {
    io::stdout().is_terminal().then(|| terminal_size().0)
}

/// Returns the columns for a table that stays: those of the terminal, or enough for all of it.
pub(crate) fn summary_width() -> u16 {
    stdout_width().unwrap_or(TableSize::UNBOUNDED.width)
}
