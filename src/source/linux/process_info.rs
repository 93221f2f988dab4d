//! A look at one process: who it is and whether the selector means it.
//!
//! Happens once when a process appears (and again while it is young), so it may cost a few system calls;
//! each file is read only when the decision or the label needs it.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::parse::{Stat, Status};
use super::proc_root::{self, ProcRoot};
use crate::model::{Pid, ProcessKey, ProcessLabel, StartTime};
use crate::source::ReadError;
use crate::source::selector::Candidate;

/// Bytes of a command line kept in a label: enough to tell services apart, little enough for thousands of them.
const LABEL_CMDLINE_BYTES: usize = 1024;

/// What is known of a process after its `stat` was read.
#[derive(Debug)]
pub(super) struct ProcessInfo<'a> {
    pub(super) key: ProcessKey,
    pub(super) parent: Option<Pid>,
    /// Kernel threads and ended processes are never watched.
    pub(super) is_watchable: bool,
    dir: OwnedFd,
    comm: String,
    ancestors: &'a [ProcessKey],
    arguments: Option<Arguments>,
    exe: Option<Option<String>>,
    uid: Option<Option<u32>>,
}

/// The command line: as one text, and its first word.
#[derive(Debug, Default)]
struct Arguments {
    line: String,
    first: String,
}

impl<'a> ProcessInfo<'a> {
    /// Looks at the process that has this number now; `None` when it has none or shows nothing.
    pub(super) fn at(root: &ProcRoot, pid: Pid, ancestors: &'a [ProcessKey]) -> Option<Self> {
        Self::into(root.process(pid).ok()?, pid, ancestors).ok()
    }

    fn into(dir: OwnedFd, pid: Pid, ancestors: &'a [ProcessKey]) -> Result<Self, ReadError> {
        let mut buffer = Vec::new();
        let bytes = proc_root::read(&dir, c"stat", &mut buffer).map_err(|errno| proc_root::why(errno, "stat"))?;
        let stat = Stat::parse(bytes).ok_or_else(|| ReadError::Malformed { file: format!("{pid}/stat") })?;
        Ok(Self {
            key: ProcessKey { pid, start: StartTime(stat.start_ticks) },
            parent: stat.parent(),
            is_watchable: !stat.is_kernel_thread() && !stat.has_ended(),
            comm: String::from_utf8_lossy(stat.comm).into_owned(),
            dir,
            ancestors,
            arguments: None,
            exe: None,
            uid: None,
        })
    }

    /// Looks again at a process that is known.
    ///
    /// # Errors
    /// [`ReadError::Gone`] when it has ended, also when another has its number now.
    pub(super) fn same(root: &ProcRoot, key: ProcessKey) -> Result<Self, ReadError> {
        let folder = root.process(key.pid).map_err(|errno| proc_root::why(errno, "/proc/PID"))?;
        let look = Self::into(folder, key.pid, &[])?;
        if look.key == key && look.is_watchable { Ok(look) } else { Err(ReadError::Gone) }
    }

    /// The descriptor of its folder.
    pub(super) fn into_folder(self) -> OwnedFd {
        self.dir
    }

    /// The label, for a process that is going to be watched.
    pub(super) fn label(&mut self) -> ProcessLabel {
        let mut cmdline = self.arguments().line.clone();
        cmdline.truncate(cmdline.floor_char_boundary(LABEL_CMDLINE_BYTES));
        ProcessLabel { name: self.comm.clone(), cmdline, uid: self.uid() }
    }

    fn read(&self, name: &CStr) -> Result<Vec<u8>, Errno> {
        let mut buffer = Vec::new();
        let length = proc_root::read(&self.dir, name, &mut buffer)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    fn arguments(&mut self) -> &Arguments {
        if self.arguments.is_none() {
            self.arguments = Some(Arguments::split(&self.read(c"cmdline").unwrap_or_default()));
        }
        self.arguments.get_or_insert_default()
    }
}

impl Arguments {
    /// The kernel ends each argument with a zero byte; a process that renames itself may have left several.
    fn split(bytes: &[u8]) -> Self {
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
            let link = rustix::fs::readlinkat(&self.dir, c"exe", Vec::new());
            self.exe = Some(link.ok().map(|path| path.to_string_lossy().into_owned()));
        }
        self.exe.as_ref().and_then(Option::as_deref)
    }

    fn cmdline(&mut self) -> Option<&str> {
        Some(&self.arguments().line)
    }

    fn uid(&mut self) -> Option<u32> {
        if self.uid.is_none() {
            self.uid = Some(self.read(c"status").ok().and_then(|bytes| Status::parse(&bytes).uid));
        }
        self.uid.flatten()
    }

    fn is_ancestor_of_leakwatch(&self) -> bool {
        self.ancestors.contains(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_joined_and_the_first_is_kept() {
        let arguments = Arguments::split(b"/bin/sh\0-c\0echo a b\0\0\0");
        assert_eq!((&*arguments.line, &*arguments.first), ("/bin/sh -c echo a b", "/bin/sh"));
        let renamed = Arguments::split(b"nginx: worker process\0\0\0\0");
        assert_eq!((&*renamed.line, &*renamed.first), ("nginx: worker process", "nginx: worker process"));
        assert_eq!(Arguments::split(b"").line, "");
        assert_eq!(Arguments::split(b"a\xffb\0").line, "a\u{fffd}b");
    }
}
