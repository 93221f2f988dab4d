//! Alerts as lines of a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::clock::StopFlag;
use crate::schema::AlertMessage;

use super::worker::{Again, Channel, Failure};

/// Appends a JSON line for each alert.
///
/// The file is opened anew for each: alerts are rare, and a file that was moved away by a rotation is not written to.
pub struct AlertLog {
    path: PathBuf,
    /// The last line may have been cut off.
    torn: bool,
}

impl AlertLog {
    /// A log in a file that can be written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let log = Self { path: path.to_owned(), torn: false };
        log.file()?;
        Ok(log)
    }

    fn file(&self) -> io::Result<File> {
        OpenOptions::new().append(true).create(true).open(&self.path)
    }

    fn append(&mut self, message: &AlertMessage) -> io::Result<()> {
        let mut file = self.file()?;
        let mut line = if self.torn { vec![b'\n'] } else { Vec::new() };
        serde_json::to_writer(&mut line, message)?;
        line.push(b'\n');
        self.torn = true;
        // One write a line: others may append to the same file.
        file.write_all(&line)?;
        self.torn = false;
        Ok(())
    }
}

impl Channel for AlertLog {
    fn deliver(&mut self, message: &AlertMessage, _stop: &StopFlag) -> Result<(), Failure> {
        self.append(message).map_err(|error| Failure { why: error.to_string(), again: Again::Soon })
    }
}
