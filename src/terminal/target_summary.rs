//! The verdict on one target as text: headline, reasons and next steps.

use crate::advice::{NextStep, explain, main_cause, next_steps_for};
use crate::analysis::{Growth, Resource, ResourceAssessment, Rule, Status, Unit};
use crate::event::Target;
use crate::units::Span;

use super::formatting::{
    describe_target, forecast_sentence, format_growth, format_interval, format_observation, format_rate,
    format_resource, format_threshold, resource_label,
};
use super::sort_order::compare_growth;

/// Most lines of reasons in a short summary.
const MAX_REASONS: usize = 3;

/// One reason: a sentence, and the side it speaks for.
pub(super) struct ReasonLine {
    /// True if it speaks for a leak, false if against; `None` for a plain fact.
    pub(super) for_leak: Option<bool>,
    /// Foreign text: escape it.
    pub(super) text: String,
}

impl ReasonLine {
    fn fact(text: String) -> Self {
        Self { for_leak: None, text }
    }

    /// Returns the mark before the sentence.
    pub(super) fn mark(&self) -> &'static str {
        match self.for_leak {
            Some(true) => "+ ",
            Some(false) => "- ",
            None => "",
        }
    }
}

/// Returns the status in capitals, with the resource unless that is memory: `LEAKING descriptors`.
pub(super) fn format_status(target: &Target) -> String {
    let status = target.assessment.verdict.status.label().to_uppercase();
    match target.assessment.verdict.resource {
        None | Some(Resource::Memory) => status,
        Some(resource) => format!("{status} {}", resource_label(resource)),
    }
}

/// Returns the rest of the headline: ` +70.1 MiB/h, 95 % CI +68.2 to +71.9 MiB/h, observed 40 min`.
pub(super) fn format_measurement(target: &Target) -> String {
    let known = &target.assessment;
    if let Some(rate) = target.rate_within_lives() {
        let rate = format_rate(known.growth.axis, Resource::Memory, rate);
        return format!(" {rate} in each life, observed {}", format_observation(target));
    }
    let resource = known.verdict.resource.unwrap_or(Resource::Memory);
    let of_resource = known.resources.iter().find(|known| known.resource == resource).map(|known| &known.growth);
    let growth = of_resource.filter(|_| resource != Resource::Memory).unwrap_or(&known.growth);
    let rate = growth.rate.map_or_else(String::new, |_| format!(" {}", format_growth(resource, growth)));
    let interval =
        format_interval(resource, growth).map_or_else(String::new, |interval| format!(", 95 % CI {interval}"));
    let exited = if target.lifetime.ended.is_some() { ", exited" } else { "" };
    let recent = recent_rate(growth).filter(|_| known.verdict.status >= Status::Suspect);
    let recent =
        recent.map_or_else(String::new, |rate| format!(", recently {}", format_rate(growth.axis, resource, rate)));
    format!("{rate}{interval}{recent}, observed {}{exited}", format_observation(target))
}

/// Returns the rate in the newest part of the watch where it differs from the rate of the whole by half.
fn recent_rate(growth: &Growth) -> Option<f64> {
    growth.recent_rate.filter(|recent| growth.rate.is_some_and(|rate| (recent - rate).abs() > 0.5 * rate.abs()))
}

/// Returns the whole headline: `node app.js (4242): LEAKING +70.1 MiB/h, …`.
pub(super) fn format_headline(target: &Target) -> String {
    format!("{}: {}{}", describe_target(target), format_status(target), format_measurement(target))
}

/// Returns the reasons of a suspected target in at most three lines. `with_wait` includes the time that is missing.
pub(super) fn short_reasons(target: &Target, with_wait: bool) -> Vec<String> {
    let basis = [basis(target), format_threshold(&target.assessment).map(|threshold| format!("threshold {threshold}"))];
    let basis: Vec<String> = basis.into_iter().flatten().collect();
    let basis = (!basis.is_empty()).then(|| basis.join("; "));
    let others = other_resources(target).map(|other| format!("also {}", format_resource(other)));
    let wait = withheld(target).filter(|_| with_wait);
    let lines = basis.into_iter().chain(others).chain(wait).chain(forecast(target));
    lines.chain(main_cause(target)).take(MAX_REASONS).collect()
}

/// Returns all reasons for the verdict, strongest first. The measured rate is part of the headline.
pub(super) fn full_reasons(target: &Target) -> Vec<ReasonLine> {
    let known = &target.assessment;
    let mut lines = Vec::new();
    let threshold = format_threshold(known).map(|threshold| format!("threshold {threshold}"));
    let scale: Vec<String> = threshold.into_iter().chain(forecast(target)).collect();
    lines.extend((!scale.is_empty()).then(|| ReasonLine::fact(scale.join("; "))));
    let reasons = known.verdict.reasons.iter().filter(|reason| reason.rule != Rule::GrowthRate);
    lines.extend(reasons.map(|reason| ReasonLine { for_leak: Some(reason.for_leak), text: reason.to_string() }));
    let others = other_resources(target).map(format_resource);
    lines.extend(others.map(|text| ReasonLine { for_leak: Some(true), text }));
    lines
}

/// Returns everything known of the causes, and the counters that could not be read.
pub(super) fn full_causes(target: &Target) -> Vec<String> {
    let denied = target.current.denied.iter();
    let denied = denied.map(|(counter, right)| format!("{} not readable: requires {right}", counter.label()));
    explain(target).into_iter().chain(denied).collect()
}

/// Returns the commands to run next on a target, else on the fastest of the targets that show the same leak.
pub(super) fn steps_for_finding(lead: &Target, others: &[&Target]) -> Vec<NextStep> {
    let steps = next_steps_for(lead);
    if !steps.is_empty() {
        return steps;
    }
    let mut fastest: Vec<&&Target> = others.iter().collect();
    fastest.sort_by(|a, b| compare_growth(a, b));
    fastest.into_iter().map(|target| next_steps_for(target)).find(|steps| !steps.is_empty()).unwrap_or_default()
}

/// Returns the effect of a command, and its caution: `shows types by size; stops the process`.
pub(super) fn format_effect(step: &NextStep) -> String {
    let caution = step.caution.map_or_else(String::new, |caution| format!("; {caution}"));
    format!("shows {}{caution}", step.shows)
}

/// Returns the strongest reason for the status: rising floors, else the first reason for a leak after the rate.
fn basis(target: &Target) -> Option<String> {
    let known = &target.assessment;
    let evidence = &known.consistent_growth;
    let is_memory = known.verdict.resource == Some(Resource::Memory);
    if known.verdict.reasons.iter().any(|reason| reason.rule == Rule::Lives) {
        let by_lives =
            known.verdict.reasons.iter().filter(|reason| matches!(reason.rule, Rule::Lives | Rule::Restarts));
        return Some(by_lives.map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    if evidence.found && is_memory {
        return Some(format!("floor rose in {} of {} blocks", evidence.rising(), evidence.steps()));
    }
    let mut reasons = known.verdict.reasons.iter();
    reasons.find(|reason| reason.for_leak && reason.rule != Rule::GrowthRate).map(ToString::to_string)
}

/// Returns the reason that keeps a target from being judged a leak: too little data, or start-up. One that exited has no time
/// to go.
pub(super) fn withheld(target: &Target) -> Option<String> {
    let verdict = &target.assessment.verdict;
    let mut reasons = verdict.reasons.iter().filter(|_| verdict.status != Status::Leaking);
    let reason = reasons.find(|reason| !reason.for_leak && reason.rule.withholds())?;
    let needed_s = reason.threshold.filter(|_| reason.rule == Rule::Observation && reason.unit == Unit::Seconds);
    Some(match needed_s.filter(|_| target.lifetime.ended.is_some()) {
        Some(needed_s) => format!("exited before its growth had lasted {}", Span(needed_s)),
        None => reason.to_string(),
    })
}

/// Returns the forecast of growth.
fn forecast(target: &Target) -> Option<String> {
    forecast_sentence(target)
}

/// Returns the resources that leak beside the one that decided.
fn other_resources(target: &Target) -> impl Iterator<Item = &ResourceAssessment> {
    let known = &target.assessment;
    let is_suspected =
        |other: &&ResourceAssessment| other.status >= Status::Suspect && known.verdict.resource != Some(other.resource);
    known.resources.iter().filter(is_suspected)
}
