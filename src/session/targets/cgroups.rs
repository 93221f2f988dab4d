//! Readings of control groups (cgroups) in the form of a process reading.

use crate::model::{CgroupMemory, Counter, Reading};

/// Returns the memory of a group as a reading: RSS is its working set, anonymous memory includes shared memory.
///
/// A tmpfs that a container fills leaks like anonymous pages, and grows no address space. So both are one series.
pub(super) fn as_reading(memory: &CgroupMemory) -> Reading {
    let shmem = memory.shmem.unwrap_or(0);
    Reading::default()
        .with(Counter::Rss, memory.working_set())
        .with(Counter::RssAnon, memory.anon.map(|anon| anon.saturating_add(shmem)))
        .with(Counter::RssFile, memory.file.map(|file| file.saturating_sub(shmem)))
        .with(Counter::Swap, memory.swap)
}

/// Returns the message for the OOM kills since the reading before; `None` if there were none.
pub(super) fn oom_kill_message(before: Option<u64>, now: Option<u64>) -> Option<String> {
    match now?.checked_sub(before?)? {
        0 => None,
        1 => Some("the OOM killer ended 1 process".to_owned()),
        count => Some(format!("the OOM killer ended {count} processes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_new_oom_kills_have_a_message() {
        assert_eq!(oom_kill_message(None, Some(3)), None);
        assert_eq!(oom_kill_message(Some(3), Some(3)), None);
        assert_eq!(oom_kill_message(Some(3), Some(4)).as_deref(), Some("the OOM killer ended 1 process"));
        assert_eq!(oom_kill_message(Some(3), Some(5)).as_deref(), Some("the OOM killer ended 2 processes"));
    }

    #[test]
    fn shared_memory_counts_as_anonymous() {
        let memory = CgroupMemory { anon: Some(10), file: Some(30), shmem: Some(5), ..CgroupMemory::default() };
        let reading = as_reading(&memory);
        assert_eq!((reading.value(Counter::RssAnon), reading.value(Counter::RssFile)), (Some(15), Some(25)));
    }
}
