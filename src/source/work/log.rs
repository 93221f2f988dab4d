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
/// Bytes before the place that was read up to which must still be there, or the log began anew.
const KNOWN: usize = 64;
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
    /// What stood just before `at`.
    known: Vec<u8>,
}

impl Open {
    /// From the beginning.
    fn new(file: File) -> Self {
        let id = identity(&file);
        Self { file, at: 0, id, known: Vec::new() }
    }

    /// From the end as it is now.
    fn at_end(file: File) -> std::io::Result<Self> {
        let mut open = Self::new(file);
        let end = open.file.seek(SeekFrom::End(0))?;
        open.at = end.saturating_sub(KNOWN as u64);
        open.file.seek(SeekFrom::Start(open.at))?;
        open.next((KNOWN as u64).min(end))?;
        Ok(open)
    }

    /// Whether what was read is no longer there: the log was truncated, and may have grown beyond that place since.
    fn began_anew(&mut self) -> std::io::Result<bool> {
        if self.file.metadata()?.len() < self.at {
            return Ok(true);
        }
        self.file.seek(SeekFrom::Start(self.at - self.known.len() as u64))?;
        let mut there = vec![0; self.known.len()];
        Ok(self.file.read_exact(&mut there).is_err() || there != self.known)
    }

    /// The next bytes from where the file stands.
    fn next(&mut self, most: u64) -> std::io::Result<Vec<u8>> {
        let mut read = Vec::new();
        self.at += self.file.by_ref().take(most).read_to_end(&mut read)? as u64;
        self.known.extend_from_slice(&read[read.len().saturating_sub(KNOWN)..]);
        self.known.drain(..self.known.len().saturating_sub(KNOWN));
        Ok(read)
    }
}

impl WorkLog {
    /// Counts from the end of the log as it is now; one that is not there yet is counted from its beginning.
    #[must_use]
    pub fn new(path: PathBuf, pattern: Regex) -> Self {
        let open = open(&path).and_then(Open::at_end).ok();
        Self { path, pattern, open, part: Vec::new(), count: 0, label: None }
    }

    /// Reads what was added to the open file. Whether that was all.
    fn read_on(&mut self) -> std::io::Result<bool> {
        let Some(open) = &mut self.open else { return Ok(true) };
        if open.began_anew()? {
            // What is there now is new.
            open.file.rewind()?;
            (open.at, open.known) = (0, Vec::new());
            self.part.clear();
        }
        let read = open.next(MOST_AT_ONCE)?;
        let all = (read.len() as u64) < MOST_AT_ONCE;
        for piece in read.split_inclusive(|&byte| byte == b'\n') {
            if self.part.len() < LONGEST_LINE {
                self.part.extend_from_slice(&piece[..piece.len().min(LONGEST_LINE)]);
            }
            if piece.ends_with(b"\n") {
                self.take_line();
            }
        }
        Ok(all)
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
        // The rest of a file that was moved away is read before its successor, however many ticks that takes.
        let all = self.read_on().map_err(|error| named(error, &self.path))?;
        match open(&self.path) {
            Ok(_) if !all => {}
            Ok(file) => {
                let id = identity(&file);
                if self.open.as_ref().is_none_or(|open| open.id != id) {
                    if !self.part.is_empty() {
                        self.take_line();
                    }
                    self.open = Some(Open::new(file));
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
    fn nothing_of_a_flood_is_lost_by_a_rotation() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker.log");
        std::fs::write(&path, "").expect("a file");
        let mut log = WorkLog::new(path.clone(), Regex::new("^done").expect("a pattern"));
        let line = format!("done {}\n", "x".repeat(1018));
        let lines = 3 * usize::try_from(MOST_AT_ONCE).expect("small") / line.len() / 2;
        std::fs::write(&path, line.repeat(lines)).expect("room");
        std::fs::rename(&path, folder.path().join("worker.log.1")).expect("a rotation");
        std::fs::write(&path, "done\n").expect("a file");
        let mut count = || log.read(Duration::ZERO).expect("a log").expect("a count").count;
        count();
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let all = (lines + 1) as f64;
        assert_eq!(count(), all);
    }

    #[test]
    fn a_log_that_was_truncated_and_has_grown_beyond_since_is_read_from_its_beginning() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker.log");
        std::fs::write(&path, "done before\n").expect("a file");
        let mut log = WorkLog::new(path.clone(), Regex::new("^done").expect("a pattern"));
        let mut count = |text: &str| {
            // As 'copytruncate' does it: the same file.
            std::fs::write(&path, text).expect("a file");
            log.read(Duration::ZERO).expect("a log").expect("a count").count
        };
        assert_eq!(count("done a\ndone b\ndone c\n"), 3.0);
        assert_eq!(count("done d\ndone e\ndone f\ndone g\n"), 7.0);
        assert_eq!(count("done d\ndone e\ndone f\ndone g\ndone h\n"), 8.0, "only what was added");
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
