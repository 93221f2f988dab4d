//! What the typed settings mean: rules for the analysis, the gate, and the settings as the report shows them.

use std::time::Duration;

use crate::alert::AlertSettings;
use crate::analysis;
use crate::schema;
use crate::session::{MinObservation, NamedIntervals, Rules};

use super::args::{AnalysisArgs, IntervalArgs, SamplingArgs};
use super::error::Error;
use super::exit::GatePolicy;

/// The part of a `run` of known length that no judgement looks at.
pub(super) const WARMUP_PART: f64 = 0.1;
const HOUR: Duration = Duration::from_secs(3600);

/// Rules for processes that run.
pub(super) fn live_rules(args: &AnalysisArgs, sampling: &SamplingArgs) -> Result<Rules, Error> {
    if let Some(window) = args.window.filter(|&window| window < sampling.interval) {
        let typed = |span| humantime::format_duration(span);
        return Err(Error::usage(format!(
            "the window ({}) is shorter than the interval ({})",
            typed(window),
            typed(sampling.interval)
        ))
        .hint("give a longer '--window' or a shorter '--interval'"));
    }
    if length(sampling).is_some_and(|length| length < sampling.interval) && sampling.samples != Some(1) {
        return Err(Error::usage("the run is over before the second sample".to_owned())
            .hint("give a longer '--duration' or a shorter '--interval'"));
    }
    let least = args.min_observation.or(length(sampling).map(|length| length / 5)).unwrap_or(HOUR);
    Ok(rules(args, MinObservation::Fixed(least.as_secs_f64())))
}

/// Who is sampled less often than the others.
pub(super) fn intervals(args: &IntervalArgs, sampling: &SamplingArgs) -> Result<NamedIntervals, Error> {
    let typed = |span| humantime::format_duration(span);
    let refused = |(name, pace): &(String, Duration), why: String, hint: &str| {
        let name = crate::escape::terminal(name);
        Error::usage(format!("the interval for '{name}' ({}) {why}", typed(*pace))).hint(hint)
    };
    if let Some(faster) = args.interval_for.iter().find(|(_, pace)| *pace < sampling.interval) {
        let why = format!("is shorter than that of all ({})", typed(sampling.interval));
        return Err(refused(faster, why, "give the shortest one as '--interval', and longer ones to the others"));
    }
    if let Some(length) = length(sampling).filter(|_| sampling.samples != Some(1))
        && let Some(slower) = args.interval_for.iter().find(|(_, pace)| *pace > length)
    {
        let why = format!("is longer than the run ({})", typed(length));
        return Err(refused(slower, why, "give a longer '--duration' or a shorter '--interval-for'"));
    }
    Ok(NamedIntervals::new(args.interval_for.iter().cloned()))
}

/// The same in words that follow what is selected.
pub(super) fn intervals_in_words(args: &IntervalArgs) -> String {
    let pace = |(name, interval): &(String, Duration)| {
        format!(", '{}' every {}", crate::escape::terminal(name), humantime::format_duration(*interval))
    };
    args.interval_for.iter().map(pace).collect()
}

/// How long the session lasts, when that is known.
pub(super) fn length(sampling: &SamplingArgs) -> Option<Duration> {
    let steps = |samples: u64| u32::try_from(samples.saturating_sub(1)).unwrap_or(u32::MAX);
    let by_samples = sampling.samples.map(|samples| sampling.interval.saturating_mul(steps(samples)));
    sampling.duration.into_iter().chain(by_samples).min()
}

/// The length of a session in seconds, when it `lasted` more than a sample less than that.
pub(super) fn cut_short(sampling: &SamplingArgs, lasted: f64) -> Option<f64> {
    let length = length(sampling)?.as_secs_f64();
    (lasted + sampling.interval.as_secs_f64() < length).then_some(length)
}

/// Rules for recordings.
pub(super) fn replay_rules(args: &AnalysisArgs) -> Rules {
    let least = args
        .min_observation
        .map_or(MinObservation::FifthOfRecording, |least| MinObservation::Fixed(least.as_secs_f64()));
    rules(args, least)
}

fn rules(args: &AnalysisArgs, min_observation: MinObservation) -> Rules {
    Rules {
        analysis: analysis::Settings {
            window_s: args.window.map(|window| window.as_secs_f64()),
            min_observation_s: 0.0,
            max_growth: args.max_growth.map(|rate| rate.0).or_else(|| super::gate::largest_allowed_growth(&args.gate)),
            spike_bytes: args.threshold_mb * 1e6,
            spike_fraction: args.threshold_percent / 100.0,
            spike_period_s: args.spike_period.as_secs_f64(),
        },
        min_observation,
        alerts: AlertSettings { limit_percent: args.limit_percent },
        limit_bytes: args.limit.map(|limit| limit.0),
        pools: true,
    }
}

/// What turns findings into the exit status.
pub(super) fn gate(args: &AnalysisArgs) -> GatePolicy {
    GatePolicy { fail_on: args.fail_on.clone(), on_inconclusive: args.on_inconclusive }
}

/// The settings as the report shows them.
pub(super) fn for_report(args: &AnalysisArgs, rules: &Rules) -> schema::Settings {
    let name = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
        value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    };
    use clap::ValueEnum;
    schema::Settings {
        window_seconds: rules.analysis.window_s,
        min_observation_seconds: match rules.min_observation {
            MinObservation::Fixed(seconds) => Some(seconds),
            MinObservation::FifthOfRecording => None,
        },
        max_growth_bytes_per_s: rules.analysis.max_growth,
        spike_bytes: rules.analysis.spike_bytes,
        spike_percent: args.threshold_percent,
        spike_period_seconds: rules.analysis.spike_period_s,
        limit_bytes: rules.limit_bytes,
        limit_percent: rules.alerts.limit_percent,
        fail_on: args.fail_on.iter().map(|what| name(&|| what.to_possible_value())).collect(),
        on_inconclusive: name(&|| args.on_inconclusive.to_possible_value()),
    }
}
