//! The report as a list of cases, each passed, failed, in error or skipped: what every CI system understands.

use std::collections::{HashMap, VecDeque};

use crate::escape;
use crate::gate::PASSING_BY;
use crate::schema::{AnswerEntry, GateOutcome, Reason, Report, Status, Target, ThresholdEntry};

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Passed,
    Failed,
    /// It cannot be told, and that counts.
    Error,
    /// It cannot be told, or only a warning was asked for, and that does not count.
    Skipped,
}

/// One question and its answer. `class` and `name` are unique together, and the same in every run of the same command.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub class: String,
    pub name: String,
    pub state: State,
    /// What was asked: `threshold`, `leak` or `session`.
    pub kind: &'static str,
    pub message: String,
    /// Whether the message is a warning although the case did not fail.
    pub warns: bool,
    /// How long the target was seen, in seconds.
    pub seconds: f64,
}

/// All cases of a report: each target and threshold, the verdict on each target, and the session.
pub(super) fn cases(report: &Report) -> Vec<Case> {
    let mut names = Names::default();
    let passers_by = passers_by(report);
    // Only a failure gives one that passed by a name, behind those of all others.
    let mut class = |target: &Target| names.class(&class_of(target.members, &target.name));
    let mut targets = vec![String::new(); report.targets.len()];
    for passes_by in [false, true] {
        for (index, target) in report.targets.iter().enumerate() {
            if passers_by[index] == passes_by {
                targets[index] = class(target);
            }
        }
    }
    let mut out = Vec::new();
    for threshold in report.gate.iter().flat_map(|gate| &gate.thresholds) {
        let mut places: HashMap<Who<'_>, VecDeque<usize>> = HashMap::new();
        for (index, target) in report.targets.iter().enumerate() {
            places.entry(who(target)).or_default().push_back(index);
        }
        for answer in &threshold.answers {
            let index = places.get_mut(&who_of(answer)).and_then(VecDeque::pop_front);
            let class = match index {
                Some(index) => targets[index].clone(),
                None => names.class(&class_of(answer.members, &answer.name)),
            };
            let (state, warns) = match (answer.outcome, threshold.tier.as_str()) {
                (GateOutcome::Pass, _) => (State::Passed, false),
                (GateOutcome::Fail, "fail") => (State::Failed, false),
                (GateOutcome::Fail, _) => (State::Passed, true),
                (GateOutcome::Inconclusive, "fail") if answer.counts && report.verdict.exit_status != 0 => {
                    (State::Error, false)
                }
                (GateOutcome::Inconclusive, _) => (State::Skipped, false),
            };
            // What is not listed has gone, too. That it could not be told is the business of the session's case.
            let fails = state == State::Failed || warns;
            if !fails && index.is_none_or(|index| passers_by[index]) {
                continue;
            }
            let seconds = index.map_or(0.0, |index| report.targets[index].observed_seconds);
            let name = clean(&threshold.expression);
            out.push(Case { class, name, state, kind: "threshold", message: clean(&answer.message), warns, seconds });
        }
        if threshold.more_failed > 0 {
            let fails = threshold.tier == "fail";
            out.push(Case {
                class: "leakwatch.session".to_owned(),
                name: clean(&threshold.expression),
                state: if fails { State::Failed } else { State::Passed },
                kind: "threshold",
                message: more_failed(threshold),
                warns: !fails,
                seconds: 0.0,
            });
        }
    }
    for (index, (target, class)) in report.targets.iter().zip(&targets).enumerate() {
        let state = state(report, target);
        if passers_by[index] && state != State::Failed {
            continue;
        }
        let message = verdict_in_words(target);
        let seconds = target.observed_seconds;
        out.push(Case {
            class: class.clone(),
            name: "leak".into(),
            state,
            kind: "leak",
            message,
            warns: false,
            seconds,
        });
    }
    out.push(session(report, &out));
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for case in &mut out {
        let count = seen.entry((case.class.clone(), case.name.clone())).or_default();
        *count += 1;
        if *count > 1 {
            case.name = format!("{} ({count})", case.name);
        }
    }
    out
}

/// Which targets came and went within [`PASSING_BY`] of the session. They differ from run to run, and a case is to be the same
/// one in every run.
pub(super) fn passers_by(report: &Report) -> Vec<bool> {
    let longest = report.targets.iter().map(|target| target.observed_seconds).fold(0.0, f64::max);
    // Times of one form: their order is that of the text.
    let end = report.targets.iter().map(|target| target.last_seen.as_str()).max().unwrap_or_default();
    // A recording does not say when a process has ended. One that runs may only be sampled seldom.
    let has_gone =
        |target: &Target| target.ended_at.is_some() || target.source.is_some() && target.last_seen.as_str() < end;
    let passed_by = |target: &Target| has_gone(target) && target.observed_seconds < PASSING_BY * longest;
    report.targets.iter().map(passed_by).collect()
}

/// What neither a target nor a threshold says: an alert, a command that died, a file that could not be read.
fn session(report: &Report, others: &[Case]) -> Case {
    let has = |state: State| others.iter().any(|case| case.state == state);
    let state = match report.verdict.exit_status {
        1 if !has(State::Failed) => State::Failed,
        3 if !has(State::Error) => State::Error,
        2 | 4 => State::Error,
        _ => State::Passed,
    };
    Case {
        class: "leakwatch.session".to_owned(),
        name: "session".to_owned(),
        state,
        kind: "session",
        message: clean(&report.verdict.summary),
        warns: false,
        seconds: report.targets.iter().map(|target| target.observed_seconds).fold(0.0, f64::max),
    }
}

/// What the answers do not list.
pub(super) fn more_failed(threshold: &ThresholdEntry) -> String {
    format!("{} more targets failed and have gone; the worst are listed", threshold.more_failed)
}

/// What tells targets apart in a report: number, name, recording, and whether it is a sum.
type Who<'a> = (Option<u32>, &'a str, Option<&'a str>, bool);

fn who(target: &Target) -> Who<'_> {
    (target.pid, &target.name, target.source.as_deref(), target.members.is_some())
}

fn who_of(answer: &AnswerEntry) -> Who<'_> {
    (answer.pid, &answer.name, answer.source.as_deref(), answer.members.is_some())
}

fn state(report: &Report, target: &Target) -> State {
    let names = |what: &str| report.settings.fail_on.iter().any(|named| named == what);
    match target.verdict.status {
        _ if target.allowed.is_some() => State::Skipped,
        Status::Leaking if names("leaking") || names("suspect") => State::Failed,
        Status::Suspect if names("suspect") => State::Failed,
        Status::InsufficientData | Status::Suspect if waits(target) => {
            if report.verdict.exit_status == 3 && !asked(report) { State::Error } else { State::Skipped }
        }
        _ => State::Passed,
    }
}

/// Whether more samples alone would decide, as `analysis::Verdict::is_open` has it.
pub(super) fn waits(target: &Target) -> bool {
    let awaits = |reason: &Reason| reason.rule == "observation" && !reason.for_leak;
    target.verdict.status == Status::InsufficientData || target.verdict.reasons.iter().any(awaits)
}

/// Whether thresholds were named: then they decide what is open.
fn asked(report: &Report) -> bool {
    report.gate.iter().flat_map(|gate| &gate.thresholds).any(|threshold| threshold.tier == "fail")
}

fn verdict_in_words(target: &Target) -> String {
    let status = target.verdict.status.words();
    let reason = target.verdict.reasons.first().map(|reason| format!(": {}", reason.text)).unwrap_or_default();
    let allowed = target.allowed.as_ref().map(|why| format!(" (allowed: {why})")).unwrap_or_default();
    clean(&format!("{status}{reason}{allowed}"))
}

/// A dot would be a folder to those who show the cases.
fn class_of(members: Option<u64>, name: &str) -> String {
    let name = clean(name).replace('.', "_");
    let name = if name.is_empty() { "unnamed".to_owned() } else { name };
    if members.is_some() { format!("leakwatch.{name} (together)") } else { format!("leakwatch.{name}") }
}

/// Foreign text on one line, and without what XML cannot carry.
fn clean(text: &str) -> String {
    escape::terminal(text).chars().filter(|&c| c != '\u{fffe}' && c != '\u{ffff}').collect()
}

/// Counts names, so that the second process of a name is told from the first. Process numbers would change in every run.
#[derive(Default)]
struct Names {
    seen: HashMap<String, u32>,
}

impl Names {
    fn class(&mut self, class: &str) -> String {
        let count = self.seen.entry(class.to_owned()).or_default();
        *count += 1;
        if *count > 1 { format!("{class} #{count}") } else { class.to_owned() }
    }
}
