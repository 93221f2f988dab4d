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
        self.append(message).map_err(|error| {
            // A full disk is not emptied within seconds.
            let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            Failure { why: error.to_string(), again: if full { Again::Once } else { Again::Soon } }
        })
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::alert::{Alert, AlertKind, AlertState};
    use crate::model::Timestamp;

    #[test]
    fn a_full_disk_is_not_waited_for() {
        let at = Timestamp(0);
        let (kind, state) = (AlertKind::Leak, AlertState::Firing);
        let alert = Alert { kind, state, at, since: at, value: None, threshold: None, message: String::new() };
        let message = crate::report::alert_message(None, None, &alert);
        let mut log = AlertLog::open(Path::new("/dev/full")).expect("a device");
        let failure = log.deliver(&message, &StopFlag::default()).expect_err("a full disk");
        assert_eq!(failure.again, Again::Once);
    }
}
