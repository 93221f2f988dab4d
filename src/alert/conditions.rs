//! Conditions of a target or of the host that make an alert.

use crate::analysis::{Assessment, Rule, Status};
use crate::model::{Ceiling, HostMemory};
use crate::units::{Bytes, Span};

use super::kind::AlertKind;

/// Longest period of a rapid growth, in seconds.
pub const MINUTE_S: f64 = 60.0;
/// Growth within a minute above which it is rapid, in bytes (50 MB).
const RAPID_GROWTH_BYTES: f64 = 50e6;
/// Share of the limit above which an alert fires, in per cent.
const LIMIT_PERCENT: f64 = 80.0;
/// Least observation before a leak alert fires during a session, in seconds: an hour, as for a verdict without an end.
const LEAK_OBSERVATION_S: f64 = 3600.0;
/// Share of the host's memory above which it is an alert, in per cent.
const HOST_PERCENT: f64 = 80.0;
/// Share of the limit from which it is shown as a multiple, in per cent.
const MULTIPLE_PERCENT: f64 = 1000.0;

/// A condition that holds now.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Kind of the alert that it makes.
    pub kind: AlertKind,
    /// Measured value.
    pub value: Option<f64>,
    /// Threshold of the value.
    pub threshold: Option<f64>,
    /// One sentence for people, without a full stop.
    pub message: String,
}

/// Rules for alerts of sudden growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertRules {
    /// Growth counts after the start of a process, above its earlier highest level, and once for a service.
    Standard,
    /// Growth of any process counts each time, as in monitors of fixed thresholds.
    Classic,
}

/// Settings of the alerts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlertSettings {
    /// Share of the limit above which an alert fires, in per cent.
    pub limit_percent: f64,
    /// Growth within a minute above which an alert fires, in bytes.
    pub rapid_growth_bytes: f64,
    /// Least observation before a leak alert fires during a session, in seconds. At its end none is needed.
    pub leak_observation_s: f64,
    /// Rules for sudden growth.
    pub rules: AlertRules,
}

impl Default for AlertSettings {
    /// Returns the defaults of the command line.
    fn default() -> Self {
        Self {
            limit_percent: LIMIT_PERCENT,
            rapid_growth_bytes: RAPID_GROWTH_BYTES,
            leak_observation_s: LEAK_OBSERVATION_S,
            rules: AlertRules::Standard,
        }
    }
}

/// The set of conditions that apply to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A process: all of them.
    Process,
    /// A process that just started and allocates its working set: no sudden growth.
    Starting,
    /// A pool, which grows when a member joins: only lasting conditions.
    Pool,
}

/// Returns the conditions of an assessment. They hold until the next one.
#[must_use]
pub fn assessment_conditions(scope: Scope, assessment: &Assessment, settings: &AlertSettings) -> Vec<Condition> {
    let mut conditions = Vec::new();
    conditions.extend(suspicion(assessment));
    conditions.extend(leak(assessment));
    if scope == Scope::Process {
        conditions.extend(spike(assessment, settings.rules));
    }
    if scope != Scope::Pool {
        conditions.extend(consistent_growth(assessment));
        conditions.extend(high_variance(assessment));
    }
    conditions
}

/// Returns the conditions of one reading. `rise_bytes` is the growth within the last minute, or within the `seen_s` seconds
/// of a shorter watch.
pub fn reading_conditions(
    scope: Scope,
    rise_bytes: u64,
    seen_s: f64,
    ceiling: Option<&Ceiling>,
    settings: &AlertSettings,
) -> impl Iterator<Item = Condition> + use<> {
    let rise =
        if scope == Scope::Process { rapid_growth(rise_bytes, seen_s, settings.rapid_growth_bytes) } else { None };
    let ceiling = ceiling.filter(|_| scope != Scope::Pool).copied();
    let limit_percent = settings.limit_percent;
    rise.into_iter().chain(ceiling.into_iter().flat_map(move |ceiling| limit(ceiling, limit_percent)))
}

/// Returns the conditions of the host.
#[must_use]
pub fn host_conditions(host: HostMemory) -> Vec<Condition> {
    let used = host.total_bytes.saturating_sub(host.available_bytes);
    let percent = percent(used, host.total_bytes);
    if percent <= HOST_PERCENT {
        return Vec::new();
    }
    vec![Condition {
        kind: AlertKind::HostMemory,
        value: Some(percent),
        threshold: Some(HOST_PERCENT),
        message: format!("host memory is {percent:.0} % full: {} of {} in use", Bytes(used), Bytes(host.total_bytes)),
    }]
}

/// Returns the message of a leak alert that resolved after `lasted_s` seconds, with the reason for its withdrawal.
pub(super) fn withdrawal_message(lasted_s: f64, assessment: &Assessment) -> String {
    let verdict = &assessment.verdict;
    let withdrawal = verdict.reasons.iter().find(|reason| reason.rule == Rule::Withdrawal);
    let reason = withdrawal.or_else(|| verdict.reasons.iter().find(|reason| !reason.for_leak));
    let message = format!("withdrawn after {}, now {}", assessment.growth.axis.span(lasted_s), verdict.status.label());
    reason.map_or(message.clone(), |reason| format!("{message}: {reason}"))
}

/// Returns the condition of a target that may leak. It also holds for a leak, whose alert covers it.
fn suspicion(assessment: &Assessment) -> Option<Condition> {
    (assessment.verdict.status >= Status::Suspect).then(|| growth(AlertKind::Suspect, assessment))
}

fn leak(assessment: &Assessment) -> Option<Condition> {
    (assessment.verdict.status == Status::Leaking).then(|| growth(AlertKind::Leak, assessment))
}

/// Returns the condition of a verdict on growth, with its first reason.
fn growth(kind: AlertKind, assessment: &Assessment) -> Condition {
    let reason = assessment.verdict.reasons.iter().find(|reason| reason.for_leak).map(ToString::to_string);
    let rate = || assessment.growth.rate.map(|rate| assessment.growth.axis.byte_rate(rate));
    Condition {
        kind,
        value: assessment.growth.rate,
        threshold: Some(assessment.growth.threshold),
        message: reason.or_else(rate).unwrap_or_else(|| "memory grows".to_owned()),
    }
}

fn spike(assessment: &Assessment, rules: AlertRules) -> Option<Condition> {
    let spikes = &assessment.spikes;
    let counts = spikes.active && (spikes.is_new_high || rules == AlertRules::Classic);
    let spike = spikes.latest.filter(|_| counts)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rise is not negative; saturates")]
    let rise = Bytes(spike.rise_bytes as u64);
    Some(Condition {
        kind: AlertKind::Spike,
        value: Some(spike.rise_bytes),
        threshold: None,
        message: format!("memory rose by {rise} ({:.0} %) within the spike period", spike.rise_percent),
    })
}

fn rapid_growth(rise_bytes: u64, seen_s: f64, threshold: f64) -> Option<Condition> {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    let rise = rise_bytes as f64;
    (rise > threshold).then(|| Condition {
        kind: AlertKind::RapidGrowth,
        value: Some(rise),
        threshold: Some(threshold),
        message: format!("memory rose by {} within {}", Bytes(rise_bytes), Span(seen_s.min(MINUTE_S).round())),
    })
}

/// Returns both conditions above the limit: the episode of the one near it continues.
fn limit(ceiling: Ceiling, limit_percent: f64) -> impl Iterator<Item = Condition> {
    let percent = percent(ceiling.used_bytes, ceiling.limit_bytes);
    let (used, limit) = (Bytes(ceiling.used_bytes), Bytes(ceiling.limit_bytes));
    let above = [(AlertKind::NearLimit, limit_percent), (AlertKind::LimitExceeded, 100.0)];
    above.into_iter().filter(move |&(_, threshold)| percent > threshold).map(move |(kind, threshold)| Condition {
        kind,
        value: Some(percent),
        threshold: Some(threshold),
        message: if percent < MULTIPLE_PERCENT {
            format!("memory is at {percent:.0} % of its limit: {used} of {limit}")
        } else {
            format!("memory is at {:.0} times its limit: {used}, limit {limit}", percent / 100.0)
        },
    })
}

fn consistent_growth(assessment: &Assessment) -> Option<Condition> {
    let evidence = &assessment.consistent_growth;
    evidence.found.then(|| Condition {
        kind: AlertKind::ConsistentGrowth,
        value: evidence.rising_share,
        threshold: None,
        message: format!("the floor of memory rose in {} of {} blocks", evidence.rising(), evidence.steps()),
    })
}

fn high_variance(assessment: &Assessment) -> Option<Condition> {
    let evidence = &assessment.variance;
    evidence.high.then(|| Condition {
        kind: AlertKind::HighVariance,
        value: evidence.coefficient_of_variation,
        threshold: None,
        message: format!(
            "memory varies by {:.0} % of its level around the trend",
            100.0 * evidence.coefficient_of_variation.unwrap_or(0.0)
        ),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a share of sizes far below 2^53")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CeilingKind;

    #[test]
    fn a_rise_names_the_length_of_a_watch_below_a_minute() {
        let settings = AlertSettings::default();
        let message = |seen_s| {
            let mut found = reading_conditions(Scope::Process, 60_000_000, seen_s, None, &settings);
            found.next().expect("a rapid growth").message
        };
        assert!(message(13.2).ends_with(" within 13 s"), "{}", message(13.2));
        assert!(message(500.0).ends_with(" within 1 min"), "{}", message(500.0));
    }

    #[test]
    fn the_limit_is_near_and_then_exceeded() {
        let at = |used_bytes| Ceiling { kind: CeilingKind::User, limit_bytes: 1000, used_bytes };
        let kinds = |ceiling| limit(ceiling, 80.0).map(|condition| condition.kind).collect::<Vec<_>>();
        assert_eq!(kinds(at(800)), []);
        assert_eq!(kinds(at(801)), [AlertKind::NearLimit]);
        assert_eq!(kinds(at(1001)), [AlertKind::NearLimit, AlertKind::LimitExceeded]);
        assert_eq!(kinds(Ceiling { limit_bytes: 0, ..at(1) }), []);
    }

    #[test]
    fn memory_far_above_a_limit_is_shown_as_a_multiple() {
        let ceiling = Ceiling { kind: CeilingKind::User, limit_bytes: 1, used_bytes: 2_802_893 };
        let messages: Vec<_> = limit(ceiling, 80.0).map(|condition| condition.message).collect();
        assert!(
            messages.iter().all(|text| text.starts_with("memory is at 2802893 times its limit: 2.7 MiB")),
            "{messages:?}"
        );
    }

    #[test]
    fn a_full_host_is_a_condition() {
        let host = |available_bytes| HostMemory { total_bytes: 100, available_bytes };
        assert_eq!(host_conditions(host(20)), []);
        assert_eq!(host_conditions(host(19)).len(), 1);
    }
}
