//! Settings in force: rules, plan and policy of a session, and their form in the report.

use std::time::Duration;

use clap::ValueEnum;
use humantime::format_duration;

use crate::alert::{AlertRules, AlertSettings, MINUTE_S};
use crate::analysis::{self, ThresholdOrigin};
use crate::schema;
use crate::session::{MinObservation, NamedIntervals, Rules, SessionPlan};
use crate::source::Selector;
use crate::thresholds::Aggregate;

use crate::cli::args::{AlertRulesArg, AnalysisArgs, IntervalArgs, SamplingArgs};
use crate::cli::error::Error;
use crate::cli::print::warn;
use crate::outcome::Policy;
use crate::units::Axis;

/// Part of a `run` of known length that every verdict excludes.
pub(crate) const WARMUP_PART: f64 = 0.1;
const HOUR: Duration = Duration::from_secs(3600);
/// Fewest samples in which growth is decided.
const GROWTH_SAMPLES: u128 = 56;
/// Interval from which fewer readings are enough.
const FAR_APART: Duration = Duration::from_secs(300);

/// Refuses lengths that contradict each other, and warns of a run that is too short for its thresholds.
pub(crate) fn check_lengths(args: &AnalysisArgs, sampling: &SamplingArgs) -> Result<(), Error> {
    if let Some(window) = args.window.filter(|&window| window < sampling.interval) {
        return Err(Error::usage(format!(
            "the window ({}) is shorter than the interval ({})",
            format_duration(window),
            format_duration(sampling.interval)
        ))
        .hint("give a longer '--window' or a shorter '--interval'"));
    }
    if length(sampling).is_some_and(|length| length < sampling.interval) && sampling.samples != Some(1) {
        let interval = format_duration(sampling.interval);
        return Err(Error::usage(format!("the run is over before the second sample: the interval is {interval}"))
            .hint("give a longer '--duration' or a shorter '--interval' (default 10s)"));
    }
    if let Some(longest) = sampling.until_decided {
        check_longest(longest, sampling)?;
    }
    if let Some(text) = too_few_samples(args, sampling) {
        warn(&text);
    }
    Ok(())
}

/// Returns the rules of a live session.
pub(crate) fn live_rules(args: &AnalysisArgs, sampling: &SamplingArgs) -> Rules {
    let least = args.min_observation.or(length(sampling).map(|length| length / 5)).unwrap_or(HOUR);
    rules(args, MinObservation::Fixed(least.as_secs_f64()))
}

/// Returns a warning if a `--fail-if` asks for growth in a run that has too few samples to ever decide it.
fn too_few_samples(args: &AnalysisArgs, sampling: &SamplingArgs) -> Option<String> {
    let asks_growth = args
        .thresholds
        .fail_if
        .iter()
        .any(|expression| expression.metric.aggregate == Aggregate::Growth && !expression.metric.per_work);
    let longest = sampling.until_decided.or(length(sampling)).filter(|_| asks_growth)?;
    let interval = sampling.interval;
    let samples = longest.as_millis() / interval.as_millis().max(1) + 1;
    // Readings that lie far apart are judged by other rules.
    (samples < GROWTH_SAMPLES && interval < FAR_APART).then(|| {
        format!(
            "growth needs {GROWTH_SAMPLES} samples, and this run has {samples} at most: give a longer '--duration', or a \
             shorter '--interval' than {}",
            format_duration(interval)
        )
    })
}

/// Refuses a longest duration without a planned one, or below it.
fn check_longest(longest: Duration, sampling: &SamplingArgs) -> Result<(), Error> {
    match length(sampling) {
        None => Err(Error::usage("'--until-decided' needs a planned end").hint(
            "give the planned length with '--duration' (or '--samples'); the run goes on after it while undecided",
        )),
        Some(planned) if longest < planned => Err(Error::usage(format!(
            "'--until-decided' ({}) is shorter than the planned length ({})",
            format_duration(longest),
            format_duration(planned)
        ))
        .hint("'--until-decided' is the longest length in all, '--duration' the planned one")),
        Some(_) => Ok(()),
    }
}

/// Returns the intervals of processes that are sampled less often.
pub(crate) fn intervals(args: &IntervalArgs, sampling: &SamplingArgs) -> Result<NamedIntervals, Error> {
    if let Some(shorter) = args.interval_for.iter().find(|(_, interval)| *interval < sampling.interval) {
        let why = format!("is shorter than that of all ({})", format_duration(sampling.interval));
        let hint = "give the shortest one as '--interval', and longer ones to the others";
        return Err(refused_interval(shorter, &why).hint(hint));
    }
    if let Some(length) = length(sampling).filter(|_| sampling.samples != Some(1))
        && let Some(longer) = args.interval_for.iter().find(|(_, interval)| *interval > length)
    {
        let why = format!("is longer than the run ({})", format_duration(length));
        return Err(refused_interval(longer, &why).hint("give a longer '--duration' or a shorter '--interval-for'"));
    }
    Ok(NamedIntervals::new(args.interval_for.iter().cloned()))
}

fn refused_interval((name, interval): &(String, Duration), why: &str) -> Error {
    let name = crate::escape::terminal(name);
    Error::usage(format!("the interval for '{name}' ({}) {why}", format_duration(*interval)))
}

/// Describes the intervals, as a continuation of the selection.
pub(crate) fn describe_intervals(args: &IntervalArgs) -> String {
    let mut text = String::new();
    for (name, interval) in &args.interval_for {
        text.push_str(&format!(", '{}' every {}", crate::escape::terminal(name), format_duration(*interval)));
    }
    text
}

/// Returns the length of the session, if it is known.
pub(crate) fn length(sampling: &SamplingArgs) -> Option<Duration> {
    let steps = |samples: u64| u32::try_from(samples.saturating_sub(1)).unwrap_or(u32::MAX);
    let by_samples = sampling.samples.map(|samples| sampling.interval.saturating_mul(steps(samples)));
    sampling.duration.into_iter().chain(by_samples).min()
}

/// Returns the planned length in seconds if the session ended more than one sample before it.
pub(crate) fn cut_short(sampling: &SamplingArgs, lasted: f64) -> Option<f64> {
    let length = length(sampling)?.as_secs_f64();
    (lasted + sampling.interval.as_secs_f64() < length).then_some(length)
}

/// Returns the plan that the sampling options describe, without a selector.
pub(crate) fn plan(sampling: &SamplingArgs) -> SessionPlan {
    SessionPlan {
        selector: Selector::default(),
        interval: sampling.interval,
        intervals: NamedIntervals::default(),
        duration: sampling.duration,
        samples: sampling.samples,
        until_decided: sampling.until_decided,
        wait: false,
        pss: !sampling.no_pss,
        max_overhead: sampling.max_overhead,
        pid_file: None,
        root: None,
    }
}

/// Returns the rules of a replay.
pub(crate) fn replay_rules(args: &AnalysisArgs) -> Rules {
    let least = args
        .min_observation
        .map_or(MinObservation::FifthOfRecording, |least| MinObservation::Fixed(least.as_secs_f64()));
    rules(args, least)
}

fn rules(args: &AnalysisArgs, min_observation: MinObservation) -> Rules {
    let allowed = crate::cli::thresholds::largest_allowed_growth(&args.thresholds);
    let (max_growth, max_growth_origin) = match (args.max_growth, allowed) {
        (Some(rate), _) => (Some(rate.0), ThresholdOrigin::MaxGrowth),
        (None, Some(allowed)) => (Some(allowed), ThresholdOrigin::FailIf),
        (None, None) => (None, ThresholdOrigin::Level),
    };
    Rules {
        analysis: analysis::Settings {
            window_s: args.window.map(|window| window.as_secs_f64()),
            min_observation_s: 0.0,
            max_growth,
            max_growth_origin,
            horizon_s: args.horizon.as_secs_f64(),
            axis: Axis::Time,
            constant_is_unmeasured: false,
            spike_bytes: args.sudden.threshold_mb * 1e6,
            spike_fraction: args.sudden.threshold_percent / 100.0,
            spike_min_bytes: spike_min_bytes(args),
            spike_period_s: args.sudden.spike_period.as_secs_f64(),
        },
        min_observation,
        alerts: alert_settings(args),
        limit_bytes: args.limit.map(|limit| limit.0),
        pools: true,
    }
}

/// Returns the settings of the alerts. A leak alert needs the observation of a session without an end.
fn alert_settings(args: &AnalysisArgs) -> AlertSettings {
    AlertSettings {
        limit_percent: args.limit_percent,
        rapid_growth_bytes: args.sudden.rapid_growth.0 * MINUTE_S,
        leak_observation_s: args.min_observation.unwrap_or(HOUR).as_secs_f64(),
        rules: match args.sudden.alert_rules {
            AlertRulesArg::Standard => AlertRules::Standard,
            AlertRulesArg::Classic => AlertRules::Classic,
        },
    }
}

/// Returns the least growth for the percentage of a spike. The classic rules have none.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn spike_min_bytes(args: &AnalysisArgs) -> f64 {
    if args.sudden.alert_rules == AlertRulesArg::Classic { 0.0 } else { args.sudden.spike_min.0 as f64 }
}

/// Returns the policy that turns findings into an exit status.
pub(crate) fn policy(args: &AnalysisArgs) -> Policy {
    Policy { fail_on: args.fail_on.clone(), on_inconclusive: args.on_inconclusive }
}

/// Returns the settings for the report.
pub(crate) fn for_report(args: &AnalysisArgs, rules: &Rules) -> schema::Settings {
    schema::Settings {
        window_seconds: rules.analysis.window_s,
        min_observation_seconds: match rules.min_observation {
            MinObservation::Fixed(seconds) => Some(seconds),
            MinObservation::FifthOfRecording => None,
        },
        max_growth_bytes_per_s: rules.analysis.max_growth,
        horizon_seconds: rules.analysis.horizon_s,
        spike_bytes: rules.analysis.spike_bytes,
        spike_percent: args.sudden.threshold_percent,
        spike_min_bytes: rules.analysis.spike_min_bytes,
        spike_period_seconds: rules.analysis.spike_period_s,
        rapid_growth_bytes_per_s: args.sudden.rapid_growth.0,
        alert_rules: value_name(&args.sudden.alert_rules),
        limit_bytes: rules.limit_bytes,
        limit_percent: rules.alerts.limit_percent,
        fail_on: args.fail_on.iter().map(value_name).collect(),
        on_inconclusive: value_name(&args.on_inconclusive),
    }
}

/// Returns the name of a value as the user types it.
fn value_name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
