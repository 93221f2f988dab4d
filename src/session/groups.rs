//! Control groups as targets of their own, beside the processes in them.

use std::io;

use crate::alert::AlertKind;
use crate::event::{Event, EventSink, TargetKind};
use crate::model::{GroupMemory, ProcessLabel, Reading, Sample, Timestamp};
use crate::source::CgroupReading;

use super::watch::Watch;

/// A group as a reading: RSS is its working set, the anonymous part what nobody can take back, shared memory included.
///
/// tmpfs that a container fills leaks as surely as anonymous pages, and no address space grows with it; so both are one
/// series.
fn reading(memory: &GroupMemory) -> Reading {
    let shmem = memory.shmem.unwrap_or(0);
    Reading {
        rss: memory.working_set(),
        rss_anon: memory.anon.map(|anon| anon.saturating_add(shmem)),
        rss_file: memory.file.map(|file| file.saturating_sub(shmem)),
        swap: memory.swap,
        ..Reading::default()
    }
}

impl Watch {
    /// Takes what was read of a group; `index` is its target, if it has one. Returns its target.
    pub(super) fn observe_group(
        &mut self,
        index: Option<usize>,
        seen: &CgroupReading,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let kind = TargetKind::Cgroup { members: seen.members.len() as u64 };
        let index = match index {
            Some(index) => index,
            None => {
                let label = ProcessLabel { name: seen.path.clone(), ..ProcessLabel::default() };
                let mut target = self.unread(kind, label.into(), None, at);
                target.current.cgroup = Some(Box::new(seen.memory));
                let index = self.place(target, None);
                sink.on_event(Event::Appeared(&self.targets[index]))?;
                index
            }
        };
        self.series[index].members.clone_from(&seen.members);
        let target = &mut self.targets[index];
        target.kind = kind;
        let before = target.current.cgroup.replace(Box::new(seen.memory)).and_then(|memory| memory.oom_kills);
        self.surrounded(index, seen.ceiling);
        if let Some((now, before)) = seen.memory.oom_kills.zip(before)
            && now > before
        {
            let message = match now - before {
                1 => "a process was killed for want of memory".to_owned(),
                count => format!("{count} processes were killed for want of memory"),
            };
            self.announce(index, AlertKind::OomKill, at, message, sink)?;
        }
        self.observe(index, &Sample { at, reading: reading(&seen.memory) }, &[], sink)?;
        Ok(index)
    }
}
