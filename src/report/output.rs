//! Output files: checked at the start, and replaced as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::background_writer::{BackgroundWriter, WhenFull};

use super::document::Document;
use super::formats::write_document;
use super::output_format::OutputFormat;

/// Upper bound of the length of a header, in bytes.
const HEADER_MAX: u64 = 4096;

/// Reason for which an output cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Unknown ending.
    #[error("unknown format of '{}': its name must end in .json, .html, .svg, .jsonl, .csv, .xml, .md or .txt", .0.display())]
    UnknownEnding(PathBuf),
    /// Missing folder.
    #[error("cannot write '{}': there is no folder '{}'", .path.display(), .folder.display())]
    NoFolder {
        /// File.
        path: PathBuf,
        /// Folder of the file.
        folder: PathBuf,
    },
    /// File that is also an input.
    #[error("'{}' is a recording to be analysed, and would be overwritten", .0.display())]
    IsInput(PathBuf),
    /// File that is named twice.
    #[error("output named twice: '{}' and '{}' are the same file", .0.display(), .1.display())]
    Twice(PathBuf, PathBuf),
    /// Failure of the system.
    #[error("cannot write '{}'", .path.display())]
    Io {
        /// File.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
}

/// File to write.
#[derive(Debug)]
pub struct Output {
    /// Path as the user typed it, for messages.
    typed: PathBuf,
    /// Path with links followed.
    path: PathBuf,
    format: OutputFormat,
    place: Place,
}

/// EarlierRecording recording in the place of a new one.
#[derive(Debug, Clone)]
pub struct EarlierRecording {
    /// Path as the user typed it, for messages.
    pub shown: PathBuf,
    /// Length of the file.
    pub bytes: u64,
    /// Path of the kept recording, for messages.
    pub kept_shown: PathBuf,
    /// Path of the kept recording, with links followed. A recording that was kept before is replaced.
    pub kept_as: PathBuf,
    /// True if its folder can be written. Otherwise the recording is replaced.
    pub can_be_kept: bool,
}

/// Way of writing a file.
#[derive(Debug)]
enum Place {
    /// A temporary file beside it replaces it at the end.
    Replaced,
    /// Written directly: a stream, or not a regular file.
    Direct(File),
}

impl Output {
    /// Checks that the file can be written. An existing file stays unchanged until [`Self::stream`] or [`Self::finish`].
    ///
    /// # Errors
    /// If the ending is unknown, the folder is missing, or the file cannot be created.
    pub fn open(path: &Path) -> Result<Self, OutputError> {
        let format = OutputFormat::from_ending(path).ok_or_else(|| OutputError::UnknownEnding(path.to_owned()))?;
        // A link is followed, because the file it names is to be replaced.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = folder_of(&real);
        if !folder.is_dir() {
            return Err(OutputError::NoFolder { path: path.to_owned(), folder: folder.to_owned() });
        }
        let regular = fs::metadata(&real).map_or(true, |found| found.is_file());
        let place = if !format.is_stream() && regular {
            // A temporary file shows that the folder can be written at the end.
            drop(temporary(folder).map_err(|source| io_error(path, source))?);
            Place::Replaced
        } else {
            let file = File::options().write(true).create(true).truncate(false).open(&real);
            Place::Direct(file.map_err(|source| io_error(path, source))?)
        };
        Ok(Self { typed: path.to_owned(), path: fs::canonicalize(&real).unwrap_or(real), format, place })
    }

    /// Returns the format.
    #[must_use]
    pub fn format(&self) -> OutputFormat {
        self.format
    }

    /// Returns the path as the user typed it.
    #[must_use]
    pub fn typed(&self) -> &Path {
        &self.typed
    }

    /// Returns the resolved path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the earlier recording that a stream would replace; `None` if nothing would be lost.
    #[must_use]
    pub fn earlier(&self) -> Option<EarlierRecording> {
        let Place::Direct(file) = &self.place else { return None };
        let found = file.metadata().ok().filter(fs::Metadata::is_file)?;
        // A header without rows is not worth keeping.
        let mut start = Vec::new();
        File::options().read(true).open(&self.path).ok()?.take(HEADER_MAX).read_to_end(&mut start).ok()?;
        let header = start.iter().position(|&byte| byte == b'\n').map_or(start.len(), |end| end + 1);
        let has_rows = found.len() > header as u64;
        has_rows.then(|| EarlierRecording {
            shown: self.typed.clone(),
            bytes: found.len(),
            // The copy is beside the file, not beside a link to it.
            kept_shown: backup_path(if self.typed.is_symlink() { &self.path } else { &self.typed }),
            kept_as: backup_path(&self.path),
            can_be_kept: temporary(folder_of(&self.path)).is_ok(),
        })
    }

    /// Begins a stream. If possible, an `earlier` recording is kept beside it.
    ///
    /// # Errors
    /// If the system refuses. The error names the file.
    pub fn stream(self, earlier: Option<&EarlierRecording>) -> io::Result<NamedStream> {
        let name = format!("'{}'", self.typed.display());
        let Place::Direct(mut file) = self.place else {
            return Err(io::Error::other(format!("{name} is not a stream: it is written at the end")));
        };
        if let Some(earlier) = earlier
            && fs::rename(&self.path, &earlier.kept_as).is_ok()
        {
            let rights = file.metadata().map_err(|error| write_error(&name, &error))?.permissions();
            file = File::options()
                .write(true)
                .create_new(true)
                .open(&self.path)
                .map_err(|error| write_error(&name, &error))?;
            file.set_permissions(rights).map_err(|error| write_error(&name, &error))?;
        } else if file.metadata().map_err(|error| write_error(&name, &error))?.is_file() {
            file.set_len(0).map_err(|error| write_error(&name, &error))?;
        }
        Ok(NamedStream { name, out: BufWriter::new(Box::new(file)) })
    }

    /// Writes a report.
    ///
    /// # Errors
    /// If it cannot be written. An earlier file then stays unchanged.
    pub fn finish(self, document: &Document<'_>) -> Result<(), OutputError> {
        let (path, typed) = (self.path, self.typed);
        match self.place {
            Place::Direct(mut file) => {
                write_document(document, self.format, &mut file).map_err(|source| io_error(&typed, source))
            }
            Place::Replaced => {
                let mut file = temporary(folder_of(&path)).map_err(|source| io_error(&typed, source))?;
                write_document(document, self.format, &mut file)
                    .and_then(|()| file.as_file().sync_all())
                    .map_err(|source| io_error(&typed, source))?;
                file.persist(&path).map(drop).map_err(|error| io_error(&typed, error.error))
            }
        }
    }
}

/// Stream with a name for its errors.
pub struct NamedStream {
    name: String,
    out: BufWriter<Box<dyn Write + Send>>,
}

impl NamedStream {
    /// Standard output in the foreground.
    #[must_use]
    pub fn stdout() -> Self {
        Self { name: "standard output".to_owned(), out: BufWriter::new(Box::new(io::stdout())) }
    }

    /// Standard output. A reader that takes nothing does not delay the caller.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub fn stdout_in_background(when_full: WhenFull) -> io::Result<Self> {
        let stdout = Self::stdout();
        if never_stalls(&io::stdout()) {
            return Ok(stdout);
        }
        let out = BufWriter::new(Box::new(BackgroundWriter::new(io::stdout(), when_full)?) as Box<dyn Write + Send>);
        Ok(Self { out, ..stdout })
    }
}

impl Write for NamedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| write_error(&self.name, &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| write_error(&self.name, &error))
    }
}

/// True if a write never blocks for long: a regular file, or a device that is not a terminal.
#[cfg(unix)]
fn never_stalls(stdout: &io::Stdout) -> bool {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let kind = stdout.as_fd().try_clone_to_owned().and_then(|file| File::from(file).metadata()).map(|m| m.file_type());
    !stdout.is_terminal() && kind.is_ok_and(|kind| !kind.is_fifo() && !kind.is_socket())
}

#[cfg(not(unix))]
fn never_stalls(_: &io::Stdout) -> bool {
    false
}

/// Appends text to a file that other programs write to as well.
///
/// # Errors
/// If the system refuses.
pub fn append(path: &Path, text: &str) -> io::Result<()> {
    File::options().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// True if the folder of a file exists.
#[must_use]
pub fn has_folder(path: &Path) -> bool {
    folder_of(path).is_dir()
}

/// Returns the resolved path of a file; `None` if it does not exist.
#[must_use]
pub fn real_path(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Returns the path of a kept earlier recording: `x.csv~`.
fn backup_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("~");
    PathBuf::from(name)
}

/// Returns the error of an output.
fn io_error(path: &Path, source: io::Error) -> OutputError {
    OutputError::Io { path: path.to_owned(), source }
}

/// Returns the error of a stream with its name.
fn write_error(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {name}: {error}"))
}

/// Removes the path of a temporary file from an error: the user does not know it.
fn without_path(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((reason, _)) => io::Error::new(error.kind(), reason.to_owned()),
        None => error,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".leakwatch-");
    #[cfg(unix)]
    {
        // The system applies the umask of the user.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(without_path)
}
