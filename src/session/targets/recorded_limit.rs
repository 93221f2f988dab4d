//! Recorded limit: the memory limit of a process as a column of a recording states it.

use crate::model::{Ceiling, CeilingKind};

use super::target_set::TargetSet;

impl TargetSet {
    /// Sets the limit of a target that a recording states, in bytes.
    pub(in crate::session) fn set_recorded_limit(&mut self, index: usize, limit_bytes: u64) {
        self.set_ceiling(index, Some(Ceiling { kind: CeilingKind::Recording, limit_bytes, used_bytes: 0 }));
    }
}
