//! What the descriptors of a process lead to, and what its threads are called.

use std::collections::HashSet;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, RawDir, openat, readlinkat};
use rustix::io::Errno;

use super::super::proc_root;
use super::smaps::without_digits;
use super::sockets;
use crate::model::DescriptorKind;
use crate::model::{Breakdown, BreakdownBuilder};

/// Entries of a folder that are looked at: some 50 ms of system calls. The others are only counted.
const LOOKED_AT: usize = 32_768;
/// Stands for what was only counted.
const NOT_LOOKED_AT: &str = "not looked at";

/// What the descriptors lead to.
pub(super) fn descriptors(folder: impl AsFd) -> Result<Breakdown<DescriptorKind>, Errno> {
    let fds = list(&folder, c"fd")?;
    let mut builder = BreakdownBuilder::default();
    let mut inodes = HashSet::new();
    let mut seen = 0;
    entries(&fds, |name| {
        seen += 1;
        if seen > LOOKED_AT {
            builder.add(DescriptorKind::Other, NOT_LOOKED_AT, 1);
            return;
        }
        // One that was closed meanwhile is none.
        let Ok(link) = readlinkat(&fds, name, Vec::new()) else { return };
        let link = link.to_string_lossy();
        match socket(&link) {
            // Two descriptors of one socket count once more without a name.
            Some(inode) if !inodes.insert(inode) => builder.add(DescriptorKind::Socket, "duplicates", 1),
            Some(_) => {}
            None => {
                let (kind, name) = target(&link);
                builder.add(kind, name, 1);
            }
        }
    })?;
    if !inodes.is_empty() {
        for (name, count) in sockets::names(&folder, &inodes) {
            builder.add(DescriptorKind::Socket, &name, count);
        }
    }
    Ok(builder.finish())
}

/// The names of the threads, with digits taken out.
pub(super) fn threads(folder: impl AsFd) -> Result<Breakdown<()>, Errno> {
    let tasks = list(&folder, c"task")?;
    let mut builder = BreakdownBuilder::default();
    let mut buffer = Vec::new();
    let mut seen = 0;
    entries(&tasks, |name| {
        seen += 1;
        if seen > LOOKED_AT {
            builder.add((), NOT_LOOKED_AT, 1);
            return;
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(task) = openat(&tasks, name, flags, Mode::empty()) else { return };
        let Ok(comm) = proc_root::read(task, c"comm", &mut buffer) else { return };
        let comm = String::from_utf8_lossy(comm.strip_suffix(b"\n").unwrap_or(comm));
        builder.add((), &without_digits(&comm), 1);
    })?;
    Ok(builder.finish())
}

fn list(folder: impl AsFd, name: &std::ffi::CStr) -> Result<OwnedFd, Errno> {
    openat(folder, name, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

fn entries(folder: &OwnedFd, mut each: impl FnMut(&std::ffi::CStr)) -> Result<(), Errno> {
    let mut buffer = [MaybeUninit::uninit(); 1 << 13];
    let mut entries = RawDir::new(folder, &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if !entry.file_name().to_bytes().starts_with(b".") {
            each(entry.file_name());
        }
    }
    Ok(())
}

/// `socket:[4711]`
fn socket(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// What is not a socket, as proc(5) describes the links.
fn target(link: &str) -> (DescriptorKind, &str) {
    if let Some(path) = link.strip_prefix("/memfd:") {
        return (DescriptorKind::Memfd, path.strip_suffix(" (deleted)").unwrap_or(path));
    }
    if link.starts_with("/dev/") && !link.starts_with("/dev/shm/") {
        return (DescriptorKind::Device, link);
    }
    if link.starts_with('/') {
        let folder = link.rfind('/').map_or("/", |end| &link[..end.max(1)]);
        return (DescriptorKind::File, folder);
    }
    if link.starts_with("pipe:[") {
        return (DescriptorKind::Pipe, "");
    }
    match link.strip_prefix("anon_inode:") {
        Some(kind) => (DescriptorKind::Kernel, kind.trim_matches(['[', ']'])),
        None => (DescriptorKind::Other, link.split(':').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_understood() {
        let cases = [
            ("/var/log/app/x.log (deleted)", DescriptorKind::File, "/var/log/app"),
            ("/x", DescriptorKind::File, "/"),
            ("/dev/null", DescriptorKind::Device, "/dev/null"),
            ("/dev/shm/queue", DescriptorKind::File, "/dev/shm"),
            ("/memfd:jit (deleted)", DescriptorKind::Memfd, "jit"),
            ("pipe:[99]", DescriptorKind::Pipe, ""),
            ("anon_inode:[eventfd]", DescriptorKind::Kernel, "eventfd"),
            ("anon_inode:inotify", DescriptorKind::Kernel, "inotify"),
            ("net:[4026531840]", DescriptorKind::Other, "net"),
            ("", DescriptorKind::Other, ""),
        ];
        for (link, kind, name) in cases {
            assert_eq!(target(link), (kind, name), "{link}");
        }
        assert_eq!((socket("socket:[12]"), socket("socket:[x]")), (Some(12), None));
    }
}
