//! Looks inside those who may leak: a first one when they are accused, later ones ever more seldom, a last one at the end.
//!
//! A healthy target is never looked at. What a look costs comes out of the budget of PSS.

use std::time::Duration;

use crate::analysis::{Resource, Status};
use crate::event::{Target, TargetKind};
use crate::model::{Inspection, InspectionScope, MemberGrowth, Reading, Timestamp};
use crate::source::ReadError;

use super::watch::Watch;
use super::{Session, confirm};

/// From the first look to the second; each later gap is twice as long.
const GAP: Duration = Duration::from_secs(10);
/// Looks at one process, besides the last one: the gaps add up to a month.
const LOOKS: u32 = 18;
/// Members of a sum that are named.
const MEMBERS: usize = 3;

/// When a process is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Looks {
    taken: u32,
    due: Duration,
}

impl Session<'_> {
    /// Looks inside those for whom it is due, or for the last time, as far as the budget reaches.
    pub(super) fn look_inside(&mut self, at: Timestamp, watch: &mut Watch, is_last: bool) {
        for index in watch.accused() {
            let target = &watch.targets[index];
            let Some(key) = target.key else { continue };
            let now = self.clock.now().awake;
            let looks = *self.looks.entry(key).or_default();
            let is_due = is_last || (looks.taken < LOOKS && now >= looks.due);
            let aspects = aspects(target, self.plan.pss);
            // Who it is does not change.
            let is_new = looks.taken == 0 || aspects != InspectionScope::default();
            if !is_due || !is_new || !self.budget.has_credit(now) {
                continue;
            }
            let before = self.dear();
            let portrait = self.source.inspect(key, aspects);
            if aspects.mappings {
                self.spent(key, before);
            } else {
                self.budget.charge(self.clock.cpu_time().saturating_sub(before.0));
            }
            let gap = GAP.saturating_mul(1 << looks.taken.min(LOOKS));
            let taken = if portrait.is_ok() { looks.taken + 1 } else { LOOKS };
            self.looks.insert(key, Looks { taken, due: now + gap });
            let why_not = if self.cost.gave_up_pss { "it would cost too much" } else { "'--no-pss' forbids it" };
            let forbidden = (!self.plan.pss && leaks(target, Resource::Memory)).then(|| why_not.to_owned());
            watch.portrayed(index, at, portrait, forbidden);
        }
    }
}

fn leaks(target: &Target, resource: Resource) -> bool {
    let known = &target.assessment;
    known.verdict.resource == Some(resource)
        || known.resources.iter().any(|other| other.resource == resource && other.status >= Status::Suspect)
}

fn aspects(target: &Target, pss: bool) -> InspectionScope {
    InspectionScope {
        mappings: pss && leaks(target, Resource::Memory),
        descriptors: leaks(target, Resource::Fds),
        threads: leaks(target, Resource::Threads),
    }
}

/// The part of what was seen of a sum in which its members are still coming.
const BEGINNING: f64 = 0.1;

impl Watch {
    /// Running processes that are suspect or leaking.
    fn accused(&mut self) -> Vec<usize> {
        let mut accused = std::mem::take(&mut self.accused);
        accused.retain(|&index| {
            let target = &self.targets[index];
            target.lifetime.ended.is_none() && target.assessment.verdict.status >= Status::Suspect
        });
        self.accused.clone_from(&accused);
        accused
    }

    /// A verdict was published: notes who is to be looked at, and who brings the growth of a sum.
    pub(super) fn attribute(&mut self, index: usize) {
        let target = &self.targets[index];
        if target.assessment.verdict.status < Status::Suspect {
            return;
        }
        match target.kind {
            TargetKind::Process if self.confirms && !self.accused.contains(&index) => self.accused.push(index),
            TargetKind::Pool { .. } | TargetKind::Selection { .. } | TargetKind::Cgroup { .. } => {
                let members = self.members(index);
                if !members.is_empty() {
                    self.targets[index].attribution.get_or_insert_default().members = members;
                }
            }
            _ => {}
        }
    }

    /// Who brings most of the growth of a sum since it was first seen. One that came later brings all that it has.
    fn members(&self, index: usize) -> Vec<MemberGrowth> {
        let sum = &self.targets[index];
        let value = |reading: &Reading| match sum.assessment.verdict.resource {
            Some(Resource::Fds) => reading.fds,
            Some(Resource::Threads) => reading.threads,
            _ => reading.memory(),
        };
        let is_member = |at: usize| match sum.kind {
            TargetKind::Pool { .. } => {
                self.series[at].pool.is_some_and(|pool| self.pools.get(pool).target == Some(index))
            }
            TargetKind::Cgroup { .. } => {
                self.targets[at].key.is_some_and(|key| self.series[index].members.binary_search(&key.pid).is_ok())
            }
            _ => self.series[at].pool.is_some(),
        };
        let member = |(at, target): (usize, &Target)| {
            if target.lifetime.ended.is_some() || !is_member(at) {
                return None;
            }
            // One that came while the sum was just begun counts as it does by itself.
            let seen_s = sum.lifetime.last_seen.seconds_since(sum.lifetime.first_seen);
            let joined_late = target.lifetime.first_seen.seconds_since(sum.lifetime.first_seen) > BEGINNING * seen_s;
            let first = if joined_late { 0 } else { value(&target.baseline.reading())? };
            let growth =
                i64::try_from(value(&target.current.reading)?).ok()?.saturating_sub(i64::try_from(first).ok()?);
            let pid = target.key.map(|key| key.pid);
            (growth > 0).then(|| MemberGrowth { pid, name: target.label.name.clone(), growth, joined_late })
        };
        let mut members: Vec<MemberGrowth> = self.targets.iter().enumerate().filter_map(member).collect();
        members.sort_by_key(|member| std::cmp::Reverse(member.growth));
        members.truncate(MEMBERS);
        members
    }

    /// Takes what was seen of a process, or why nothing was.
    fn portrayed(
        &mut self,
        index: usize,
        at: Timestamp,
        portrait: Result<Inspection, ReadError>,
        forbidden: Option<String>,
    ) {
        let known = self.targets[index].attribution.get_or_insert_default();
        match portrait {
            Ok(portrait) => {
                known.add_inspection(at, portrait);
                known.refused = forbidden.filter(|_| known.mappings.is_none());
            }
            Err(error) if known.mappings.is_none() => {
                known.refused = Some(forbidden.unwrap_or_else(|| confirm::why_not(&error)));
            }
            Err(_) => {}
        }
    }
}
