//! The folder that `/proc` is mounted on, or one that looks like it: which processes it names, and their files.
//!
//! Every file of a process is opened relative to the descriptor of its folder. The kernel ties that
//! descriptor to the process and not to its number, so what is read through it can never be of another one.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RawDir, SeekFrom, openat, readlinkat};
use rustix::io::{Errno, pread};
use rustix::path::DecInt;

use super::parse::whole_number;
use crate::model::Pid;
use crate::source::ReadError;

/// What a descriptor count, a memory map or a link of another user needs.
pub(super) const RIGHT_TO_LOOK_INSIDE: &str = "CAP_SYS_PTRACE, or the same user";

/// What a process needs that is hidden as a whole.
const RIGHT_TO_SEE: &str = "the same user, or a /proc mounted without hidepid";

/// A name in the list of processes and its inode number: the kernel gives a new one to a new process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) pid: Pid,
    pub(super) inode: u64,
}

/// `/proc`, or a folder that looks like it.
#[derive(Debug)]
pub(super) struct ProcRoot {
    path: PathBuf,
    dir: OwnedFd,
    is_kernel: bool,
}

impl ProcRoot {
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let failed = |errno| why(errno, &path.display().to_string());
        let dir = match openat(CWD, path, flags, Mode::empty()) {
            Ok(dir) => dir,
            // Without the list of processes nothing has "ended".
            Err(Errno::NOENT) => {
                return Err(ReadError::Io { file: path.display().to_string(), reason: "no such directory".into() });
            }
            Err(errno) => return Err(failed(errno)),
        };
        let is_kernel = rustix::fs::fstatfs(&dir).map_err(failed)?.f_type == rustix::fs::PROC_SUPER_MAGIC;
        Ok(Self { path: path.to_owned(), dir, is_kernel })
    }

    /// Whether the kernel answers here, and not ordinary files that somebody has laid out like it.
    pub(super) fn is_kernel(&self) -> bool {
        self.is_kernel
    }

    /// Our own number there; `None` where we do not exist.
    pub(super) fn own_pid(&self) -> Option<Pid> {
        let link = readlinkat(&self.dir, c"self", Vec::new()).ok()?;
        whole_number(link.to_bytes()).and_then(|pid| u32::try_from(pid).ok()).map(Pid)
    }

    /// All processes, as the folder lists them.
    pub(super) fn list(&self, listed: &mut Vec<Listed>) -> Result<(), ReadError> {
        listed.clear();
        let failed = |errno| why(errno, &self.path.display().to_string());
        rustix::fs::seek(&self.dir, SeekFrom::Start(0)).map_err(failed)?;
        let mut buffer = [MaybeUninit::uninit(); 1 << 15];
        let mut entries = RawDir::new(&self.dir, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(failed)?;
            if let Some(pid) = whole_number(entry.file_name().to_bytes()).and_then(|pid| u32::try_from(pid).ok()) {
                listed.push(Listed { pid: Pid(pid), inode: entry.ino() });
            }
        }
        Ok(())
    }

    /// The folder of one process.
    pub(super) fn process(&self, pid: Pid) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(&self.dir, DecInt::new(pid.0), flags, Mode::empty())
    }

    /// Who has this number now, without a descriptor of its folder.
    pub(super) fn read_stat<'b>(&self, pid: Pid, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
        let file = openat(&self.dir, format!("{pid}/stat"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        read_again(file, buffer)
    }

    /// A file of the system as a whole, to be kept open.
    pub(super) fn open_file(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        open(&self.dir, name)
    }

    /// A file of the system as a whole.
    pub(super) fn read<'b>(&self, name: &CStr, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
        read(&self.dir, name, buffer)
    }
}

/// Opens a file relative to the folder of a process.
pub(super) fn open(dir: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}

/// All of a file relative to the folder of a process.
pub(super) fn read<'b>(dir: impl AsFd, name: &CStr, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
    read_again(open(dir, name)?, buffer)
}

/// All of a file that is kept open, as it is now.
///
/// A read that leaves room in the buffer has met the end: the kernel makes these files up in one piece.
pub(super) fn read_again(file: impl AsFd, buffer: &mut Vec<u8>) -> Result<&[u8], Errno> {
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

/// Opens a folder of a process, to be asked about and not to be listed: needs no right to look inside.
pub(super) fn open_folder(dir: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// How many entries a folder has.
pub(super) fn count_entries(folder: impl AsFd) -> Result<u64, Errno> {
    let folder = openat(folder, c".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let mut buffer = [MaybeUninit::uninit(); 1 << 13];
    let mut entries = RawDir::new(&folder, &mut buffer);
    let mut count = 0;
    while let Some(entry) = entries.next() {
        count += u64::from(!entry?.file_name().to_bytes().starts_with(b"."));
    }
    Ok(count)
}

/// What a failed read of a file of a process means.
pub(super) fn why(errno: Errno, file: &str) -> ReadError {
    match errno {
        Errno::SRCH | Errno::NOENT => ReadError::Gone,
        Errno::ACCESS | Errno::PERM => ReadError::Denied { right: RIGHT_TO_SEE },
        other => ReadError::Io { file: file.to_owned(), reason: std::io::Error::from(other).to_string() },
    }
}
