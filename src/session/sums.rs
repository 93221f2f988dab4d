//! The sums of processes as targets: of those of one name, and of all.

use std::io;

use crate::event::{EventSink, Target, TargetKind};
use crate::model::{ProcessLabel, Sample};

use super::pool::PoolSample;
use super::watch::Watch;

impl Watch {
    /// A tick begins; `is_whole` when it samples all processes.
    pub(super) fn begin_tick(&mut self, is_whole: bool) {
        self.is_whole = is_whole;
    }

    /// Takes the sum of one pool.
    pub(super) fn observe_pool(&mut self, pool: usize, sum: PoolSample, sink: &mut dyn EventSink) -> io::Result<()> {
        let kind = TargetKind::Pool { members: sum.members };
        let index = match self.pools.pool(pool).target {
            Some(index) => index,
            None => {
                let Target { label, source, .. } = &self.targets[sum.member];
                let label = ProcessLabel { name: label.name.clone(), ..ProcessLabel::default() };
                let target = self.unread(kind, label.into(), source.clone(), sum.at);
                let index = self.place(target, None);
                self.pools.pool(pool).target = Some(index);
                index
            }
        };
        self.targets[index].kind = kind;
        self.observe(index, &Sample { at: sum.at, reading: sum.reading }, &[], sink)
    }

    /// All targets have been read at this moment.
    pub(super) fn end_tick(&mut self, sink: &mut dyn EventSink) -> io::Result<()> {
        for (pool, sum) in self.pools.close() {
            self.observe_pool(pool, sum, sink)?;
        }
        let Some(sum) = self.pools.close_all() else { return Ok(()) };
        let kind = TargetKind::Selection { members: sum.members };
        let index = match *self.pools.all_target() {
            Some(index) => index,
            None => {
                let label = ProcessLabel { name: "all selected".to_owned(), ..ProcessLabel::default() };
                let target = self.unread(kind, label.into(), None, sum.at);
                let index = self.place(target, None);
                *self.pools.all_target() = Some(index);
                index
            }
        };
        self.targets[index].kind = kind;
        self.observe(index, &Sample { at: sum.at, reading: sum.reading }, &[], sink)
    }
}
