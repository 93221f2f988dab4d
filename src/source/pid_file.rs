//! Files of process numbers, one a line (`--pid-file`).

use std::path::{Path, PathBuf};

use crate::model::Pid;

/// Reason why a file of process numbers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PidFileError {
    /// The file cannot be read.
    #[error("cannot read '{}'", .path.display())]
    Io {
        /// Path of the file.
        path: PathBuf,
        /// Error of the system.
        source: std::io::Error,
    },
    /// A line is not a process number.
    #[error("'{}', line {line}: '{}' is not a process number", .path.display(), .text.escape_debug())]
    NotAPid {
        /// Path of the file.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// Text of the line, truncated.
        text: String,
    },
    /// The file holds no process number.
    #[error("'{}' holds no process number", .0.display())]
    Empty(PathBuf),
}

/// Reads the process numbers of a file, skipping blank lines.
///
/// # Errors
/// Returns an error if the file cannot be read, holds no number, or holds anything but numbers from 1 on.
pub fn read_pid_file(path: &Path) -> Result<Vec<Pid>, PidFileError> {
    let text = std::fs::read(path).map_err(|source| PidFileError::Io { path: path.to_owned(), source })?;
    let mut pids = Vec::new();
    for (number, line) in String::from_utf8_lossy(&text).lines().enumerate() {
        let line = line.trim();
        match line.parse::<u32>() {
            _ if line.is_empty() => {}
            Ok(pid) if pid > 0 => pids.push(Pid(pid)),
            _ => {
                let text = line.chars().take(40).collect();
                return Err(PidFileError::NotAPid { path: path.to_owned(), line: number + 1, text });
            }
        }
    }
    if pids.is_empty() { Err(PidFileError::Empty(path.to_owned())) } else { Ok(pids) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_written(path: &Path, text: &str) -> Result<Vec<Pid>, PidFileError> {
        std::fs::write(path, text).expect("a file");
        read_pid_file(path)
    }

    #[test]
    fn the_faulty_line_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pids");
        assert_eq!(read_written(&path, "12\n\n 13 \n").expect("pids"), [Pid(12), Pid(13)]);
        assert!(read_written(&path, "12\n0\n").expect_err("zero").to_string().contains("line 2: '0'"));
        assert!(matches!(read_written(&path, "\n"), Err(PidFileError::Empty(_))));
        assert!(matches!(read_pid_file(folder.path()), Err(PidFileError::Io { .. })));
    }
}
