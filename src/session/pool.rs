//! Processes of one name together: only their sum can tell whether a pool leaks whose workers come and go.

use std::collections::HashMap;

use crate::model::{Reading, Timestamp};

/// Names that may have a pool; processes may make up new names for ever.
const NAMES: usize = 1024;

/// The readings of one moment, added up.
///
/// Anonymous, swapped and proportional memory, threads and descriptors add up. Shared memory and file mappings count once, at
/// the largest member: the members of a pool mostly map the same. (Pages that a fork shares until they are
/// written count for each process; the kernel tells them apart only in PSS, which is too dear for every tick: its sum is
/// that of the latest readings, and shown.)
#[derive(Debug, Clone, Copy)]
struct Sum {
    at: Timestamp,
    member: usize,
    members: u64,
    reading: Reading,
}

impl Sum {
    fn of(at: Timestamp, member: usize, reading: &Reading) -> Self {
        Self { at, member, members: 1, reading: *reading }
    }

    fn add(&mut self, other: &Reading) {
        // A member whose counter is unknown makes the sum unknown: a sum of some would jump.
        let plus = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
        let most = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.max(b));
        let sum = &mut self.reading;
        sum.rss_anon = plus(sum.rss_anon, other.rss_anon);
        sum.swap = plus(sum.swap, other.swap);
        sum.threads = plus(sum.threads, other.threads);
        sum.fds = plus(sum.fds, other.fds);
        sum.vsize = plus(sum.vsize, other.vsize);
        sum.pss = plus(sum.pss, other.pss);
        sum.uss = plus(sum.uss, other.uss);
        sum.rss_file = most(sum.rss_file, other.rss_file);
        sum.rss_shmem = most(sum.rss_shmem, other.rss_shmem);
        sum.rss = match (sum.rss_anon, sum.rss_file, sum.rss_shmem) {
            (Some(anon), Some(file), Some(shmem)) => Some(anon.saturating_add(file).saturating_add(shmem)),
            _ => plus(sum.rss, other.rss),
        };
        self.members += 1;
    }
}

/// Processes of one name.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    /// Its target, once two processes were seen at one moment.
    pub(super) target: Option<usize>,
    /// Members that have ended.
    pub(super) ended: u64,
    open: Option<Sum>,
}

/// A sum that is complete.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolSample {
    pub(super) at: Timestamp,
    /// The target of one of its members.
    pub(super) member: usize,
    pub(super) members: u64,
    pub(super) reading: Reading,
}

/// All pools of a session or recording.
#[derive(Debug, Default)]
pub(super) struct Pools {
    pools: Vec<Pool>,
    by_name: HashMap<String, usize>,
    /// The sum of all, whatever their names.
    all: Pool,
    /// The pool that the sum of all began with, and whether another one has joined it at some moment: one name alone has
    /// its sum already.
    all_from: Option<usize>,
    mixed: bool,
}

impl Pools {
    /// The pool of a name; `None` when there are too many names.
    pub(super) fn named(&mut self, name: &str) -> Option<usize> {
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

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.pools.len()
    }

    pub(super) fn get(&self, pool: usize) -> &Pool {
        &self.pools[pool]
    }

    pub(super) fn pool(&mut self, pool: usize) -> &mut Pool {
        &mut self.pools[pool]
    }

    /// Adds the reading of the target `member`; returns the sum of the moment before when this begins another one.
    pub(super) fn add(&mut self, pool: usize, member: usize, at: Timestamp, reading: &Reading) -> Option<PoolSample> {
        let pool = &mut self.pools[pool];
        match &mut pool.open {
            Some(sum) if sum.at == at => {
                sum.add(reading);
                None
            }
            _ => {
                let before = pool.take();
                pool.open = Some(Sum::of(at, member, reading));
                before
            }
        }
    }

    /// Adds the same reading to the sum of all.
    pub(super) fn add_to_all(&mut self, pool: usize, member: usize, at: Timestamp, reading: &Reading) {
        match &mut self.all.open {
            Some(sum) if sum.at == at => {
                self.mixed |= self.all_from != Some(pool);
                sum.add(reading);
            }
            _ => {
                self.all_from = Some(pool);
                self.all.open = Some(Sum::of(at, member, reading));
            }
        }
    }

    /// The target of the sum of all.
    pub(super) fn all_target(&mut self) -> &mut Option<usize> {
        &mut self.all.target
    }

    /// The sum of all, which is open no more: where several names were seen at one moment.
    pub(super) fn close_all(&mut self) -> Option<PoolSample> {
        self.all.take().filter(|_| self.mixed)
    }

    /// The sums that are open, each with its pool: the moment is over.
    pub(super) fn close(&mut self) -> Vec<(usize, PoolSample)> {
        let take = |(index, pool): (usize, &mut Pool)| pool.take().map(|sum| (index, sum));
        self.pools.iter_mut().enumerate().filter_map(take).collect()
    }

    /// Another recording has pools of its own.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Pool {
    /// The open sum, if this is a pool at all: one process alone is its own sum.
    fn take(&mut self) -> Option<PoolSample> {
        let sum = self.open.take()?;
        (self.target.is_some() || sum.members > 1).then_some(PoolSample {
            at: sum.at,
            member: sum.member,
            members: sum.members,
            reading: sum.reading,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(anon: u64) -> Reading {
        Reading {
            rss: Some(anon + 7),
            rss_anon: Some(anon),
            rss_file: Some(5),
            rss_shmem: Some(2),
            ..Reading::default()
        }
    }

    #[test]
    fn shared_pages_count_once() {
        let mut pools = Pools::default();
        let pool = pools.named("worker").expect("a pool");
        assert!(pools.add(pool, 0, Timestamp(1), &reading(100)).is_none());
        assert!(pools.add(pool, 0, Timestamp(1), &reading(50)).is_none());
        let sum = pools.add(pool, 0, Timestamp(2), &reading(1)).expect("a sum");
        assert_eq!(
            (sum.at, sum.members, sum.reading.rss_anon, sum.reading.rss),
            (Timestamp(1), 2, Some(150), Some(157))
        );
    }

    #[test]
    fn one_process_is_no_pool_and_unknown_stays_unknown() {
        let mut pools = Pools::default();
        let pool = pools.named("worker").expect("a pool");
        pools.add(pool, 0, Timestamp(1), &reading(100));
        assert!(pools.close().is_empty());
        pools.add(pool, 0, Timestamp(2), &reading(100));
        pools.add(pool, 0, Timestamp(2), &Reading { rss_anon: None, ..reading(100) });
        assert_eq!(pools.close()[0].1.reading.rss_anon, None);
    }

    #[test]
    fn new_names_for_ever_do_not_grow() {
        let mut pools = Pools::default();
        let first = pools.named("0");
        let given = (0..10 * NAMES).filter(|n| pools.named(&n.to_string()).is_some()).count();
        assert_eq!((given, pools.named("0")), (NAMES, first));
    }
}
