//! Which conditions hold at a moment.

use crate::analysis::{Assessment, Rule, Status};
use crate::model::{Ceiling, HostMemory};
use crate::units::{ByteRate, Bytes, Span};

use super::{Alert, AlertKind, AlertState};

/// More than this within a minute is rapid growth, in bytes (50 MB).
pub(crate) const RAPID_GROWTH_BYTES: u64 = 50_000_000;
/// Above this the memory of the host is an alert, in per cent.
const HOST_PERCENT: f64 = 80.0;

/// A condition that holds now.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What it is about.
    pub kind: AlertKind,
    /// What was measured.
    pub value: Option<f64>,
    /// What it is held against.
    pub threshold: Option<f64>,
    /// One sentence for people.
    pub message: String,
}

/// What the user may set of the alerts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlertSettings {
    /// Alert above this share of the limit, in per cent.
    pub limit_percent: f64,
}

/// Which conditions make sense for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A process: all of them.
    Process,
    /// A process that has just started, which takes what it needs: no sudden growth.
    Starting,
    /// A pool, which grows when a member joins: only what lasts.
    Pool,
}

/// What an assessment says: holds until the next one.
#[must_use]
pub fn assessment_conditions(scope: Scope, assessment: &Assessment) -> Vec<Condition> {
    let mut findings = Vec::new();
    findings.extend(leak(assessment));
    if scope == Scope::Process {
        findings.extend(spike(assessment));
    }
    if scope != Scope::Pool {
        findings.extend(consistent_growth(assessment));
        findings.extend(high_variance(assessment));
    }
    findings
}

/// What one reading says. `rise_bytes` is the growth within the last minute.
pub fn reading_conditions(
    scope: Scope,
    rise_bytes: u64,
    ceiling: Option<&Ceiling>,
    thresholds: &AlertSettings,
) -> impl Iterator<Item = Condition> + use<> {
    let rise = if scope == Scope::Process { rapid_growth(rise_bytes) } else { None };
    let ceiling = ceiling.filter(|_| scope != Scope::Pool).copied();
    let limit_percent = thresholds.limit_percent;
    rise.into_iter().chain(ceiling.into_iter().flat_map(move |ceiling| limit(ceiling, limit_percent)))
}

/// The conditions of the host.
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
        message: format!(
            "memory of the host is {percent:.0} % full: {} of {} in use",
            Bytes(used),
            Bytes(host.total_bytes)
        ),
    }]
}

fn leak(assessment: &Assessment) -> Option<Condition> {
    if assessment.verdict.status != Status::Leaking {
        return None;
    }
    let message = assessment.verdict.reasons.iter().find(|reason| reason.for_leak).map_or_else(
        || format!("leaking at {}", assessment.growth.rate.map_or_else(|| "?".to_owned(), |r| ByteRate(r).to_string())),
        |reason| format!("leaking: {reason}"),
    );
    Some(Condition {
        kind: AlertKind::Leak,
        value: assessment.growth.rate,
        threshold: Some(assessment.growth.threshold),
        message,
    })
}

/// Says of an alert of a leak that has ended why it is withdrawn; other alerts stay as they are.
pub fn explain_withdrawal(alert: &mut Alert, assessment: &Assessment) {
    if alert.kind != AlertKind::Leak || alert.state != AlertState::Resolved {
        return;
    }
    let verdict = &assessment.verdict;
    let why = verdict.reasons.iter().find(|reason| reason.rule == Rule::Withdrawal);
    let why = why.or_else(|| verdict.reasons.iter().find(|reason| !reason.for_leak));
    let lasted = Span(alert.at.seconds_since(alert.since));
    alert.message = format!("withdrawn after {lasted}, now {}", verdict.status.label());
    if let Some(reason) = why {
        alert.message += &format!(": {reason}");
    }
}

fn spike(assessment: &Assessment) -> Option<Condition> {
    let spike = assessment.spikes.latest.filter(|_| assessment.spikes.active)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rise is not negative; saturates")]
    let rise = Bytes(spike.rise_bytes as u64);
    Some(Condition {
        kind: AlertKind::Spike,
        value: Some(spike.rise_bytes),
        threshold: None,
        message: format!("up by {rise} ({:.0} %) within the spike period", spike.rise_percent),
    })
}

fn rapid_growth(rise_bytes: u64) -> Option<Condition> {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    (rise_bytes > RAPID_GROWTH_BYTES).then(|| Condition {
        kind: AlertKind::RapidGrowth,
        value: Some(rise_bytes as f64),
        threshold: Some(RAPID_GROWTH_BYTES as f64),
        message: format!("up by {} within a minute", Bytes(rise_bytes)),
    })
}

/// Above the limit it is also above the set share of it: that episode goes on.
fn limit(ceiling: Ceiling, limit_percent: f64) -> impl Iterator<Item = Condition> {
    let percent = percent(ceiling.used_bytes, ceiling.limit_bytes);
    let (used, limit) = (Bytes(ceiling.used_bytes), Bytes(ceiling.limit_bytes));
    let above = [(AlertKind::NearLimit, limit_percent), (AlertKind::LimitExceeded, 100.0)];
    above.into_iter().filter(move |&(_, threshold)| percent > threshold).map(move |(kind, threshold)| Condition {
        kind,
        value: Some(percent),
        threshold: Some(threshold),
        message: if percent < 1000.0 {
            format!("{percent:.0} % of the limit: {used} of {limit}")
        } else {
            format!("{:.0} times the limit: {used}, where the limit is {limit}", percent / 100.0)
        },
    })
}

fn consistent_growth(assessment: &Assessment) -> Option<Condition> {
    let evidence = &assessment.consistent_growth;
    evidence.found.then(|| Condition {
        kind: AlertKind::ConsistentGrowth,
        value: evidence.rising_share,
        threshold: None,
        message: format!(
            "the floor keeps rising: {:.0} % of {} blocks are higher than the one before",
            100.0 * evidence.rising_share.unwrap_or(0.0),
            evidence.blocks
        ),
    })
}

fn high_variance(assessment: &Assessment) -> Option<Condition> {
    let evidence = &assessment.variance;
    evidence.high.then(|| Condition {
        kind: AlertKind::HighVariance,
        value: evidence.coefficient_of_variation,
        threshold: None,
        message: format!(
            "memory swings by {:.0} % of its level around the trend",
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
    fn the_limit_is_near_and_then_exceeded() {
        let at = |used_bytes| Ceiling { kind: CeilingKind::User, limit_bytes: 1000, used_bytes };
        let kinds = |ceiling| limit(ceiling, 80.0).map(|finding| finding.kind).collect::<Vec<_>>();
        assert_eq!(kinds(at(800)), []);
        assert_eq!(kinds(at(801)), [AlertKind::NearLimit]);
        assert_eq!(kinds(at(1001)), [AlertKind::NearLimit, AlertKind::LimitExceeded]);
        assert_eq!(kinds(Ceiling { limit_bytes: 0, ..at(1) }), []);
    }

    #[test]
    fn what_is_far_beyond_a_limit_is_told_in_times() {
        let ceiling = Ceiling { kind: CeilingKind::User, limit_bytes: 1, used_bytes: 2_802_893 };
        let messages: Vec<_> = limit(ceiling, 80.0).map(|finding| finding.message).collect();
        assert!(messages.iter().all(|text| text.starts_with("2802893 times the limit: 2.7 MiB")), "{messages:?}");
    }

    #[test]
    fn a_full_host_is_found() {
        let host = |available_bytes| HostMemory { total_bytes: 100, available_bytes };
        assert_eq!(host_conditions(host(20)), []);
        assert_eq!(host_conditions(host(19)).len(), 1);
    }
}
