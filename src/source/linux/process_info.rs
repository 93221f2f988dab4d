//! Identity, parent and names of one process.
//!
//! Read when a process appears, and again while it is young. A file is read only if the match or the label needs it.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::parse::{Stat, Status};
use super::proc_root::{self, ProcRoot};
use crate::model::{Pid, ProcessKey, ProcessLabel, StartTime};
use crate::source::read_error::ReadError;
use crate::source::selector::{Candidate, whole_name};

/// Bytes of a command line kept in a label: enough to tell services apart, and affordable for thousands of them.
const LABEL_CMDLINE_BYTES: usize = 1024;

/// Longest chain of ancestors: a reused number could close a circle.
const MAX_ANCESTORS: usize = 1000;

/// Attributes of a process: `stat` is read at once, the others on demand.
#[derive(Debug)]
pub(super) struct ProcessInfo<'a> {
    key: ProcessKey,
    parent: Option<Pid>,
    is_watchable: bool,
    folder: OwnedFd,
    comm: String,
    lineage: &'a [ProcessKey],
    arguments: Option<Arguments>,
    exe: Option<Option<String>>,
    uid: Option<Option<u32>>,
}

/// Command line as one text, and its first word.
#[derive(Debug, Default)]
struct Arguments {
    line: String,
    first: String,
}

impl<'a> ProcessInfo<'a> {
    /// Reads the process that has this number now; `None` if there is none or it is hidden.
    ///
    /// `lineage` lists leakwatch and its ancestors.
    pub(super) fn read(root: &ProcRoot, pid: Pid, lineage: &'a [ProcessKey]) -> Option<Self> {
        Self::from_folder(root.open_process(pid).ok()?, pid, lineage).ok()
    }

    /// Reads the keys of leakwatch and its ancestors, nearest first.
    pub(super) fn read_lineage(root: &ProcRoot) -> Vec<ProcessKey> {
        let own = root.own_pid().and_then(|pid| Self::read(root, pid, &[]));
        std::iter::successors(own, |info| Self::read(root, info.parent?, &[]))
            .map(|info| info.key)
            .take(MAX_ANCESTORS)
            .collect()
    }

    fn from_folder(folder: OwnedFd, pid: Pid, lineage: &'a [ProcessKey]) -> Result<Self, ReadError> {
        let mut buffer = Vec::new();
        let bytes = proc_root::read_file(&folder, c"stat", &mut buffer)
            .map_err(|errno| proc_root::read_error(errno, "stat"))?;
        let stat = Stat::parse(bytes).ok_or_else(|| ReadError::Malformed { file: format!("{pid}/stat") })?;
        Ok(Self {
            key: ProcessKey { pid, start: StartTime(stat.start_ticks()) },
            parent: stat.parent(),
            is_watchable: !stat.is_kernel_thread() && !stat.has_exited(),
            comm: String::from_utf8_lossy(stat.comm()).into_owned(),
            folder,
            lineage,
            arguments: None,
            exe: None,
            uid: None,
        })
    }

    /// Opens the folder of the process with this key.
    ///
    /// # Errors
    /// Returns [`ReadError::Gone`] if the process has exited, also if another one has its number now.
    pub(super) fn open_folder(root: &ProcRoot, key: ProcessKey) -> Result<OwnedFd, ReadError> {
        Self::read_known(root, key).map(|info| info.folder)
    }

    /// Reads the label of the process with this key.
    ///
    /// # Errors
    /// Returns the errors of [`Self::open_folder`].
    pub(super) fn read_label(root: &ProcRoot, key: ProcessKey) -> Result<ProcessLabel, ReadError> {
        Self::read_known(root, key).map(|mut info| info.label())
    }

    fn read_known(root: &ProcRoot, key: ProcessKey) -> Result<Self, ReadError> {
        let folder = root.open_process(key.pid).map_err(|errno| proc_root::read_error(errno, "/proc/PID"))?;
        let info = Self::from_folder(folder, key.pid, &[])?;
        if info.key == key && info.is_watchable { Ok(info) } else { Err(ReadError::Gone) }
    }

    /// Returns the identity.
    pub(super) fn key(&self) -> ProcessKey {
        self.key
    }

    /// Returns the parent process; `None` if there is none.
    pub(super) fn parent(&self) -> Option<Pid> {
        self.parent
    }

    /// True unless the process is a kernel thread or has exited.
    pub(super) fn is_watchable(&self) -> bool {
        self.is_watchable
    }

    /// Returns the label: name, command line and user.
    pub(super) fn label(&mut self) -> ProcessLabel {
        let mut cmdline = self.arguments().line.clone();
        cmdline.truncate(cmdline.floor_char_boundary(LABEL_CMDLINE_BYTES));
        let name = whole_name(self).unwrap_or_else(|| self.comm.clone());
        ProcessLabel { name, cmdline, uid: self.uid() }
    }

    fn read_file(&self, name: &CStr) -> Result<Vec<u8>, Errno> {
        let mut buffer = Vec::new();
        let length = proc_root::read_file(&self.folder, name, &mut buffer)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    fn arguments(&mut self) -> &Arguments {
        if self.arguments.is_none() {
            self.arguments = Some(Arguments::parse(&self.read_file(c"cmdline").unwrap_or_default()));
        }
        self.arguments.get_or_insert_default()
    }
}

impl Arguments {
    /// Splits `/proc/PID/cmdline` at its zero bytes. A process that renames itself may leave several at the end.
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        let mut words = bytes[..end].split(|&byte| byte == 0).map(String::from_utf8_lossy);
        let first = words.next().unwrap_or_default().into_owned();
        let mut line = first.clone();
        for word in words {
            line.push(' ');
            line.push_str(&word);
        }
        Self { line, first }
    }
}

impl Candidate for ProcessInfo<'_> {
    fn pid(&self) -> Pid {
        self.key.pid
    }

    fn comm(&self) -> &str {
        &self.comm
    }

    fn argv0(&mut self) -> Option<&str> {
        Some(&self.arguments().first)
    }

    fn exe(&mut self) -> Option<&str> {
        if self.exe.is_none() {
            let link = rustix::fs::readlinkat(&self.folder, c"exe", Vec::new());
            self.exe = Some(link.ok().map(|path| path.to_string_lossy().into_owned()));
        }
        self.exe.as_ref().and_then(Option::as_deref)
    }

    fn cmdline(&mut self) -> Option<&str> {
        Some(&self.arguments().line)
    }

    fn uid(&mut self) -> Option<u32> {
        if self.uid.is_none() {
            self.uid = Some(self.read_file(c"status").ok().and_then(|bytes| Status::parse(&bytes).uid));
        }
        self.uid.flatten()
    }

    fn is_ancestor_of_leakwatch(&self) -> bool {
        self.lineage.contains(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_joined_and_the_first_is_kept() {
        let arguments = Arguments::parse(b"/bin/sh\0-c\0echo a b\0\0\0");
        assert_eq!((&*arguments.line, &*arguments.first), ("/bin/sh -c echo a b", "/bin/sh"));
        let renamed = Arguments::parse(b"nginx: worker process\0\0\0\0");
        assert_eq!((&*renamed.line, &*renamed.first), ("nginx: worker process", "nginx: worker process"));
        assert_eq!(Arguments::parse(b"").line, "");
        assert_eq!(Arguments::parse(b"a\xffb\0").line, "a\u{fffd}b");
    }
}
