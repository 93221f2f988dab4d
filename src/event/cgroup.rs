//! Latest known state of a control group (cgroup).

use crate::model::{CgroupMemory, Pid, ProcessKey};

/// Largest number of exited members that a control group remembers. A crash loop must not make leakwatch grow.
const EXITED: usize = 256;

/// Latest known memory and processes of a control group.
#[derive(Debug, Clone, Default)]
pub struct Cgroup {
    memory: CgroupMemory,
    /// Processes in it, in ascending order.
    pids: Vec<Pid>,
    /// Suspect processes that exited in it, the longest exited first.
    exited: Vec<ProcessKey>,
}

impl Cgroup {
    /// Replaces the memory and the processes by those of a new reading. Returns the memory before.
    pub fn update(&mut self, memory: CgroupMemory, pids: &[Pid]) -> CgroupMemory {
        pids.clone_into(&mut self.pids);
        self.pids.sort_unstable();
        std::mem::replace(&mut self.memory, memory)
    }

    /// Remembers a process that exited in the group.
    pub fn remember(&mut self, exited: ProcessKey) {
        if self.exited.len() == EXITED {
            self.exited.remove(0);
        }
        self.exited.push(exited);
    }

    /// Returns the latest memory statistics.
    #[must_use]
    pub fn memory(&self) -> &CgroupMemory {
        &self.memory
    }

    /// True if the latest reading found a process of this pid in the group.
    pub(super) fn lists(&self, pid: Pid) -> bool {
        self.pids.binary_search(&pid).is_ok()
    }

    /// True if a process is remembered as one that exited in the group.
    pub(super) fn remembers(&self, process: ProcessKey) -> bool {
        self.exited.contains(&process)
    }
}
