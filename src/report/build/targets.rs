//! Targets with everything that is known of them.

use crate::analysis;
use crate::event;
use crate::model::{Ceiling, CeilingKind, CgroupMemory};
use crate::schema;

use super::attribution::attribution;
use super::numbers::finite;
use super::samples::pid;
use super::verdict::{growth, resource, status, verdict};

/// Returns a target.
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
        title: target.label.title(),
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
        cgroup: target.current.cgroup.as_deref().map(|known| cgroup(known.memory())),
        attribution: attribution(target),
        lives: lives(target),
        resources: known.resources.iter().map(resource_entry).collect(),
        denied: denied(target),
        allowed: None,
    }
}

/// Returns the lives of the service of a target.
fn lives(target: &event::Target) -> Option<schema::Lives> {
    let verdict = target.judge_lives(&target.assessment)?;
    Some(schema::Lives {
        count: verdict.lives as u64,
        leaking: verdict.leaking as u64,
        status: verdict.status.map(status),
        rate_bytes_per_s: finite(verdict.rate),
        spread_bytes_per_s: finite(verdict.spread),
        p_value: verdict.p_value,
        limit_bytes: verdict.limit_bytes,
        text: verdict.sentence(),
        finished: target.earlier_lives().iter().map(life).collect(),
    })
}

fn life(life: &analysis::Life) -> schema::LifeEntry {
    schema::LifeEntry {
        first_seen: life.began.to_string(),
        last_seen: life.ended.to_string(),
        start_bytes: life.start_bytes,
        end_bytes: life.end_bytes,
        rate_bytes_per_s: life.rate,
        status: status(life.status),
        leaks: life.leaks,
        limit_bytes: life.limit_bytes,
    }
}

/// Returns the count of retired targets of one name.
pub(super) fn retired(retired: &event::RetiredSummary) -> schema::RetiredEntry {
    schema::RetiredEntry {
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
        noise_bytes: finite(variance.noise_bytes),
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

/// Returns the name of a memory limit.
fn ceiling_kind(kind: CeilingKind) -> &'static str {
    match kind {
        CeilingKind::User => "user",
        CeilingKind::Recording => "recording",
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
    let mut entries = Vec::new();
    for &(counter, right) in &target.current.denied {
        entries.push(schema::DeniedEntry { counter: counter.column().to_owned(), right: right.to_owned() });
    }
    entries
}
