//! Section of one target: its row, its charts and the reasons for its verdict.

use serde::Serialize;

use crate::model::{Counter, CounterUnit, identified};
use crate::report::document::Document;
use crate::schema::{Resource, Target};
use crate::units::{Axis, Bytes, SignedBytes, confidence};

use super::attribution::{AttributionSection, attribution};
use super::chart_data::{Charts, charts};
use super::reasons::{ReasonLine, reasons};
use super::text::{UNKNOWN, class, shown};

/// Data of the template for one target.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub status: &'static str,
    pub verdict: String,
    pub name: String,
    pub identity: String,
    pub rate: String,
    #[serde(flatten)]
    pub finding: FindingLinks,
    #[serde(flatten)]
    row: Row,
    facts: String,
    cmdline: Option<String>,
    #[serde(flatten)]
    pub charts: Charts,
    reasons: Vec<ReasonLine>,
    attribution: Option<AttributionSection>,
}

/// Other targets with the same finding.
#[derive(Debug, Serialize)]
pub(super) struct FindingLinks {
    /// Name of the target that leads the finding, if another one does.
    lead: Option<String>,
    /// Place of that target on the page, from 1.
    pub lead_place: Option<usize>,
    /// Targets that this one leads.
    shown_by: Option<String>,
}

/// Further cells of the row in the table of targets.
#[derive(Debug, Serialize)]
struct Row {
    pid: String,
    has_pid: bool,
    level: String,
    change: String,
    interval: String,
    full_in: String,
    has_forecast: bool,
}

/// Returns the section of a target.
pub(super) fn section(document: &Document<'_>, index: usize) -> Section {
    let target = &document.report.targets[index];
    Section {
        status: class(target.verdict.status),
        verdict: verdict(target),
        name: shown(&identified(&target.title, target.members, None, None)),
        identity: identity(target),
        rate: rate(target),
        finding: finding_links(document, index),
        row: row(target),
        facts: facts(target),
        cmdline: target.cmdline.as_deref().map(shown),
        charts: charts(document, index),
        reasons: reasons(target),
        attribution: target.attribution.as_ref().map(attribution),
    }
}

/// Returns the links of a finding. The page sets the place of the lead.
fn finding_links(document: &Document<'_>, index: usize) -> FindingLinks {
    let targets = &document.report.targets;
    let others: Vec<String> = document.led_by(index).map(|other| shown(&targets[other].describe())).collect();
    FindingLinks {
        lead: document.lead(index).map(|lead| shown(&targets[lead].describe())),
        lead_place: None,
        shown_by: (!others.is_empty()).then(|| others.join(", ")),
    }
}

/// Returns the status, with the resource unless it is memory.
fn verdict(target: &Target) -> String {
    let resource = match target.verdict.resource {
        None | Some(Resource::Memory) => String::new(),
        Some(resource) => format!(" ({})", resource.label()),
    };
    let allowed = if target.allowed.is_some() { ", allowed" } else { "" };
    format!("{}{resource}{allowed}", target.verdict.status.words())
}

fn row(target: &Target) -> Row {
    let growth = &target.growth;
    let axis = Axis::from_name(&growth.axis);
    let rss = target.memory.counters.value(Counter::Rss);
    Row {
        has_pid: target.pid.is_some(),
        pid: target.pid.map_or_else(|| UNKNOWN.to_owned(), |pid| pid.to_string()),
        level: rss.map_or_else(|| UNKNOWN.to_owned(), |rss| Bytes(rss).to_string()),
        change: change(target.memory.rss_first_bytes, rss),
        interval: match (growth.ci_low_bytes_per_s, growth.ci_high_bytes_per_s) {
            (Some(low), Some(high)) => format!("{} to {}", axis.byte_rate(low), axis.byte_rate(high)),
            _ => UNKNOWN.to_owned(),
        },
        has_forecast: target.forecast.not_before_seconds.or(target.forecast.likely_by_seconds).is_some(),
        full_in: full_in(target),
    }
}

fn rate(target: &Target) -> String {
    let axis = Axis::from_name(&target.growth.axis);
    target.growth.rate_bytes_per_s.map_or_else(|| UNKNOWN.to_owned(), |rate| axis.byte_rate(rate))
}

/// Returns the pid or the number of members, the recording, and a note if the target exited.
fn identity(target: &Target) -> String {
    let mut parts = Vec::new();
    match (target.pid, target.members) {
        (Some(pid), _) => parts.push(format!("pid {pid}")),
        (None, Some(members)) => parts.push(format!("{} of {members}", target.kind)),
        (None, None) => {}
    }
    parts.extend(target.source.as_deref().map(shown));
    if target.ended_at.is_some() {
        parts.push("exited".to_owned());
    }
    parts.join(", ")
}

fn change(first: Option<u64>, last: Option<u64>) -> String {
    let (Some(first), Some(last)) = (first.map(signed), last.map(signed)) else { return UNKNOWN.to_owned() };
    SignedBytes(last.saturating_sub(first)).to_string()
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Returns the forecast of the time until the limit is reached.
fn full_in(target: &Target) -> String {
    let span = |seconds| Axis::from_name(&target.growth.axis).span(seconds);
    match (target.forecast.not_before_seconds, target.forecast.likely_by_seconds) {
        (None, None) => UNKNOWN.to_owned(),
        (_, Some(late)) if late < 1.0 => "now".to_owned(),
        (Some(early), None) => format!("{} at the earliest", span(early)),
        (None, Some(late)) => format!("within {}", span(late)),
        (Some(early), Some(late)) => format!("{} to {}", span(early), span(late)),
    }
}

/// Returns further facts on one line.
fn facts(target: &Target) -> String {
    let mut facts = vec![format!(
        "seen for {}, {} samples",
        Axis::from_name(&target.growth.axis).span(target.observed_seconds.round()),
        target.samples
    )];
    if target.gaps > 0 {
        facts.push(if target.gaps == 1 { "1 gap".to_owned() } else { format!("{} gaps", target.gaps) });
    }
    if let Some(shape) = &target.verdict.shape {
        facts.push(format!("shape: {}", shape.replace('_', " ")));
    }
    if let Some(known) = target.verdict.confidence {
        facts.push(format!("confidence {}", confidence(known)));
    }
    if let Some(reason) = &target.allowed {
        facts.push(format!("allowed: {}", shown(reason)));
    }
    if let (Some(kind), Some(limit)) = (&target.forecast.limit_kind, target.forecast.limit_bytes) {
        facts.push(format!("limit: {} ({})", Bytes(limit), kind.replace('_', " ")));
    }
    let counters = &target.memory.counters;
    for counter in [Counter::Pss, Counter::Uss] {
        facts.extend(counters.value(counter).map(|bytes| format!("{} {}", counter.label(), Bytes(bytes))));
    }
    for counter in Counter::ALL.into_iter().filter(|counter| counter.unit() == CounterUnit::Count) {
        facts.extend(counters.value(counter).map(|count| format!("{}: {count}", counter.label())));
    }
    facts.extend(
        target.denied.iter().map(|denied| format!("{} could not be read: it needs {}", denied.counter, denied.right)),
    );
    facts.join(" · ")
}
