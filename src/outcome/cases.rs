//! Cases: states of the single questions of a session, as CI systems list them.

use std::collections::HashMap;

use crate::analysis::Status;
use crate::event::Target;
use crate::thresholds::{Decision, SHORT_LIVED_PART, Threshold, Tier};

use super::exit_status::ExitStatus;
use super::facts::Facts;
use super::findings::Finding;
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
    /// Index of the failed result that reports the leak, if there is one.
    pub reported_by: Option<usize>,
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
    /// Index of the result that reports the same leak, if this one only repeats it for another target.
    pub led_by: Option<usize>,
}

/// Returns the case of each target, and of each result by threshold. One leak is one case among both.
pub(super) fn cases(
    policy: &Policy,
    facts: &Facts<'_>,
    found: &[Finding],
    exit: ExitStatus,
) -> (Vec<TargetCase>, Vec<ResultCase>) {
    let (mut targets, mut results) = (target_cases(policy, facts, exit), result_cases(facts, exit));
    for finding in found {
        for &other in &finding.others {
            targets[other].led_by = targets[other].led_by.or(Some(finding.lead));
        }
        let repeats = repeated_results(facts, finding, &results);
        let fails = repeats.iter().map(|&(first, _)| first).find(|&first| results[first].state == CaseState::Failed);
        targets[finding.lead].reported_by = fails.map(|first| results[first].result);
        for (first, others) in repeats {
            let first = results[first].result;
            others.into_iter().for_each(|other| results[other].led_by = Some(first));
        }
    }
    (targets, results)
}

/// Returns the failed results that report a finding, by threshold: the result of the leading target, or else of the
/// first other one, and those that repeat it. Both are positions among `results`.
fn repeated_results(facts: &Facts<'_>, finding: &Finding, results: &[ResultCase]) -> Vec<(usize, Vec<usize>)> {
    let Some(evaluator) = facts.evaluator else { return Vec::new() };
    let mut repeats = Vec::new();
    for (threshold, Threshold { expression, .. }) in evaluator.thresholds().iter().enumerate() {
        let reports_growth =
            expression.comparison.is_upward() && expression.metric.growing_resource() == Some(finding.resource);
        let mut failed: Vec<usize> = (0..results.len())
            .filter(|&index| {
                let case = &results[index];
                let shows = case.target.is_some_and(|target| finding.shows(target));
                let fails = case.state == CaseState::Failed || case.warns;
                reports_growth && case.threshold == threshold && shows && fails && case.led_by.is_none()
            })
            .collect();
        failed.sort_by_key(|&index| results[index].target != Some(finding.lead));
        if let [first, others @ ..] = failed.as_slice() {
            repeats.push((*first, others.to_vec()));
        }
    }
    repeats
}

/// Returns the case of each target, without its relations.
fn target_cases(policy: &Policy, facts: &Facts<'_>, exit: ExitStatus) -> Vec<TargetCase> {
    let cases = facts.targets.iter().zip(short_lived(facts.targets));
    cases
        .map(|(target, is_short_lived)| TargetCase {
            state: target_state(policy, facts, target, exit),
            is_short_lived,
            is_open: target.assessment.verdict.is_open(),
            led_by: None,
            reported_by: None,
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
    let exits = targets.iter().map(|target| {
        // A recording has no exits. A live process may only be sampled rarely.
        let is_missing = target.source.is_some() && Some(target.lifetime.last_seen) < end;
        (target, target.lifetime.ended.is_some() || is_missing)
    });
    exits.map(|(target, exited)| exited && target.assessment.observed_s < SHORT_LIVED_PART * longest).collect()
}

/// Returns the case of each result, by threshold, without its relations.
fn result_cases(facts: &Facts<'_>, exit: ExitStatus) -> Vec<ResultCase> {
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
            ResultCase { threshold: result.threshold, result: index, target, state, warns, led_by: None }
        })
        .collect();
    cases.sort_by_key(|case| case.threshold);
    cases
}
