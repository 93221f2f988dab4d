//! Attribution of growth: the parts of a suspected process that grew, and the members that grew in a sum.

use super::breakdown::Breakdown;
use super::inspection::{DescriptorKind, Inspection, MappingKind};
use super::process::Pid;
use super::runtime::RuntimeIdentity;
use super::sample::Timestamp;

/// First and latest breakdown of the same thing, each with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAndLatest<K> {
    /// First breakdown.
    pub first: (Timestamp, Breakdown<K>),
    /// Latest breakdown; `None` while there is only one.
    pub last: Option<(Timestamp, Breakdown<K>)>,
}

impl<K: Copy + Eq> FirstAndLatest<K> {
    /// Records one more breakdown in `pair`; `None` leaves it unchanged.
    pub fn record(pair: &mut Option<Self>, at: Timestamp, breakdown: Option<Breakdown<K>>) {
        let Some(breakdown) = breakdown else { return };
        match pair {
            Some(pair) => pair.last = Some((at, breakdown)),
            None => *pair = Some(Self { first: (at, breakdown), last: None }),
        }
    }

    /// Returns the latest breakdown.
    #[must_use]
    pub fn latest(&self) -> &Breakdown<K> {
        self.last.as_ref().map_or(&self.first.1, |(_, breakdown)| breakdown)
    }
}

/// Growth that one process adds to a sum of processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberGrowth {
    /// Process number; `None` for a series without one.
    pub pid: Option<Pid>,
    /// Name of the process. Foreign text.
    pub name: String,
    /// Growth since the first sample of the sum: bytes for memory, a count for descriptors and threads.
    pub growth: i64,
    /// True if the process joined an established sum, so that all it holds counts as growth.
    pub joined_late: bool,
}

/// Known causes of the growth of a target that is suspect or leaking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attribution {
    /// Runtime and allocator.
    pub identity: RuntimeIdentity,
    /// Memory by mapping, in bytes.
    pub mappings: Option<FirstAndLatest<MappingKind>>,
    /// Number of descriptors by kind.
    pub descriptors: Option<FirstAndLatest<DescriptorKind>>,
    /// Number of threads by name.
    pub threads: Option<FirstAndLatest<()>>,
    /// Reason, in words, why the mappings were not inspected; `None` if they were, or need not be.
    pub refused: Option<String>,
    /// Members of a sum with the largest growth, largest first.
    pub members: Vec<MemberGrowth>,
}

impl Attribution {
    /// Sets the members of a sum with the largest growth.
    pub fn set_members(&mut self, members: Vec<MemberGrowth>) {
        self.members = members;
    }

    /// Sets the reason for which the mappings were not inspected; `None` if they were, or need not be.
    pub fn refuse(&mut self, reason: Option<String>) {
        self.refused = reason;
    }

    /// Adds the result of an inspection at the time `at`.
    pub fn add_inspection(&mut self, at: Timestamp, inspection: Inspection) {
        let Inspection { identity, mappings, descriptors, threads } = inspection;
        // In the middle of exec a process has no recognisable runtime: keep the known one.
        if identity.runtime.is_some() || self.identity == RuntimeIdentity::default() {
            self.identity = identity;
        }
        FirstAndLatest::record(&mut self.mappings, at, mappings);
        FirstAndLatest::record(&mut self.descriptors, at, descriptors);
        FirstAndLatest::record(&mut self.threads, at, threads);
    }
}

#[cfg(test)]
mod tests {
    use super::super::breakdown::BreakdownBuilder;
    use super::*;

    #[test]
    fn the_first_inspection_stays_and_the_latest_is_replaced() {
        let mut known = Attribution::default();
        for (at, bytes) in [(1, 10), (2, 20), (3, 30)] {
            let mut builder = BreakdownBuilder::default();
            builder.add(MappingKind::Heap, "", bytes);
            let inspection = Inspection { mappings: Some(builder.finish()), ..Inspection::default() };
            known.add_inspection(Timestamp(at), inspection);
        }
        known.add_inspection(Timestamp(4), Inspection::default());
        let pair = known.mappings.expect("recorded");
        assert_eq!((pair.first.1.total(), pair.latest().total()), (10, 30));
        assert_eq!(pair.last.as_ref().map(|(at, _)| *at), Some(Timestamp(3)));
        assert_eq!(pair.latest().changes_since(&pair.first.1)[0].growth(), 20);
        assert_eq!(known.descriptors, None);
    }
}
