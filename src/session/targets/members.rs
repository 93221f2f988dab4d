//! Members of sums: those with the largest growth, and the leak that a sum shares with them.

use crate::analysis::{Resource, Status};
use crate::event::{Target, TargetKind};
use crate::model::{Counter, MemberGrowth, Reading};

use super::pools::Pools;
use super::registry::Registry;

/// Largest number of members that are named.
const MAX_MEMBERS: usize = 3;
/// Part of the observed time in which the members of a sum still appear. A later member brings all of its memory.
const START_PART: f64 = 0.1;

/// Returns the live members with the largest growth since the sum was first seen.
pub(super) fn fastest_members(sum: usize, registry: &Registry, pools: &Pools) -> Vec<MemberGrowth> {
    let live = (0..registry.targets().len()).filter(|&index| registry.target(index).lifetime.ended.is_none());
    let mut members: Vec<MemberGrowth> = live
        .filter(|&index| is_member(index, sum, registry, pools))
        .filter_map(|index| growth_of(registry.target(index), registry.target(sum)))
        .collect();
    members.sort_by_key(|member| std::cmp::Reverse(member.growth));
    members.truncate(MAX_MEMBERS);
    members
}

/// True if a target is part of a sum.
fn is_member(index: usize, sum: usize, registry: &Registry, pools: &Pools) -> bool {
    let pool = registry.state(index).pool();
    match registry.target(sum).kind {
        TargetKind::Pool { .. } => pool.is_some_and(|pool| pools.get(pool).target() == Some(sum)),
        TargetKind::Cgroup { .. } => {
            registry.target(index).key.is_some_and(|key| registry.state(sum).has_member(key.pid))
        }
        TargetKind::Selection { .. } => {
            index != sum && !matches!(registry.target(index).kind, TargetKind::Cgroup { .. })
        }
        TargetKind::Process => false,
    }
}

/// True if the leak alert of another target reports the leak of this one.
///
/// A leak shows in a process, in its pool, in its control group and in the sum of all. It is announced once. Members of
/// a pool that leaks as a whole are one leak too.
pub(super) fn is_leak_reported(index: usize, registry: &Registry, pools: &Pools) -> bool {
    let resource = registry.target(index).assessment.verdict.resource;
    let own_pool = registry.state(index).pool().and_then(|pool| pools.get(pool).target());
    let is_pool_leaking = own_pool.is_some_and(|pool| {
        let verdict = &registry.target(pool).assessment.verdict;
        verdict.status == Status::Leaking && verdict.resource == resource
    });
    let shares_leak = |other: usize| {
        let is_sibling = is_pool_leaking && own_pool.is_some_and(|pool| is_member(other, pool, registry, pools));
        is_sibling || is_member(other, index, registry, pools) || is_member(index, other, registry, pools)
    };
    (0..registry.targets().len()).any(|other| {
        other != index
            && registry.state(other).is_leak_alert_firing()
            && registry.target(other).assessment.verdict.resource == resource
            && shares_leak(other)
    })
}

/// Returns the growth of a member since its sum was first seen; `None` if it did not grow.
fn growth_of(target: &Target, sum: &Target) -> Option<MemberGrowth> {
    let resource = sum.assessment.verdict.resource;
    let after_start = target.lifetime.first_seen.seconds_since(sum.lifetime.first_seen);
    let joined_late = after_start > START_PART * sum.lifetime.seen_s();
    let first = if joined_late { 0 } else { value(&target.start_values.reading(), resource)? };
    let last = value(&target.current.reading, resource)?;
    let growth = i64::try_from(last).ok()?.saturating_sub(i64::try_from(first).ok()?);
    let pid = target.key.map(|key| key.pid);
    (growth > 0).then(|| MemberGrowth { pid, name: target.label.name.clone(), growth, joined_late })
}

/// Returns the value of the resource that the sum is suspected to leak.
fn value(reading: &Reading, resource: Option<Resource>) -> Option<u64> {
    match resource {
        Some(Resource::Fds) => reading.value(Counter::Fds),
        Some(Resource::Threads) => reading.value(Counter::Threads),
        _ => reading.memory(),
    }
}
