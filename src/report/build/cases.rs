//! Cases of a report for CI systems: each passed, failed, in error or skipped.

use std::collections::HashMap;

use crate::escape;
use crate::outcome::{CaseState, ExitStatus, ResultCase};
use crate::schema::ThresholdEntry;

use crate::report::document::Document;

/// One case. `class` and `name` are unique together, and the same in every run of the same command.
#[derive(Debug, Clone)]
pub(in crate::report) struct Case {
    pub class: String,
    pub name: String,
    pub state: CaseState,
    /// Kind of the case: `threshold`, `leak` or `session`.
    pub kind: &'static str,
    pub message: String,
    /// True if the message is a warning although the case did not fail.
    pub warns: bool,
    /// Observed time of the target, in seconds.
    pub seconds: f64,
}

/// Returns all cases: each result of a threshold expression, the verdict on each target, and the session.
///
/// A finding that another target leads has no case of its own. Short-lived targets have one only if they failed, because
/// they differ from run to run.
pub(in crate::report) fn cases(document: &Document<'_>) -> Vec<Case> {
    let mut names = ClassNames::default();
    let classes = classes(document, &mut names);
    let mut cases = threshold_cases(document, &classes, &mut names);
    cases.extend(target_cases(document, &classes));
    cases.push(session_case(document, &cases));
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for case in &mut cases {
        let count = seen.entry((case.class.clone(), case.name.clone())).or_default();
        *count += 1;
        if *count > 1 {
            case.name = format!("{} ({count})", case.name);
        }
    }
    cases
}

/// Returns the class of each target. Short-lived targets are numbered after all others.
fn classes(document: &Document<'_>, names: &mut ClassNames) -> Vec<String> {
    let targets = &document.report.targets;
    let mut classes = vec![String::new(); targets.len()];
    for short_lived in [false, true] {
        for (index, target) in targets.iter().enumerate() {
            if document.outcome.targets[index].is_short_lived == short_lived {
                classes[index] = names.numbered(&class_of(target.members, &target.name));
            }
        }
    }
    classes
}

fn threshold_cases(document: &Document<'_>, classes: &[String], names: &mut ClassNames) -> Vec<Case> {
    let (report, outcome) = (document.report, document.outcome);
    let mut cases = Vec::new();
    for (index, threshold) in report.gate.iter().flat_map(|gate| &gate.thresholds).enumerate() {
        let results = outcome.results.iter().filter(|case| case.threshold == index);
        for (case, answer) in results.zip(&threshold.answers) {
            let class = match case.target {
                Some(target) => classes[target].clone(),
                None => names.numbered(&class_of(answer.members, &answer.name)),
            };
            let is_short_lived = case.target.is_none_or(|target| outcome.targets[target].is_short_lived);
            let is_listed = !is_short_lived || case.state == CaseState::Failed || case.warns;
            if !is_listed || case.led_by.is_some() {
                continue;
            }
            cases.push(Case {
                class,
                name: clean(&threshold.expression),
                state: case.state,
                kind: "threshold",
                message: clean(&format!("{}{}", answer.message, repeats_of(document, case))),
                warns: case.warns,
                seconds: case.target.map_or(0.0, |target| report.targets[target].observed_seconds),
            });
        }
        if threshold.more_failed > 0 {
            let fails = threshold.tier == "fail";
            cases.push(Case {
                class: "leakwatch.session".to_owned(),
                name: clean(&threshold.expression),
                state: if fails { CaseState::Failed } else { CaseState::Passed },
                kind: "threshold",
                message: omitted_failures(threshold),
                warns: !fails,
                seconds: 0.0,
            });
        }
    }
    cases
}

/// Names the other targets for which the same threshold failed by the same leak: `; also on worker ×2`.
fn repeats_of(document: &Document<'_>, case: &ResultCase) -> String {
    let results = document.outcome.results.iter().filter(|other| other.led_by == Some(case.result));
    let targets = results.filter_map(|other| other.target);
    let names: Vec<String> = targets.map(|target| document.report.targets[target].describe()).collect();
    if names.is_empty() { String::new() } else { format!("; also on {}", names.join(", ")) }
}

/// Returns the case of each target that leads its finding, or has none. A leak that a failed threshold reports has its
/// case there.
fn target_cases(document: &Document<'_>, classes: &[String]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, target) in document.report.targets.iter().enumerate() {
        let case = &document.outcome.targets[index];
        if case.led_by.is_some()
            || case.reported_by.is_some()
            || (case.is_short_lived && case.state != CaseState::Failed)
        {
            continue;
        }
        cases.push(Case {
            class: classes[index].clone(),
            name: "leak".into(),
            state: case.state,
            kind: "leak",
            message: verdict_sentence(document, index),
            warns: false,
            seconds: target.observed_seconds,
        });
    }
    cases
}

/// Returns the case of the session: facts that belong to no target and no threshold expression.
fn session_case(document: &Document<'_>, others: &[Case]) -> Case {
    let state = match document.outcome.exit {
        ExitStatus::Found if !has_state(others, CaseState::Failed) => CaseState::Failed,
        ExitStatus::Inconclusive if !has_state(others, CaseState::Error) => CaseState::Error,
        ExitStatus::Error | ExitStatus::NothingMatched => CaseState::Error,
        _ => CaseState::Passed,
    };
    let targets = &document.report.targets;
    Case {
        class: "leakwatch.session".to_owned(),
        name: "session".to_owned(),
        state,
        kind: "session",
        message: clean(&document.outcome.summary),
        warns: false,
        seconds: targets.iter().map(|target| target.observed_seconds).fold(0.0, f64::max),
    }
}

fn has_state(cases: &[Case], state: CaseState) -> bool {
    cases.iter().any(|case| case.state == state)
}

/// Returns a sentence for the failures that the results omit.
pub(in crate::report) fn omitted_failures(threshold: &ThresholdEntry) -> String {
    format!("{} more targets failed and exited; the worst are listed", threshold.more_failed)
}

/// Returns the verdict on a target with its first reason, and the other targets that show the same finding.
fn verdict_sentence(document: &Document<'_>, index: usize) -> String {
    let target = &document.report.targets[index];
    let status = target.verdict.status.words();
    let reason = target.verdict.reasons.first().map(|reason| format!(": {}", reason.text)).unwrap_or_default();
    let allowed = target.allowed.as_ref().map(|why| format!(" (allowed: {why})")).unwrap_or_default();
    let others: Vec<String> = document.led_by(index).map(|other| document.report.targets[other].describe()).collect();
    let others = if others.is_empty() { String::new() } else { format!("; also shown by {}", others.join(", ")) };
    clean(&format!("{status}{reason}{allowed}{others}"))
}

/// Returns the class of a target. A dot would be shown as a folder.
fn class_of(members: Option<u64>, name: &str) -> String {
    let name = clean(name).replace('.', "_");
    let name = if name.is_empty() { "unnamed".to_owned() } else { name };
    if members.is_some() { format!("leakwatch.{name} (pool)") } else { format!("leakwatch.{name}") }
}

/// Returns foreign text on one line, without characters that XML cannot hold.
fn clean(text: &str) -> String {
    escape::terminal(text).chars().filter(|&c| c != '\u{fffe}' && c != '\u{ffff}').collect()
}

/// Numbers equal classes. Pids would differ in every run.
#[derive(Default)]
struct ClassNames {
    seen: HashMap<String, u32>,
}

impl ClassNames {
    /// Returns the class, with a number if it occurred before.
    fn numbered(&mut self, class: &str) -> String {
        let count = self.seen.entry(class.to_owned()).or_default();
        *count += 1;
        if *count > 1 { format!("{class} #{count}") } else { class.to_owned() }
    }
}
