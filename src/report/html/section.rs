//! One target on the page: its row, its charts, the reasons for its verdict.

use serde::Serialize;

use crate::event::Timeline;
use crate::model::{Counter, CounterUnit, Timestamp};
use crate::schema::{AlertEntry, JobEntry, Resource, Status, Target};
use crate::units::{ByteRate, Bytes, SignedBytes, Span};

use super::causes::{Causes, causes};
use super::chart::{Chart, Fit, Mark, MarkKind};
use super::evidence::{ReasonLine, evidence};
use super::{class, shown};

/// What stands where nothing is known.
const UNKNOWN: &str = "–";
/// Alerts drawn into one chart at most.
const MARKS: usize = 60;

/// What the template shows of a target.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) status: &'static str,
    pub(super) words: String,
    pub(super) name: String,
    pub(super) who: String,
    pid: String,
    pid_known: bool,
    level: String,
    change: String,
    pub(super) rate: String,
    interval: String,
    full_in: String,
    full_in_known: bool,
    facts: String,
    cmdline: Option<String>,
    pub(super) chart: Option<String>,
    kinds: Option<String>,
    legend: Vec<Legend>,
    pub(super) marks: bool,
    pub(super) jobs: bool,
    pub(super) fit: bool,
    data: Data,
    reasons: Vec<ReasonLine>,
    causes: Option<Causes>,
}

#[derive(Debug, Serialize)]
struct Legend {
    class: usize,
    name: &'static str,
    level: String,
}

/// What hovering shows: times in seconds since `start`, which is in milliseconds since 1970; the rest in bytes.
#[derive(Debug, Default, Serialize)]
struct Data {
    start: i64,
    t: Vec<f64>,
    mean: Vec<f64>,
    low: Vec<u64>,
    high: Vec<u64>,
    floor: Vec<f64>,
    kinds: Vec<Values>,
    counts: Vec<Values>,
    marks: Vec<DataMark>,
}

#[derive(Debug, Serialize)]
struct Values {
    n: &'static str,
    v: Vec<Option<u64>>,
}

#[derive(Debug, Serialize)]
struct DataMark {
    t: f64,
    n: String,
}

/// Everything the page says of one target.
pub(super) fn section(
    target: &Target,
    alerts: &[AlertEntry],
    jobs: &[JobEntry],
    timeline: Option<&Timeline>,
) -> Section {
    let growth = &target.growth;
    let per_hour = |rate: Option<f64>| rate.map_or_else(|| UNKNOWN.to_owned(), |rate| ByteRate(rate).to_string());
    let resource = match target.verdict.resource {
        Some(Resource::Fds) => " (open files)",
        Some(Resource::Threads) => " (threads)",
        _ => "",
    };
    let mut out = Section {
        status: class(target.verdict.status),
        words: format!("{}{resource}", target.verdict.status.words()),
        name: shown(&target.name),
        who: who(target),
        pid_known: target.pid.is_some(),
        pid: target.pid.map_or_else(|| UNKNOWN.to_owned(), |pid| pid.to_string()),
        level: target
            .memory
            .counters
            .value(Counter::Rss)
            .map_or_else(|| UNKNOWN.to_owned(), |rss| Bytes(rss).to_string()),
        change: change(target),
        rate: per_hour(growth.rate_bytes_per_s),
        interval: match (growth.ci_low_bytes_per_s, growth.ci_high_bytes_per_s) {
            (Some(low), Some(high)) => format!("{} to {}", ByteRate(low), ByteRate(high)),
            _ => UNKNOWN.to_owned(),
        },
        full_in_known: target.forecast.not_before_seconds.or(target.forecast.likely_by_seconds).is_some(),
        full_in: full_in(target),
        facts: facts(target),
        cmdline: target.cmdline.as_deref().map(shown),
        chart: None,
        kinds: None,
        legend: Vec::new(),
        marks: false,
        jobs: false,
        fit: false,
        data: Data::default(),
        reasons: evidence(target),
        causes: target.attribution.as_ref().map(causes),
    };
    if let Some(timeline) = timeline {
        draw(&mut out, target, alerts, jobs, timeline);
    }
    out
}

fn draw(out: &mut Section, target: &Target, alerts: &[AlertEntry], jobs: &[JobEntry], timeline: &Timeline) {
    let points = timeline.points();
    let Some(chart) = Chart::of(timeline) else { return };
    let start = points[0].at;
    let growth = &target.growth;
    let fit = match (growth.rate_bytes_per_s, growth.ci_low_bytes_per_s, growth.ci_high_bytes_per_s) {
        // where the rate says little, a line would say too much
        (Some(rate), Some(low), Some(high)) if has_line(target.verdict.status) => {
            Some(Fit { rate, low, high, span_s: growth.span_seconds })
        }
        _ => None,
    };
    let fired: Vec<Mark> =
        alerts.iter().filter(|alert| is_of(alert, target)).filter_map(|alert| mark(alert, start)).collect();
    let mut marks = fired[fired.len().saturating_sub(MARKS)..].to_vec();
    out.marks = !marks.is_empty();
    out.jobs = !jobs.is_empty();
    marks.extend(jobs.iter().filter_map(|job| job_mark(job, start)));
    let marks = &marks;
    out.chart = Some(chart.memory(fit, marks, target.forecast.limit_bytes));
    out.fit = fit.is_some();

    let values = |counter: Counter| points.iter().map(|point| point.value(counter)).collect::<Vec<_>>();
    let known = |values: &[Option<u64>]| values.iter().any(|value| value.is_some_and(|value| value > 0));
    let kinds: Vec<(&'static str, Vec<Option<u64>>)> =
        charted(CounterUnit::Bytes).map(|counter| (counter.label(), values(counter))).collect();
    if known(&kinds[0].1) {
        let stacked: Vec<_> = kinds.iter().map(|(_, values)| values.clone()).collect();
        out.kinds = Some(chart.stacked(&stacked));
        out.legend = kinds
            .iter()
            .enumerate()
            .filter(|(_, (_, values))| known(values))
            .map(|(class, (name, values))| Legend {
                class,
                name,
                level: values.last().copied().flatten().map_or_else(String::new, |value| Bytes(value).to_string()),
            })
            .collect();
    }
    let named = |(n, v): (&'static str, Vec<Option<u64>>)| known(&v).then_some(Values { n, v });
    out.data = Data {
        start: start.0,
        mean: points.iter().map(|point| point.mean.round()).collect(),
        low: points.iter().map(|point| point.low()).collect(),
        high: points.iter().map(|point| point.high()).collect(),
        floor: chart.floors,
        t: chart.times,
        kinds: kinds.into_iter().filter_map(named).collect(),
        counts: charted(CounterUnit::Count).filter_map(|counter| named((counter.label(), values(counter)))).collect(),
        marks: marks.iter().map(|mark| DataMark { t: mark.at, n: mark.text.clone() }).collect(),
    };
}

fn has_line(status: Status) -> bool {
    matches!(status, Status::Leaking | Status::Suspect | Status::Stable)
}

fn is_of(alert: &AlertEntry, target: &Target) -> bool {
    alert.pid == target.pid && alert.source == target.source && alert.name.as_ref() == Some(&target.name)
}

/// An alert that begins, as a mark on the axis of time.
fn mark(alert: &AlertEntry, start: Timestamp) -> Option<Mark> {
    if alert.state != "firing" {
        return None;
    }
    Some(Mark {
        at: moment(&alert.timestamp)?.seconds_since(start),
        kind: if alert.severity == "critical" { MarkKind::Critical } else { MarkKind::Alert },
        text: format!("{}: {}", alert.kind.replace('_', " "), shown(&alert.message)),
    })
}

fn job_mark(job: &JobEntry, start: Timestamp) -> Option<Mark> {
    let text = format!(
        "{}: {} before, {} after",
        shown(&job.label),
        Bytes(job.memory_before_bytes),
        Bytes(job.memory_after_bytes)
    );
    Some(Mark { at: moment(&job.timestamp)?.seconds_since(start), kind: MarkKind::Job, text })
}

fn moment(time: &str) -> Option<Timestamp> {
    time.parse::<jiff::Timestamp>().ok().map(|time| Timestamp(time.as_millisecond()))
}

fn who(target: &Target) -> String {
    let mut parts = Vec::new();
    match (target.pid, target.members) {
        (Some(pid), _) => parts.push(format!("pid {pid}")),
        (None, Some(members)) => parts.push(format!("all {members} together")),
        (None, None) => {}
    }
    parts.extend(target.source.as_deref().map(shown));
    if target.ended_at.is_some() {
        parts.push("ended".to_owned());
    }
    parts.join(", ")
}

fn change(target: &Target) -> String {
    let (Some(first), Some(last)) = (target.memory.rss_first_bytes, target.memory.counters.value(Counter::Rss)) else {
        return UNKNOWN.to_owned();
    };
    SignedBytes(i64::try_from(last).unwrap_or(i64::MAX).saturating_sub(i64::try_from(first).unwrap_or(i64::MAX)))
        .to_string()
}

fn full_in(target: &Target) -> String {
    match (target.forecast.not_before_seconds, target.forecast.likely_by_seconds) {
        (None, None) => UNKNOWN.to_owned(),
        (_, Some(late)) if late < 1.0 => "now".to_owned(),
        (Some(early), None) => format!("not before {}", Span(early)),
        (None, Some(late)) => format!("likely by {}", Span(late)),
        (Some(early), Some(late)) => format!("not before {}, likely by {}", Span(early), Span(late)),
    }
}

/// Returns the charted counters of a unit.
fn charted(unit: CounterUnit) -> impl Iterator<Item = Counter> {
    Counter::ALL.into_iter().filter(move |counter| counter.is_charted() && counter.unit() == unit)
}

fn facts(target: &Target) -> String {
    let mut facts = vec![format!("seen for {}, {} samples", Span(target.observed_seconds.round()), target.samples)];
    if target.gaps > 0 {
        facts.push(if target.gaps == 1 { "1 gap".to_owned() } else { format!("{} gaps", target.gaps) });
    }
    if let Some(shape) = &target.verdict.shape {
        facts.push(format!("shape: {}", shape.replace('_', " ")));
    }
    if let Some(confidence) = target.verdict.confidence {
        facts.push(format!("confidence {}", crate::units::confidence(confidence)));
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
