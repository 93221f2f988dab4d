//! Explanation of a verdict: its reasons, from the trend that decided and the evidence of the analyses.

use crate::analysis::resource::Resource;
use crate::analysis::settings::{Settings, ThresholdOrigin};
use crate::analysis::status::Status;
use crate::analysis::trend::curve::Curve;
use crate::analysis::trend::evenness::MIN_EVENNESS;
use crate::analysis::trend::few_readings::PROVEN_P;
use crate::analysis::trend::judgement::JudgedValues;
use crate::analysis::trend::relative_growth::RelativeGrowth;
use crate::analysis::trend::series_trend::SeriesTrend;
use crate::analysis::trend::start_up::MIN_SAMPLES;
use crate::analysis::trend::withheld::Withheld;

use super::assessment::Assessment;
use super::evidence::{consistent_growth, spike, stable_with_forecast, variance};
use super::reason::{Reason, Rule, Unit};
use super::sentence::Sentence;
use super::wording::Wording;

/// Smallest deviates of growth that is shown as likely.
const LIKELY_DEVIATES: f64 = 2.0;

/// Returns the reasons for the verdict that `trend` led to, the strongest first. `assessment` holds the evidence of the
/// analyses.
pub(crate) fn reasons(
    trend: &SeriesTrend,
    resource: Resource,
    settings: &Settings,
    assessment: &Assessment,
) -> Vec<Reason> {
    let of_memory = resource == Resource::Memory;
    let found = [
        withdrawal(trend),
        growth(trend, resource, assessment),
        few_readings(trend),
        upper_bound(trend, resource),
        relative_growth(trend),
        shape(trend).filter(|_| trend.proof.few.is_none()),
        withheld(trend, resource, settings, assessment),
        undecided(trend, resource, settings, assessment),
        consistent_growth(assessment).filter(|_| of_memory && trend.proof.few.is_none()),
        variance(assessment).filter(|_| of_memory),
        spike(assessment).filter(|_| of_memory),
        stable_with_forecast(trend, assessment),
    ];
    let mut out = Vec::with_capacity(found.iter().flatten().count());
    out.extend(found.into_iter().flatten());
    out
}

/// Returns the unit of a rate.
fn rate_unit(resource: Resource) -> Unit {
    if resource == Resource::Memory { Unit::BytesPerSecond } else { Unit::PerSecond }
}

/// Returns the unit of an amount.
fn amount_unit(resource: Resource) -> Unit {
    if resource == Resource::Memory { Unit::Bytes } else { Unit::Count }
}

fn few_readings(trend: &SeriesTrend) -> Option<Reason> {
    let few = trend.proof.few.as_ref()?;
    let readings = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let wording = Sentence::FewReadings {
        rising: readings(few.rising),
        steps: readings(few.steps),
        tau: few.tau,
        needed: few.needed.filter(|_| few.is_open()).map(readings),
    };
    Some(Reason {
        rule: if few.is_open() { Rule::Observation } else { Rule::FewReadings },
        for_leak: few.status == Status::Leaking,
        value: Some(few.p),
        threshold: Some(PROVEN_P),
        unit: Unit::P,
        span_s: few.judgement.span,
        wording: wording.into(),
    })
}

fn upper_bound(trend: &SeriesTrend, resource: Resource) -> Option<Reason> {
    let bound = trend.bound.filter(|_| trend.status == Status::Stable)?;
    Some(Reason {
        rule: Rule::UpperBound,
        for_leak: false,
        value: Some(bound.rate.max(0.0)),
        threshold: Some(trend.threshold),
        unit: rate_unit(resource),
        span_s: trend.judgement.as_ref().map_or(0.0, |j| j.span),
        wording: Sentence::Bounded { resource, by_lows: bound.by_lows }.into(),
    })
}

fn growth(trend: &SeriesTrend, resource: Resource, assessment: &Assessment) -> Option<Reason> {
    let j = trend.judgement.as_ref()?;
    let (low, high) = (j.rate.low, j.rate.high);
    // Blocks of samples reach half a sample beyond the first and the last one.
    let over_s = j.span.min(assessment.observed_s).round();
    let origin = assessment.growth.threshold_origin;
    let origin = if resource == Resource::Memory { origin } else { ThresholdOrigin::Level };
    Some(Reason {
        rule: Rule::GrowthRate,
        for_leak: low > trend.threshold,
        value: Some(j.rate.rate),
        threshold: Some(trend.threshold),
        unit: rate_unit(resource),
        span_s: j.span,
        wording: Sentence::Growth { resource, low, high, over_s, origin }.into(),
    })
}

fn relative_growth(trend: &SeriesTrend) -> Option<Reason> {
    let growth = trend.proof.relative_growth?;
    Some(Reason {
        rule: Rule::RelativeGrowth,
        for_leak: true,
        value: Some(growth.overall),
        threshold: Some(RelativeGrowth::THRESHOLD),
        unit: Unit::Ratio,
        span_s: trend.judgement.as_ref().map_or(0.0, |j| j.span),
        wording: Sentence::RelativeGrowth { later_half: growth.later_half }.into(),
    })
}

fn shape(trend: &SeriesTrend) -> Option<Reason> {
    let j = trend.judgement.as_ref()?;
    let text = match (j.tests.slowing, j.best.grows, j.best.curve) {
        (true, ..) => "growth slows down: a curve that levels off fits as well as one that continues",
        (_, true, Curve::Plain) if j.values == JudgedValues::Floors => "the floor rises in a straight line",
        (_, true, Curve::Plain) => "a straight line fits the growth better than any curve that levels off",
        (_, true, Curve::Quadratic) if j.best.bends_clearly() => "growth accelerates",
        (_, true, Curve::Quadratic) => "growth continues to the end, in a straight line or faster",
        (_, true, _) => "growth continues to the end after an earlier change",
        (_, false, Curve::Step(_)) if j.best.level_changes > 1 => {
            "the level changes several times, without a steady rise"
        }
        (_, false, Curve::Step(_)) => "a single step explains the change",
        (_, false, _) => "no growing curve fits better than a constant level",
    };
    Some(Reason {
        rule: Rule::Shape,
        for_leak: j.best.grows && !j.tests.slowing,
        value: Some(j.tests.lead),
        threshold: Some(0.0),
        unit: Unit::LogLikelihood,
        span_s: j.span,
        wording: text.into(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn withheld(trend: &SeriesTrend, resource: Resource, settings: &Settings, assessment: &Assessment) -> Option<Reason> {
    let span = trend.judgement.as_ref().map_or(assessment.observed_s, |j| j.span);
    let samples = trend.extent.samples as f64;
    let (rule, value, threshold, unit, wording) = match trend.withheld? {
        Withheld::Observation => (
            Rule::Observation,
            span,
            settings.min_observation_s,
            Unit::Seconds,
            remaining_observation(trend, settings, assessment).into(),
        ),
        Withheld::StartUp => (
            Rule::Observation,
            samples,
            trend.start_up.required,
            Unit::Count,
            Sentence::StartUp { resource, share: trend.start_up.share }.into(),
        ),
        Withheld::TooFew => (Rule::Observation, samples, MIN_SAMPLES, Unit::Count, Sentence::LikelyInFewSamples.into()),
        Withheld::Persistence => (
            Rule::Persistence,
            trend.judgement.as_ref().map_or(0.0, |j| j.tests.deviate),
            LIKELY_DEVIATES,
            Unit::Z,
            Wording::from("growth is likely, but two checks in a row did not confirm it"),
        ),
        Withheld::FirstHeap(collections) => (
            Rule::Collections,
            f64::from(collections.seen),
            f64::from(collections.required),
            Unit::Count,
            Sentence::FirstHeap.into(),
        ),
        Withheld::Slow { horizon_s } => (
            Rule::Horizon,
            trend.judgement.as_ref().map_or(0.0, |j| j.rate.rate),
            trend.threshold,
            rate_unit(resource),
            Sentence::Slow { horizon_s }.into(),
        ),
        Withheld::Distance { rise, required, later, start, .. } => {
            let sentence = Sentence::NotFar { resource, start, later };
            (Rule::Distance, rise, required, amount_unit(resource), sentence.into())
        }
        Withheld::Uneven { evenness } => (Rule::Evenness, evenness, MIN_EVENNESS, Unit::Ratio, Sentence::Uneven.into()),
        Withheld::Paused => (
            Rule::Persistence,
            trend.judgement.as_ref().map_or(0.0, |j| j.rate.rate),
            trend.threshold,
            rate_unit(resource),
            Wording::from("growth paused: the newest part of the watch does not bring its share"),
        ),
    };
    Some(Reason { rule, for_leak: false, value: Some(value), threshold: Some(threshold), unit, span_s: span, wording })
}

/// Returns the sentence on the time that proven growth still has to last. The length of a newest part of the past is not a
/// countdown, because it is cut anew at every assessment.
fn remaining_observation(trend: &SeriesTrend, settings: &Settings, assessment: &Assessment) -> Sentence {
    let left_s = (settings.min_observation_s - assessment.observed_s).round();
    match (left_s > 0.0, trend.proof.newest_only) {
        (true, _) => Sentence::TooYoung { left_s },
        (false, true) => Sentence::BeganRecently,
        (false, false) => Sentence::TooShort,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn undecided(trend: &SeriesTrend, resource: Resource, settings: &Settings, assessment: &Assessment) -> Option<Reason> {
    if trend.status != Status::InsufficientData || trend.proof.few.is_some() {
        return None;
    }
    let growth = &assessment.growth;
    let limit = growth.detection_limit();
    let decided_in_s = growth.seconds_to_decide.unwrap_or(0.0);
    let longer_s = decided_in_s.max(settings.min_observation_s - assessment.observed_s).max(0.0);
    let samples = trend.extent.samples;
    let sentence = match (&trend.judgement, limit) {
        _ if trend.extent.is_unmeasured => Sentence::Unmeasured { samples },
        // A leak at the threshold is detectable by now. Noise keeps the interval from excluding one.
        (Some(j), Some(_)) if longer_s == 0.0 => Sentence::NotExcluded { resource, high: j.rate.high },
        (Some(_), Some(_)) => Sentence::NotDetectable { resource, longer_s },
        (None, Some(_)) => Sentence::Unchanged { resource, longer_s: decided_in_s },
        (_, None) if samples == 0 && assessment.samples > 0 => {
            Sentence::Fixed("too little data: its memory was never readable")
        }
        (_, None) if (samples as f64) < trend.extent.min_samples => {
            Sentence::TooFewSamples { samples, needed: trend.extent.min_samples }
        }
        (_, None) => Sentence::Unclear { samples },
    };
    Some(Reason {
        rule: Rule::Observation,
        for_leak: false,
        value: limit,
        threshold: Some(trend.threshold),
        unit: rate_unit(resource),
        span_s: assessment.observed_s,
        wording: sentence.into(),
    })
}

fn withdrawal(trend: &SeriesTrend) -> Option<Reason> {
    let ago = trend.stopped_s?;
    Some(Reason {
        rule: Rule::Withdrawal,
        for_leak: false,
        value: Some(ago),
        threshold: None,
        unit: Unit::Seconds,
        span_s: ago,
        wording: Sentence::Withdrawn.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Tracker;
    use crate::model::{Ceiling, CeilingKind, Counter, Reading, Sample, Timestamp};
    use crate::units::{Axis, WorkUnit};

    fn assessed(samples: i64, memory: impl Fn(i64) -> i64) -> Assessment {
        let settings = Settings::default().with_min_observation_s(600.0);
        let mut tracker = Tracker::new(&settings, None);
        for i in 0..samples {
            let reading = Reading::default().with(Counter::RssAnon, memory(i).unsigned_abs());
            tracker.push(&Sample { at: Timestamp(1000 * i), reading });
        }
        tracker.assess(&settings, None)
    }

    fn noise(i: i64) -> i64 {
        4096 * (i * 7919 % 31)
    }

    fn rules(assessment: &Assessment) -> Vec<&'static str> {
        assessment.verdict.reasons.iter().map(|reason| reason.rule.name()).collect()
    }

    #[test]
    fn a_leak_is_explained_by_its_rate_first() {
        let leak = assessed(1000, |i| 100_000_000 + 50_000 * i + noise(i));
        assert_eq!(rules(&leak), ["growth_rate", "shape", "consistent_growth"]);
        assert!(leak.verdict.reasons.iter().all(|reason| reason.for_leak));
        assert!(leak.verdict.reasons[0].to_string().starts_with("memory grows by +172 MiB/h over 16 min 39 s"));
    }

    #[test]
    fn a_young_suspect_says_how_long_growth_must_last() {
        let young = assessed(400, |i| 100_000_000 + 50_000 * i + noise(i));
        let waiting = young.verdict.reasons.iter().find(|reason| !reason.for_leak).expect("a reason");
        assert_eq!(waiting.to_string(), "growth must last 10 min to count as a leak: 3 min 21 s to go");
        assert_eq!((waiting.rule, waiting.threshold), (Rule::Observation, Some(600.0)));
    }

    #[test]
    fn several_steps_are_no_single_one() {
        let shape = |memory: fn(i64) -> i64| {
            let reasons = assessed(600, memory).verdict.reasons;
            reasons.iter().find(|reason| reason.rule == Rule::Shape).expect("a reason").to_string()
        };
        assert_eq!(
            shape(|i| 300_000_000 + 100_000_000 * i64::from(i > 300) + noise(i)),
            "a single step explains the change"
        );
        let several = shape(|i| 1_000_000 * [300, 420, 280, 330][i as usize / 150] + noise(i));
        assert_eq!(several, "the level changes several times, without a steady rise");
    }

    #[test]
    fn stable_with_a_forecast_joins_both_in_a_sentence() {
        let settings = Settings::default().with_max_growth(1e6).with_max_growth_origin(ThresholdOrigin::FailIf);
        let mut tracker = Tracker::new(&settings, None);
        for i in 0..1000 {
            let memory = 100_000_000 + 1_000 * i + noise(i);
            let reading = Reading::default().with(Counter::RssAnon, memory.unsigned_abs());
            tracker.push(&Sample { at: Timestamp(1000 * i), reading });
        }
        let ceiling = Ceiling { kind: CeilingKind::User, limit_bytes: 201_000_000, used_bytes: 101_000_000 };
        let verdict = tracker.assess(&settings, Some(&ceiling)).verdict;
        assert_eq!(verdict.status, Status::Stable);
        let forecast =
            verdict.reasons.iter().find(|reason| reason.rule == Rule::Forecast).expect("a reason").to_string();
        assert!(forecast.starts_with("stable because growth stays below the threshold; if +3."), "{forecast}");
        assert!(forecast.contains("continues, the memory limit is reached in 1 d"), "{forecast}");
        let growth = verdict.reasons[0].to_string();
        assert!(growth.ends_with("threshold 3.35 GiB/h by --fail-if)"), "{growth}");
    }

    #[test]
    fn too_few_samples_are_counted() {
        let few = assessed(10, |i| 100_000_000 + noise(i));
        assert_eq!(few.verdict.reasons[0].to_string(), "too little data: 10 of 56 samples needed, over 9 s");
    }

    #[test]
    fn few_readings_are_counted_and_decide_alone() {
        let settings = Settings::default().with_axis(Axis::Work(WorkUnit::READING));
        let judged = |readings: i64, alternation: i64| {
            let mut tracker = Tracker::new(&settings, None);
            for i in 0..readings {
                let memory = 100_000_000 + 20_000_000 * i + alternation * (i % 2);
                let reading = Reading::default().with(Counter::RssAnon, memory.unsigned_abs());
                tracker.push(&Sample { at: Timestamp(1000 * i), reading });
            }
            tracker.assess(&settings, None)
        };
        let leak = judged(20, 9_000_000);
        assert_eq!(rules(&leak)[..2], ["growth_rate", "few_readings"]);
        let wanted = "rose in 19 of 19 readings (rank trend tau +1.00, exact p < 0.001)";
        assert_eq!(leak.verdict.reasons[1].to_string(), wanted);
        let young = judged(9, 30_000_000);
        assert_eq!(young.verdict.status, Status::Suspect);
        assert!(
            young.verdict.is_open() && young.verdict.reasons[1].to_string().ends_with("more readings would prove it")
        );
    }

    #[test]
    fn a_spike_that_stays_speaks_for_a_leak() {
        let step = assessed(40, |i| if i < 20 { 100_000_000 } else { 190_000_000 });
        let spike = step.verdict.reasons.iter().find(|reason| reason.rule == Rule::Spike).expect("a reason");
        assert!(spike.for_leak && spike.to_string().starts_with("1 spike, none returned;"), "{spike}");
        let peak = assessed(40, |i| if i == 20 { 190_000_000 } else { 100_000_000 });
        let spike = peak.verdict.reasons.iter().find(|reason| reason.rule == Rule::Spike).expect("a reason");
        assert!(!spike.for_leak && spike.to_string().starts_with("1 spike, 1 returned;"), "{spike}");
    }

    #[test]
    fn an_unreadable_memory_is_named() {
        let settings = Settings::default();
        let mut tracker = Tracker::new(&settings, None);
        tracker.push(&Sample { at: Timestamp(0), reading: Reading::default() });
        let reasons = tracker.assess(&settings, None).verdict.reasons;
        assert_eq!(reasons[0].to_string(), "too little data: its memory was never readable");
    }
}
