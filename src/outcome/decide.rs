//! Decides the outcome of a session from its facts.

use crate::analysis::Status;
use crate::units::Span;

use super::cases::{ResultCase, TargetCase, cases, has_fail_thresholds};
use super::command_end::CommandEnd;
use super::draft::{Draft, Part};
use super::exit_status::ExitStatus;
use super::facts::{CutShort, End, Facts};
use super::findings::{Finding, findings};
use super::policy::{FailOn, OnInconclusive, Policy};
use super::sentences::{advice_to_decide, allowed_parts, count, named, undecided, undecided_parts};
use super::threshold_results::apply_thresholds;

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

impl Policy {
    /// Decides the outcome of a session.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>) -> Outcome {
        let status = facts.targets.iter().map(|target| target.assessment.verdict.status).max();
        let all = findings(facts.targets);
        let (allowed, found): (Vec<Finding>, Vec<Finding>) =
            all.iter().cloned().partition(|finding| is_allowed(finding, facts));
        let allowed = allowed_parts(&allowed, facts);
        let mut draft = self.by_verdicts(facts, &found, !allowed.is_empty());
        if let Some(evaluator) = facts.evaluator.filter(|_| has_fail_thresholds(facts)) {
            apply_thresholds(&mut draft, evaluator, self.on_inconclusive);
        }
        draft.extend(allowed);
        if let Some(beyond_plan) = &facts.beyond_plan {
            draft.push(beyond_plan.sentence());
        }
        self.apply_end(&mut draft, facts);
        let is_inconclusive = draft.exit() == ExitStatus::Inconclusive;
        apply_losses(&mut draft, facts);
        let exit = draft.exit();
        let propagated = match &facts.end {
            End::Command { command, .. } if command.propagates && exit == ExitStatus::Clean => command.shell_status(),
            _ => exit.code(),
        };
        let (targets, results) = cases(self, facts, &all, exit);
        Outcome {
            status: status.unwrap_or(Status::InsufficientData),
            exit,
            exit_code: propagated,
            summary: draft.summary(is_inconclusive, false),
            brief: draft.summary(is_inconclusive, true),
            leaks: of_status(&found, Status::Leaking).len(),
            suspects: of_status(&found, Status::Suspect).len(),
            targets,
            results,
        }
    }

    /// Decides by the verdicts on the targets and by alerts. `has_allowed` is true if allowances cover findings.
    fn by_verdicts(&self, facts: &Facts<'_>, found: &[Finding], has_allowed: bool) -> Draft {
        if facts.targets.is_empty() {
            return Draft::new(ExitStatus::NothingMatched, vec![Part::Text("no target was watched".to_owned())]);
        }
        let (leaks, suspects) = (of_status(found, Status::Leaking), of_status(found, Status::Suspect));
        if !leaks.is_empty() && self.fails_on(FailOn::Leaking) {
            return Draft::new(ExitStatus::Found, vec![Part::Findings(named(&leaks, "leak", facts))]);
        }
        if !suspects.is_empty() && self.fails_on(FailOn::Suspect) {
            return Draft::new(ExitStatus::Found, vec![Part::Findings(named(&suspects, "suspect", facts))]);
        }
        if let Some(alert) = facts.alert.filter(|_| self.fails_on(FailOn::Alert)) {
            return Draft::new(ExitStatus::Found, vec![Part::Alert(format!("an alert fired: {alert}"))]);
        }
        let open = undecided(facts);
        if open > 0 && self.on_inconclusive == OnInconclusive::Fail {
            return Draft::new(ExitStatus::Inconclusive, undecided_parts(facts, open, &suspects));
        }
        if !leaks.is_empty() {
            let leaks = named(&leaks, "leak", facts).remark(" (not counted by --fail-on)");
            return Draft::new(ExitStatus::Clean, vec![Part::Findings(leaks)]);
        }
        Draft::new(ExitStatus::Clean, self.passed_parts(facts, open, &suspects, has_allowed))
    }

    /// Returns the parts for a session without a leak that counts.
    fn passed_parts(&self, facts: &Facts<'_>, open: usize, suspects: &[&Finding], has_allowed: bool) -> Vec<Part> {
        if !suspects.is_empty() {
            let advice = if self.fails_on(FailOn::Never) { "" } else { ", or add 'suspect' to --fail-on" };
            return vec![
                Part::Text("no leak proved".to_owned()),
                Part::Suspects(named(suspects, "suspect", facts)),
                Part::Text(format!("{}{advice}", advice_to_decide(suspects, facts))),
            ];
        }
        let mut statuses = facts.targets.iter().map(|target| target.assessment.verdict.status);
        let text = if open > 0 {
            format!("no leak found; {open} of {} without enough data", count(facts.targets.len(), "target"))
        } else if has_allowed {
            return Vec::new();
        } else if statuses.any(|status| status == Status::WarmingUp) {
            "no leak found; memory is still warming up".to_owned()
        } else {
            "no leak found".to_owned()
        };
        vec![Part::Text(text)]
    }

    /// Applies the way in which the session ended.
    fn apply_end(&self, draft: &mut Draft, facts: &Facts<'_>) {
        match &facts.end {
            End::Running => {}
            End::Watch { unreadable, cut_short } => {
                if facts.targets.is_empty() && *unreadable > 0 {
                    draft.clear();
                    draft.push("no matching process could be read");
                }
                if let Some(cut_short) = cut_short {
                    draft.cut_short(self.on_inconclusive, &format!("all targets exited {}", early(*cut_short)));
                }
            }
            End::Command { command, cut_short } => self.apply_command(draft, facts, command, *cut_short),
            End::Recordings { files, unusable, unmeasured, not_written } => {
                if *unmeasured == *files {
                    let text = format!("{} without a value above 0", count(*files, "file"));
                    *draft = Draft::new(ExitStatus::Inconclusive, vec![Part::Text(text)]);
                } else if *unmeasured > 0 {
                    draft
                        .doubt(self.on_inconclusive, format!("{} without a value above 0", count(*unmeasured, "file")));
                }
                apply_recordings(draft, *files, *unusable);
                if !not_written.is_empty() {
                    draft.push(format!("not written: {}", not_written.join(", ")));
                }
            }
        }
    }

    /// Applies the end of the command that was started.
    ///
    /// A propagated status reports the failure of the command itself. It does not report an early end with status 0, or
    /// descendants that still run.
    fn apply_command(
        &self,
        draft: &mut Draft,
        facts: &Facts<'_>,
        command: &CommandEnd<'_>,
        cut_short: Option<CutShort>,
    ) {
        let phrase = command.phrase();
        if facts.targets.is_empty() {
            let text = format!("the command {phrase} before it was sampled");
            *draft = Draft::new(ExitStatus::Inconclusive, vec![Part::Text(text)]);
            return;
        }
        if let Some(survivors) = command.survivors() {
            draft.doubt(self.on_inconclusive, survivors);
        }
        let failure = command.failure();
        let is_reported = command.propagates && failure.is_some();
        match (cut_short, failure) {
            _ if is_reported => {}
            (Some(cut_short), _) => {
                let how = format!("the command {phrase} {}", early(cut_short));
                if draft.cut_short(self.on_inconclusive, &how) {
                    return;
                }
            }
            (None, Some(failure)) => draft.doubt(self.on_inconclusive, failure),
            (None, None) => {}
        }
        draft.push(format!("the command {phrase}"));
    }
}

/// Returns the early end of a session as an adverbial: `after 10 min of 1 h`.
fn early(cut_short: CutShort) -> String {
    format!("after {} of {}", Span(cut_short.lasted_s.round()), Span(cut_short.planned_s))
}

/// Applies files that could not be analysed. They must not pass for good ones; a leak that was found remains.
fn apply_recordings(draft: &mut Draft, files: usize, unusable: usize) {
    if unusable == 0 {
        return;
    }
    if draft.exit() != ExitStatus::Found {
        draft.set_exit(ExitStatus::Error);
    }
    if unusable == files && draft.exit() == ExitStatus::Error {
        draft.clear();
    }
    draft.push(format!("{unusable} of {} could not be analysed", count(files, "file")));
}

/// Applies lost outputs, and counts retired targets.
fn apply_losses(draft: &mut Draft, facts: &Facts<'_>) {
    if facts.sink_failed || !facts.lost_outputs.is_empty() {
        draft.set_exit(ExitStatus::Error);
    }
    draft.extend(facts.lost_outputs.iter().cloned().map(Part::Text));
    let retired: u64 = facts.retired.iter().map(|summary| summary.count).sum();
    let alarming: u64 = facts.retired.iter().map(|summary| summary.alarming).sum();
    match (retired, alarming) {
        (0, _) => {}
        (_, 0) => draft.push(format!("{retired} short-lived targets not listed")),
        _ => draft.push(format!("{retired} short-lived targets not listed, {alarming} of them leaking or suspect")),
    }
}

/// True if allowances in force cover every target that shows a finding.
fn is_allowed(finding: &Finding, facts: &Facts<'_>) -> bool {
    let mut shown = finding.others.iter().chain([&finding.lead]);
    shown.all(|&index| facts.allowance(&facts.targets[index]).is_some())
}

/// Returns the findings of a status.
fn of_status(found: &[Finding], status: Status) -> Vec<&Finding> {
    found.iter().filter(|finding| finding.status == status).collect()
}
