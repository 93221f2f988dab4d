//! Why a verdict is as it is: values held against thresholds, each with a sentence for the owner of the service.

use super::curve::Curve;
use super::evidence::{Assessment, Reason, Resource, Rule, Status, Unit};
use super::judgement::Channel;
use super::materiality::Materiality;
use super::maturity::LEAST;
use super::series::{Finding, HeldBack};
use super::settings::Settings;
use super::wording::{Wording, Words};

/// The unit of a rate.
fn per_second(resource: Resource) -> Unit {
    if resource == Resource::Memory { Unit::BytesPerSecond } else { Unit::PerSecond }
}

/// The reasons for the verdict that `finding` led to, the strongest first. `said` has the evidence of the analyses.
pub(super) fn reasons(finding: &Finding, resource: Resource, settings: &Settings, said: &Assessment) -> Vec<Reason> {
    let of_memory = resource == Resource::Memory;
    let found = [
        withdrawal(finding),
        growth(finding, resource, said.observed_s),
        materiality(finding),
        shape(finding),
        held_back(finding, settings, said),
        undecided(finding, resource, settings, said),
        consistent_growth(said).filter(|_| of_memory),
        variance(said).filter(|_| of_memory),
        spike(said).filter(|_| of_memory),
    ];
    // No more room than is needed: thousands of targets keep theirs.
    let mut out = Vec::with_capacity(found.iter().flatten().count());
    out.extend(found.into_iter().flatten());
    out
}

fn growth(finding: &Finding, resource: Resource, observed_s: f64) -> Option<Reason> {
    let j = finding.judgement.as_ref()?;
    Some(Reason {
        rule: Rule::GrowthRate,
        for_leak: j.low > finding.threshold,
        value: Some(j.rate),
        threshold: Some(finding.threshold),
        unit: per_second(resource),
        span_s: j.span,
        wording: Wording(Words::Growth {
            resource,
            low: j.low,
            high: j.high,
            // blocks of samples reach half a sample beyond the first and the last one
            over_s: j.span.min(observed_s).round(),
        }),
    })
}

fn materiality(finding: &Finding) -> Option<Reason> {
    let m = finding.materiality?;
    Some(Reason {
        rule: Rule::Materiality,
        for_leak: true,
        value: Some(m.whole),
        threshold: Some(Materiality::LEAST),
        unit: Unit::Ratio,
        span_s: finding.judgement.as_ref().map_or(0.0, |j| j.span),
        wording: Wording(Words::Risen { late: m.late }),
    })
}

fn shape(finding: &Finding) -> Option<Reason> {
    let j = finding.judgement.as_ref()?;
    let text = match (j.slowing, j.grows, j.curve) {
        (true, ..) => "the growth slows down: a curve that settles explains it as well as one that goes on",
        (_, true, Curve::Plain) if j.channel == Channel::Floors => {
            "what is left after each low keeps rising in a straight line"
        }
        (_, true, Curve::Plain) => "a straight line explains the growth better than any curve that settles",
        (_, true, Curve::Quadratic) => "the growth accelerates",
        (_, true, _) => "after an earlier change the growth goes on to the end",
        (_, false, Curve::Step(_)) => "one step explains the change",
        (_, false, _) => "no growing curve explains the series better than a level that stays",
    };
    Some(Reason {
        rule: Rule::Shape,
        for_leak: j.grows && !j.slowing,
        value: Some(j.lead),
        threshold: Some(0.0),
        unit: Unit::LogLikelihood,
        span_s: j.span,
        wording: text.into(),
    })
}

fn held_back(finding: &Finding, settings: &Settings, said: &Assessment) -> Option<Reason> {
    let span = finding.judgement.as_ref().map_or(said.observed_s, |j| j.span);
    let (rule, value, threshold, unit, wording) = match finding.held_back? {
        HeldBack::Observation => {
            (Rule::Observation, span, settings.min_observation_s, Unit::Seconds, awaited(finding, settings, said))
        }
        HeldBack::StartUp => (
            Rule::Observation,
            finding.samples as f64,
            finding.required,
            Unit::Count,
            Wording(Words::StartUp { share: finding.share }),
        ),
        HeldBack::TooFew => (Rule::Observation, finding.samples as f64, LEAST, Unit::Count, Wording(Words::Likely)),
        HeldBack::Persistence => (
            Rule::Persistence,
            finding.judgement.as_ref().map_or(0.0, |j| j.deviate),
            2.0,
            Unit::Z,
            "growth is likely, but not proved at two looks in a row".into(),
        ),
    };
    Some(Reason { rule, for_leak: false, value: Some(value), threshold: Some(threshold), unit, span_s: span, wording })
}

/// What growth that is proved still has to do. The length of a newest part of the past is no count-down: it is cut anew
/// with every look, and was not what was asked for.
fn awaited(finding: &Finding, settings: &Settings, said: &Assessment) -> Wording {
    let left_s = (settings.min_observation_s - said.observed_s).round();
    Wording(match (left_s > 0.0, finding.suffix) {
        (true, _) => Words::Awaited { left_s },
        (false, true) => Words::AwaitedSinceLately,
        (false, false) => Words::AwaitedStill,
    })
}

fn undecided(finding: &Finding, resource: Resource, settings: &Settings, said: &Assessment) -> Option<Reason> {
    if finding.status != Status::InsufficientData {
        return None;
    }
    let g = &said.growth;
    let longer = g.seconds_to_decide.unwrap_or(0.0).max(settings.min_observation_s - said.observed_s).max(0.0);
    let words = match (&finding.judgement, g.visible()) {
        // a leak at the threshold would be seen by now; noise keeps the interval from excluding one
        (Some(j), Some(_)) if longer == 0.0 => Words::NotExcluded { resource, high: j.high },
        (Some(_), Some(_)) => Words::TooLittle { resource, longer_s: longer },
        (None, Some(_)) => Words::DidNotMove { resource, longer_s: g.seconds_to_decide.unwrap_or(0.0) },
        (_, None) if finding.samples == 0 && said.samples > 0 => {
            Words::Fixed("too little to tell: its memory was never read")
        }
        (_, None) if (finding.samples as f64) < LEAST => Words::TooFew { samples: finding.samples },
        (_, None) => Words::Unclear { samples: finding.samples },
    };
    Some(Reason {
        rule: Rule::Observation,
        for_leak: false,
        value: g.visible(),
        threshold: Some(finding.threshold),
        unit: per_second(resource),
        span_s: said.observed_s,
        wording: Wording(words),
    })
}

fn withdrawal(finding: &Finding) -> Option<Reason> {
    let ago = finding.stopped?;
    Some(Reason {
        rule: Rule::Withdrawal,
        for_leak: false,
        value: Some(ago),
        threshold: None,
        unit: Unit::Seconds,
        span_s: ago,
        wording: Wording(Words::Withdrawn),
    })
}

fn consistent_growth(said: &Assessment) -> Option<Reason> {
    let c = &said.consistent_growth;
    let (share, p) = (c.rising_share?, c.p_value?);
    Some(Reason {
        rule: Rule::ConsistentGrowth,
        for_leak: c.found,
        value: Some(p),
        threshold: Some(0.01),
        unit: Unit::P,
        span_s: said.observed_s.min(said.growth.span_s.max(0.0)),
        wording: Wording(Words::Rising {
            share,
            tau: c.tau.unwrap_or(0.0),
            floors: u32::try_from(c.blocks).unwrap_or(u32::MAX),
            longest_run: u32::try_from(c.longest_run).unwrap_or(u32::MAX),
        }),
    })
}

fn variance(said: &Assessment) -> Option<Reason> {
    let v = &said.variance;
    let (cycle, swing) = (v.cycle_s?, v.swing_bytes?);
    Some(Reason {
        rule: Rule::Variance,
        for_leak: false,
        value: v.coefficient_of_variation,
        threshold: None,
        unit: Unit::Ratio,
        span_s: said.observed_s,
        wording: Wording(Words::Cycle { swing, every_s: cycle }),
    })
}

fn spike(said: &Assessment) -> Option<Reason> {
    let s = &said.spikes;
    let latest = s.latest?;
    Some(Reason {
        rule: Rule::Spike,
        // what comes back is no leak; what stays is part of what has grown
        for_leak: s.returned == 0,
        value: Some(latest.rise_bytes),
        threshold: None,
        unit: Unit::Bytes,
        span_s: said.observed_s,
        wording: Wording(Words::Spikes { count: s.count, returned: s.returned }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Spike;
    use super::*;
    use crate::analysis::Tracker;
    use crate::model::Timestamp;

    #[test]
    fn a_spike_that_stays_does_not_speak_against_a_leak() {
        let settings = Settings::default();
        let mut said = Tracker::new(&settings, None).assess(&settings, None);
        let seen = Spike { at: Timestamp(0), rise_bytes: 8e6, rise_percent: 30.0, returned: None };
        (said.spikes.latest, said.spikes.count) = (Some(seen), 1);
        let stays = spike(&said).expect("a reason");
        assert!(stays.for_leak && stays.to_string().starts_with("1 spike, none came back;"), "{stays:?}");
        said.spikes.returned = 1;
        let back = spike(&said).expect("a reason");
        assert!(!back.for_leak && back.to_string().starts_with("1 spike, 1 came back;"), "{back:?}");
    }
}
