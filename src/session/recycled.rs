//! What a pool says of its members: workers that grow and are replaced do not make their service grow, and pages that a
//! fork shares are counted for each process.

use crate::analysis::{Assessment, Reason, Resource, Rule, Status, Unit};
use crate::event::TargetKind;
use crate::model::{CeilingKind, HostMemory};
use crate::units::Bytes;

use super::watch::Watch;

/// A pool speaks for a member when it was seen for so many times as long.
const LONGER: f64 = 2.0;
/// A pool that grows by less than this part of what its member grows by is not made to grow by it.
const SLOWER: f64 = 0.5;
/// PSS below this part of RSS: much is shared.
const SHARED: f64 = 0.75;

impl Watch {
    /// Holds an accusation against what is known of the other processes.
    pub(super) fn weigh_pool(&self, index: usize, assessment: &mut Assessment) {
        let verdict = &assessment.verdict;
        if verdict.status < Status::Suspect || verdict.resource != Some(Resource::Memory) {
            return;
        }
        let found = match self.targets[index].kind {
            TargetKind::Process => self.excused_by_pool(index, assessment).map(|reason| (Status::Suspect, reason)),
            TargetKind::Pool { .. } | TargetKind::Selection { .. } => {
                self.sharing(index).map(|reason| (verdict.status, reason))
            }
            TargetKind::Cgroup { .. } => None,
        };
        if let Some((status, reason)) = found {
            assessment.verdict.status = status;
            assessment.verdict.reasons.push(reason);
        }
    }

    /// Why a member that grows is no leak of its pool: the pool has been seen for much longer, all of its members have been
    /// replaced meanwhile, and it does not grow with the member.
    fn excused_by_pool(&self, index: usize, assessment: &Assessment) -> Option<Reason> {
        let pool = self.pools.get(self.series[index].pool?);
        let target = &self.targets[pool.target?];
        let TargetKind::Pool { members } = target.kind else { return None };
        let known = &target.assessment;
        // Surely slower than this member: what it adds goes away with others.
        let slower = known.growth.ci_high.zip(assessment.growth.ci_low).is_some_and(|(all, one)| all < SLOWER * one);
        let speaks = known.verdict.status < Status::Suspect
            && (slower || known.verdict.status == Status::Stable)
            && known.observed_s >= LONGER * assessment.observed_s
            && pool.ended >= members;
        speaks.then(|| Reason {
            rule: Rule::Pool,
            for_leak: false,
            value: known.growth.rate,
            threshold: Some(known.growth.threshold),
            unit: Unit::BytesPerSecond,
            span_s: known.observed_s,
            wording: format!(
                "it grows, and processes of this name that grew were replaced before it: the {members} of them together do not grow"
            )
            .into(),
        })
    }

    /// What all of a sum grow into is the memory of the host.
    pub(super) fn sums_share(&mut self, host: HostMemory) {
        for index in 0..self.targets.len() {
            let is_sum = matches!(self.targets[index].kind, TargetKind::Pool { .. } | TargetKind::Selection { .. });
            if is_sum && self.targets[index].lifetime.ended.is_none() {
                self.surrounded(index, Some(host.ceiling()));
            }
        }
    }

    /// A member fills the host no later than all of its pool do.
    pub(super) fn forecast_with_pool(&self, index: usize, assessment: &mut Assessment) {
        let is_host =
            |index: usize| self.targets[index].current.ceiling.is_some_and(|found| found.kind == CeilingKind::Host);
        let pool = self.series[index].pool.and_then(|pool| self.pools.get(pool).target);
        let Some(pool) = pool.filter(|&pool| is_host(pool) && is_host(index)) else { return };
        let of_all = self.targets[pool].assessment.forecast;
        let sooner = |all: Option<f64>, one: Option<f64>| all.zip(one).is_some_and(|(all, one)| all < one);
        let own = assessment.forecast;
        if sooner(of_all.not_before_s, own.not_before_s) || sooner(of_all.likely_by_s, own.likely_by_s) {
            assessment.forecast = of_all;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    fn sharing(&self, index: usize) -> Option<Reason> {
        let reading = &self.targets[index].current.reading;
        let (pss, rss) = (reading.pss?, reading.rss?);
        ((pss as f64) < SHARED * rss as f64).then(|| Reason {
            rule: Rule::Pool,
            for_leak: false,
            value: Some(pss as f64),
            threshold: Some(rss as f64),
            unit: Unit::Bytes,
            span_s: 0.0,
            wording: format!(
                "of {} that these processes hold one by one, {} are left when shared pages count once: a fork adds to the one and not to the other",
                Bytes(rss),
                Bytes(pss)
            )
            .into(),
        })
    }
}
