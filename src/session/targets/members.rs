//! Members of sums: those with the largest growth, and the leak that a sum shares with them.

use crate::analysis::{Resource, Status};
use crate::event::{Target, TargetKind};
use crate::model::{Counter, MemberGrowth, Reading};

use super::registry::Registry;

/// Largest number of members that are named.
const MAX_MEMBERS: usize = 3;
/// Part of the observed time in which the members of a sum still appear. A later member brings all of its memory.
const START_PART: f64 = 0.1;

/// Returns the live members with the largest growth since the sum was first seen.
pub(super) fn fastest_members(sum: usize, registry: &Registry) -> Vec<MemberGrowth> {
    let targets = registry.targets();
    let sum = &targets[sum];
    let live = targets.iter().filter(|target| target.lifetime.ended.is_none());
    let mut members: Vec<MemberGrowth> = live
        .filter(|part| is_named(part.kind, sum.kind) && sum.contains(part, targets))
        .filter_map(|part| growth_of(part, sum))
        .collect();
    members.sort_by_key(|member| std::cmp::Reverse(member.growth));
    members.truncate(MAX_MEMBERS);
    members
}

/// True if members of one kind are named for a sum of another kind. A pool may reach beyond a control group.
fn is_named(part: TargetKind, sum: TargetKind) -> bool {
    match part {
        TargetKind::Process => true,
        TargetKind::Pool { .. } => matches!(sum, TargetKind::Selection { .. }),
        TargetKind::Selection { .. } | TargetKind::Cgroup { .. } => false,
    }
}

/// Drops the leak condition of a target if the alert of another target reports the same leak.
///
/// A leak shows in a process, in its pool, in its control group and in the sum of all. It is announced once. Members of
/// a pool that leaks as a whole are one leak too.
pub(super) fn drop_reported_leak(index: usize, registry: &mut Registry) {
    if registry.state(index).awaits_leak_alert() && is_leak_reported(index, registry) {
        registry.entry_mut(index).1.drop_leak_condition();
    }
}

/// True if the leak alert of another target reports the leak of this one.
fn is_leak_reported(index: usize, registry: &Registry) -> bool {
    let targets = registry.targets();
    let target = &targets[index];
    let resource = target.assessment.verdict.resource;
    let pool = targets.iter().find(|pool| leaks_as_a_pool(pool, resource) && pool.contains(target, targets));
    (0..targets.len()).filter(|&other| other != index && registry.state(other).is_leak_alert_firing()).any(|other| {
        let other = &targets[other];
        let is_sibling = pool.is_some_and(|pool| pool.contains(other, targets));
        let shares_leak = is_sibling || target.contains(other, targets) || other.contains(target, targets);
        shares_leak && other.assessment.verdict.resource == resource
    })
}

/// True if a target is a pool that leaks a resource as a whole.
fn leaks_as_a_pool(target: &Target, resource: Option<Resource>) -> bool {
    let verdict = &target.assessment.verdict;
    let leaks = verdict.status == Status::Leaking && verdict.resource == resource;
    leaks && matches!(target.kind, TargetKind::Pool { .. })
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
