//! Counter of work that reads a number from a file.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use super::counter::{Work, WorkCounter, parse_count};

/// Bytes of the file that are read.
const MAX_BYTES: u64 = 256;

/// Counter that reads a number from a file at every tick.
#[derive(Debug)]
pub struct WorkFile {
    path: PathBuf,
}

impl WorkFile {
    /// Creates a counter of the file at `path`, which need not exist yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn read_count(&self) -> Result<Option<f64>, String> {
        // Opening a pipe without a writer would block.
        if std::fs::metadata(&self.path).is_ok_and(|found| !found.is_file()) {
            return Err("this is not a regular file".to_owned());
        }
        let mut text = String::new();
        let read = File::open(&self.path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        read.map_err(|error| error.to_string())?;
        // A writer that truncates the file first leaves it empty for a moment.
        if text.trim().is_empty() { Ok(None) } else { parse_count(&text).map(Some) }
    }
}

impl WorkCounter for WorkFile {
    fn read(&mut self, _now: Duration) -> Result<Option<Work>, String> {
        self.read_count()
            .map(|count| count.map(|count| Work { count, label: None }))
            .map_err(|reason| format!("'{}': {reason}", self.path.display()))
    }
}
