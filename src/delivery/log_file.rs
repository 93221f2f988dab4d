//! Delivery to a file of JSON lines.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::clock::StopFlag;
use crate::schema::AlertMessage;

use super::attempt::{Delivery, DeliveryError, Retry};

/// File with a JSON line for each alert.
///
/// It is opened for each alert, so that a rotated file is not written to. Alerts are rare.
pub struct AlertLog {
    path: PathBuf,
    /// True if the last line may be incomplete.
    is_torn: bool,
}

impl AlertLog {
    /// Opens the file once, so that a fault shows at the start.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let log = Self { path: path.to_owned(), is_torn: false };
        log.file()?;
        Ok(log)
    }

    fn file(&self) -> io::Result<File> {
        OpenOptions::new().append(true).create(true).open(&self.path)
    }

    fn append(&mut self, message: &AlertMessage) -> io::Result<()> {
        let mut file = self.file()?;
        let mut line = if self.is_torn { vec![b'\n'] } else { Vec::new() };
        serde_json::to_writer(&mut line, message)?;
        line.push(b'\n');
        self.is_torn = true;
        // One write a line, because other processes may append to the same file.
        file.write_all(&line)?;
        self.is_torn = false;
        Ok(())
    }
}

impl Delivery for AlertLog {
    fn deliver(&mut self, message: &AlertMessage, _stop: &StopFlag) -> Result<(), DeliveryError> {
        self.append(message).map_err(|error| {
            // A full disk stays full for longer than the pauses.
            let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            DeliveryError { reason: error.to_string(), retry: if full { Retry::Once } else { Retry::Soon } }
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
    fn a_full_disk_gets_one_further_attempt() {
        let at = Timestamp(0);
        let (kind, state) = (AlertKind::Leak, AlertState::Firing);
        let alert = Alert { kind, state, at, since: at, value: None, threshold: None, message: String::new() };
        let message = crate::report::alert_message(None, None, &alert);
        let mut log = AlertLog::open(Path::new("/dev/full")).expect("a device");
        let failure = log.deliver(&message, &StopFlag::default()).expect_err("a full disk");
        assert_eq!(failure.retry, Retry::Once);
    }
}
