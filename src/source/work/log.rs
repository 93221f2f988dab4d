//! Counter of work that counts the matching lines of a log, across rotation and truncation.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::bytes::Regex;

use super::counter::{Work, WorkCounter};

/// Bytes read at one tick: the rest waits for the next tick, so that a flood does not delay the sampling.
const MAX_BYTES_PER_TICK: u64 = 8 << 20;
/// Length at which a line is truncated, in bytes: markers are shorter.
const MAX_LINE_BYTES: usize = 64 * 1024;
/// Bytes before the position that must be unchanged: otherwise the log was truncated and written again.
const FINGERPRINT_BYTES: usize = 64;
/// Characters of a line that are kept as its label.
const LABEL_CHARS: usize = 120;

/// Counter of the lines that match, from the end of the log on.
#[derive(Debug)]
pub struct WorkLog {
    path: PathBuf,
    pattern: Regex,
    open: Option<OpenLog>,
    /// Beginning of a line that is not complete yet.
    partial_line: Vec<u8>,
    count: u64,
    label: Option<String>,
}

/// Open log file.
#[derive(Debug)]
struct OpenLog {
    file: File,
    position: u64,
    inode: Option<u64>,
    /// Bytes just before `position`.
    fingerprint: Vec<u8>,
}

impl OpenLog {
    /// Creates an open log that is read from its start.
    fn from_start(file: File) -> Self {
        let inode = inode(&file);
        Self { file, position: 0, inode, fingerprint: Vec::new() }
    }

    /// Creates an open log that is read from its present end.
    fn from_end(file: File) -> std::io::Result<Self> {
        let mut open = Self::from_start(file);
        let end = open.file.seek(SeekFrom::End(0))?;
        open.position = end.saturating_sub(FINGERPRINT_BYTES as u64);
        open.file.seek(SeekFrom::Start(open.position))?;
        open.read_more((FINGERPRINT_BYTES as u64).min(end))?;
        Ok(open)
    }

    /// True if the log was truncated, even if it has grown beyond the position since.
    fn was_truncated(&mut self) -> std::io::Result<bool> {
        if self.file.metadata()?.len() < self.position {
            return Ok(true);
        }
        self.file.seek(SeekFrom::Start(self.position - self.fingerprint.len() as u64))?;
        let mut found = vec![0; self.fingerprint.len()];
        Ok(self.file.read_exact(&mut found).is_err() || found != self.fingerprint)
    }

    /// Goes back to the start of a truncated log.
    fn rewind(&mut self) -> std::io::Result<()> {
        self.file.rewind()?;
        self.position = 0;
        self.fingerprint.clear();
        Ok(())
    }

    /// Reads up to `limit` bytes from the position of the file.
    fn read_more(&mut self, limit: u64) -> std::io::Result<Vec<u8>> {
        let mut read = Vec::new();
        self.position += self.file.by_ref().take(limit).read_to_end(&mut read)? as u64;
        self.fingerprint.extend_from_slice(&read[read.len().saturating_sub(FINGERPRINT_BYTES)..]);
        self.fingerprint.drain(..self.fingerprint.len().saturating_sub(FINGERPRINT_BYTES));
        Ok(read)
    }
}

impl WorkLog {
    /// Creates a counter that begins at the present end of the log; a log that appears later is read from its start.
    #[must_use]
    pub fn new(path: PathBuf, pattern: Regex) -> Self {
        let open = open_log(&path).and_then(OpenLog::from_end).ok();
        Self { path, pattern, open, partial_line: Vec::new(), count: 0, label: None }
    }

    /// Reads the bytes that were appended to the open file; returns true if none are left.
    fn read_appended(&mut self) -> std::io::Result<bool> {
        let Some(open) = &mut self.open else { return Ok(true) };
        if open.was_truncated()? {
            open.rewind()?;
            self.partial_line.clear();
        }
        let read = open.read_more(MAX_BYTES_PER_TICK)?;
        let is_complete = (read.len() as u64) < MAX_BYTES_PER_TICK;
        for piece in read.split_inclusive(|&byte| byte == b'\n') {
            if self.partial_line.len() < MAX_LINE_BYTES {
                self.partial_line.extend_from_slice(&piece[..piece.len().min(MAX_LINE_BYTES)]);
            }
            if piece.ends_with(b"\n") {
                self.finish_line();
            }
        }
        Ok(is_complete)
    }

    /// Reads the open file to its end, and then the file that replaced it.
    fn read_log(&mut self) -> std::io::Result<()> {
        // A rotated file is read to its end before its successor, however many ticks that takes.
        let is_complete = self.read_appended()?;
        match open_log(&self.path) {
            Ok(_) if !is_complete => {}
            Ok(file) => {
                let inode = inode(&file);
                if self.open.as_ref().is_none_or(|open| open.inode != inode) {
                    if !self.partial_line.is_empty() {
                        self.finish_line();
                    }
                    self.open = Some(OpenLog::from_start(file));
                    self.read_appended()?;
                }
            }
            // In the middle of a rotation the file is missing for a moment.
            Err(_) if self.open.is_some() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn finish_line(&mut self) {
        let line = std::mem::take(&mut self.partial_line);
        if self.pattern.is_match(&line) {
            self.count += 1;
            self.label = Some(String::from_utf8_lossy(&line).trim().chars().take(LABEL_CHARS).collect());
        }
    }
}

impl WorkCounter for WorkLog {
    fn read(&mut self, _now: Duration) -> Result<Option<Work>, String> {
        self.read_log().map_err(|error| format!("'{}': {error}", self.path.display()))?;
        #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
        Ok(Some(Work { count: self.count as f64, label: self.label.clone() }))
    }
}

/// Opens a log. Opening a pipe without a writer would block.
fn open_log(path: &Path) -> std::io::Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "this is not a regular file"))
    }
}

#[cfg(unix)]
fn inode(file: &File) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|found| found.ino())
}

#[cfg(not(unix))]
fn inode(_file: &File) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn append(path: &Path, text: &str) {
        let mut file = File::options().append(true).create(true).open(path).expect("a file");
        file.write_all(text.as_bytes()).expect("room");
    }

    fn read_count(log: &mut WorkLog) -> f64 {
        log.read(Duration::ZERO).expect("a log").expect("a count").count
    }

    #[test]
    fn lines_are_counted_across_rotation_and_truncation() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker.log");
        append(&path, "[JOB SUCCESS] of yesterday\n");
        let mut log = WorkLog::new(path.clone(), Regex::new(r"^\[JOB SUCCESS\]").expect("a pattern"));
        assert_eq!(read_count(&mut log), 0.0, "counting starts at the end");
        append(&path, "[JOB SUCCESS] 1\nother\n[JOB SUC");
        assert_eq!(read_count(&mut log), 1.0);
        append(&path, "CESS] 2\n");
        assert_eq!(read_count(&mut log), 2.0, "a line written in two pieces counts once");
        append(&path, "[JOB SUCCESS] 3\n");
        std::fs::rename(&path, folder.path().join("worker.log.1")).expect("a rotation");
        assert_eq!(read_count(&mut log), 3.0, "lines written just before the rotation count");
        append(&path, "[JOB SUCCESS] 4\n");
        assert_eq!(read_count(&mut log), 4.0);
        File::create(&path).expect("a truncation");
        assert_eq!(read_count(&mut log), 4.0);
        append(&path, "[JOB SUCCESS] 5\n");
        assert_eq!(read_count(&mut log), 5.0);
        assert_eq!(log.label.as_deref(), Some("[JOB SUCCESS] 5"));
    }

    #[test]
    fn a_rotation_loses_no_line_of_a_flood() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker.log");
        std::fs::write(&path, "").expect("a file");
        let mut log = WorkLog::new(path.clone(), Regex::new("^done").expect("a pattern"));
        let line = format!("done {}\n", "x".repeat(1018));
        let lines = 3 * usize::try_from(MAX_BYTES_PER_TICK).expect("small") / line.len() / 2;
        std::fs::write(&path, line.repeat(lines)).expect("room");
        std::fs::rename(&path, folder.path().join("worker.log.1")).expect("a rotation");
        std::fs::write(&path, "done\n").expect("a file");
        read_count(&mut log);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let all = (lines + 1) as f64;
        assert_eq!(read_count(&mut log), all);
    }

    #[test]
    fn a_truncated_log_that_has_grown_since_is_read_from_its_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worker.log");
        std::fs::write(&path, "done before\n").expect("a file");
        let mut log = WorkLog::new(path.clone(), Regex::new("^done").expect("a pattern"));
        for (text, count) in [
            ("done a\ndone b\ndone c\n", 3.0),
            ("done d\ndone e\ndone f\ndone g\n", 7.0),
            // Appended.
            ("done d\ndone e\ndone f\ndone g\ndone h\n", 8.0),
        ] {
            // Like 'copytruncate' of logrotate: the same file.
            std::fs::write(&path, text).expect("a file");
            assert_eq!(read_count(&mut log), count, "{text}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_pipe_without_a_writer_does_not_block() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let file_type = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, file_type, 0o600.into(), 0).expect("a pipe");
        let mut log = WorkLog::new(path, Regex::new("x").expect("a pattern"));
        assert!(log.read(Duration::ZERO).is_err_and(|reason| reason.contains("not a regular file")));
    }
}
