//! The files that `-o` names: checked at the start, replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::background_writer::{BackgroundWriter, WhenFull};

use super::document::Document;
use super::formats::write_document;
use super::output_format::OutputFormat;

/// A header is no longer than this, in bytes.
const HEADER_MOST: u64 = 4096;

/// Why an output cannot be used. `source` is what the system said.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The ending says nothing.
    #[error("cannot tell from '{}' what to write: its name must end in .json, .html, .svg, .jsonl, .csv, .xml, .md or .txt", .0.display())]
    UnknownEnding(PathBuf),
    /// The folder is missing.
    #[error("cannot write '{}': there is no folder '{}'", .path.display(), .folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// The file is read at the same time.
    #[error("'{}' is a recording to be analysed: it would be overwritten", .0.display())]
    IsInput(PathBuf),
    /// The same file twice: one would overwrite the other.
    #[error("'{}' and '{}' are the same file: an output would be named twice", .0.display(), .1.display())]
    Twice(PathBuf, PathBuf),
    /// Anything else.
    #[error("cannot write '{}'", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// One file to write.
#[derive(Debug)]
pub struct Output {
    /// As it was typed, for messages.
    typed: PathBuf,
    /// With links followed.
    path: PathBuf,
    format: OutputFormat,
    place: Place,
}

/// A recording that stands where another one is to be written.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// As it was typed, for messages.
    pub shown: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Where it is kept, for messages.
    pub kept_shown: PathBuf,
    /// Where it is kept, with links followed; what was kept there before is replaced.
    pub kept_as: PathBuf,
    /// Whether its folder can be written; it is replaced otherwise.
    pub can_be_kept: bool,
}

#[derive(Debug)]
enum Place {
    /// Written beside it and renamed over it at the end.
    Replaced,
    /// Written as it comes: a stream, or something that is no regular file.
    Direct(File),
}

impl Output {
    /// Opens everything that is needed to write the file, so that what cannot work fails now. Nothing that stands
    /// there is touched before [`Self::stream`].
    ///
    /// # Errors
    /// When the ending is unknown, the folder missing, or the file cannot be created.
    pub fn open(path: &Path) -> Result<Self, OutputError> {
        let format = OutputFormat::from_ending(path).ok_or_else(|| OutputError::UnknownEnding(path.to_owned()))?;
        let fail = |source| OutputError::Io { path: path.to_owned(), source };
        // A link is followed, so that the file it names is replaced and not the link.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = folder_of(&real);
        if !folder.is_dir() {
            return Err(OutputError::NoFolder { path: path.to_owned(), folder: folder.to_owned() });
        }
        let regular = fs::metadata(&real).map_or(true, |found| found.is_file());
        let place = if !format.is_stream() && regular {
            // Made and taken away again: it shows that the end will be able to write here.
            drop(temporary(folder).map_err(fail)?);
            Place::Replaced
        } else {
            Place::Direct(File::options().write(true).create(true).truncate(false).open(&real).map_err(fail)?)
        };
        Ok(Self { typed: path.to_owned(), path: fs::canonicalize(&real).unwrap_or(real), format, place })
    }

    /// What the file is to hold.
    #[must_use]
    pub fn format(&self) -> OutputFormat {
        self.format
    }

    /// As it was typed.
    #[must_use]
    pub fn typed(&self) -> &Path {
        &self.typed
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a stream would end; `None` when nothing is lost by it.
    #[must_use]
    pub fn earlier(&self) -> Option<Earlier> {
        let Place::Direct(file) = &self.place else { return None };
        let found = file.metadata().ok().filter(fs::Metadata::is_file)?;
        // A header alone is nothing to keep.
        let mut start = Vec::new();
        File::options().read(true).open(&self.path).ok()?.take(HEADER_MOST).read_to_end(&mut start).ok()?;
        let header = start.iter().position(|&byte| byte == b'\n').map_or(start.len(), |end| end + 1);
        let has_rows = found.len() > header as u64;
        has_rows.then(|| Earlier {
            shown: self.typed.clone(),
            bytes: found.len(),
            // A link that was typed is not where the file is.
            kept_shown: aside(if self.typed.is_symlink() { &self.path } else { &self.typed }),
            kept_as: aside(&self.path),
            can_be_kept: temporary(folder_of(&self.path)).is_ok(),
        })
    }

    /// Begins a stream. An `earlier` recording is kept beside it, where that can be done.
    ///
    /// # Errors
    /// When the system refuses; the error names the file.
    pub fn stream(self, earlier: Option<&Earlier>) -> io::Result<NamedStream> {
        let name = format!("'{}'", self.typed.display());
        let named = |error: io::Error| io::Error::new(error.kind(), format!("cannot write {name}: {error}"));
        let Place::Direct(mut file) = self.place else {
            return Err(io::Error::other(format!("{name} is written at the end")));
        };
        if let Some(earlier) = earlier
            && fs::rename(&self.path, &earlier.kept_as).is_ok()
        {
            let rights = file.metadata().map_err(named)?.permissions();
            file = File::options().write(true).create_new(true).open(&self.path).map_err(named)?;
            file.set_permissions(rights).map_err(named)?;
        } else if file.metadata().map_err(named)?.is_file() {
            file.set_len(0).map_err(named)?;
        }
        Ok(NamedStream { name, out: BufWriter::new(Box::new(file)) })
    }

    /// Writes what is written whole.
    ///
    /// # Errors
    /// When it cannot be written; what stood there before is then still there.
    pub fn finish(self, document: &Document<'_>) -> Result<(), OutputError> {
        let (path, typed) = (self.path, self.typed);
        let fail = |source| OutputError::Io { path: typed.clone(), source };
        match self.place {
            Place::Direct(mut file) => write_document(document, self.format, &mut file).map_err(fail),
            Place::Replaced => {
                let mut file = temporary(folder_of(&path)).map_err(fail)?;
                write_document(document, self.format, &mut file)
                    .and_then(|()| file.as_file().sync_all())
                    .map_err(fail)?;
                file.persist(&path).map(drop).map_err(|error| fail(error.error))
            }
        }
    }
}

/// A stream whose errors name it.
pub struct NamedStream {
    name: String,
    out: BufWriter<Box<dyn Write + Send>>,
}

impl NamedStream {
    /// Standard output.
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

    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("cannot write {}: {error}", self.name))
    }
}

impl Write for NamedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| self.named(&error))
    }
}

/// A regular file takes everything, or says at once that it cannot; so does a device that is no terminal.
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

/// Adds text at the end of a file that others write to as well.
///
/// # Errors
/// When the system refuses.
pub fn append(path: &Path, text: &str) -> io::Result<()> {
    File::options().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// Whether the folder of a file is there.
#[must_use]
pub fn has_folder(path: &Path) -> bool {
    folder_of(path).is_dir()
}

/// The file that a path names, links followed; `None` when there is none.
#[must_use]
pub fn real_path(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The name an earlier recording is kept under: `x.csv~`.
fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("~");
    PathBuf::from(name)
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
        // What a file of this user would have; the umask is taken off by the system.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The error names the file that was to be made, which nobody has typed: only what the system said is of use.
    builder.tempfile_in(folder).map_err(|error| {
        let text = error.to_string();
        text.split_once(" at path ").map(|(said, _)| io::Error::new(error.kind(), said.to_owned())).unwrap_or(error)
    })
}
