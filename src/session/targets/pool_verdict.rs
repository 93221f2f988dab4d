//! Evidence that a pool gives about its members: recycled workers do not make a service grow, and pages that a fork shares
//! are counted for each process.

use crate::analysis::{Assessment, Forecast, Reason, Resource, Rule, Status, Unit};
use crate::event::{Target, TargetKind};
use crate::model::{CeilingKind, Counter};
use crate::units::Bytes;

use super::pools::Pool;

/// Factor by which a pool must have been observed longer than its member to be evidence.
const LONGER: f64 = 2.0;
/// Part of the growth of a member below which the growth of its pool is not caused by it.
const SLOWER: f64 = 0.5;
/// Ratio of PSS to RSS below which much memory is shared.
const SHARED: f64 = 0.75;

/// Weakens the assessment of a member, or explains that of a sum, by the other processes.
pub(super) fn compare_with_pool(target: &Target, pool: Option<(&Pool, &Target)>, assessment: &mut Assessment) {
    let verdict = &assessment.verdict;
    if verdict.status >= Status::Suspect
        && verdict.resource == Some(Resource::Memory)
        && let Some((status, reason)) = pool_reason(target, pool, assessment)
    {
        assessment.verdict.status = status;
        assessment.verdict.reasons.push(reason);
    }
    if let Some((_, pool)) = pool
        && let Some(forecast) = earlier_forecast(target, pool, &assessment.forecast)
    {
        assessment.forecast = forecast;
    }
}

/// Returns the status and the reason that the other processes add to the assessment of a suspected target.
fn pool_reason(target: &Target, pool: Option<(&Pool, &Target)>, assessment: &Assessment) -> Option<(Status, Reason)> {
    match target.kind {
        TargetKind::Process => {
            let (pool, sum) = pool?;
            Some((Status::Suspect, recycled_reason(pool, sum, assessment)?))
        }
        TargetKind::Pool { .. } | TargetKind::Selection { .. } => {
            Some((assessment.verdict.status, sharing_reason(target)?))
        }
        TargetKind::Cgroup { .. } => None,
    }
}

/// Returns the reason for which a growing member is no leak of its pool. The pool was observed much longer, all of its members
/// were replaced meanwhile, and it does not grow with the member.
fn recycled_reason(pool: &Pool, sum: &Target, member: &Assessment) -> Option<Reason> {
    let TargetKind::Pool { members } = sum.kind else { return None };
    let known = &sum.assessment;
    let is_slower = known.growth.ci_high.zip(member.growth.ci_low).is_some_and(|(all, one)| all < SLOWER * one);
    let is_evidence = known.verdict.status < Status::Suspect
        && (is_slower || known.verdict.status == Status::Stable)
        && known.observed_s >= LONGER * member.observed_s
        && pool.exits() >= members;
    is_evidence.then(|| Reason {
        rule: Rule::Pool,
        for_leak: false,
        value: known.growth.rate,
        threshold: Some(known.growth.threshold),
        unit: Unit::BytesPerSecond,
        span_s: known.observed_s,
        wording: format!("recycled worker: the pool of {members} does not grow, and earlier members were replaced")
            .into(),
    })
}

/// Returns the forecast of the pool if it is earlier than that of its member: both fill the host, the pool no later.
///
/// The latest times are compared. The earliest one of a noisy sum is early because of its noise, not of its growth.
fn earlier_forecast(member: &Target, pool: &Target, own: &Forecast) -> Option<Forecast> {
    if !fills_host(pool) || !fills_host(member) {
        return None;
    }
    let of_pool = pool.assessment.forecast;
    let is_earlier = of_pool.likely_by_s.zip(own.likely_by_s).is_some_and(|(pool, own)| pool < own);
    is_earlier.then_some(of_pool)
}

/// True if the host is the ceiling of a target.
fn fills_host(target: &Target) -> bool {
    target.current.ceiling.is_some_and(|found| found.kind == CeilingKind::Host)
}

/// Returns a warning if the members of a sum share much memory: RSS counts shared pages for each of them.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn sharing_reason(sum: &Target) -> Option<Reason> {
    let (pss, rss) = (sum.current.reading.value(Counter::Pss)?, sum.current.reading.value(Counter::Rss)?);
    ((pss as f64) < SHARED * rss as f64).then(|| Reason {
        rule: Rule::Pool,
        for_leak: false,
        value: Some(pss as f64),
        threshold: Some(rss as f64),
        unit: Unit::Bytes,
        span_s: 0.0,
        wording: format!(
            "shared pages: RSS sums to {}, PSS to {}; each fork adds to RSS, not to PSS",
            Bytes(rss),
            Bytes(pss)
        )
        .into(),
    })
}
