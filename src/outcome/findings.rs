//! Findings: one leak seen in a process, in its pool and in the sum of all is one finding.

use crate::analysis::{Resource, Status};
use crate::event::{Target, TargetKind};

/// One leak, or suspected leak, with all targets that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Index of the target that names the finding.
    pub lead: usize,
    /// Indexes of the other targets that show it.
    pub others: Vec<usize>,
    /// Worst status among those that show this finding alone. A sum of several findings says nothing about one of them.
    pub status: Status,
    /// Resource that leaks.
    pub resource: Resource,
}

impl Finding {
    /// True if a target shows the finding.
    #[must_use]
    pub fn shows(&self, target: usize) -> bool {
        self.lead == target || self.others.contains(&target)
    }
}

/// Groups the suspect and leaking targets into findings, in the order of the targets.
///
/// The latest life of a service that restarts leads the finished ones. A single leaking member leads its pool. A pool with several leads its members, unless the evidence against one of them
/// is stronger. The sum of all processes leads only if nothing in it is suspect.
#[must_use]
pub fn findings(targets: &[Target]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let suspects: Vec<usize> = (0..targets.len()).filter(|&index| resource(&targets[index]).is_some()).collect();
    for &index in suspects.iter().filter(|&&index| is_lead(index, &suspects, targets)) {
        let Some(resource) = resource(&targets[index]) else { continue };
        let status = targets[index].assessment.verdict.status;
        found.push(Finding { lead: index, others: Vec::new(), status, resource });
    }
    for &index in &suspects {
        let others = found.iter_mut().filter(|finding| finding.lead != index);
        let mut shown: Vec<&mut Finding> = others.filter(|finding| shows(index, finding.lead, targets)).collect();
        if let [finding] = shown.as_mut_slice() {
            finding.status = finding.status.max(targets[index].assessment.verdict.status);
        }
        shown.iter_mut().for_each(|finding| finding.others.push(index));
    }
    found
}

/// Returns the resource that a suspect or leaking target leaks.
fn resource(target: &Target) -> Option<Resource> {
    let verdict = &target.assessment.verdict;
    verdict.resource.filter(|_| verdict.status >= Status::Suspect)
}

/// True if a target names its finding.
fn is_lead(index: usize, suspects: &[usize], targets: &[Target]) -> bool {
    let target = &targets[index];
    let suspects = suspects.iter().map(|&other| &targets[other]);
    let alike: Vec<&Target> = suspects.filter(|other| resource(other) == resource(target)).collect();
    match target.kind {
        TargetKind::Process => {
            let pool = alike.iter().find(|other| is_pool_of(other, target));
            let is_finished_life = alike.iter().any(|later| later.has_leaking_life(target));
            !is_finished_life && pool.is_none_or(|pool| !leads_members(pool, &alike))
        }
        TargetKind::Pool { .. } => leads_members(target, &alike),
        TargetKind::Selection { .. } | TargetKind::Cgroup { .. } => {
            !alike.iter().any(|other| target.contains(other, targets))
        }
    }
}

/// True if a pool leads its suspect members: there are several, or none, and the status of none is worse.
fn leads_members(pool: &Target, alike: &[&Target]) -> bool {
    let members = alike.iter().filter(|other| is_pool_of(pool, other));
    let statuses: Vec<Status> = members.map(|member| member.assessment.verdict.status).collect();
    statuses.len() != 1 && statuses.iter().all(|&status| status <= pool.assessment.verdict.status)
}

/// True if two targets show the same leak.
fn shows(index: usize, lead: usize, targets: &[Target]) -> bool {
    let (one, other) = (&targets[index], &targets[lead]);
    let is_shared = one.contains(other, targets) || other.contains(one, targets) || other.has_leaking_life(one);
    resource(one) == resource(other) && is_shared
}

/// True if a target is the pool of a process.
fn is_pool_of(pool: &Target, process: &Target) -> bool {
    matches!(pool.kind, TargetKind::Pool { .. }) && pool.contains(process, &[])
}
