//! A log whose matching lines are counted, across rotation and truncation.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::bytes::Regex;

use super::{Work, WorkCounter};

/// Bytes read at one tick: the rest waits for the next one, so that a flood does not hold up the sampling.
const MOST_AT_ONCE: u64 = 8 << 20;
/// A line longer than this is cut: it is no marker.
const LONGEST_LINE: usize = 64 * 1024;
/// Characters of a line that are kept as its label.
const LABEL: usize = 120;

/// Counts the lines of a log that match, from its end on.
#[derive(Debug)]
pub struct WorkLog {
    path: PathBuf,
    pattern: Regex,
    open: Option<Open>,
    /// The beginning of a line whose end is not written yet.
    part: Vec<u8>,
    count: u64,
    label: Option<String>,
}

#[derive(Debug)]
struct Open {
    file: File,
    at: u64,
    id: Option<u64>,
}

impl WorkLog {
    /// Counts from the end of the log as it is now; one that is not there yet is counted from its beginning.
    #[must_use]
    pub fn new(path: PathBuf, pattern: Regex) -> Self {
        let open = open(&path).ok().and_then(|mut file| {
            let at = file.seek(SeekFrom::End(0)).ok()?;
            let id = identity(&file);
            Some(Open { file, at, id })
        });
        Self { path, pattern, open, part: Vec::new(), count: 0, label: None }
    }

    /// Reads what was added to the open file.
    fn read_on(&mut self) -> std::io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let length = open.file.metadata()?.len();
        if length < open.at {
            // Truncated: what is there now is new.
            open.at = 0;
            self.part.clear();
        }
        open.file.seek(SeekFrom::Start(open.at))?;
        let mut read = Vec::new();
        open.at += open.file.by_ref().take(MOST_AT_ONCE).read_to_end(&mut read)? as u64;
        for piece in read.split_inclusive(|&byte| byte == b'\n') {
            if self.part.len() < LONGEST_LINE {
                self.part.extend_from_slice(&piece[..piece.len().min(LONGEST_LINE)]);
            }
            if piece.ends_with(b"\n") {
                self.take_line();
            }
        }
        Ok(())
    }

    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.part);
        if self.pattern.is_match(&line) {
            self.count += 1;
            self.label = Some(String::from_utf8_lossy(&line).trim().chars().take(LABEL).collect());
        }
    }
}

impl WorkCounter for WorkLog {
    fn read(&mut self, _now: Duration) -> Result<Option<Work>, String> {
        let named = |error: std::io::Error, path: &PathBuf| format!("'{}': {error}", path.display());
        // The rest of a file that was moved away is read before its successor.
        self.read_on().map_err(|error| named(error, &self.path))?;
        match open(&self.path) {
            Ok(file) => {
                let id = identity(&file);
                if self.open.as_ref().is_none_or(|open| open.id != id) {
                    if !self.part.is_empty() {
                        self.take_line();
                    }
                    self.open = Some(Open { file, at: 0, id });
                    self.read_on().map_err(|error| named(error, &self.path))?;
                }
            }
            // Between two files of a rotation there is none for a moment.
            Err(_) if self.open.is_some() => {}
            Err(error) => return Err(named(error, &self.path)),
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
        Ok(Some(Work { count: self.count as f64, label: self.label.clone() }))
    }
}

/// Opens a log. A pipe without a writer would hold up the sampling when it is opened.
fn open(path: &Path) -> std::io::Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "this is no regular file"))
    }
}

#[cfg(unix)]
fn identity(file: &File) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|found| found.ino())
}

#[cfg(not(unix))]
fn identity(_file: &File) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_are_counted_across_rotation_and_truncation() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker.log");
        let write = |text: &str| {
            let mut file = File::options().append(true).create(true).open(&path).expect("a file");
            file.write_all(text.as_bytes()).expect("room");
        };
        write("[JOB SUCCESS] of yesterday\n");
        let mut log = WorkLog::new(path.clone(), Regex::new(r"^\[JOB SUCCESS\]").expect("a pattern"));
        let mut count = || log.read(Duration::ZERO).expect("a log").expect("a count").count;
        assert_eq!(count(), 0.0, "it starts at the end");
        write("[JOB SUCCESS] 1\nother\n[JOB SUC");
        assert_eq!(count(), 1.0);
        write("CESS] 2\n");
        assert_eq!(count(), 2.0, "a line in two pieces");
        write("[JOB SUCCESS] 3\n");
        std::fs::rename(&path, folder.path().join("worker.log.1")).expect("a rotation");
        assert_eq!(count(), 3.0, "written just before the rotation");
        write("[JOB SUCCESS] 4\n");
        assert_eq!(count(), 4.0);
        File::create(&path).expect("a truncation");
        assert_eq!(count(), 4.0);
        write("[JOB SUCCESS] 5\n");
        assert_eq!(count(), 5.0);
        assert_eq!(log.label.as_deref(), Some("[JOB SUCCESS] 5"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_pipe_without_a_writer_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let file_type = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, file_type, 0o600.into(), 0).expect("a pipe");
        let mut log = WorkLog::new(path, Regex::new("x").expect("a pattern"));
        assert!(log.read(Duration::ZERO).is_err_and(|why| why.contains("no regular file")));
    }
}
