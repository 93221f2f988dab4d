//! The gate of a session: threshold expressions built from the arguments, reported at its end.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use crate::clock::StopFlag;
use crate::escape;
use crate::event::{JobTimes, Target};
use crate::model::Pid;
use crate::outcome::Outcome;
use crate::report;
use crate::schema;
use crate::session::{EndedBy, Rules};
use crate::terminal::wrap_for_stderr;
use crate::thresholds::{
    Aggregate, Allowance, Decision, Evaluator, Limit, Series, Threshold, ThresholdResult, Tier, WorkMeter,
    allowance_for, allowance_in_force,
};

use super::args::{AnalysisArgs, ThresholdArgs};
use super::baseline::{self, EarlierReport};
use super::error::{Error, Kind};
use super::print::warn;
use super::work::WorkFeed;

/// Expression that is evaluated if `--baseline` is given alone.
const BASELINE_DEFAULT: &str = "growth(memory) > baseline";

/// Expression that is evaluated if a work counter is given alone.
const WORK_DEFAULT: &str = "growth(memory) per work > 0B";

/// Threshold expressions of a session, with the facts that only the command line has.
pub(super) struct SessionThresholds {
    evaluator: Evaluator,
    allowances: Vec<Allowance>,
    baseline: Option<schema::BaselineEntry>,
    /// Description of the work counter.
    work: Option<String>,
    warnings: Vec<String>,
}

impl SessionThresholds {
    /// Builds the threshold expressions of the arguments. An expression with `abort` raises `stop` if it holds.
    ///
    /// `warmup` is the start that every verdict excludes if the user gave none. `of_recordings` is true if recordings are
    /// judged, which may count work themselves.
    pub(super) fn new(
        args: &AnalysisArgs,
        rules: &Rules,
        allowances: Vec<Allowance>,
        stop: &StopFlag,
        warmup: Duration,
        of_recordings: bool,
    ) -> Result<Self, Error> {
        let typed = &args.thresholds;
        let mut thresholds = typed_thresholds(typed);
        let earlier = typed.baseline.as_deref().map(baseline::read).transpose()?;
        add_baseline_default(&mut thresholds, earlier.is_some())?;
        let feed = WorkFeed::from_args(typed)?;
        add_work_default(&mut thresholds, feed.is_some(), of_recordings)?;
        let warmup_s = typed.warmup.unwrap_or(warmup).as_secs_f64();
        let mut evaluator = Evaluator::new(thresholds, rules.analysis.clone(), warmup_s);
        evaluator.set_allowances(allowances.clone());
        let stop = stop.clone();
        evaluator.on_abort(move || stop.raise());
        let work = feed.as_ref().map(|feed| feed.description.clone());
        if let Some(feed) = feed {
            evaluator.set_work_source(feed.into_reader());
        }
        let mut session = Self { evaluator, allowances, baseline: None, work, warnings: Vec::new() };
        if let Some(EarlierReport { baseline, entry }) = earlier {
            session.evaluator.set_baseline(baseline);
            session.warnings = baseline::differences_to_now(&entry, None);
            session.baseline = Some(entry);
        }
        Ok(session)
    }

    /// Returns the evaluator.
    pub(super) fn evaluator(&self) -> &Evaluator {
        &self.evaluator
    }

    /// Returns the evaluator as a sink of the session.
    pub(super) fn evaluator_mut(&mut self) -> &mut Evaluator {
        &mut self.evaluator
    }

    /// Returns the allowances of the settings.
    pub(super) fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// Returns the end times of jobs, if lines of a log are counted.
    pub(super) fn job_times(&self) -> JobTimes {
        self.evaluator.work().map_or_else(JobTimes::default, WorkMeter::job_times)
    }

    /// Sets the command that was started for the session.
    pub(super) fn set_command(&mut self, pid: Pid, argv: &[String]) {
        self.evaluator.set_command(pid);
        if let Some(entry) = &self.baseline {
            self.warnings = baseline::differences_to_now(entry, Some(argv));
        }
    }

    /// Returns the reason for the end of a session, which may be an expression with `abort`.
    pub(super) fn end_reason(&self, ended_by: EndedBy) -> EndedBy {
        if self.evaluator.abort_reason().is_some() && ended_by == EndedBy::Signal {
            EndedBy::Threshold
        } else {
            ended_by
        }
    }

    /// Evaluates all expressions for the last time, and collects warnings.
    pub(super) fn conclude(&mut self, targets: &[Target]) {
        self.evaluator.conclude(targets);
        if let Some(meter) = self.evaluator.work()
            && let Some((first, second)) = meter.halves().filter(|_| meter.load_changed())
        {
            self.warnings.push(format!(
                "the load changed from {first:.3} to {second:.3} units of work a second; growth by time follows it, \
                 growth per work does not"
            ));
        }
        if let [first, others @ ..] = self.evaluator.idle_passes().as_slice() {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            let name = first.subject.describe();
            let name = escape::terminal(&name);
            self.warnings.push(format!("the memory of {name}{more} never moved; check that the run exercised it"));
        }
    }

    /// Prints the warnings, and the result of each expression.
    pub(super) fn print(&self) {
        self.warnings.iter().for_each(|text| warn(text));
        for (index, threshold) in self.evaluator.thresholds().iter().enumerate() {
            let word = match (self.evaluator.decision(index), threshold.tier) {
                (Decision::Pass, _) => "PASS",
                (Decision::Undecided, _) => "UNDECIDED",
                (Decision::Fail, Tier::Fail) => "FAIL",
                (Decision::Fail, Tier::Warn) => "WARN",
            };
            let line = format!("{word} {}", self.sentence(index));
            drop(writeln!(io::stderr(), "{}", wrap_for_stderr(&line)));
        }
    }

    /// Returns the worst result of an expression as `growth(memory) > 2MiB/h on python3 (18592): measured …`.
    fn sentence(&self, index: usize) -> String {
        let expression = &self.evaluator.thresholds()[index].expression;
        let Some(worst) = self.evaluator.worst(index) else { return format!("{expression}: nothing was observed") };
        let more = match self.alike(index, worst) {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        format!("{expression} on {}{more}: {}", escape::terminal(&worst.subject.describe()), worst.message)
    }

    /// Returns the number of further results with the decision of the worst one.
    fn alike(&self, index: usize, worst: &ThresholdResult) -> u64 {
        if worst.decision == Decision::Pass {
            return 0;
        }
        let is_alike = |other: &&ThresholdResult| {
            (other.threshold, other.decision, other.counts) == (index, worst.decision, worst.counts)
        };
        let kept = self.evaluator.results().iter().filter(is_alike).count() as u64 - 1;
        let omitted = if worst.decision == Decision::Fail { self.evaluator.omitted(index).failed } else { 0 };
        kept + omitted
    }

    /// Returns the sentence on the allowance in force for each target that has one, by its number.
    pub(super) fn allowed_sentences(&self, targets: &[Target]) -> BTreeMap<u64, String> {
        let named = targets
            .iter()
            .filter_map(|target| Some((target.number, allowance_in_force(&self.allowances, target)?.sentence())));
        named.collect()
    }

    /// Returns the allowances in use for the report, and warns of expired ones.
    pub(super) fn used_allowances(&self, targets: &[Target]) -> Vec<Option<schema::AllowanceEntry>> {
        targets.iter().map(|target| self.used_allowance(target)).collect()
    }

    fn used_allowance(&self, target: &Target) -> Option<schema::AllowanceEntry> {
        let allowance = allowance_for(&self.allowances, target)?;
        if allowance.expired {
            let text = format!("{}: {}", target.describe(), allowance.sentence());
            warn(&escape::terminal(&text));
        }
        Some(report::allowance(allowance, &target.label.name))
    }

    /// Returns the gate for the report; `None` if there is none.
    pub(super) fn entry(&self, outcome: &Outcome) -> Option<schema::Thresholds> {
        let work = self.work.as_ref().zip(self.evaluator.work());
        let work = work.map(|(description, meter)| report::work(meter, description));
        report::thresholds(&self.evaluator, outcome, self.baseline.clone(), work, self.warnings.clone())
    }
}

/// Returns the threshold expressions of `--fail-if` and `--warn-if`.
fn typed_thresholds(args: &ThresholdArgs) -> Vec<Threshold> {
    let with_tier = |tier| move |expression: &_| Threshold { tier, expression: Clone::clone(expression) };
    let fail = args.fail_if.iter().map(with_tier(Tier::Fail));
    fail.chain(args.warn_if.iter().map(with_tier(Tier::Warn))).collect()
}

/// Compares growth with a baseline that no expression mentions. Refuses an expression without a baseline.
fn add_baseline_default(thresholds: &mut Vec<Threshold>, has_baseline: bool) -> Result<(), Error> {
    let uses_baseline = |threshold: &&Threshold| matches!(threshold.expression.limit, Limit::Baseline { .. });
    match thresholds.iter().find(uses_baseline) {
        Some(threshold) if !has_baseline => Err(Error::usage(format!("'{}' needs a baseline", threshold.expression))
            .hint("name the report of an earlier run with '--baseline report.json'")),
        None if has_baseline => add_warning(thresholds, BASELINE_DEFAULT),
        _ => Ok(()),
    }
}

/// Measures growth per work that no expression mentions. Refuses an expression without a work counter.
fn add_work_default(thresholds: &mut Vec<Threshold>, has_work: bool, of_recordings: bool) -> Result<(), Error> {
    match thresholds.iter().find(|threshold| threshold.expression.metric.per_work) {
        Some(threshold) if !has_work && !of_recordings => {
            Err(Error::usage(format!("'{}' needs a work counter", threshold.expression))
                .hint("count work with '--work-file', '--work-command', or '--work-log' and '--work-regex'"))
        }
        None if has_work => add_warning(thresholds, WORK_DEFAULT),
        _ => Ok(()),
    }
}

fn add_warning(thresholds: &mut Vec<Threshold>, expression: &str) -> Result<(), Error> {
    let expression = expression.parse().map_err(|error| Error::from_cause(Kind::Failed, error))?;
    thresholds.push(Threshold { tier: Tier::Warn, expression });
    Ok(())
}

/// Returns the growth of memory that the expressions allow, in bytes per second; the least of several. The verdict uses the
/// same limit.
pub(super) fn largest_allowed_growth(args: &ThresholdArgs) -> Option<f64> {
    let limits = args.fail_if.iter().filter_map(|expression| {
        let metric = &expression.metric;
        let is_growth = metric.aggregate == Aggregate::Growth && metric.series == Series::Memory && !metric.per_work;
        match expression.limit {
            Limit::Fixed(limit) if is_growth && expression.comparison.is_upward() && limit > 0.0 => Some(limit),
            _ => None,
        }
    });
    limits.reduce(f64::min)
}
