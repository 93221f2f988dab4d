//! Membership: the processes, pools and groups that a sum of processes contains.

use super::target::{Target, TargetKind};

impl Target {
    /// True if this target is a sum that contains another target. `targets` are all targets of the session.
    ///
    /// A pool contains the processes of its name. The sum of all contains every process, every pool, and every control
    /// group with a process in it. A control group contains its processes, pools with a process in it, and groups below it.
    #[must_use]
    pub fn contains(&self, part: &Self, targets: &[Self]) -> bool {
        if self.source != part.source {
            return false;
        }
        match (self.kind, part.kind) {
            (TargetKind::Pool { .. }, TargetKind::Process) => self.label.name == part.label.name,
            (TargetKind::Selection { .. }, TargetKind::Process | TargetKind::Pool { .. }) => true,
            (TargetKind::Selection { .. }, TargetKind::Cgroup { .. }) => {
                targets.iter().any(|process| part.is_group_of(process))
            }
            (TargetKind::Cgroup { .. }, TargetKind::Process) => self.is_group_of(part),
            (TargetKind::Cgroup { .. }, TargetKind::Pool { .. }) => {
                targets.iter().any(|process| self.is_group_of(process) && part.contains(process, targets))
            }
            (TargetKind::Cgroup { .. }, TargetKind::Cgroup { .. }) => {
                let below = part.label.name.strip_prefix(self.label.name.as_str());
                below.is_some_and(|below| below.starts_with('/'))
            }
            (TargetKind::Process, _)
            | (TargetKind::Pool { .. }, _)
            | (TargetKind::Selection { .. }, TargetKind::Selection { .. })
            | (TargetKind::Cgroup { .. }, TargetKind::Selection { .. }) => false,
        }
    }

    /// True if nothing of the target runs any more: it exited, or all processes of its pool did. `targets` are all targets of
    /// the session.
    #[must_use]
    pub fn has_ended(&self, targets: &[Self]) -> bool {
        let is_pool = matches!(self.kind, TargetKind::Pool { .. } | TargetKind::Selection { .. });
        let runs = |part: &Self| part.lifetime.ended.is_none() && self.contains(part, targets);
        self.lifetime.ended.is_some() || is_pool && !targets.iter().any(|part| part.key.is_some() && runs(part))
    }

    /// True if this target is a control group that contains a process, or contained it until it exited.
    #[must_use]
    pub fn is_group_of(&self, process: &Self) -> bool {
        let (Some(cgroup), Some(key)) = (&self.current.cgroup, process.key) else { return false };
        // The kernel may have given the pid of an exited process to another one.
        let was_there = process.lifetime.ended.is_none_or(|ended| ended > self.lifetime.last_seen);
        (was_there && cgroup.lists(key.pid)) || cgroup.remembers(key)
    }
}
