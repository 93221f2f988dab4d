//! Sentences of the summary that describe findings and undecided targets.

use std::collections::{BTreeMap, HashSet};

use crate::analysis::{Assessment, Reason, Resource, Rule, Status, Unit};
use crate::event::Target;
use crate::thresholds::{Allowance, allowance_in_force};
use crate::units::Axis;

use super::draft::{Named, Part};
use super::facts::Facts;
use super::findings::Finding;

/// Findings that a summary names.
const NAMED: usize = 2;

/// Returns the number of findings of a noun, with the names and rates of the fastest.
pub(super) fn named(found: &[&Finding], noun: &str, facts: &Facts<'_>) -> Named {
    Named::new(count(found.len(), noun), names(found, facts))
}

/// Names the fastest findings with their rates.
fn names(found: &[&Finding], facts: &Facts<'_>) -> String {
    let mut sorted: Vec<&Finding> = found.to_vec();
    sorted.sort_by(|a, b| rate(b, facts).total_cmp(&rate(a, facts)));
    let named: Vec<String> = sorted.iter().take(NAMED).map(|finding| name(finding, facts)).collect();
    match sorted.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Returns the growth of memory of the target that leads a finding; 0 if it is unknown.
fn rate(finding: &Finding, facts: &Facts<'_>) -> f64 {
    rate_of(&facts.targets[finding.lead]).unwrap_or(0.0)
}

/// Returns the growth of memory of a target: in each of its lives, if they decided.
fn rate_of(target: &Target) -> Option<f64> {
    target.rate_within_lives().or(target.assessment.growth.rate)
}

/// Returns the advice for suspects that nothing withholds. More lives of a series do not prove that they are processes.
pub(super) fn advice_to_decide(suspects: &[&Finding], facts: &Facts<'_>) -> &'static str {
    let mut targets = suspects.iter().map(|finding| &facts.targets[finding.lead]);
    if targets.all(|target| target.rate_within_lives().is_some()) {
        "record a pid or a count of restarts to decide"
    } else {
        "run longer to decide"
    }
}

/// Returns the name of a finding with its rate or resource.
fn name(finding: &Finding, facts: &Facts<'_>) -> String {
    let target = &facts.targets[finding.lead];
    match (finding.resource, rate_of(target)) {
        // The rate is one of memory.
        (Resource::Memory, Some(rate)) => {
            format!("{} {}", target.describe(), target.assessment.growth.axis.byte_rate(rate))
        }
        (Resource::Memory, None) => target.describe(),
        (resource, _) => format!("{} ({})", target.describe(), resource.name()),
    }
}

/// Returns a part for the findings of each allowance: `1 leak allowed until 2027-01-31 (leakwatch.toml:2): known`.
pub(super) fn allowed_parts(allowed: &[Finding], facts: &Facts<'_>) -> Vec<Part> {
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for finding in allowed {
        let noun = if finding.status == Status::Leaking { "leak" } else { "suspect" };
        if let Some(allowance) = facts.allowance(&facts.targets[finding.lead]) {
            *counts.entry((noun, allowance.sentence())).or_default() += 1;
        }
    }
    counts.into_iter().map(|((noun, why), number)| Part::Text(format!("{} {why}", count(number, noun)))).collect()
}

/// Returns the number of targets that were not observed for long enough, suspect ones included.
///
/// A replaced worker does not count if another process of its name was judged.
pub(super) fn undecided(facts: &Facts<'_>) -> usize {
    let judged = facts.targets.iter().filter(|target| !is_undecided(target, facts.allowances));
    let judged: HashSet<&str> = judged.map(|target| target.label.name.as_str()).collect();
    let open = facts.targets.iter().filter(|target| is_undecided(target, facts.allowances));
    open.filter(|target| target.lifetime.ended.is_none() || !judged.contains(target.label.name.as_str())).count()
}

/// True if more samples would decide the verdict on a target, and no allowance covers it.
pub(super) fn is_undecided(target: &Target, allowances: &[Allowance]) -> bool {
    let verdict = &target.assessment.verdict;
    let is_allowed = || allowance_in_force(allowances, target).is_some();
    verdict.is_open() && (verdict.status == Status::InsufficientData || !is_allowed())
}

/// Returns the parts for undecided targets: suspects first, then the time that is missing.
pub(super) fn undecided_parts(facts: &Facts<'_>, open: usize, suspects: &[&Finding]) -> Vec<Part> {
    let mut parts = Vec::new();
    if !suspects.is_empty() {
        let count = format!("{} not proved", count(suspects.len(), "suspect"));
        parts.push(Part::Suspects(Named::new(count, names(suspects, facts))));
    }
    let verdicts = facts.targets.iter().map(|target| &target.assessment.verdict);
    let awaited = verdicts.filter(|verdict| verdict.status == Status::Suspect && verdict.is_open()).count().min(open);
    if open > awaited {
        let all = count(facts.targets.len(), "target");
        parts.push(Part::Text(format!("{} of {all} without enough data", open - awaited)));
    }
    parts.push(Part::Text(match longest_wait(facts) {
        Some((axis, seconds)) => format!("run for at least another {}", axis.span(seconds)),
        None if have_exited(facts) => "exited too early to decide".to_owned(),
        None => "run longer to decide".to_owned(),
    }));
    parts.extend(detection_limit_part(facts));
    parts
}

/// True if all undecided targets have exited.
fn have_exited(facts: &Facts<'_>) -> bool {
    let mut open = facts.targets.iter().filter(|target| is_undecided(target, facts.allowances));
    open.all(|target| target.has_ended(facts.targets))
}

/// Returns the longest time until the verdict on an undecided target that still runs is expected, in seconds.
fn longest_wait(facts: &Facts<'_>) -> Option<(Axis, f64)> {
    let open = facts.targets.iter().filter(|target| is_undecided(target, facts.allowances));
    let running = open.filter(|target| !target.has_ended(facts.targets)).map(|target| &target.assessment);
    let waits = running.filter_map(|known| Some((known.growth.axis, wait(known)?)));
    waits.filter(|&(_, seconds)| seconds > 0.0).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Returns the seconds until the verdict on an undecided target is expected: growth has lasted long enough, its start-up is
/// excluded, or its interval is narrow enough.
fn wait(assessment: &Assessment) -> Option<f64> {
    let observations = assessment.verdict.reasons.iter().filter(|reason| reason.rule == Rule::Observation);
    let missing = observations.filter_map(|reason| missing_observation(reason, assessment)).reduce(f64::max);
    missing.into_iter().chain(assessment.growth.seconds_to_decide).reduce(f64::max)
}

/// Returns the seconds that are missing until an observation is long enough; `None` for other reasons.
#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn missing_observation(reason: &Reason, assessment: &Assessment) -> Option<f64> {
    let (value, threshold) = (reason.value?, reason.threshold?);
    match reason.unit {
        Unit::Seconds => {
            let left = (threshold - assessment.observed_s).round();
            Some(if left > 0.0 { left } else { threshold - value })
        }
        Unit::Count => Some((threshold - value) * assessment.observed_s / assessment.samples.max(1) as f64),
        _ => None,
    }
}

/// Returns the part with the largest detection limit among the targets without enough data. It names the target, unless it
/// is the only one.
fn detection_limit_part(facts: &Facts<'_>) -> Option<Part> {
    let open = facts.targets.iter().filter(|t| t.assessment.verdict.status == Status::InsufficientData);
    let limits = open.filter_map(|target| Some((target.assessment.growth.detection_limit()?, target)));
    let (limit, target) = limits.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    let place = if facts.targets.len() == 1 { String::new() } else { format!(" in {}", target.describe()) };
    let rate = target.assessment.growth.axis.byte_rate(limit);
    Some(Part::Text(format!("a leak of {}{place} would have been detected", rate.trim_start_matches('+'))))
}

/// Returns a count with its noun.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
