//! Members of sums: those with the largest growth, and the leak that a sum shares with them.

use crate::alert::AlertKind;
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

/// Drops the leak or suspicion of a target if the alert of another target reports the same growth.
///
/// A leak shows in a process, in its pool, in its control group and in the sum of all. It is announced once. Members of
/// a pool that leaks as a whole are one leak too.
pub(super) fn drop_reported_growth(index: usize, registry: &mut Registry) {
    for kind in [AlertKind::Leak, AlertKind::Suspect] {
        if registry.state(index).awaits_alert(kind) && is_growth_reported(index, kind, registry) {
            registry.entry_mut(index).1.drop_condition(kind);
        }
    }
}

/// True if the alert of another target reports the leak or the suspicion of this one.
fn is_growth_reported(index: usize, kind: AlertKind, registry: &Registry) -> bool {
    let targets = registry.targets();
    let target = &targets[index];
    let resource = target.assessment.verdict.resource;
    let pool = targets.iter().find(|pool| grows_as_a_pool(pool, kind, resource) && pool.contains(target, targets));
    (0..targets.len()).filter(|&other| other != index && reports(other, kind, registry)).any(|other| {
        let other = &targets[other];
        let is_sibling = pool.is_some_and(|pool| pool.contains(other, targets));
        let shares_growth = is_sibling || target.contains(other, targets) || other.contains(target, targets);
        shares_growth && other.assessment.verdict.resource == resource
    })
}

/// True if the alert of a target says as much as one of this kind.
fn reports(index: usize, kind: AlertKind, registry: &Registry) -> bool {
    let state = registry.state(index);
    state.is_firing(AlertKind::Leak) || (kind == AlertKind::Suspect && state.is_firing(AlertKind::Suspect))
}

/// True if a target is a pool that leaks a resource as a whole, or is suspected of it.
fn grows_as_a_pool(target: &Target, kind: AlertKind, resource: Option<Resource>) -> bool {
    let least = if kind == AlertKind::Leak { Status::Leaking } else { Status::Suspect };
    let verdict = &target.assessment.verdict;
    let grows = verdict.status >= least && verdict.resource == resource;
    grows && matches!(target.kind, TargetKind::Pool { .. })
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
