//! Sums of processes of one name. Only the sum shows a leak of a pool whose workers are replaced.

use std::collections::HashMap;

use crate::event::{Target, TargetKind};
use crate::model::{Counter, CounterRole, Reading, Sample};

/// Largest number of pools. Processes may invent new names for ever.
const NAMES: usize = 1024;

/// Sum of the readings of one moment.
///
/// Anonymous, swapped and proportional memory, threads and descriptors add up. Shared memory and file mappings count once,
/// at the largest member, because the members of a pool mostly map the same. Pages that a fork shares until they are
/// written count for each process. Only PSS divides them, and it is too expensive for every tick, so its sum is that of the
/// latest reads.
#[derive(Debug, Clone, Copy)]
struct Sum {
    sample: Sample,
    /// Target of one member.
    member: usize,
    members: u64,
}

impl Sum {
    fn new(member: usize, sample: &Sample) -> Self {
        Self { sample: *sample, member, members: 1 }
    }

    fn add(&mut self, other: &Reading) {
        // A member whose counter is unknown makes the sum unknown: a sum of some would jump.
        let sum = &mut self.sample.reading;
        for counter in Counter::ALL {
            let (a, b) = (sum.value(counter), other.value(counter));
            let is_shared = matches!(counter.role(), CounterRole::SharedMemory | CounterRole::ShownShared);
            sum.set(counter, a.zip(b).map(|(a, b)| if is_shared { a.max(b) } else { a.saturating_add(b) }));
        }
        if let Some(rss) = parts_of_rss(sum) {
            sum.set(Counter::Rss, rss);
        }
        self.members += 1;
    }
}

/// Processes of one name.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    /// Its target, once two processes were seen at one moment.
    target: Option<usize>,
    /// Number of members that exited.
    exits: u64,
    open: Option<Sum>,
}

/// Identity of a sum of processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SumId {
    /// Processes of one name.
    Pool(usize),
    /// All processes.
    All,
}

/// A complete sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolSum {
    id: SumId,
    sum: Sum,
}

impl PoolSum {
    /// Returns the identity of the sum.
    pub(super) fn id(&self) -> SumId {
        self.id
    }

    /// Returns the target of one member.
    pub(super) fn member(&self) -> usize {
        self.sum.member
    }

    /// Returns the kind of target that the sum has.
    pub(super) fn kind(&self) -> TargetKind {
        let members = self.sum.members;
        match self.id {
            SumId::Pool(_) => TargetKind::Pool { members },
            SumId::All => TargetKind::Selection { members },
        }
    }

    /// Returns the name of the target: that of a member, unless the names differ.
    pub(super) fn name(&self, member: &Target) -> String {
        match self.id {
            SumId::Pool(_) => member.label.name.clone(),
            SumId::All => "all selected".to_owned(),
        }
    }

    /// Returns the sum as a sample.
    pub(super) fn sample(&self) -> &Sample {
        &self.sum.sample
    }
}

/// All pools of a session or recording.
#[derive(Debug, Default)]
pub(super) struct Pools {
    pools: Vec<Pool>,
    by_name: HashMap<String, usize>,
    /// Sum of all processes.
    all: Pool,
    /// Pool of the first process in the sum of all.
    first_pool: Option<usize>,
    /// True if processes of several names were seen at one moment. One name alone has its sum already.
    is_mixed: bool,
}

impl Pools {
    /// Returns the pool of a name; `None` if there are too many names.
    pub(super) fn for_name(&mut self, name: &str) -> Option<usize> {
        if let Some(&pool) = self.by_name.get(name) {
            return Some(pool);
        }
        let pool = self.pools.len();
        if pool == NAMES {
            return None;
        }
        self.pools.push(Pool::default());
        self.by_name.insert(name.to_owned(), pool);
        Some(pool)
    }

    /// Returns the number of pools.
    pub(super) fn len(&self) -> usize {
        self.pools.len()
    }

    /// Returns a pool.
    pub(super) fn get(&self, pool: usize) -> &Pool {
        &self.pools[pool]
    }

    /// Returns the target of a sum.
    pub(super) fn target(&self, id: SumId) -> Option<usize> {
        match id {
            SumId::Pool(pool) => self.pools[pool].target,
            SumId::All => self.all.target,
        }
    }

    /// Sets the target of a sum.
    pub(super) fn set_target(&mut self, id: SumId, target: usize) {
        let pool = match id {
            SumId::Pool(pool) => &mut self.pools[pool],
            SumId::All => &mut self.all,
        };
        pool.target = Some(target);
    }

    /// Counts a member that exited.
    pub(super) fn note_exit(&mut self, pool: usize) {
        self.pools[pool].exits += 1;
    }

    /// Adds the sample of a member. Returns the sum of the moment before if this sample begins a new one.
    pub(super) fn add(&mut self, pool: usize, member: usize, sample: &Sample) -> Option<PoolSum> {
        let id = SumId::Pool(pool);
        let pool = &mut self.pools[pool];
        match &mut pool.open {
            Some(sum) if sum.sample.at == sample.at => {
                sum.add(&sample.reading);
                None
            }
            _ => {
                let before = pool.complete(id);
                pool.open = Some(Sum::new(member, sample));
                before
            }
        }
    }

    /// Adds a sample to the sum of all processes.
    pub(super) fn add_to_all(&mut self, pool: usize, member: usize, sample: &Sample) {
        match &mut self.all.open {
            Some(sum) if sum.sample.at == sample.at => {
                self.is_mixed |= self.first_pool != Some(pool);
                sum.add(&sample.reading);
            }
            _ => {
                self.first_pool = Some(pool);
                self.all.open = Some(Sum::new(member, sample));
            }
        }
    }

    /// Completes the sum of all processes; `None` if all of them share one name.
    pub(super) fn complete_all(&mut self) -> Option<PoolSum> {
        self.all.complete(SumId::All).filter(|_| self.is_mixed)
    }

    /// Completes the sums of all pools at the end of a moment.
    pub(super) fn complete(&mut self) -> Vec<PoolSum> {
        let pools = self.pools.iter_mut().enumerate();
        pools.filter_map(|(index, pool)| pool.complete(SumId::Pool(index))).collect()
    }
}

impl Pool {
    /// Returns the target of the pool.
    pub(super) fn target(&self) -> Option<usize> {
        self.target
    }

    /// Returns the number of members that exited.
    pub(super) fn exits(&self) -> u64 {
        self.exits
    }

    /// Completes the open sum; `None` if the pool never had two members at one moment.
    fn complete(&mut self, id: SumId) -> Option<PoolSum> {
        let sum = self.open.take()?;
        (self.target.is_some() || sum.members > 1).then_some(PoolSum { id, sum })
    }
}

/// Returns the RSS as the sum of its parts, in which shared pages count once; `None` if a part is unknown.
fn parts_of_rss(reading: &Reading) -> Option<u64> {
    let parts = [Counter::RssAnon, Counter::RssFile, Counter::RssShmem];
    parts.into_iter().try_fold(0_u64, |sum, part| Some(sum.saturating_add(reading.value(part)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn sample(at: i64, reading: Reading) -> Sample {
        Sample { at: Timestamp(at), reading }
    }

    fn reading(anon: u64) -> Reading {
        Reading::default()
            .with(Counter::Rss, anon + 7)
            .with(Counter::RssAnon, anon)
            .with(Counter::RssFile, 5)
            .with(Counter::RssShmem, 2)
    }

    #[test]
    fn shared_pages_count_once() {
        let mut pools = Pools::default();
        let pool = pools.for_name("worker").expect("a pool");
        assert!(pools.add(pool, 0, &sample(1, reading(100))).is_none());
        assert!(pools.add(pool, 0, &sample(1, reading(50))).is_none());
        let sum = pools.add(pool, 0, &sample(2, reading(1))).expect("a sum");
        assert_eq!((sum.kind(), sum.sample()), (TargetKind::Pool { members: 2 }, &sample(1, reading(150))));
    }

    #[test]
    fn one_process_is_no_pool_and_unknown_stays_unknown() {
        let mut pools = Pools::default();
        let pool = pools.for_name("worker").expect("a pool");
        pools.add(pool, 0, &sample(1, reading(100)));
        assert!(pools.complete().is_empty());
        pools.add(pool, 0, &sample(2, reading(100)));
        pools.add(pool, 0, &sample(2, reading(100).with(Counter::RssAnon, None)));
        assert_eq!(pools.complete()[0].sample().reading.value(Counter::RssAnon), None);
    }

    #[test]
    fn endless_new_names_use_bounded_memory() {
        let mut pools = Pools::default();
        let first = pools.for_name("0");
        let given = (0..10 * NAMES).filter(|n| pools.for_name(&n.to_string()).is_some()).count();
        assert_eq!((given, pools.for_name("0")), (NAMES, first));
    }
}
