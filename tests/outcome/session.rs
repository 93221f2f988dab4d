//! Sessions of the table: their targets, thresholds, ends and policies.

use leakwatch::alert::AlertSettings;
use leakwatch::analysis::{Resource, Settings};
use leakwatch::event::{Fanout, Target};
use leakwatch::outcome::{
    BeyondPlan, CommandEnd, CommandExit, CutShort, End, Facts, FailOn, OnInconclusive, Outcome, Policy,
};
use leakwatch::session::{MinObservation, Rules, TargetSet, replay};
use leakwatch::source::recording::{Layout, Recording};
use leakwatch::thresholds::{Allowance, Evaluator, Threshold, Tier};

/// Memory of a target over ten minutes, named after the verdict on it.
fn series(verdict: &str) -> Vec<u64> {
    let level = |i: u64| match verdict {
        "leaking" | "suspect" => 100_000_000 + 500_000 * i,
        "warming" => 100_000_000 + (2e8 * (1.0 - (-(i as f64) / 30.0).exp())) as u64 + i * 7919 % 13 * 1_000_000,
        "noisy" => 100_000_000 + i * 7919 % 13 * 1_000_000,
        "stable" | "short" => 100_000_000,
        other => panic!("no series for '{other}'"),
    };
    let samples = if verdict == "short" { 3 } else { 60 };
    (0..samples).map(level).collect()
}

/// Judges a recording of one target for each named verdict.
pub fn judge(verdicts: &[&str], evaluator: &mut Evaluator) -> Vec<Target> {
    let mut text = "time,pid,name,rss_bytes\n".to_owned();
    for i in 0..60 {
        for (pid, verdict) in verdicts.iter().enumerate() {
            if let Some(bytes) = series(verdict).get(i) {
                let (at, pid) = (1_700_000_000 + 10 * i, pid + 1);
                text.push_str(&format!("{at},{pid},{verdict},{bytes}\n"));
            }
        }
    }
    let (analysis, alerts) = (Settings::default(), AlertSettings::default());
    // A growing target is suspect for an hour unless a shorter time is set.
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
    replay("test.csv", &mut recording, &mut targets, &mut sinks, 1, &mut || true).expect("a readable recording");
    let (mut targets, _) = targets.into_targets();
    evaluator.conclude(&targets);
    targets.iter_mut().for_each(|target| target.source = None);
    targets
}

/// Circumstances of a session. A row of the table names those that differ from the default.
#[derive(Clone)]
pub struct Session {
    verdicts: &'static [&'static str],
    fail_if: &'static [&'static str],
    warn_if: &'static [&'static str],
    /// Pattern of an allowance.
    allow: Option<&'static str>,
    fail_on: FailOn,
    on_inconclusive: OnInconclusive,
    alert: Option<&'static str>,
    end: Ended,
    command: CommandOptions,
    lost_output: bool,
    /// Result of an extension beyond the planned end: true if all was decided.
    extended: Option<bool>,
}

/// Options of a command that do not depend on its end.
#[derive(Clone, Copy)]
struct CommandOptions {
    propagates: bool,
    has_length: bool,
    outlived_by: &'static [&'static str],
}

/// End of a session.
#[derive(Clone)]
pub enum Ended {
    Watch,
    AllExited,
    /// Nothing could be read.
    Unreadable,
    /// Status or signal of the command.
    Command(CommandExit),
    /// The command exited with a status before the planned time.
    CommandCutShort(i32),
    /// leakwatch stopped the command at the planned time.
    CommandStopped,
    /// Unusable files among two.
    Recordings(usize),
    /// Files whose values are all 0, among two.
    Unmeasured(usize),
}

/// Returns a session with one target for each of these verdicts.
pub fn session(verdicts: &'static [&'static str]) -> Session {
    Session {
        verdicts,
        fail_if: &[],
        warn_if: &[],
        allow: None,
        fail_on: FailOn::Leaking,
        on_inconclusive: OnInconclusive::Fail,
        alert: None,
        end: Ended::Watch,
        command: CommandOptions { propagates: false, has_length: true, outlived_by: &[] },
        lost_output: false,
        extended: None,
    }
}

impl Session {
    pub fn fail_if(self, fail_if: &'static [&'static str]) -> Self {
        Self { fail_if, ..self }
    }

    pub fn warn_if(self, warn_if: &'static [&'static str]) -> Self {
        Self { warn_if, ..self }
    }

    pub fn allow(self, name: &'static str) -> Self {
        Self { allow: Some(name), ..self }
    }

    pub fn fail_on(self, fail_on: FailOn) -> Self {
        Self { fail_on, ..self }
    }

    /// Lets an inconclusive session pass.
    pub fn pass_open(self) -> Self {
        Self { on_inconclusive: OnInconclusive::Pass, ..self }
    }

    pub fn alert(self, alert: &'static str) -> Self {
        Self { alert: Some(alert), ..self }
    }

    pub fn end(self, end: Ended) -> Self {
        Self { end, ..self }
    }

    /// Exits with the status of the command.
    pub fn propagate(self) -> Self {
        Self { command: CommandOptions { propagates: true, ..self.command }, ..self }
    }

    /// Leaves the length of the run open.
    pub fn without_length(self) -> Self {
        Self { command: CommandOptions { has_length: false, ..self.command }, ..self }
    }

    /// Lets descendants outlive the command.
    pub fn outlived_by(self, outlived_by: &'static [&'static str]) -> Self {
        Self { command: CommandOptions { outlived_by, ..self.command }, ..self }
    }

    pub fn lost_output(self) -> Self {
        Self { lost_output: true, ..self }
    }

    /// Extends the session beyond its planned end of a minute.
    pub fn extended(self, is_decided: bool) -> Self {
        Self { extended: Some(is_decided), ..self }
    }

    pub fn outcome(&self) -> Outcome {
        let fail = self.fail_if.iter().map(|text| threshold(Tier::Fail, text));
        let thresholds = fail.chain(self.warn_if.iter().map(|text| threshold(Tier::Warn, text)));
        let mut evaluator = Evaluator::new(thresholds.collect(), Settings::default(), 0.0);
        let allowances: Vec<Allowance> = self.allow.into_iter().map(allowance).collect();
        evaluator.set_allowances(allowances.clone());
        let targets = judge(self.verdicts, &mut evaluator);
        let lost = if self.lost_output { vec!["report.json is incomplete".to_owned()] } else { Vec::new() };
        let outlived_by: Vec<String> = self.command.outlived_by.iter().map(|name| (*name).to_owned()).collect();
        let policy = Policy { fail_on: vec![self.fail_on], on_inconclusive: self.on_inconclusive };
        policy.decide(&Facts {
            targets: &targets,
            retired: &[],
            evaluator: Some(&evaluator),
            allowances: &allowances,
            alert: self.alert,
            beyond_plan: self.extended.map(|is_decided| BeyondPlan {
                lasted_s: 160.2,
                planned_s: 60.0,
                planned_by: "--duration",
                is_decided,
            }),
            end: self.end.facts(self.command, &outlived_by),
            lost_outputs: &lost,
            sink_failed: false,
        })
    }
}

fn threshold(tier: Tier, text: &str) -> Threshold {
    Threshold { tier, expression: text.parse().expect("an expression") }
}

impl Ended {
    fn facts<'a>(&self, options: CommandOptions, outlived_by: &'a [String]) -> End<'a> {
        let cut_short = Some(CutShort { lasted_s: 600.0, planned_s: 3600.0 });
        let CommandOptions { propagates, has_length, .. } = options;
        let command = |exit, was_stopped| CommandEnd { exit, was_stopped, outlived_by, has_length, propagates };
        match self {
            Self::Watch => End::Watch { unreadable: 0, cut_short: None },
            Self::AllExited => End::Watch { unreadable: 0, cut_short },
            Self::Unreadable => End::Watch { unreadable: 2, cut_short: None },
            Self::Command(exit) => End::Command { command: command(*exit, false), cut_short: None },
            Self::CommandCutShort(code) => {
                let exit = CommandExit { code: Some(*code), signal: None };
                End::Command { command: command(exit, false), cut_short }
            }
            Self::CommandStopped => {
                let killed = CommandExit { code: None, signal: Some(15) };
                End::Command { command: command(killed, true), cut_short: None }
            }
            Self::Recordings(unusable) => {
                End::Recordings { files: 2, unusable: *unusable, unmeasured: 0, not_written: &[] }
            }
            Self::Unmeasured(unmeasured) => {
                End::Recordings { files: 2, unusable: 0, unmeasured: *unmeasured, not_written: &[] }
            }
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
