//! States of the single questions of a session, as CI systems list them.

use std::collections::HashMap;

use crate::analysis::Status;
use crate::event::Target;
use crate::thresholds::{Decision, SHORT_LIVED_PART, Tier};

use super::exit_status::ExitStatus;
use super::facts::Facts;
use super::policy::{FailOn, Policy};

/// State of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Nothing was found.
    Passed,
    /// A finding that fails the session.
    Failed,
    /// Undecided, which makes the session inconclusive.
    Error,
    /// Undecided or allowed, without effect on the session.
    Skipped,
}

/// Case of the verdict on one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetCase {
    /// State of the verdict.
    pub state: CaseState,
    /// True if the target was live for a small part of the session only. Such targets differ from run to run.
    pub is_short_lived: bool,
    /// True if more samples alone would decide.
    pub is_open: bool,
    /// Index of the target that leads the same finding, if this one only shows it too.
    pub led_by: Option<usize>,
}

/// Case of one result of a threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultCase {
    /// Index of the threshold.
    pub threshold: usize,
    /// Index among the results of the evaluator.
    pub result: usize,
    /// Index of the target; `None` if it is retired and no longer kept.
    pub target: Option<usize>,
    /// State of the result.
    pub state: CaseState,
    /// True if the result is a warning.
    pub warns: bool,
}

/// Returns the case of each target.
pub(super) fn target_cases(policy: &Policy, facts: &Facts<'_>, exit: ExitStatus) -> Vec<TargetCase> {
    let mut leads: Vec<Option<usize>> = vec![None; facts.targets.len()];
    for finding in super::findings(facts.targets) {
        for other in finding.others {
            leads[other] = leads[other].or(Some(finding.lead));
        }
    }
    let cases = facts.targets.iter().zip(short_lived(facts.targets)).zip(leads);
    cases
        .map(|((target, is_short_lived), led_by)| TargetCase {
            state: target_state(policy, facts, target, exit),
            is_short_lived,
            is_open: target.assessment.verdict.is_open(),
            led_by,
        })
        .collect()
}

fn target_state(policy: &Policy, facts: &Facts<'_>, target: &Target, exit: ExitStatus) -> CaseState {
    let verdict = &target.assessment.verdict;
    match verdict.status {
        _ if facts.allowance(target).is_some() => CaseState::Skipped,
        Status::Leaking if policy.fails_on(FailOn::Leaking) => CaseState::Failed,
        Status::Suspect if policy.fails_on(FailOn::Suspect) => CaseState::Failed,
        Status::InsufficientData | Status::Suspect if verdict.is_open() => {
            // Thresholds, if there are any, decide what counts as undecided.
            if exit == ExitStatus::Inconclusive && !has_fail_thresholds(facts) {
                CaseState::Error
            } else {
                CaseState::Skipped
            }
        }
        _ => CaseState::Passed,
    }
}

/// True if a `--fail-if` was given.
pub(super) fn has_fail_thresholds(facts: &Facts<'_>) -> bool {
    let thresholds = facts.evaluator.map(|evaluator| evaluator.thresholds()).unwrap_or_default();
    thresholds.iter().any(|threshold| threshold.tier == Tier::Fail)
}

/// Returns for each target if it was short-lived: it exited, within a small part of the longest observation.
fn short_lived(targets: &[Target]) -> Vec<bool> {
    let longest = targets.iter().map(|target| target.assessment.observed_s).fold(0.0, f64::max);
    let end = targets.iter().map(|target| target.lifetime.last_seen).max();
    let is_short_lived = |target: &Target| {
        // A recording has no exits. A live process may only be sampled rarely.
        let is_missing = target.source.is_some() && Some(target.lifetime.last_seen) < end;
        let exited = target.lifetime.ended.is_some() || is_missing;
        exited && target.assessment.observed_s < SHORT_LIVED_PART * longest
    };
    targets.iter().map(is_short_lived).collect()
}

/// Returns the case of each result, by threshold.
pub(super) fn result_cases(facts: &Facts<'_>, exit: ExitStatus) -> Vec<ResultCase> {
    let Some(evaluator) = facts.evaluator else { return Vec::new() };
    let targets: HashMap<u64, usize> =
        facts.targets.iter().enumerate().map(|(index, target)| (target.number, index)).collect();
    let mut cases: Vec<ResultCase> = evaluator
        .results()
        .iter()
        .enumerate()
        .map(|(index, result)| {
            let is_fail = evaluator.thresholds()[result.threshold].tier == Tier::Fail;
            let counts = result.counts && exit != ExitStatus::Clean;
            let (state, warns) = match result.decision {
                Decision::Pass => (CaseState::Passed, false),
                Decision::Fail if is_fail => (CaseState::Failed, false),
                Decision::Fail => (CaseState::Passed, true),
                Decision::Undecided if is_fail && counts => (CaseState::Error, false),
                Decision::Undecided => (CaseState::Skipped, false),
            };
            let target = targets.get(&result.subject.number).copied();
            ResultCase { threshold: result.threshold, result: index, target, state, warns }
        })
        .collect();
    cases.sort_by_key(|case| case.threshold);
    cases
}
