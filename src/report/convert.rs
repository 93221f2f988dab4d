//! From what the analysis knows to what a reader of files sees.

use crate::alert::{Alert, AlertState};
use crate::analysis;
use crate::event;
use crate::model::{Ceiling, CeilingKind, CgroupMemory, ProcessKey, Sample};
use crate::outcome::Outcome;
use crate::schema;

/// A verdict as reports call it.
#[must_use]
pub(super) fn status(status: analysis::Status) -> schema::Status {
    match status {
        analysis::Status::Leaking => schema::Status::Leaking,
        analysis::Status::Suspect => schema::Status::Suspect,
        analysis::Status::WarmingUp => schema::Status::WarmingUp,
        analysis::Status::InsufficientData => schema::Status::InsufficientData,
        analysis::Status::Stable => schema::Status::Stable,
    }
}

/// Returns the outcome of a session for the report.
pub(super) fn session_verdict(outcome: &Outcome) -> schema::SessionVerdict {
    schema::SessionVerdict {
        status: status(outcome.status),
        exit_status: outcome.exit.code(),
        summary: outcome.summary.clone(),
    }
}

pub(super) fn resource(resource: analysis::Resource) -> schema::Resource {
    match resource {
        analysis::Resource::Memory => schema::Resource::Memory,
        analysis::Resource::Fds => schema::Resource::Fds,
        analysis::Resource::Threads => schema::Resource::Threads,
    }
}

/// JSON has no number for what is not finite; unknown is null.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

pub(super) fn pid(key: Option<ProcessKey>) -> Option<u32> {
    key.map(|key| key.pid.0)
}

/// Only where the process table told it: a foreign recording does not.
pub(super) fn start_ticks(key: Option<ProcessKey>) -> Option<u64> {
    key.map(|key| key.start.0).filter(|&start| start > 0)
}

pub(super) fn verdict(verdict: &analysis::Verdict) -> schema::VerdictEntry {
    let reasons = verdict.reasons.iter().map(|reason| schema::Reason {
        rule: reason.rule.name().to_owned(),
        for_leak: reason.for_leak,
        value: finite(reason.value),
        threshold: finite(reason.threshold),
        unit: reason.unit.name().to_owned(),
        span_seconds: reason.span_s,
        text: reason.to_string(),
    });
    schema::VerdictEntry {
        status: status(verdict.status),
        resource: verdict.resource.map(resource),
        shape: verdict.shape.map(|shape| shape.name().to_owned()),
        confidence: finite(verdict.confidence),
        reasons: reasons.collect(),
    }
}

pub(super) fn growth(growth: &analysis::Growth) -> schema::Growth {
    schema::Growth {
        rate_bytes_per_s: finite(growth.rate),
        ci_low_bytes_per_s: finite(growth.ci_low),
        ci_high_bytes_per_s: finite(growth.ci_high),
        percent_per_hour: finite(growth.percent_per_hour),
        threshold_bytes_per_s: growth.threshold,
        smallest_detectable_bytes_per_s: finite(growth.smallest_detectable),
        seconds_to_decide: finite(growth.seconds_to_decide),
        span_seconds: growth.span_s,
    }
}

pub(super) fn alert(target: Option<&event::Target>, alert: &Alert) -> schema::AlertEntry {
    schema::AlertEntry {
        timestamp: alert.at.to_string(),
        kind: alert.kind.name().to_owned(),
        state: match alert.state {
            AlertState::Firing => "firing",
            AlertState::Resolved => "resolved",
        }
        .to_owned(),
        severity: alert.kind.severity().name().to_owned(),
        pid: target.and_then(|target| pid(target.key)),
        name: target.map(|target| target.label.name.clone()),
        source: target.and_then(|target| target.source.clone()),
        since: alert.since.to_string(),
        value: finite(alert.value),
        threshold: finite(alert.threshold),
        message: alert.message.clone(),
    }
}

pub(super) fn sample_line(target: &event::Target, sample: &Sample) -> schema::SampleLine {
    schema::SampleLine {
        timestamp: sample.at.to_string(),
        pid: pid(target.key),
        name: target.label.name.clone(),
        counters: schema::CounterValues(sample.reading),
        start_ticks: start_ticks(target.key),
        program: target.key.map(|_| target.program),
    }
}

pub(super) fn target(target: &event::Target) -> schema::Target {
    let known = &target.assessment;
    let (kind, members) = match target.kind {
        event::TargetKind::Process => ("process", None),
        event::TargetKind::Pool { members } => ("pool", Some(members)),
        event::TargetKind::Selection { members } => ("selection", Some(members)),
        event::TargetKind::Cgroup { members } => ("cgroup", Some(members)),
    };
    schema::Target {
        kind: kind.to_owned(),
        members,
        pid: pid(target.key),
        name: target.label.name.clone(),
        cmdline: Some(target.label.cmdline.clone()).filter(|text| !text.is_empty()),
        source: target.source.clone(),
        first_seen: target.lifetime.first_seen.to_string(),
        last_seen: target.lifetime.last_seen.to_string(),
        ended_at: target.lifetime.ended.map(|at| at.to_string()),
        age_seconds: finite(target.lifetime.age_s.map(|age| (age * 1000.0).round() / 1000.0)),
        observed_seconds: known.observed_s,
        samples: known.samples,
        gaps: known.gaps,
        verdict: verdict(&known.verdict),
        growth: growth(&known.growth),
        spikes: spikes(&known.spikes),
        variance: variance(&known.variance),
        consistent_growth: consistent_growth(&known.consistent_growth),
        forecast: forecast(target.current.ceiling.as_ref(), &known.forecast),
        memory: memory(target),
        cgroup: target.current.cgroup.as_deref().map(cgroup),
        attribution: super::convert_attribution::attribution(target),
        resources: known.resources.iter().map(resource_entry).collect(),
        denied: denied(target),
        allowed: None,
    }
}

pub(super) fn retired(retired: &event::RetiredSummary) -> schema::FoldedEntry {
    schema::FoldedEntry {
        name: retired.name.clone(),
        count: retired.count,
        alarming: retired.alarming,
        rss_max_bytes: retired.rss_max,
    }
}

fn spikes(spikes: &analysis::Spikes) -> schema::Spikes {
    schema::Spikes {
        count: spikes.count,
        returned: spikes.returned,
        largest_rise_bytes: finite(spikes.largest_rise_bytes),
        latest: spikes.latest.map(|spike| schema::Spike {
            at: spike.at.to_string(),
            rise_bytes: spike.rise_bytes,
            rise_percent: spike.rise_percent,
            returned: spike.returned,
        }),
    }
}

fn variance(variance: &analysis::Variance) -> schema::Variance {
    schema::Variance {
        spread_bytes: finite(variance.spread_bytes),
        coefficient_of_variation: finite(variance.coefficient_of_variation),
        cycle_seconds: finite(variance.cycle_s),
        swing_bytes: finite(variance.swing_bytes),
        high: variance.high,
    }
}

fn consistent_growth(evidence: &analysis::ConsistentGrowth) -> schema::ConsistentGrowth {
    schema::ConsistentGrowth {
        blocks: evidence.blocks,
        rising_share: finite(evidence.rising_share),
        tau: finite(evidence.tau),
        p_value: finite(evidence.p_value),
        longest_run: evidence.longest_run,
        found: evidence.found,
    }
}

/// The name of a limit in reports.
pub(super) fn ceiling_kind(kind: CeilingKind) -> &'static str {
    match kind {
        CeilingKind::User => "user",
        CeilingKind::CgroupMax => "cgroup_max",
        CeilingKind::CgroupHigh => "cgroup_high",
        CeilingKind::Rlimit => "rlimit",
        CeilingKind::Host => "host",
    }
}

fn forecast(ceiling: Option<&Ceiling>, forecast: &analysis::Forecast) -> schema::Forecast {
    schema::Forecast {
        limit_kind: ceiling.map(|ceiling| ceiling_kind(ceiling.kind).to_owned()),
        limit_bytes: ceiling.map(|ceiling| ceiling.limit_bytes),
        used_bytes: ceiling.map(|ceiling| ceiling.used_bytes),
        not_before_seconds: finite(forecast.not_before_s),
        likely_by_seconds: finite(forecast.likely_by_s),
    }
}

fn memory(target: &event::Target) -> schema::Memory {
    let level = &target.assessment.rss;
    schema::Memory {
        rss_first_bytes: level.first(),
        rss_min_bytes: level.min(),
        rss_max_bytes: level.max(),
        counters: schema::CounterValues(target.current.reading),
    }
}

fn cgroup(group: &CgroupMemory) -> schema::Cgroup {
    schema::Cgroup {
        current_bytes: group.current,
        working_set_bytes: group.working_set(),
        anon_bytes: group.anon,
        file_bytes: group.file,
        shmem_bytes: group.shmem,
        inactive_file_bytes: group.inactive_file,
        swap_bytes: group.swap,
        max_bytes: group.max,
        high_bytes: group.high,
        oom_kills: group.oom_kills,
    }
}

fn resource_entry(known: &analysis::ResourceAssessment) -> schema::ResourceEntry {
    schema::ResourceEntry {
        resource: resource(known.resource),
        status: status(known.status),
        shape: known.shape.map(|shape| shape.name().to_owned()),
        rate_per_s: finite(known.growth.rate),
        ci_low_per_s: finite(known.growth.ci_low),
        ci_high_per_s: finite(known.growth.ci_high),
        threshold_per_s: known.growth.threshold,
        first: known.level.first(),
        last: known.level.last(),
        min: known.level.min(),
        max: known.level.max(),
    }
}

fn denied(target: &event::Target) -> Vec<schema::DeniedEntry> {
    let entry = |&(counter, right): &(crate::model::Counter, &'static str)| schema::DeniedEntry {
        counter: counter.column().to_owned(),
        right: right.to_owned(),
    };
    target.current.denied.iter().map(entry).collect()
}
