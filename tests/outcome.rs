//! Exit status and summary of a session: every combination of verdict, thresholds, allowance, end and policy that matters.
//!
//! The verdicts are those of the analysis on short series, and the thresholds are evaluated as in a session.

use leakwatch::alert::AlertSettings;
use leakwatch::analysis::{Resource, Settings};
use leakwatch::event::{Fanout, Target};
use leakwatch::outcome::{CommandEnd, CommandExit, CutShort, End, Facts, FailOn, OnInconclusive, Outcome, Policy};
use leakwatch::session::{MinObservation, Rules, TargetSet, replay};
use leakwatch::source::recording::{Layout, Recording};
use leakwatch::thresholds::{Allowance, Evaluator, Threshold, Tier};

/// Memory of a target over ten minutes, named after the verdict on it.
fn series(verdict: &str) -> Vec<u64> {
    let level = |i: u64| match verdict {
        "leaking" | "suspect" => 100_000_000 + 500_000 * i,
        "warming" => 100_000_000 + (2e8 * (1.0 - (-(i as f64) / 30.0).exp())) as u64 + i * 7919 % 13 * 1_000_000,
        "stable" | "short" => 100_000_000,
        other => panic!("no series for '{other}'"),
    };
    let samples = if verdict == "short" { 3 } else { 60 };
    (0..samples).map(level).collect()
}

/// Judges a recording of one target for each named verdict.
fn judge(verdicts: &[&str], evaluator: &mut Evaluator) -> Vec<Target> {
    let mut text = "time,pid,name,rss_bytes\n".to_owned();
    for i in 0..60 {
        for (pid, verdict) in verdicts.iter().enumerate() {
            if let Some(bytes) = series(verdict).get(i) {
                let (at, pid) = (1_700_000_000 + 10 * i, pid + 1);
                text.push_str(&format!("{at},{pid},{verdict},{bytes}\n"));
            }
        }
    }
    let (analysis, alerts) = (Settings::default(), AlertSettings { limit_percent: 80.0 });
    // A growing target is suspect for an hour if nobody asks for less.
    let least = if verdicts.contains(&"suspect") { 3600.0 } else { 120.0 };
    let min_observation = MinObservation::Fixed(least);
    let mut targets = TargetSet::new(Rules { analysis, min_observation, alerts, limit_bytes: None, pools: true }, 0.0);
    if verdicts.is_empty() {
        return Vec::new();
    }
    let mut recording =
        Recording::from_reader("test.csv", std::io::Cursor::new(text), &Layout::default()).expect("a recording");
    let mut sinks = Fanout::default();
    sinks.add(evaluator);
    replay("test.csv", &mut recording, &mut targets, &mut sinks, &mut |_| true).expect("a readable recording");
    let (mut targets, _) = targets.into_targets();
    evaluator.conclude(&targets);
    targets.iter_mut().for_each(|target| target.source = None);
    targets
}

/// Circumstances of a session. Those that a row of the table does not name are the usual ones.
#[derive(Clone)]
struct Session {
    verdicts: &'static [&'static str],
    fail_if: &'static [&'static str],
    /// Name that an allowance is about.
    allow: Option<&'static str>,
    fail_on: FailOn,
    on_inconclusive: OnInconclusive,
    alert: Option<&'static str>,
    end: Ended,
    lost_output: bool,
}

/// End of a session.
#[derive(Clone)]
enum Ended {
    Watch,
    AllExited,
    /// Nothing could be read.
    Unreadable,
    /// Status or signal of the command.
    Command(CommandExit),
    /// The command exited before the planned time.
    CommandCutShort,
    /// leakwatch stopped the command at the planned time.
    CommandStopped,
    /// leakwatch exits with the status of the command.
    Propagated(i32),
    /// Unusable files among two.
    Recordings(usize),
}

/// A session with one target for each of these verdicts.
fn session(verdicts: &'static [&'static str]) -> Session {
    Session {
        verdicts,
        fail_if: &[],
        allow: None,
        fail_on: FailOn::Leaking,
        on_inconclusive: OnInconclusive::Fail,
        alert: None,
        end: Ended::Watch,
        lost_output: false,
    }
}

impl Session {
    fn fail_if(self, fail_if: &'static [&'static str]) -> Self {
        Self { fail_if, ..self }
    }

    fn allow(self, name: &'static str) -> Self {
        Self { allow: Some(name), ..self }
    }

    fn fail_on(self, fail_on: FailOn) -> Self {
        Self { fail_on, ..self }
    }

    /// Lets an inconclusive session pass.
    fn pass_open(self) -> Self {
        Self { on_inconclusive: OnInconclusive::Pass, ..self }
    }

    fn alert(self, alert: &'static str) -> Self {
        Self { alert: Some(alert), ..self }
    }

    fn end(self, end: Ended) -> Self {
        Self { end, ..self }
    }

    fn lost_output(self) -> Self {
        Self { lost_output: true, ..self }
    }

    fn outcome(&self) -> Outcome {
        let threshold = |text: &&str| Threshold { tier: Tier::Fail, expression: text.parse().expect("an expression") };
        let mut evaluator = Evaluator::new(self.fail_if.iter().map(threshold).collect(), Settings::default(), 0.0);
        let allowances: Vec<Allowance> = self.allow.into_iter().map(allowance).collect();
        evaluator.set_allowances(allowances.clone());
        let targets = judge(self.verdicts, &mut evaluator);
        let lost = if self.lost_output { vec!["report.json is incomplete".to_owned()] } else { Vec::new() };
        let policy = Policy { fail_on: vec![self.fail_on], on_inconclusive: self.on_inconclusive };
        policy.decide(&Facts {
            targets: &targets,
            retired: &[],
            evaluator: Some(&evaluator),
            allowances: &allowances,
            alert: self.alert,
            end: self.end.facts(),
            lost_outputs: &lost,
            sink_failed: false,
        })
    }
}

impl Ended {
    fn facts(&self) -> End<'static> {
        let cut_short = Some(CutShort { lasted_s: 600.0, planned_s: 3600.0 });
        let exited = |code| CommandExit { code: Some(code), signal: None };
        let command = |exit, was_stopped, propagates: bool| CommandEnd {
            exit,
            was_stopped,
            outlived_by: &[],
            has_length: !propagates,
            propagates,
        };
        match self {
            Self::Watch => End::Watch { unreadable: 0, cut_short: None },
            Self::AllExited => End::Watch { unreadable: 0, cut_short },
            Self::Unreadable => End::Watch { unreadable: 2, cut_short: None },
            Self::Command(exit) => End::Command { command: command(*exit, false, false), cut_short: None },
            Self::CommandCutShort => End::Command { command: command(exited(0), false, false), cut_short },
            Self::CommandStopped => {
                let killed = CommandExit { code: None, signal: Some(15) };
                End::Command { command: command(killed, true, false), cut_short: None }
            }
            Self::Propagated(code) => End::Command { command: command(exited(*code), false, true), cut_short: None },
            Self::Recordings(unusable) => End::Recordings { files: 2, unusable: *unusable, not_written: &[] },
        }
    }
}

fn allowance(name: &str) -> Allowance {
    Allowance {
        process: regex::Regex::new(name).expect("a pattern"),
        resource: Resource::Memory,
        max_rate: 1e6,
        rate_as_written: "1 MB/s".to_owned(),
        reason: "known".to_owned(),
        expires: "2099-12-31".to_owned(),
        expired: false,
        place: "leakwatch.toml:1".to_owned(),
    }
}

/// Checks rows of exit status and summary.
fn check(rows: &[(Session, u8, &str)]) {
    let mut wrong = Vec::new();
    for (session, code, summary) in rows {
        let outcome = session.outcome();
        if (outcome.exit_code, outcome.summary.as_str()) != (*code, *summary) {
            wrong.push(format!("{}, {summary:?}\n  is {}, {:?}", code, outcome.exit_code, outcome.summary));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const EXITED: fn(i32) -> Ended = |code| Ended::Command(CommandExit { code: Some(code), signal: None });
const KILLED: fn(i32) -> Ended = |signal| Ended::Command(CommandExit { code: None, signal: Some(signal) });

#[test]
fn verdicts_decide_where_no_threshold_is_given() {
    check(&[
        (session(&["stable"]), 0, "no leak found"),
        (session(&["warming"]), 0, "no leak found; memory is still warming up"),
        (session(&["leaking", "stable"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["leaking"]).fail_on(FailOn::Never),
            0,
            "1 leak, which --fail-on does not name: leaking (1) +172 MiB/h",
        ),
        (session(&["leaking"]).fail_on(FailOn::Suspect), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&["suspect"]), 3, "inconclusive: 1 suspect not proved: suspect (1) +172 MiB/h; run longer to decide"),
        (
            session(&["suspect"]).pass_open(),
            0,
            "no leak proved; 1 suspect: suspect (1) +172 MiB/h; run longer to decide, or add 'suspect' to --fail-on",
        ),
        (session(&["suspect"]).fail_on(FailOn::Suspect), 1, "1 suspect: suspect (1) +172 MiB/h"),
        (
            session(&["suspect"]).fail_on(FailOn::Never).pass_open(),
            0,
            "no leak proved; 1 suspect: suspect (1) +172 MiB/h; run longer to decide, or add 'suspect' to --fail-on",
        ),
        (session(&["short"]), 3, "inconclusive: 1 of 1 target without enough data; run longer to decide"),
        (session(&["short"]).pass_open(), 0, "no leak found; 1 of 1 target without enough data"),
        (session(&["leaking", "short"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&[]), 4, "no target was watched"),
        (session(&[]).pass_open(), 4, "no target was watched"),
        (session(&[]).end(Ended::Unreadable), 4, "no matching process could be read"),
    ]);
}

#[test]
fn an_alert_counts_only_if_it_is_asked_for() {
    check(&[
        (session(&["stable"]).alert("sudden growth of stable"), 0, "no leak found"),
        (
            session(&["stable"]).alert("sudden growth of stable").fail_on(FailOn::Alert),
            1,
            "an alert fired: sudden growth of stable",
        ),
        (
            session(&["short"]).alert("sudden growth of short").fail_on(FailOn::Alert),
            1,
            "an alert fired: sudden growth of short",
        ),
    ]);
}

#[test]
fn an_allowed_leak_does_not_fail() {
    check(&[
        (
            session(&["leaking"]).allow("leaking"),
            0,
            "1 of 1 target leaking, allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
        (session(&["leaking"]).allow("other"), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["suspect"]).allow("suspect"),
            0,
            "1 of 1 target suspect, allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
        (
            session(&["leaking", "short"]).allow("leaking"),
            3,
            "inconclusive: 1 of 2 targets without enough data; run longer to decide; 1 of 2 targets leaking, allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
        (
            session(&["leaking"]).allow("leaking").fail_if(&["growth(memory) > 1MB/h"]),
            0,
            "threshold allowed; 1 of 1 target leaking, allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
    ]);
}

#[test]
fn thresholds_decide_where_they_are_given() {
    check(&[
        (session(&["stable"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
        (session(&["stable"]).fail_if(&["peak(rss) > 1MB"]), 1, "threshold failed"),
        (session(&["stable"]).fail_if(&["peak(rss) > 1GB", "last(rss) > 1MB"]), 1, "1 of 2 thresholds failed"),
        (session(&["leaking"]).fail_if(&["peak(rss) > 1GB"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&["leaking"]).fail_if(&["peak(rss) > 1GB"]).fail_on(FailOn::Never), 0, "threshold passed"),
        (session(&["leaking"]).fail_if(&["peak(rss) > 1MB"]), 1, "threshold failed; 1 leak: leaking (1) +172 MiB/h"),
        (session(&["suspect"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
        (session(&["short"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
        (session(&["short"]).fail_if(&["growth(memory) > 1MB/h"]), 3, "inconclusive: threshold undecided"),
        (session(&["short"]).fail_if(&["growth(memory) > 1MB/h"]).pass_open(), 0, "threshold undecided"),
        (session(&["short"]).fail_if(&["growth(memory) > 1MB/h", "peak(rss) > 1MB"]), 1, "1 of 2 thresholds failed"),
        (session(&[]).fail_if(&["peak(rss) > 1MB"]), 4, "no target was watched"),
    ]);
}

#[test]
fn a_watch_that_is_cut_short_proves_nothing() {
    check(&[
        (
            session(&["stable"]).end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; no leak found",
        ),
        (session(&["stable"]).end(Ended::AllExited).pass_open(), 0, "no leak found"),
        (session(&["leaking"]).end(Ended::AllExited), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["short"]).end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; 1 of 1 target without enough data; run longer to decide",
        ),
        (
            session(&["stable"]).fail_if(&["peak(rss) > 1GB"]).end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; threshold passed",
        ),
        (session(&["stable"]).fail_if(&["peak(rss) > 1MB"]).end(Ended::AllExited), 1, "threshold failed"),
    ]);
}

#[test]
fn a_command_that_fails_proves_nothing() {
    check(&[
        (session(&["stable"]).end(EXITED(0)), 0, "no leak found; the command exited with status 0"),
        (
            session(&["stable"]).end(EXITED(3)),
            3,
            "inconclusive: the command died before its time; no leak found; the command exited with status 3",
        ),
        (session(&["stable"]).end(EXITED(3)).pass_open(), 0, "no leak found; the command exited with status 3"),
        (
            session(&["stable"]).end(KILLED(9)),
            3,
            "inconclusive: the command died before its time; no leak found; the command was ended by signal 9",
        ),
        (session(&["leaking"]).end(KILLED(9)), 1, "1 leak: leaking (1) +172 MiB/h; the command was ended by signal 9"),
        (session(&["leaking"]).end(EXITED(3)), 1, "1 leak: leaking (1) +172 MiB/h; the command exited with status 3"),
        (
            session(&["short"]).end(EXITED(0)),
            3,
            "inconclusive: 1 of 1 target without enough data; run longer to decide; the command exited with status 0",
        ),
        (
            session(&["stable"]).end(Ended::CommandStopped),
            0,
            "no leak found; the command was ended by signal 15 after leakwatch stopped it",
        ),
        (
            session(&["stable"]).end(Ended::CommandCutShort),
            3,
            "inconclusive: the command exited with status 0 after 10 min of 1 h; no leak found",
        ),
        (
            session(&["stable"]).end(Ended::CommandCutShort).pass_open(),
            0,
            "no leak found; the command exited with status 0",
        ),
        (
            session(&["leaking"]).end(Ended::CommandCutShort),
            1,
            "1 leak: leaking (1) +172 MiB/h; the command exited with status 0",
        ),
        (
            session(&["stable"]).fail_if(&["peak(rss) > 1GB"]).end(EXITED(1)),
            3,
            "inconclusive: the command died before its time; threshold passed; the command exited with status 1",
        ),
        (session(&[]).end(EXITED(0)), 3, "inconclusive: the command exited with status 0 before it was sampled"),
    ]);
}

#[test]
fn a_propagated_status_is_that_of_the_command() {
    check(&[
        (session(&["stable"]).end(Ended::Propagated(0)), 0, "no leak found; the command exited with status 0"),
        (session(&["stable"]).end(Ended::Propagated(7)), 7, "no leak found; the command exited with status 7"),
        (
            session(&["leaking"]).end(Ended::Propagated(7)),
            1,
            "1 leak: leaking (1) +172 MiB/h; the command exited with status 7",
        ),
        (
            session(&["short"]).end(Ended::Propagated(7)),
            3,
            "inconclusive: 1 of 1 target without enough data; run longer to decide; the command exited with status 7",
        ),
    ]);
}

#[test]
fn an_unusable_file_or_a_lost_output_is_an_error() {
    check(&[
        (session(&["stable"]).end(Ended::Recordings(0)), 0, "no leak found"),
        (session(&["stable"]).end(Ended::Recordings(1)), 2, "no leak found; 1 of 2 files could not be analysed"),
        (
            session(&["leaking"]).end(Ended::Recordings(1)),
            1,
            "1 leak: leaking (1) +172 MiB/h; 1 of 2 files could not be analysed",
        ),
        (session(&[]).end(Ended::Recordings(2)), 2, "2 of 2 files could not be analysed"),
        (session(&["stable"]).lost_output(), 2, "no leak found; report.json is incomplete"),
        (session(&["leaking"]).lost_output(), 2, "1 leak: leaking (1) +172 MiB/h; report.json is incomplete"),
    ]);
}

#[test]
fn a_pass_names_the_target_nearest_to_its_limit() {
    let threshold = Threshold { tier: Tier::Fail, expression: "peak(rss) > 1GB".parse().expect("an expression") };
    let mut evaluator = Evaluator::new(vec![threshold], Settings::default(), 0.0);
    judge(&["stable", "stable", "warming"], &mut evaluator);
    let nearest = evaluator.worst(0).expect("a result");
    assert_eq!((nearest.subject.name.as_str(), nearest.subject.members), ("warming", None));
    let mut evaluator = Evaluator::new(evaluator.thresholds().to_vec(), Settings::default(), 0.0);
    judge(&["stable", "stable"], &mut evaluator);
    assert_eq!(evaluator.worst(0).expect("a result").subject.members, Some(2));
}
