//! Threads of a process by name.

use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;

use super::super::proc_root;
use super::descriptors::{MAX_INSPECTED, NOT_INSPECTED};
use super::smaps::replace_digits;
use crate::model::{Breakdown, BreakdownBuilder};

/// Counts the threads by name, digits replaced: `worker-#`.
pub(super) fn read_threads(folder: impl AsFd) -> Result<Breakdown<()>, Errno> {
    let tasks = proc_root::open_listable_folder(&folder, c"task")?;
    let mut builder = BreakdownBuilder::default();
    let mut buffer = Vec::new();
    let mut count = 0;
    proc_root::for_each_entry(&tasks, |name| {
        count += 1;
        if count > MAX_INSPECTED {
            builder.add((), NOT_INSPECTED, 1);
        } else if let Ok(task) = proc_root::open_folder(&tasks, name)
            && let Some(comm) = read_comm(task, &mut buffer)
        {
            builder.add((), &replace_digits(&comm), 1);
        }
    })?;
    Ok(builder.finish())
}

fn read_comm(task: OwnedFd, buffer: &mut Vec<u8>) -> Option<String> {
    let comm = proc_root::read_file(task, c"comm", buffer).ok()?;
    Some(String::from_utf8_lossy(comm.strip_suffix(b"\n").unwrap_or(comm)).into_owned())
}
