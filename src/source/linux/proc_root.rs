//! Access to a `/proc` folder: the list of processes, and the files of each one.
//!
//! Every file of a process is opened relative to the descriptor of its folder. The kernel ties that descriptor to the
//! process and not to its number, so that a read through it never returns data of another process.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RawDir, SeekFrom, openat, readlinkat};
use rustix::io::{Errno, pread};
use rustix::path::DecInt;

use super::parse::whole_number;
use crate::model::Pid;
use crate::source::read_error::ReadError;

/// Right needed for the descriptors, mappings and links of a process of another user.
pub(super) const RIGHT_TO_INSPECT: &str = "CAP_SYS_PTRACE, or the same user";

/// Right needed for a process that `/proc` hides.
const RIGHT_TO_SEE: &str = "the same user, or a /proc mounted without hidepid";

/// Entry in the list of processes. The kernel gives each new process a new inode number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProcEntry {
    pub pid: Pid,
    pub inode: u64,
}

/// Folder where `/proc` is mounted, or one of ordinary files with the same layout.
#[derive(Debug)]
pub(super) struct ProcRoot {
    path: PathBuf,
    dir: OwnedFd,
    is_kernel: bool,
}

impl ProcRoot {
    /// Opens the folder.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let file = path.display().to_string();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = match openat(CWD, path, flags, Mode::empty()) {
            Ok(dir) => dir,
            // Not `Gone`: that would mean an exited process.
            Err(Errno::NOENT) => return Err(ReadError::Io { file, reason: "no such directory".into() }),
            Err(errno) => return Err(read_error(errno, &file)),
        };
        let file_system = rustix::fs::fstatfs(&dir).map_err(|errno| read_error(errno, &file))?;
        let is_kernel = file_system.f_type == rustix::fs::PROC_SUPER_MAGIC;
        Ok(Self { path: path.to_owned(), dir, is_kernel })
    }

    /// True for a mounted `/proc`, false for ordinary files with the same layout.
    pub(super) fn is_kernel(&self) -> bool {
        self.is_kernel
    }

    /// Returns the number of leakwatch in this `/proc`; `None` if it is not listed there.
    pub(super) fn own_pid(&self) -> Option<Pid> {
        let link = readlinkat(&self.dir, c"self", Vec::new()).ok()?;
        whole_number(link.to_bytes()).and_then(|pid| u32::try_from(pid).ok()).map(Pid)
    }

    /// Lists all processes into `entries`, in the order of the folder.
    pub(super) fn list(&self, entries: &mut Vec<ProcEntry>) -> Result<(), ReadError> {
        entries.clear();
        self.list_into(entries).map_err(|errno| read_error(errno, &self.path.display().to_string()))
    }

    fn list_into(&self, entries: &mut Vec<ProcEntry>) -> Result<(), Errno> {
        rustix::fs::seek(&self.dir, SeekFrom::Start(0))?;
        let mut buffer = [MaybeUninit::uninit(); 1 << 15];
        let mut folder = RawDir::new(&self.dir, &mut buffer);
        while let Some(entry) = folder.next() {
            let entry = entry?;
            if let Some(pid) = whole_number(entry.file_name().to_bytes()).and_then(|pid| u32::try_from(pid).ok()) {
                entries.push(ProcEntry { pid: Pid(pid), inode: entry.ino() });
            }
        }
        Ok(())
    }

    /// Opens the folder of one process.
    pub(super) fn open_process(&self, pid: Pid) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(&self.dir, DecInt::new(pid.0), flags, Mode::empty())
    }

    /// Reads `stat` of the process that has this number now, with one system call less than through its folder.
    pub(super) fn read_stat<'b>(&self, pid: Pid, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
        let file = openat(&self.dir, format!("{pid}/stat"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        read_open_file(file, buffer)
    }

    /// Opens a system-wide file.
    pub(super) fn open_file(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        open_file(&self.dir, name)
    }

    /// Reads a system-wide file.
    pub(super) fn read_file<'b>(&self, name: &CStr, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
        read_file(&self.dir, name, buffer)
    }
}

/// Opens a file relative to the folder of a process.
pub(super) fn open_file(dir: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}

/// Reads a file relative to the folder of a process.
pub(super) fn read_file<'b>(dir: impl AsFd, name: &CStr, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
    read_open_file(open_file(dir, name)?, buffer)
}

/// Reads the current content of an open file from its start.
///
/// A read that leaves room in the buffer has reached the end: the kernel produces these files in one piece.
pub(super) fn read_open_file(file: impl AsFd, buffer: &mut Vec<u8>) -> Result<&[u8], Errno> {
    const STEP: usize = 4096;
    let mut filled = 0;
    loop {
        if buffer.len() < filled + STEP {
            buffer.resize(filled + STEP, 0);
        }
        let room = buffer.len() - filled;
        let count = pread(&file, &mut buffer[filled..], filled as u64)?;
        filled += count;
        if count < room {
            return Ok(&buffer[..filled]);
        }
    }
}

/// Opens a folder of a process for its metadata only, which needs no right to inspect the process.
pub(super) fn open_folder(dir: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Opens a folder of a process for listing.
pub(super) fn open_listable_folder(dir: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Calls `visit` with the name of each entry of a listable folder.
pub(super) fn for_each_entry(folder: &OwnedFd, mut visit: impl FnMut(&CStr)) -> Result<(), Errno> {
    let mut buffer = [MaybeUninit::uninit(); 1 << 13];
    let mut entries = RawDir::new(folder, &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if !entry.file_name().to_bytes().starts_with(b".") {
            visit(entry.file_name());
        }
    }
    Ok(())
}

/// Counts the entries of a folder.
pub(super) fn count_entries(folder: impl AsFd) -> Result<u64, Errno> {
    let mut count = 0;
    for_each_entry(&open_listable_folder(folder, c".")?, |_| count += 1)?;
    Ok(count)
}

/// Converts a failed read of a file of a process.
pub(super) fn read_error(errno: Errno, file: &str) -> ReadError {
    match errno {
        Errno::SRCH | Errno::NOENT => ReadError::Gone,
        Errno::ACCESS | Errno::PERM => ReadError::Denied { right: RIGHT_TO_SEE },
        other => ReadError::Io { file: file.to_owned(), reason: std::io::Error::from(other).to_string() },
    }
}

/// Converts a failed read of a file that needs the right to inspect the process.
pub(super) fn inspection_error(errno: Errno, file: &str) -> ReadError {
    match errno {
        Errno::ACCESS | Errno::PERM => ReadError::Denied { right: RIGHT_TO_INSPECT },
        other => read_error(other, file),
    }
}
