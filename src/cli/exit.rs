//! Exit statuses, and which one a session earns.

use std::collections::{BTreeMap, HashSet};

use crate::analysis::{Growth, Resource, Status};
use crate::escape;
use crate::event::Target;
use crate::terminal::describe_target;
use crate::units::{ByteRate, Span};

/// Finished, nothing that `--fail-on` names.
pub const CLEAN: u8 = 0;
/// What `--fail-on` names was found.
pub const FOUND: u8 = 1;
/// Usage, configuration or internal error.
pub const ERROR: u8 = 2;
/// Inconclusive: too few samples, gaps, a target that left early.
pub const INCONCLUSIVE: u8 = 3;
/// No process matched, or none could be read.
pub const NOTHING_MATCHED: u8 = 4;

/// What makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A target leaks.
    Leaking,
    /// A target leaks or is suspect.
    Suspect,
    /// An alert of severity warning or critical was raised.
    Alert,
    /// Nothing.
    Never,
}

/// Whether too little data may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnInconclusive {
    /// Exit status 0.
    Pass,
    /// Exit status 3.
    Fail,
}

/// What turns findings into an exit status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatePolicy {
    /// `--fail-on`.
    pub fail_on: Vec<FailOn>,
    /// `--on-inconclusive`.
    pub on_inconclusive: OnInconclusive,
}

/// The worst verdict, the exit status, and a sentence for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The worst verdict of the targets.
    pub status: Status,
    /// The exit status.
    pub code: u8,
    /// Why.
    pub summary: String,
}

impl GatePolicy {
    /// Judges a session by its targets and by an alert that was raised and stands, in words. What is `excused`, with the
    /// words for it, is no finding.
    #[must_use]
    pub fn judge(
        &self,
        targets: &[Target],
        alert: Option<&str>,
        excused: impl Fn(&Target) -> Option<String>,
    ) -> Judgement {
        let status = targets.iter().map(|target| target.assessment.verdict.status).max();
        let status = status.unwrap_or(Status::InsufficientData);
        let statuses =
            || targets.iter().filter(|target| excused(target).is_none()).map(|target| target.assessment.verdict.status);
        let count = |wanted: Status| statuses().filter(|&status| status == wanted).count();
        let named = |wanted: FailOn| self.fail_on.contains(&wanted);
        let of = |found: usize| format!("{found} of {} targets", targets.len());

        let (leaking, suspect, open) = (count(Status::Leaking), count(Status::Suspect), undecided(targets, &excused));
        let known = excused_in_words(targets, &excused);
        let (code, summary) = if targets.is_empty() {
            (NOTHING_MATCHED, "nothing was watched".to_owned())
        } else if leaking > 0 && (named(FailOn::Leaking) || named(FailOn::Suspect)) {
            (FOUND, format!("{} leaking", of(leaking)))
        } else if suspect > 0 && named(FailOn::Suspect) {
            (FOUND, format!("{} suspect", of(suspect)))
        } else if let Some(alert) = alert.filter(|_| named(FailOn::Alert)) {
            (FOUND, format!("an alert was raised: {}", escape::terminal(alert)))
        } else if open > 0 && self.on_inconclusive == OnInconclusive::Fail {
            let open = what_is_open(targets, open, suspect, suspects(targets, &excused));
            (INCONCLUSIVE, format!("inconclusive: {open}{}", wait(targets)))
        } else if leaking > 0 {
            (CLEAN, format!("{} leaking, which --fail-on does not name", of(leaking)))
        } else if suspect > 0 {
            let remedy = "watch longer to decide, or name 'suspect' in --fail-on";
            let who = suspects(targets, &excused).unwrap_or_default();
            (CLEAN, format!("no leak is proved; {} suspect: {who}: {remedy}", of(suspect)))
        } else if open > 0 {
            (CLEAN, format!("nothing found; {} without enough data", of(open)))
        } else if known.is_some() {
            (CLEAN, String::new())
        } else if status == Status::WarmingUp {
            (CLEAN, "no leak; memory still settles".to_owned())
        } else {
            (CLEAN, "no leak".to_owned())
        };
        let parts = [Some(summary).filter(|summary| !summary.is_empty()), known];
        let summary = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
        Judgement { status, code, summary }
    }
}

impl Judgement {
    /// Makes a pass inconclusive, unless that may pass; `why` it proves nothing goes before what was found.
    pub fn doubt(&mut self, on_inconclusive: OnInconclusive, why: &str) {
        if self.code == CLEAN && on_inconclusive == OnInconclusive::Fail {
            self.code = INCONCLUSIVE;
            self.summary = format!("inconclusive: {why}{}", self.summary);
        }
    }

    /// What ended before its time never passes in silence, and that comes first: not the options are to blame, as what follows
    /// may say. Returns whether that was said.
    pub fn cut_short(&mut self, on_inconclusive: OnInconclusive, how: &str) -> bool {
        self.doubt(on_inconclusive, "until then ");
        if self.code == INCONCLUSIVE {
            let rest = self.summary.trim_start_matches("inconclusive: ");
            self.summary = format!("inconclusive: {how}; {rest}");
        }
        self.code == INCONCLUSIVE
    }
}

/// The suspects that grow fastest, by name; `None` when there are none.
fn suspects(targets: &[Target], excused: impl Fn(&Target) -> Option<String>) -> Option<String> {
    const NAMED: usize = 2;
    let is_suspect = |target: &&Target| target.assessment.verdict.status == Status::Suspect;
    let mut suspects: Vec<&Target> = targets.iter().filter(is_suspect).filter(|t| excused(t).is_none()).collect();
    let rate = |target: &Target| target.assessment.growth.rate;
    suspects.sort_by(|a, b| rate(b).unwrap_or(0.0).total_cmp(&rate(a).unwrap_or(0.0)));
    let words = |target: &&Target| match rate(target) {
        // Of descriptors and threads the rate of memory says nothing.
        Some(rate) if target.assessment.verdict.resource == Some(Resource::Memory) => {
            format!("{} {}", describe_target(target), ByteRate(rate))
        }
        _ => describe_target(target),
    };
    let named: Vec<String> = suspects.iter().take(NAMED).map(words).collect();
    let more = suspects.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| format!("{}{more}", named.join(", ")))
}

/// How many targets are leaking or suspect and excused, and why; `None` when none is. A sentence for each excuse.
#[must_use]
pub fn excused_in_words(targets: &[Target], excused: impl Fn(&Target) -> Option<String>) -> Option<String> {
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for target in targets {
        if let Some(words) = excused(target) {
            *counts.entry((target.assessment.verdict.status.label(), words)).or_default() += 1;
        }
    }
    let all = targets.len();
    let sentence =
        |((status, words), count): ((&str, String), usize)| format!("{count} of {all} targets {status}, {words}");
    let sentences: Vec<String> = counts.into_iter().map(sentence).collect();
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

/// Targets that were not seen for long enough to tell, also where they are suspect for what was seen.
///
/// One that came and went while another of its name was judged does not count: workers that are replaced are a way
/// of life, and the judged one stands for them.
fn undecided(targets: &[Target], excused: impl Fn(&Target) -> Option<String>) -> usize {
    let is_open = |target: &&Target| {
        let verdict = &target.assessment.verdict;
        verdict.is_open() && (verdict.status == Status::InsufficientData || excused(target).is_none())
    };
    let judged: HashSet<&str> =
        targets.iter().filter(|target| !is_open(target)).map(|target| target.label.name.as_str()).collect();
    targets
        .iter()
        .filter(is_open)
        .filter(|target| target.lifetime.ended.is_none() || !judged.contains(target.label.name.as_str()))
        .count()
}

/// Who is open, the suspect ones first: they may be what the user looks for.
fn what_is_open(targets: &[Target], open: usize, suspect: usize, who: Option<String>) -> String {
    let awaited = targets.iter().filter(|target| {
        let verdict = &target.assessment.verdict;
        verdict.status == Status::Suspect && verdict.is_open()
    });
    let awaited = awaited.count().min(suspect).min(open);
    let all = targets.len();
    let mut said = Vec::new();
    if let Some(who) = who {
        let too_short = if awaited > 0 { ", not seen for long enough to tell" } else { "" };
        said.push(format!("{suspect} of {all} targets suspect: {who}{too_short}"));
    }
    match (open - awaited, said.is_empty()) {
        (0, _) => {}
        (rest, true) => said.push(format!("{rest} of {all} targets without enough data")),
        (rest, false) => said.push(format!("{rest} without enough data")),
    }
    said.join("; ")
}

/// What would have been seen, and how much longer it takes.
fn wait(targets: &[Target]) -> String {
    let open = || {
        targets.iter().filter(|t| t.assessment.verdict.status == Status::InsufficientData).map(|t| &t.assessment.growth)
    };
    let mut text = String::new();
    if let Some(rate) = open().filter_map(Growth::detection_limit).reduce(f64::max) {
        text.push_str(&format!(
            "; a leak of {} would have been seen",
            ByteRate(rate).to_string().trim_start_matches('+')
        ));
    }
    if let Some(seconds) = open().filter_map(|growth| growth.seconds_to_decide).filter(|&s| s > 0.0).reduce(f64::max) {
        text.push_str(&format!("; watch for {} more", Span(seconds)));
    }
    text
}
