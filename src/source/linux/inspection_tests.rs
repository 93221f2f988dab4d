//! Tests of inspections: of a recorded process, and of the test itself.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::model::Breakdown;
use crate::model::{Allocator, DescriptorKind, MappingKind, Pid, Runtime, StartTime};

const ALL: InspectionScope = InspectionScope { mappings: true, descriptors: true, threads: true };
const KEY: ProcessKey = ProcessKey { pid: Pid(50), start: StartTime(7) };

fn write(process: &Path, file: &str, text: &str) {
    let path = process.join(file);
    fs::create_dir_all(path.parent().expect("below the process")).expect("created");
    fs::write(path, text).expect("written");
}

/// Lays out the recorded process as a `/proc`, with threads of these names.
fn recorded(threads: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("created");
    let process = folder.path().join("50");
    let recorded = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/proc/inspected");
    let text = |name: &str| fs::read_to_string(recorded.join(name)).expect("recorded");
    write(&process, "stat", "50 (python3) S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 7 0 0\n");
    write(&process, "smaps", &text("smaps"));
    write(
        &process,
        "maps",
        &text("smaps")
            .lines()
            .filter(|line| line.contains("-p ") || line.contains("-s "))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    write(&process, "net/tcp", &text("tcp"));
    write(&process, "net/unix", &text("unix"));
    fs::create_dir(process.join("fd")).expect("created");
    for line in text("links").lines() {
        let (fd, link) = line.split_once(' ').expect("a number and a link");
        symlink(link, process.join("fd").join(fd)).expect("linked");
    }
    symlink("/usr/local/bin/python3.11", process.join("exe")).expect("linked");
    for (tid, comm) in threads.iter().enumerate() {
        write(&process, &format!("task/{}/comm", 50 + tid), &format!("{comm}\n"));
    }
    folder
}

fn source(folder: &TempDir) -> LinuxSource {
    LinuxSource::new(folder.path(), folder.path().join("cgroup")).expect("opened")
}

fn parts<K: Copy + Eq>(breakdown: Option<Breakdown<K>>) -> Vec<(K, String, u64)> {
    let breakdown = breakdown.expect("inspected");
    breakdown.parts().iter().map(|part| (part.kind, part.name.clone(), part.amount)).collect()
}

#[test]
fn a_recorded_process_is_broken_down() {
    let folder = recorded(&["python3", "fetch-0", "fetch-1", "fetch-2"]);
    let inspection = source(&folder).inspect(KEY, ALL).expect("inspected");
    assert_eq!(
        (inspection.identity.runtime, inspection.identity.allocator),
        (Some(Runtime::CPython), Some(Allocator::Glibc))
    );

    let mappings = parts(inspection.mappings);
    let kib =
        |kind, name: &str| mappings.iter().find(|part| (part.0, &*part.1) == (kind, name)).map(|part| part.2 / 1024);
    assert_eq!(kib(MappingKind::Shared, "/dev/shm/orders-#"), Some(588));
    assert_eq!(kib(MappingKind::Shared, "/memfd:frames-#"), Some(196));
    assert_eq!(kib(MappingKind::Shared, "shared anonymous memory"), Some(100));
    assert!(kib(MappingKind::Heap, "").is_some_and(|heap| heap > 6000), "{mappings:?}");
    // Three thread stacks of 8 MiB, mostly untouched, and the stack of the process.
    assert!(kib(MappingKind::Stack, "").is_some_and(|stacks| (30..300).contains(&stacks)), "{mappings:?}");
    assert_eq!(mappings.iter().filter(|part| part.0 == MappingKind::Jit).count(), 0);

    let descriptors = parts(inspection.descriptors);
    let count =
        |kind, name: &str| descriptors.iter().find(|part| (part.0, &*part.1) == (kind, name)).map(|part| part.2);
    assert_eq!(count(DescriptorKind::File, "/srv/spool"), Some(4));
    assert_eq!(count(DescriptorKind::Socket, "tcp CLOSE_WAIT to 127.0.0.1:28080"), Some(3));
    assert_eq!(count(DescriptorKind::Socket, "tcp ESTABLISHED from 127.0.0.1 on :28080"), Some(1));
    assert_eq!(count(DescriptorKind::Socket, "tcp LISTEN on 127.0.0.1:28080"), Some(1));
    assert_eq!(count(DescriptorKind::Socket, "unix without a path"), Some(1));
    assert_eq!(count(DescriptorKind::Kernel, "eventfd"), Some(1));
    assert_eq!((count(DescriptorKind::Pipe, ""), count(DescriptorKind::Memfd, "frames-4")), (Some(2), Some(2)));

    assert_eq!(parts(inspection.threads), [((), "fetch-#".to_owned(), 3), ((), "python#".to_owned(), 1)]);
}

#[test]
fn a_scope_without_mappings_reads_only_their_names() {
    let folder = recorded(&["python3"]);
    fs::remove_file(folder.path().join("50/smaps")).expect("removed");
    let inspection = source(&folder).inspect(KEY, InspectionScope::default()).expect("inspected");
    assert_eq!(
        (inspection.identity.runtime, inspection.identity.allocator),
        (Some(Runtime::CPython), Some(Allocator::Glibc))
    );
    assert_eq!((inspection.mappings, inspection.descriptors, inspection.threads), (None, None, None));
}

#[test]
fn another_process_with_the_same_number_is_not_inspected() {
    let folder = recorded(&["python3"]);
    let other = ProcessKey { start: StartTime(8), ..KEY };
    assert_eq!(source(&folder).inspect(other, ALL), Err(ReadError::Gone));
}

#[test]
fn the_test_itself_is_inspected() {
    let mut source = LinuxSource::new(Path::new(PROC_ROOT), CGROUP_ROOT.into()).expect("opened");
    let own = Pid(std::process::id());
    let stat = fs::read_to_string("/proc/self/stat").expect("own stat");
    let start = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)).expect("field 22");
    let key = ProcessKey { pid: own, start: StartTime(start.parse().expect("a number")) };
    let held = vec![1_u8; 64 << 20];
    let inspection = source.inspect(key, ALL).expect("inspected");
    assert!(held.iter().all(|&byte| byte == 1));
    assert_eq!(inspection.identity.runtime, Some(Runtime::Native));
    let anonymous =
        parts(inspection.mappings).into_iter().find(|part| part.0 == MappingKind::Anonymous).map(|part| part.2);
    assert!(anonymous.is_some_and(|bytes| bytes >= 64 << 20), "{anonymous:?}");
    assert!(parts(inspection.threads).iter().map(|part| part.2).sum::<u64>() >= 1);
    assert!(parts(inspection.descriptors).iter().map(|part| part.2).sum::<u64>() >= 3);
}
