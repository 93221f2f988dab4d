//! Charts of one target with their legend, marks and tooltips.

use serde::Serialize;

use crate::event::{Point, Timeline};
use crate::model::{Counter, CounterUnit, Timestamp};
use crate::report::document::Document;
use crate::schema::{AlertEntry, Growth, JobEntry, Status, Target};
use crate::units::{Axis, Bytes};

use super::chart::{Chart, Fit, Mark, MarkKind};
use super::text::shown;

/// Largest number of alerts in one chart.
const MARKS: usize = 60;

/// Charts of one target.
#[derive(Debug, Default, Serialize)]
pub(super) struct Charts {
    /// Memory over time, as SVG; `None` if the target was not sampled twice.
    pub chart: Option<String>,
    /// Memory by kind over time, as SVG.
    kinds: Option<String>,
    legend: Vec<LegendEntry>,
    /// True if alerts are drawn.
    pub marks: bool,
    /// True if jobs are drawn.
    pub jobs: bool,
    /// True if the fitted rate is drawn.
    pub fit: bool,
    data: TooltipData,
}

/// Entry of the legend of the kinds.
#[derive(Debug, Serialize)]
struct LegendEntry {
    class: usize,
    name: &'static str,
    level: String,
}

/// Data of the tooltips: times in seconds since `start`, which is in milliseconds since 1970; memory in bytes.
#[derive(Debug, Default, Serialize)]
struct TooltipData {
    start: i64,
    t: Vec<f64>,
    mean: Vec<f64>,
    low: Vec<u64>,
    high: Vec<u64>,
    floor: Vec<f64>,
    kinds: Vec<NamedValues>,
    counts: Vec<NamedValues>,
    marks: Vec<NamedMark>,
}

/// Values of one counter.
#[derive(Debug, Clone, Serialize)]
struct NamedValues {
    n: &'static str,
    v: Vec<Option<u64>>,
}

/// Mark with its text.
#[derive(Debug, Serialize)]
struct NamedMark {
    t: f64,
    n: String,
}

/// Returns the charts of a target. Without a timeline there are none.
pub(super) fn charts(document: &Document<'_>, index: usize) -> Charts {
    let Some(timeline) = document.timeline(index) else { return Charts::default() };
    let target = &document.report.targets[index];
    let Some(chart) = Chart::new(timeline, Axis::from_name(&target.growth.axis)) else { return Charts::default() };
    let points = timeline.points();
    let start = points[0].at;
    let jobs = jobs(document);
    let alerts = alert_marks(&document.report.alerts, target, start);
    let has_alerts = !alerts.is_empty();
    let mut marks = alerts;
    marks.extend(jobs.iter().filter_map(|job| job_mark(job, start)));
    let fit = fit(&target.growth, target.verdict.status);
    let kinds = values(points, CounterUnit::Bytes);
    let has_kinds = kinds.first().is_some_and(|first| is_known(&first.v));
    Charts {
        chart: Some(chart.memory(fit, &marks, target.forecast.limit_bytes)),
        legend: if has_kinds { legend(&kinds) } else { Vec::new() },
        marks: has_alerts,
        jobs: !jobs.is_empty(),
        fit: fit.is_some(),
        data: tooltip_data(timeline, &chart, &kinds, &marks),
        kinds: has_kinds.then(|| chart.stacked(&kinds.iter().map(|kind| kind.v.as_slice()).collect::<Vec<_>>())),
    }
}

/// Returns the jobs that were counted.
fn jobs<'a>(document: &'a Document<'_>) -> &'a [JobEntry] {
    let work = document.report.gate.as_ref().and_then(|gate| gate.work.as_ref());
    work.map_or(&[][..], |work| &work.jobs)
}

/// Returns the fitted rate, if the verdict gives it a meaning.
fn fit(growth: &Growth, status: Status) -> Option<Fit> {
    let has_meaning = matches!(status, Status::Leaking | Status::Suspect | Status::Stable);
    match (growth.rate_bytes_per_s, growth.ci_low_bytes_per_s, growth.ci_high_bytes_per_s) {
        (Some(rate), Some(low), Some(high)) if has_meaning => {
            Some(Fit { rate, low, high, span_s: growth.span_seconds })
        }
        _ => None,
    }
}

/// Returns the values of each charted counter of a unit.
fn values(points: &[Point], unit: CounterUnit) -> Vec<NamedValues> {
    let counters = Counter::ALL.into_iter().filter(|counter| counter.is_charted() && counter.unit() == unit);
    let named = counters.map(|counter| NamedValues {
        n: counter.label(),
        v: points.iter().map(|point| point.value(counter)).collect(),
    });
    named.collect()
}

fn is_known(values: &[Option<u64>]) -> bool {
    values.iter().any(|value| value.is_some_and(|value| value > 0))
}

fn legend(kinds: &[NamedValues]) -> Vec<LegendEntry> {
    let known = kinds.iter().enumerate().filter(|(_, kind)| is_known(&kind.v));
    let entries = known.map(|(class, kind)| LegendEntry {
        class,
        name: kind.n,
        level: kind.v.last().copied().flatten().map_or_else(String::new, |value| Bytes(value).to_string()),
    });
    entries.collect()
}

fn tooltip_data(timeline: &Timeline, chart: &Chart<'_>, kinds: &[NamedValues], marks: &[Mark]) -> TooltipData {
    let points = timeline.points();
    let counts = values(points, CounterUnit::Count);
    TooltipData {
        start: points[0].at.0,
        mean: points.iter().map(|point| point.mean.round()).collect(),
        low: points.iter().map(Point::low).collect(),
        high: points.iter().map(Point::high).collect(),
        floor: chart.floors.clone(),
        t: chart.times.clone(),
        kinds: kinds.iter().filter(|kind| is_known(&kind.v)).cloned().collect(),
        counts: counts.into_iter().filter(|count| is_known(&count.v)).collect(),
        marks: marks.iter().map(|mark| NamedMark { t: mark.at, n: mark.text.clone() }).collect(),
    }
}

/// Returns the newest alerts of a target as marks.
fn alert_marks(alerts: &[AlertEntry], target: &Target, start: Timestamp) -> Vec<Mark> {
    let own = alerts.iter().filter(|alert| {
        alert.pid == target.pid && alert.source == target.source && alert.name.as_ref() == Some(&target.name)
    });
    let mut marks: Vec<Mark> = own.filter_map(|alert| alert_mark(alert, start)).collect();
    marks.drain(..marks.len().saturating_sub(MARKS));
    marks
}

/// Returns a firing alert as a mark.
fn alert_mark(alert: &AlertEntry, start: Timestamp) -> Option<Mark> {
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
