//! Descriptors of a process by kind.

use std::collections::HashSet;
use std::os::fd::AsFd;

use rustix::fs::readlinkat;
use rustix::io::Errno;

use super::super::proc_root;
use super::sockets;
use crate::model::{Breakdown, BreakdownBuilder, DescriptorKind};

/// Largest number of inspected entries of a folder, some 50 ms of system calls. Further ones are only counted.
pub(super) const MAX_INSPECTED: usize = 32_768;
/// Name of the entries that are only counted.
pub(super) const NOT_INSPECTED: &str = "not inspected";

/// Counts the descriptors by kind.
pub(super) fn read_descriptors(folder: impl AsFd) -> Result<Breakdown<DescriptorKind>, Errno> {
    let fds = proc_root::open_listable_folder(&folder, c"fd")?;
    let mut builder = BreakdownBuilder::default();
    let mut sockets = HashSet::new();
    let mut count = 0;
    proc_root::for_each_entry(&fds, |name| {
        count += 1;
        if count > MAX_INSPECTED {
            builder.add(DescriptorKind::Other, NOT_INSPECTED, 1);
        } else if let Ok(link) = readlinkat(&fds, name, Vec::new()) {
            add_link(&mut builder, &mut sockets, &link.to_string_lossy());
        }
    })?;
    if !sockets.is_empty() {
        for (name, count) in sockets::count_by_name(&folder, &sockets) {
            builder.add(DescriptorKind::Socket, &name, count);
        }
    }
    Ok(builder.finish())
}

/// Adds the link of one descriptor; sockets are collected by inode number, to be named together.
fn add_link(builder: &mut BreakdownBuilder<DescriptorKind>, sockets: &mut HashSet<u64>, link: &str) {
    match socket_inode(link) {
        // Further descriptors of the same socket are counted without its name.
        Some(inode) if !sockets.insert(inode) => builder.add(DescriptorKind::Socket, "duplicates", 1),
        Some(_) => {}
        None => {
            let (kind, name) = classify_link(link);
            builder.add(kind, name, 1);
        }
    }
}

/// Parses `socket:[4711]`.
fn socket_inode(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Returns kind and name of a link in the forms of proc(5), other than that of a socket.
fn classify_link(link: &str) -> (DescriptorKind, &str) {
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
    fn links_are_classified() {
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
            assert_eq!(classify_link(link), (kind, name), "{link}");
        }
        assert_eq!((socket_inode("socket:[12]"), socket_inode("socket:[x]")), (Some(12), None));
    }
}
