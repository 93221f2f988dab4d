//! A file that holds a number.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use super::{Work, WorkCounter, number};

/// Bytes of the file that are read.
const MOST: u64 = 256;

/// Reads a number from a file at every tick.
#[derive(Debug)]
pub struct WorkFile {
    path: PathBuf,
}

impl WorkFile {
    /// Counts with the file at `path`; it need not be there yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl WorkCounter for WorkFile {
    fn read(&mut self, _now: Duration) -> Result<Option<Work>, String> {
        let named = |what: String| format!("'{}': {what}", self.path.display());
        // A pipe without a writer would hold up the sampling when it is opened.
        if std::fs::metadata(&self.path).is_ok_and(|found| !found.is_file()) {
            return Err(named("this is no regular file".to_owned()));
        }
        let mut text = String::new();
        let read = File::open(&self.path).and_then(|file| file.take(MOST).read_to_string(&mut text));
        read.map_err(|error| named(error.to_string()))?;
        // A writer that truncates first leaves it empty for a moment.
        if text.trim().is_empty() {
            return Ok(None);
        }
        number(&text).map(|count| Some(Work { count, label: None })).map_err(named)
    }
}
