//! Decides the outcome of a session from its facts.

use std::collections::{BTreeMap, HashSet};

use crate::analysis::{Growth, Resource, Status};
use crate::event::Target;
use crate::thresholds::{Decision, Evaluator, Tier};
use crate::units::{ByteRate, Span};

use super::cases::{ResultCase, TargetCase, cases, has_fail_thresholds};
use super::command_end::CommandEnd;
use super::exit_status::ExitStatus;
use super::facts::{CutShort, End, Facts};
use super::findings::{Finding, findings};
use super::policy::{FailOn, OnInconclusive, Policy};

/// Findings that a summary names.
const NAMED: usize = 2;

/// Outcome of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Worst status of the targets.
    pub status: Status,
    /// Exit status of the session.
    pub exit: ExitStatus,
    /// Exit status of leakwatch: that of the session, or of a command whose status it propagates.
    pub exit_code: u8,
    /// Verdict, number and next action in one line. Escape it: processes choose their names.
    pub summary: String,
    /// The summary without the names of findings, for a reader who has just seen them. Escape it too.
    pub brief: String,
    /// Number of leaks that no allowance covers.
    pub leaks: usize,
    /// Number of suspects that no allowance covers.
    pub suspects: usize,
    /// Case of each target.
    pub targets: Vec<TargetCase>,
    /// Cases of the results of thresholds, by threshold.
    pub results: Vec<ResultCase>,
}

/// Exit status and summary, while the facts are applied one after the other.
struct Draft {
    exit: ExitStatus,
    parts: Vec<String>,
    /// True if the parts name a finding, which remains after the results of thresholds.
    names_finding: bool,
}

impl Draft {
    fn new(exit: ExitStatus, text: impl Into<String>) -> Self {
        Self { exit, parts: vec![text.into()], names_finding: false }
    }

    /// A draft that names a finding.
    fn of_finding(exit: ExitStatus, text: String) -> Self {
        Self { names_finding: true, ..Self::new(exit, text) }
    }

    /// Replaces the exit status, and puts a text before a named finding or in place of other parts.
    fn precede(&mut self, exit: ExitStatus, text: String) {
        let named = if self.names_finding { std::mem::take(&mut self.parts) } else { Vec::new() };
        *self = Self { names_finding: self.names_finding, ..Self::new(exit, text) };
        self.parts.extend(named);
    }

    /// Turns a pass into an inconclusive end, unless the policy lets that pass.
    fn doubt(&mut self, on_inconclusive: OnInconclusive, why: String) {
        if self.exit == ExitStatus::Clean && on_inconclusive == OnInconclusive::Fail {
            self.exit = ExitStatus::Inconclusive;
            self.parts.insert(0, why);
        }
    }

    /// Joins the parts. An inconclusive session says so once, at the beginning.
    fn summary(&self, is_inconclusive: bool) -> String {
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let text = parts.join("; ");
        if is_inconclusive { format!("inconclusive: {text}") } else { text }
    }
}

impl Policy {
    /// Decides the outcome of a session.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>) -> Outcome {
        let status = facts.targets.iter().map(|target| target.assessment.verdict.status).max();
        let all = findings(facts.targets);
        let found = counted_findings(all.clone(), facts);
        let mut draft = self.by_verdicts(facts, &found);
        if let Some(evaluator) = facts.evaluator.filter(|_| has_fail_thresholds(facts)) {
            self.apply_thresholds(&mut draft, evaluator);
        }
        draft.parts.extend(allowed_sentence(facts));
        self.apply_end(&mut draft, facts);
        let is_inconclusive = draft.exit == ExitStatus::Inconclusive;
        apply_losses(&mut draft, facts);
        let exit = draft.exit;
        let summary = draft.summary(is_inconclusive);
        let number_of = |status| of_status(&found, status).len();
        let propagated = match &facts.end {
            End::Command { command, .. } if command.propagates && exit == ExitStatus::Clean => command.shell_status(),
            _ => exit.code(),
        };
        let (targets, results) = cases(self, facts, &all, exit);
        Outcome {
            status: status.unwrap_or(Status::InsufficientData),
            exit,
            exit_code: propagated,
            brief: without_names(&summary, &found, facts),
            summary,
            leaks: number_of(Status::Leaking),
            suspects: number_of(Status::Suspect),
            targets,
            results,
        }
    }

    /// Decides by the verdicts on the targets and by alerts.
    fn by_verdicts(&self, facts: &Facts<'_>, found: &[Finding]) -> Draft {
        if facts.targets.is_empty() {
            return Draft::new(ExitStatus::NothingMatched, "no target was watched");
        }
        let (leaks, suspects) = (of_status(found, Status::Leaking), of_status(found, Status::Suspect));
        let open = undecided(facts);
        if !leaks.is_empty() && self.fails_on(FailOn::Leaking) {
            let text = format!("{}: {}", count(leaks.len(), "leak"), names(&leaks, facts));
            return Draft::of_finding(ExitStatus::Found, text);
        }
        if !suspects.is_empty() && self.fails_on(FailOn::Suspect) {
            let text = format!("{}: {}", count(suspects.len(), "suspect"), names(&suspects, facts));
            return Draft::of_finding(ExitStatus::Found, text);
        }
        if let Some(alert) = facts.alert.filter(|_| self.fails_on(FailOn::Alert)) {
            return Draft::of_finding(ExitStatus::Found, format!("an alert fired: {alert}"));
        }
        if open > 0 && self.on_inconclusive == OnInconclusive::Fail {
            return Draft::new(ExitStatus::Inconclusive, undecided_sentence(facts, open, &suspects));
        }
        if !leaks.is_empty() {
            let (leaks, named) = (count(leaks.len(), "leak"), names(&leaks, facts));
            let text = format!("{leaks}: {named} (not counted by --fail-on)");
            return Draft::of_finding(ExitStatus::Clean, text);
        }
        let text = if !suspects.is_empty() {
            format!(
                "no leak proved; {}: {}; run longer to decide, or add 'suspect' to --fail-on",
                count(suspects.len(), "suspect"),
                names(&suspects, facts)
            )
        } else if open > 0 {
            format!("no leak found; {open} of {} without enough data", count(facts.targets.len(), "target"))
        } else if allowed_sentence(facts).is_some() {
            String::new()
        } else if facts.targets.iter().any(|target| target.assessment.verdict.status == Status::WarmingUp) {
            "no leak found; memory is still warming up".to_owned()
        } else {
            "no leak found".to_owned()
        };
        Draft::new(ExitStatus::Clean, text)
    }

    /// Applies the thresholds of `--fail-if`. Once all are decided, an open verdict does not matter.
    fn apply_thresholds(&self, draft: &mut Draft, evaluator: &Evaluator) {
        if draft.exit == ExitStatus::NothingMatched {
            return;
        }
        let thresholds = evaluator.thresholds();
        let asked: Vec<usize> = (0..thresholds.len()).filter(|&index| thresholds[index].tier == Tier::Fail).collect();
        let of = |wanted: Decision| asked.iter().filter(|&&index| evaluator.decision(index) == wanted).count();
        let (failed, open) = (of(Decision::Fail), of(Decision::Undecided));
        if failed > 0 {
            draft.precede(ExitStatus::Found, part_of(failed, asked.len(), "failed"));
        } else if draft.exit == ExitStatus::Found {
        } else if open > 0 {
            let fails = self.on_inconclusive == OnInconclusive::Fail;
            let exit = if fails { ExitStatus::Inconclusive } else { ExitStatus::Clean };
            draft.precede(exit, part_of(open, asked.len(), "undecided"));
        } else {
            let allowed = asked.iter().filter(|&&index| evaluator.is_allowed(index)).count();
            let text = match allowed {
                0 => part_of(asked.len(), asked.len(), "passed"),
                allowed if allowed == asked.len() => part_of(allowed, asked.len(), "allowed"),
                allowed => format!("{}, {allowed} allowed", part_of(asked.len() - allowed, asked.len(), "passed")),
            };
            draft.precede(ExitStatus::Clean, text);
        }
    }

    /// Applies the way in which the session ended.
    fn apply_end(&self, draft: &mut Draft, facts: &Facts<'_>) {
        match &facts.end {
            End::Running => {}
            End::Watch { unreadable, cut_short } => {
                if facts.targets.is_empty() && *unreadable > 0 {
                    draft.parts = vec!["no matching process could be read".to_owned()];
                }
                if let Some(CutShort { lasted_s, planned_s }) = cut_short {
                    let (after, of) = (Span(lasted_s.round()), Span(*planned_s));
                    let how = format!("all targets exited after {after} of {of}");
                    draft.doubt(self.on_inconclusive, how.clone());
                    if draft.exit == ExitStatus::Inconclusive && draft.parts[0] != how {
                        draft.parts.insert(0, how);
                    }
                }
            }
            End::Command { command, cut_short } => self.apply_command(draft, facts, command, *cut_short),
            End::Recordings { files, unusable, not_written } => {
                apply_recordings(draft, *files, *unusable);
                if !not_written.is_empty() {
                    draft.parts.push(format!("not written: {}", not_written.join(", ")));
                }
            }
        }
    }

    /// Applies the end of the command that was started.
    fn apply_command(
        &self,
        draft: &mut Draft,
        facts: &Facts<'_>,
        command: &CommandEnd<'_>,
        cut_short: Option<CutShort>,
    ) {
        let phrase = command.phrase();
        if facts.targets.is_empty() {
            *draft = Draft::new(ExitStatus::Inconclusive, format!("the command {phrase} before it was sampled"));
            return;
        }
        // A propagated status reports the end of the command itself.
        let on_inconclusive = if command.propagates { OnInconclusive::Pass } else { self.on_inconclusive };
        if let Some(failure) = command.failure() {
            draft.doubt(on_inconclusive, failure);
        }
        if let Some(CutShort { lasted_s, planned_s }) = cut_short {
            let how = format!("the command {phrase} after {} of {}", Span(lasted_s.round()), Span(planned_s));
            draft.doubt(on_inconclusive, String::new());
            if draft.exit == ExitStatus::Inconclusive {
                draft.parts.insert(0, how);
                return;
            }
        }
        draft.parts.push(format!("the command {phrase}"));
    }
}

/// Applies files that could not be analysed. They must not pass for good ones; a leak that was found remains.
fn apply_recordings(draft: &mut Draft, files: usize, unusable: usize) {
    if unusable == 0 {
        return;
    }
    if draft.exit != ExitStatus::Found {
        draft.exit = ExitStatus::Error;
    }
    if unusable == files && draft.exit == ExitStatus::Error {
        draft.parts.clear();
    }
    draft.parts.push(format!("{unusable} of {} could not be analysed", count(files, "file")));
}

/// Applies lost outputs, and counts retired targets.
fn apply_losses(draft: &mut Draft, facts: &Facts<'_>) {
    if facts.sink_failed || !facts.lost_outputs.is_empty() {
        draft.exit = ExitStatus::Error;
    }
    draft.parts.extend(facts.lost_outputs.iter().cloned());
    let retired: u64 = facts.retired.iter().map(|summary| summary.count).sum();
    let alarming: u64 = facts.retired.iter().map(|summary| summary.alarming).sum();
    match (retired, alarming) {
        (0, _) => {}
        (_, 0) => draft.parts.push(format!("{retired} short-lived targets not listed")),
        _ => {
            draft.parts.push(format!("{retired} short-lived targets not listed, {alarming} of them leaking or suspect"))
        }
    }
}

/// Returns the findings that no allowance covers.
fn counted_findings(mut found: Vec<Finding>, facts: &Facts<'_>) -> Vec<Finding> {
    found.retain(|finding| {
        let mut shown = finding.others.iter().chain([&finding.lead]);
        shown.any(|&index| facts.allowance(&facts.targets[index]).is_none())
    });
    found
}

/// Returns the findings of a status.
fn of_status(found: &[Finding], status: Status) -> Vec<&Finding> {
    found.iter().filter(|finding| finding.status == status).collect()
}

/// Removes the names of findings from a summary.
fn without_names(summary: &str, found: &[Finding], facts: &Facts<'_>) -> String {
    let mut brief = summary.to_owned();
    for status in [Status::Leaking, Status::Suspect] {
        let named = of_status(found, status);
        if !named.is_empty() {
            brief = brief.replace(&format!(": {}", names(&named, facts)), "");
        }
    }
    brief
}

/// Names the fastest findings with their rates.
fn names(found: &[&Finding], facts: &Facts<'_>) -> String {
    let rate = |finding: &Finding| facts.targets[finding.lead].assessment.growth.rate.unwrap_or(0.0);
    let mut sorted: Vec<&Finding> = found.to_vec();
    sorted.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
    let named: Vec<String> = sorted.iter().take(NAMED).map(|finding| name(finding, facts)).collect();
    match sorted.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn name(finding: &Finding, facts: &Facts<'_>) -> String {
    let target = &facts.targets[finding.lead];
    match (finding.resource, target.assessment.growth.rate) {
        // The rate is one of memory.
        (Resource::Memory, Some(rate)) => format!("{} {}", target.describe(), ByteRate(rate)),
        (Resource::Memory, None) => target.describe(),
        (resource, _) => format!("{} ({})", target.describe(), resource.name()),
    }
}

/// Returns a sentence for the findings that allowances cover; `None` if there are none.
fn allowed_sentence(facts: &Facts<'_>) -> Option<String> {
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for target in facts.targets {
        if let Some(allowance) = facts.allowance(target) {
            *counts.entry((target.assessment.verdict.status.label(), allowance.sentence())).or_default() += 1;
        }
    }
    let all = count(facts.targets.len(), "target");
    let sentences: Vec<String> =
        counts.into_iter().map(|((status, why), count)| format!("{count} of {all} {status}, {why}")).collect();
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

/// Returns the number of targets that were not observed for long enough, suspect ones included.
///
/// A replaced worker does not count if another process of its name was judged.
fn undecided(facts: &Facts<'_>) -> usize {
    let is_open = |target: &&Target| {
        let verdict = &target.assessment.verdict;
        verdict.is_open() && (verdict.status == Status::InsufficientData || facts.allowance(target).is_none())
    };
    let judged: HashSet<&str> =
        facts.targets.iter().filter(|target| !is_open(target)).map(|target| target.label.name.as_str()).collect();
    let counts = |target: &&Target| target.lifetime.ended.is_none() || !judged.contains(target.label.name.as_str());
    facts.targets.iter().filter(is_open).filter(counts).count()
}

/// Returns the sentence for undecided targets: suspects first, then the time that is missing.
fn undecided_sentence(facts: &Facts<'_>, open: usize, suspects: &[&Finding]) -> String {
    let all = facts.targets.len();
    let is_open_suspect = |target: &&Target| {
        let verdict = &target.assessment.verdict;
        verdict.status == Status::Suspect && verdict.is_open()
    };
    let awaited = facts.targets.iter().filter(is_open_suspect).count().min(open);
    let mut parts = Vec::new();
    if !suspects.is_empty() {
        parts.push(format!("{} not proved: {}", count(suspects.len(), "suspect"), names(suspects, facts)));
    }
    if open > awaited {
        parts.push(format!("{} of {} without enough data", open - awaited, count(all, "target")));
    }
    let seconds = open_growth(facts).filter_map(|growth| growth.seconds_to_decide).filter(|&s| s > 0.0);
    parts.push(match seconds.reduce(f64::max) {
        Some(seconds) => format!("run for another {}", Span(seconds)),
        None => "run longer to decide".to_owned(),
    });
    if let Some(rate) = open_growth(facts).filter_map(Growth::detection_limit).reduce(f64::max) {
        let rate = ByteRate(rate).to_string();
        parts.push(format!("a leak of {} would have been detected", rate.trim_start_matches('+')));
    }
    parts.join("; ")
}

/// Growth of the targets without enough data.
fn open_growth<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Growth> {
    let open = facts.targets.iter().filter(|t| t.assessment.verdict.status == Status::InsufficientData);
    open.map(|target| &target.assessment.growth)
}

/// Returns the part of the thresholds with a result: `threshold failed`, `2 of 3 thresholds failed`.
fn part_of(part: usize, all: usize, result: &str) -> String {
    match (part, all) {
        (1, 1) => format!("threshold {result}"),
        (part, all) if part == all => format!("all {all} thresholds {result}"),
        (part, all) => format!("{part} of {all} thresholds {result}"),
    }
}

/// Returns a count with its noun.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
