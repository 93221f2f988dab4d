//! The gate of a session: built from what was typed, held against the targets, and turned into the exit status.

use std::io::{self, Write};
use std::time::Duration;

use crate::clock::StopFlag;
use crate::escape;
use crate::event::{Fanout, JobTimes, Target};
use crate::gate::{Aggregate, Answer, Gatekeeper, Limit, Outcome, Series, Threshold, Tier, excuse};
use crate::model::Pid;
use crate::report;
use crate::schema;
use crate::session::{EndedBy, Rules, TargetSet};
use crate::terminal::describe_target;

use super::args::AnalysisArgs;
use super::baseline::{self, Earlier};
use super::error::{Error, Kind};
use super::exit::{self, GatePolicy, Judgement, OnInconclusive};
use super::gate_args::GateArgs;
use super::work::Feed;
use super::{allow, config};

/// What a baseline is asked when nothing else is said.
const IMPLIED: &str = "growth(memory) > baseline";

/// What a work counter is asked when nothing else is said.
const IMPLIED_BY_WORK: &str = "growth(memory) per work > 0B";

/// What was asked with `--fail-if` and its like.
pub(super) struct Gate {
    keeper: Gatekeeper,
    warmup_s: f64,
    baseline: Option<schema::BaselineEntry>,
    /// Where work is counted.
    work: Option<String>,
    warnings: Vec<String>,
}

impl Gate {
    /// The gate that was typed. An expression with `abort` raises `stop` when it holds.
    ///
    /// `warmup` is left out unless the user says otherwise.
    pub(super) fn new(args: &AnalysisArgs, rules: &Rules, stop: &StopFlag, warmup: Duration) -> Result<Self, Error> {
        let typed = &args.gate;
        let of = |tier| move |expression: &_| Threshold { tier, expression: Clone::clone(expression) };
        let mut thresholds: Vec<Threshold> =
            typed.fail_if.iter().map(of(Tier::Fail)).chain(typed.warn_if.iter().map(of(Tier::Warn))).collect();
        let compares = |threshold: &Threshold| matches!(threshold.expression.limit, Limit::Baseline { .. });
        if let Some(threshold) = thresholds.iter().find(|threshold| compares(threshold) && typed.baseline.is_none()) {
            return Err(Error::usage(format!("'{}' asks for a baseline, and there is none", threshold.expression))
                .hint("name the report of an earlier run with '--baseline report.json'"));
        }
        let earlier = typed.baseline.as_deref().map(baseline::read).transpose()?;
        if earlier.is_some() && !thresholds.iter().any(compares) {
            // A baseline is there to be compared with, also when nothing says how.
            let expression = IMPLIED.parse().map_err(|error| Error::from_cause(Kind::Failed, error))?;
            thresholds.push(Threshold { tier: Tier::Warn, expression });
        }
        let feed = Feed::of(typed)?;
        let by_work = |threshold: &Threshold| threshold.expression.metric.per_work;
        match (&feed, thresholds.iter().find(|threshold| by_work(threshold))) {
            (None, Some(threshold)) => {
                let hint = "count it with '--work-file', '--work-command', or '--work-log' and '--work-regex'";
                return Err(
                    Error::usage(format!("'{}' asks for work, and none is counted", threshold.expression)).hint(hint)
                );
            }
            (Some(_), None) => {
                let expression = IMPLIED_BY_WORK.parse().map_err(|error| Error::from_cause(Kind::Failed, error))?;
                thresholds.push(Threshold { tier: Tier::Warn, expression });
            }
            _ => {}
        }
        let warmup_s = typed.warmup.unwrap_or(warmup).as_secs_f64();
        let mut keeper = Gatekeeper::new(thresholds, rules.analysis.clone(), warmup_s);
        let stop = stop.clone();
        keeper.allow(allow::load(&config::paths())?);
        keeper.on_abort(move || stop.raise());
        let work = feed.as_ref().map(|feed| feed.source.clone());
        if let Some(feed) = feed {
            keeper.count_work(feed.into_reader());
        }
        let mut gate = Self { keeper, warmup_s, baseline: None, work, warnings: Vec::new() };
        if let Some(Earlier { baseline, entry }) = earlier {
            gate.keeper.set_baseline(baseline);
            gate.warnings = baseline::differences_to_now(&entry, None);
            gate.baseline = Some(entry);
        }
        Ok(gate)
    }

    /// When jobs end, where lines of a log are counted.
    pub(super) fn job_times(&self) -> JobTimes {
        self.keeper.work().map_or_else(JobTimes::default, crate::gate::WorkMeter::job_times)
    }

    /// Names the command that was started for the session.
    pub(super) fn set_command(&mut self, pid: Pid, argv: &[String]) {
        self.keeper.set_command(pid);
        if let Some(entry) = &self.baseline {
            self.warnings = baseline::differences_to_now(entry, Some(argv));
        }
    }

    /// The start that no judgement looks at, in seconds.
    pub(super) fn warmup_s(&self) -> f64 {
        self.warmup_s
    }

    /// Adds the gate to the sinks of a session.
    pub(super) fn join<'a>(&'a mut self, fanout: &mut Fanout<'a>) {
        fanout.add(&mut self.keeper);
    }

    /// Asks for the last time, and says when it was the gate that ended the session.
    pub(super) fn conclude(&mut self, watch: &TargetSet, ended_by: &mut EndedBy) {
        if self.keeper.aborted().is_some() && *ended_by == EndedBy::Signal {
            *ended_by = EndedBy::Threshold;
        }
        self.conclude_recordings(watch);
    }

    /// Forgets a recording that turned out to be unusable.
    pub(super) fn forget(&mut self, recording: &str) {
        self.keeper.forget(recording);
    }

    /// Asks for the last time.
    pub(super) fn conclude_recordings(&mut self, watch: &TargetSet) {
        self.keeper.conclude(watch.targets());
        if let Some(meter) = self.keeper.work()
            && let Some((first, second)) = meter.halves().filter(|_| meter.has_changed())
        {
            self.warnings.push(format!(
                    "the load changed: {first:.3} units of work a second in the first half, {second:.3} in the second; growth by time goes with it, growth per work does not"
                ));
        }
        if let [first, others @ ..] = self.keeper.hollow().as_slice() {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            let who = who(first);
            self.warnings.push(format!(
                "the memory of {who}{more} never moved: was anything exercised? A pass of an idle process proves nothing"
            ));
        }
    }

    /// Joins the verdicts on the targets with what the thresholds say.
    ///
    /// Who names a threshold asks that question: once all are answered, a verdict that is still open holds nothing up.
    pub(super) fn judge(&self, policy: &GatePolicy, targets: &[Target]) -> Judgement {
        let excused = |target: &Target| {
            let allowance = excuse(self.keeper.allowances(), target).filter(|one| !one.expired);
            allowance.map(|one| escape::terminal(&one.in_words()).into_owned())
        };
        let mut judgement = policy.judge(targets, self.keeper.alerted(), excused);
        let asked: Vec<usize> =
            (0..self.keeper.thresholds().len()).filter(|&index| self.is(index, Tier::Fail)).collect();
        if asked.is_empty() || judgement.code == exit::NOTHING_MATCHED {
            return judgement;
        }
        let with = |wanted: Outcome| asked.iter().copied().filter(move |&index| self.keeper.outcome(index) == wanted);
        let number = |count: usize| match count {
            1 => "1 threshold".to_owned(),
            count => format!("{count} thresholds"),
        };
        let (failed, open) = (with(Outcome::Fail).count(), with(Outcome::Inconclusive).count());
        if let Some(first) = with(Outcome::Fail).next() {
            let found = if judgement.code == exit::FOUND { format!("; {}", judgement.summary) } else { String::new() };
            judgement.code = exit::FOUND;
            judgement.summary = format!("{} failed: {}{found}", number(failed), self.in_short(first));
        } else if judgement.code == exit::FOUND {
        } else if let Some(first) = with(Outcome::Inconclusive).next() {
            let counts = policy.on_inconclusive == OnInconclusive::Fail;
            judgement.code = if counts { exit::INCONCLUSIVE } else { exit::CLEAN };
            judgement.summary = format!("inconclusive: {} cannot be answered: {}", number(open), self.in_words(first));
        } else {
            judgement.code = exit::CLEAN;
            let excuses = asked.iter().filter(|&&index| self.keeper.is_excused(index)).count();
            judgement.summary = match (asked.len(), excuses) {
                (1, 0) => "the threshold is kept".to_owned(),
                (1, _) => "the threshold is excused".to_owned(),
                (all, 0) => format!("all {all} thresholds are kept"),
                (all, excuses) => format!("{} of {all} thresholds kept, {excuses} excused", all - excuses),
            };
            if let Some(known) = exit::excused_in_words(targets, excused) {
                judgement.summary.push_str(&format!("; {known}"));
            }
        }
        judgement
    }

    fn is(&self, index: usize, tier: Tier) -> bool {
        self.keeper.thresholds()[index].tier == tier
    }

    /// Which threshold, and on whom: the worst target, and how many more fared alike.
    fn question(&self, index: usize) -> String {
        let expression = &self.keeper.thresholds()[index].expression;
        let Some(answer) = self.keeper.worst(index) else { return format!("'{expression}'") };
        let alike =
            self.keeper.answers().iter().filter(|other| {
                (other.threshold, other.outcome, other.counts) == (index, answer.outcome, answer.counts)
            });
        let folded = if answer.outcome == Outcome::Fail { self.keeper.folded(index).failed } else { 0 };
        let more = match (answer.outcome, alike.count() as u64 - 1 + folded) {
            (Outcome::Pass, _) | (_, 0) => String::new(),
            (_, others) => format!(" and {others} more"),
        };
        format!("'{expression}' on {}{more}", who(answer))
    }

    fn in_words(&self, index: usize) -> String {
        let message = self.keeper.worst(index).map_or("nothing was observed", |answer| &answer.message);
        format!("{}: {message}", self.question(index))
    }

    /// A threshold that failed, for the summary: with the value alone, for the sentence stands beside it everywhere.
    fn in_short(&self, index: usize) -> String {
        let metric = &self.keeper.thresholds()[index].expression.metric;
        let value = self.keeper.worst(index).and_then(|answer| answer.value);
        let value = value.map(|value| format!(" ({})", metric.show(value))).unwrap_or_default();
        format!("{}{value}", self.question(index))
    }

    /// Notes on each target what excuses it, and says so.
    pub(super) fn excuse(&mut self, targets: &[Target], report: &mut schema::Report) {
        let mut used = Vec::new();
        for (target, entry) in targets.iter().zip(&mut report.targets) {
            let Some(allowance) = excuse(self.keeper.allowances(), target) else { continue };
            // What is excused stands in the summary.
            if allowance.expired {
                super::warn(&format!("{}: {}", describe_target(target), escape::terminal(&allowance.in_words())));
            } else {
                entry.allowed = Some(allowance.reason.clone());
            }
            used.push(report::allowance(allowance, &target.label.name));
        }
        if !used.is_empty() {
            report.gate.get_or_insert_default().allowances = used;
        }
    }

    /// Says what each threshold came to, and what else should be known.
    pub(super) fn say(&self) {
        for index in 0..self.keeper.thresholds().len() {
            let word = match (self.keeper.outcome(index), self.is(index, Tier::Fail)) {
                (Outcome::Pass, _) => "pass",
                (Outcome::Inconclusive, _) => "open",
                (Outcome::Fail, true) => "FAIL",
                (Outcome::Fail, false) => "warn",
            };
            drop(writeln!(io::stderr(), "{word}  {}", self.in_words(index)));
        }
        self.warnings.iter().for_each(|text| super::warn(text));
    }

    fn work_entry(&self) -> Option<schema::WorkEntry> {
        self.work.as_ref().zip(self.keeper.work()).map(|(source, meter)| report::work(meter, source))
    }

    /// The gate as the report shows it.
    pub(super) fn entry(&self) -> Option<schema::Gate> {
        report::gate(&self.keeper, self.warmup_s, self.baseline.clone(), self.work_entry(), self.warnings.clone())
    }
}

/// Name and number of whom an answer is about, harmless to print.
fn who(answer: &Answer) -> String {
    let subject = &answer.subject;
    let name = escape::terminal(&subject.name);
    match (subject.members, subject.pid, &subject.source) {
        (Some(members), ..) => format!("{name} (all {members} together)"),
        (None, Some(pid), _) => format!("{name} ({pid})"),
        (None, None, Some(source)) => format!("{name} in {}", escape::terminal(source)),
        (None, None, None) => name.into_owned(),
    }
}

/// The growth of memory that the thresholds allow, in bytes per second: who names it says what is too much, so the
/// verdict asks the same question. The least of several.
pub(super) fn largest_allowed_growth(args: &GateArgs) -> Option<f64> {
    let limits = args.fail_if.iter().filter_map(|expression| {
        let metric = &expression.metric;
        let plain = metric.aggregate == Aggregate::Growth && metric.series == Series::Memory && !metric.per_work;
        match expression.limit {
            Limit::Fixed(limit) if plain && expression.comparison.is_upward() && limit > 0.0 => Some(limit),
            _ => None,
        }
    });
    limits.reduce(f64::min)
}
