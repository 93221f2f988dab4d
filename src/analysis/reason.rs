//! Why a verdict is as it is: values held against thresholds, each with a sentence for the owner of the service.

use crate::units::{ByteRate, Bytes, Span};

use super::curve::Curve;
use super::evidence::{Assessment, Reason, Resource, Rule, Status};
use super::judgement::Channel;
use super::materiality::Materiality;
use super::maturity::LEAST;
use super::series::{Finding, HeldBack};
use super::settings::Settings;

/// A rate as people read it.
fn rate(resource: Resource, per_second: f64) -> String {
    match resource {
        Resource::Memory => ByteRate(per_second).to_string(),
        Resource::Fds => format!("{:+.1} descriptors/h", per_second * 3600.0),
        Resource::Threads => format!("{:+.1} threads/h", per_second * 3600.0),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, saturates")]
fn size(bytes: f64) -> Bytes {
    Bytes(bytes.max(0.0).round() as u64)
}

/// The reasons for the verdict that `finding` led to, the strongest first. `said` has the evidence of the analyses.
pub(super) fn reasons(finding: &Finding, resource: Resource, settings: &Settings, said: &Assessment) -> Vec<Reason> {
    let mut out = Vec::new();
    out.extend(withdrawal(finding));
    out.extend(growth(finding, resource, said.observed_s));
    out.extend(materiality(finding));
    out.extend(shape(finding));
    out.extend(held_back(finding, settings, said));
    out.extend(undecided(finding, resource, settings, said));
    if resource == Resource::Memory {
        out.extend(consistent_growth(said));
        out.extend(variance(said));
        out.extend(spike(said));
    }
    out
}

fn growth(finding: &Finding, resource: Resource, observed_s: f64) -> Option<Reason> {
    let j = finding.judgement.as_ref()?;
    let for_leak = j.low > finding.threshold;
    let verb = match (j.low > 0.0, j.high < finding.threshold) {
        (true, false) => "grows",
        (_, true) => "does not grow by more than the threshold",
        _ => "may or may not grow",
    };
    let what = match resource {
        Resource::Memory => "memory",
        Resource::Fds => "the number of open files",
        Resource::Threads => "the number of threads",
    };
    Some(Reason {
        rule: Rule::GrowthRate,
        for_leak,
        value: Some(j.rate),
        threshold: Some(finding.threshold),
        unit: if resource == Resource::Memory { "bytes/s" } else { "per second" },
        span_s: j.span,
        text: format!(
            "{what} {verb}: {} over the last {} (95 % interval {} to {}), held against a threshold of {}",
            rate(resource, j.rate),
            // blocks of samples reach half a sample beyond the first and the last one
            Span(j.span.min(observed_s).round()),
            rate(resource, j.low),
            rate(resource, j.high),
            rate(resource, finding.threshold),
        ),
    })
}

fn materiality(finding: &Finding) -> Option<Reason> {
    let m = finding.materiality?;
    Some(Reason {
        rule: Rule::Materiality,
        for_leak: true,
        value: Some(m.whole),
        threshold: Some(Materiality::LEAST),
        unit: "ratio",
        span_s: finding.judgement.as_ref().map_or(0.0, |j| j.span),
        text: format!(
            "the floor rose by {:.0} % of what the process holds, and by as much as {:.0} % at the pace of the later half",
            100.0 * m.whole,
            100.0 * m.late
        ),
    })
}

fn shape(finding: &Finding) -> Option<Reason> {
    let j = finding.judgement.as_ref()?;
    let text = match (j.slowing, j.grows, j.curve) {
        (true, ..) => "the growth slows down: a curve that settles explains it as well as one that goes on".to_owned(),
        (_, true, Curve::Plain) if j.channel == Channel::Floors => {
            "what is left after each low keeps rising in a straight line".to_owned()
        }
        (_, true, Curve::Plain) => "a straight line explains the growth better than any curve that settles".to_owned(),
        (_, true, Curve::Quadratic) => "the growth accelerates".to_owned(),
        (_, true, _) => "after an earlier change the growth goes on to the end".to_owned(),
        (_, false, Curve::Step(_)) => "one step explains the change".to_owned(),
        (_, false, _) => "no growing curve explains the series better than a level that stays".to_owned(),
    };
    Some(Reason {
        rule: Rule::Shape,
        for_leak: j.grows && !j.slowing,
        value: Some(j.lead),
        threshold: Some(0.0),
        unit: "log likelihood",
        span_s: j.span,
        text,
    })
}

fn held_back(finding: &Finding, settings: &Settings, said: &Assessment) -> Option<Reason> {
    let span = finding.judgement.as_ref().map_or(said.observed_s, |j| j.span);
    let (rule, value, threshold, unit, text) = match finding.held_back? {
        HeldBack::Observation => {
            (Rule::Observation, span, settings.min_observation_s, "s", awaited(finding, settings, said))
        }
        HeldBack::StartUp => (
            Rule::Observation,
            said.samples as f64,
            finding.required,
            "count",
            format!(
                "{:.0} % of what it holds came in since the first sample: to tell a leak from a start-up, {:.0} samples are needed and {} are there",
                100.0 * finding.share,
                finding.required,
                said.samples
            ),
        ),
        HeldBack::TooFew => (
            Rule::Observation,
            said.samples as f64,
            LEAST,
            "count",
            format!("growth is likely: to prove it, {LEAST} samples are needed and {} are there", said.samples),
        ),
        HeldBack::Persistence => (
            Rule::Persistence,
            finding.judgement.as_ref().map_or(0.0, |j| j.deviate),
            2.0,
            "z",
            "growth is likely, but not proved at two looks in a row".to_owned(),
        ),
    };
    Some(Reason { rule, for_leak: false, value: Some(value), threshold: Some(threshold), unit, span_s: span, text })
}

/// What growth that is proved still has to do. The length of a newest part of the past is no count-down: it is cut anew
/// with every look, and was not what was asked for.
fn awaited(finding: &Finding, settings: &Settings, said: &Assessment) -> String {
    let needed = Span(settings.min_observation_s);
    let left = (settings.min_observation_s - said.observed_s).round();
    match (left > 0.0, finding.suffix) {
        (true, _) => format!("growth must be seen for {needed} to be called a leak: {} to go at least", Span(left)),
        (false, true) => format!("it began to grow only lately: it must go on for {needed} to be called a leak"),
        (false, false) => format!("growth must be seen for {needed} to be called a leak"),
    }
}

fn undecided(finding: &Finding, resource: Resource, settings: &Settings, said: &Assessment) -> Option<Reason> {
    if finding.status != Status::InsufficientData {
        return None;
    }
    let g = &said.growth;
    let longer = g.seconds_to_decide.unwrap_or(0.0).max(settings.min_observation_s - said.observed_s).max(0.0);
    let text = match (&finding.judgement, g.visible()) {
        // a leak at the threshold would be seen by now; noise keeps the interval from excluding one
        (Some(j), Some(_)) if longer == 0.0 => format!(
            "undecided: no growth is proved, but up to {} is not excluded and {} would matter",
            rate(resource, j.high),
            rate(resource, finding.threshold)
        ),
        (Some(_), Some(least)) => format!(
            "too little to tell: growth below {} could not have been seen; about {} more until {} can be",
            rate(resource, least),
            Span(longer),
            rate(resource, finding.threshold)
        ),
        (None, Some(least)) => format!(
            "too little to tell: it did not move, but growth below {} could not have been seen over {}; about {} more until {} can be",
            rate(resource, least),
            Span(said.observed_s),
            Span(g.seconds_to_decide.unwrap_or(0.0)),
            rate(resource, finding.threshold)
        ),
        (_, None) if finding.samples == 0 && said.samples > 0 => {
            "too little to tell: its memory was never read".to_owned()
        }
        (_, None) if (finding.samples as f64) < LEAST => format!(
            "too little to tell: {} of the {LEAST} samples that are needed at least, over {}",
            finding.samples,
            Span(said.observed_s)
        ),
        (_, None) => format!("too little to tell: {} samples, over {}", finding.samples, Span(said.observed_s)),
    };
    Some(Reason {
        rule: Rule::Observation,
        for_leak: false,
        value: g.visible(),
        threshold: Some(finding.threshold),
        unit: if resource == Resource::Memory { "bytes/s" } else { "per second" },
        span_s: said.observed_s,
        text,
    })
}

fn withdrawal(finding: &Finding) -> Option<Reason> {
    let ago = finding.stopped?;
    Some(Reason {
        rule: Rule::Withdrawal,
        for_leak: false,
        value: Some(ago),
        threshold: None,
        unit: "s",
        span_s: ago,
        text: format!("it grew like a leak until about {} ago, and has settled since", Span(ago)),
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
        unit: "p",
        span_s: said.observed_s.min(said.growth.span_s.max(0.0)),
        text: format!(
            "{:.0} % of {} floors are above the one before, the longest run is {} (rank trend {:+.2}, p {})",
            100.0 * share,
            c.blocks,
            c.longest_run,
            c.tau.unwrap_or(0.0),
            if p < 0.001 { "< 0.001".to_owned() } else { format!("= {p:.3}") }
        ),
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
        unit: "ratio",
        span_s: said.observed_s,
        text: format!("it moves up and down by {} about every {}", size(swing), Span(cycle)),
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
        unit: "bytes",
        span_s: said.observed_s,
        text: format!(
            "{} {}, {} came back; the latest rose by {}",
            s.count,
            if s.count == 1 { "spike" } else { "spikes" },
            if s.returned == 0 { "none".to_owned() } else { s.returned.to_string() },
            size(latest.rise_bytes)
        ),
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
        let settings = Settings::for_tests();
        let mut said = Tracker::new(&settings, None).assess(&settings, None);
        let seen = Spike { at: Timestamp(0), rise_bytes: 8e6, rise_percent: 30.0, returned: None };
        (said.spikes.latest, said.spikes.count) = (Some(seen), 1);
        let stays = spike(&said).expect("a reason");
        assert!(stays.for_leak && stays.text.starts_with("1 spike, none came back;"), "{stays:?}");
        said.spikes.returned = 1;
        let back = spike(&said).expect("a reason");
        assert!(!back.for_leak && back.text.starts_with("1 spike, 1 came back;"), "{back:?}");
    }
}
