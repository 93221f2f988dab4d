//! Reads the report of an earlier run as a baseline.

use std::path::Path;

use crate::model::Counter;
use crate::schema::{self, PastReport, SCHEMA_VERSION};
use crate::source::read_text_file;
use crate::thresholds::{Baseline, PastTarget, PastValue};

use crate::cli::error::{Error, Kind};

/// The smallest step of memory, in bytes: a page.
const PAGE: f64 = 4096.0;

/// An earlier report: its values and its origin.
#[derive(Debug, Clone)]
pub(crate) struct EarlierReport {
    pub(crate) baseline: Baseline,
    pub(crate) entry: schema::BaselineEntry,
}

/// Reads a report.
///
/// # Errors
/// If the file is not a report.
pub(crate) fn read(path: &Path) -> Result<EarlierReport, Error> {
    let shown = path.display();
    let hint = "a baseline is a report that an earlier run wrote with '-o report.json'";
    let text = read_text_file(path)
        .map_err(|error| Error::new(Kind::Usage, format!("cannot read '{shown}': {error}")).hint(hint))?;
    if !text.trim_start().starts_with('{') || text.trim_start().starts_with("{\"type\":") {
        return Err(Error::usage(format!("'{shown}' is not a report of leakwatch")).hint(format!(
            "a report is what '-o report.json' writes; 'leakwatch report {shown} -o report.json' makes one of a recording"
        )));
    }
    let report: PastReport = serde_json::from_str(&text)
        .map_err(|error| Error::usage(format!("'{shown}' is not a report of leakwatch: {error}")).hint(hint))?;
    let command = report.session.command.as_ref();
    let targets = report.targets.iter().map(|target| past_target(&report, target, command.map(|c| c.pid))).collect();
    Ok(EarlierReport {
        baseline: Baseline { targets },
        entry: schema::BaselineEntry {
            file: path.display().to_string(),
            schema_version: report.schema_version.clone(),
            started_at: report.session.started_at.clone(),
            host: report.session.host.clone(),
            command: command.map(|command| command.argv.clone()),
        },
    })
}

/// Returns differences that matter for a comparison: versions, commands and hosts. `name` is that of the earlier report.
pub(crate) fn differences(
    name: &str,
    old: &schema::BaselineEntry,
    schema_version: &str,
    host: Option<&str>,
    command: Option<&[String]>,
) -> Vec<String> {
    let mut found = Vec::new();
    if old.schema_version != schema_version {
        let version = crate::escape::terminal(&old.schema_version);
        found.push(format!(
            "{name} has schema version {version}, the later one {schema_version}: values that one lacks are not compared"
        ));
    }
    if let (Some(old), Some(new)) = (old.host.as_deref(), host)
        && old != new
    {
        found.push(format!("{name} comes from another host: '{}'", crate::escape::terminal(old)));
    }
    if let (Some(old), Some(new)) = (old.command.as_deref(), command)
        && old != new
    {
        let words = crate::escape::terminal(&old.join(" ")).into_owned();
        found.push(format!("{name} comes from another command: '{words}'"));
    }
    found
}

/// Returns the differences to this run.
pub(crate) fn differences_to_now(old: &schema::BaselineEntry, command: Option<&[String]>) -> Vec<String> {
    differences("the baseline", old, SCHEMA_VERSION, crate::source::host_name().as_deref(), command)
}

/// Returns a target of the earlier report with all its values.
fn past_target(report: &PastReport, target: &schema::PastTarget, command: Option<u32>) -> PastTarget {
    let is_pool = target.kind == "pool";
    let mut values: Vec<(String, PastValue)> = Vec::new();
    // Metrics of thresholds come first: they may be others than those of every report.
    for threshold in report.gate.iter().flat_map(|gate| &gate.thresholds) {
        let about = threshold.answers.iter().find(|answer| {
            answer.pid == target.pid && answer.name == target.name && answer.members.is_some() == is_pool
        });
        if let Some((answer, value)) = about.and_then(|answer| Some((answer, answer.value?))) {
            let (low, high) = (answer.ci_low.unwrap_or(value), answer.ci_high.unwrap_or(value));
            values.push((threshold.metric.clone(), PastValue { value, low, high }));
        }
    }
    let mut add = |metric: String, value: Option<f64>| {
        if let Some(value) = value {
            values.push((metric, PastValue { value, low: value, high: value }));
        }
    };
    for (field, value) in &target.memory {
        match field.as_str() {
            "rss_max_bytes" => add("peak(rss)".into(), *value),
            "rss_min_bytes" => add("min(rss)".into(), *value),
            "rss_first_bytes" => add("first(rss)".into(), *value),
            other => {
                if let Some(metric) = Counter::from_column(other).and_then(Counter::metric) {
                    add(format!("last({metric})"), *value);
                }
            }
        }
    }
    for known in &target.resources {
        let name = &known.resource;
        let levels = [("first", known.first), ("last", known.last), ("min", known.min), ("peak", known.max)];
        levels.into_iter().for_each(|(aggregate, value)| add(format!("{aggregate}({name})"), value));
        let both = known.first.zip(known.last);
        add(format!("delta({name})"), both.map(|(first, last)| last - first));
        add(format!("ratio({name})"), both.filter(|(first, _)| *first > 0.0).map(|(first, last)| last / first));
    }
    for known in &target.resources {
        if let Some(growth) = growth(known, target.observed_seconds) {
            values.push((format!("growth({})", known.resource), growth));
        }
    }
    PastTarget {
        name: target.name.clone(),
        cmdline: target.cmdline.clone().unwrap_or_default(),
        is_pool,
        is_command: command.is_some() && target.pid == command,
        values,
    }
}

/// Returns the growth of a resource. One that never moved did not grow by more than its smallest step.
fn growth(known: &schema::PastResource, observed: f64) -> Option<PastValue> {
    match (known.rate_per_s, known.ci_low_per_s, known.ci_high_per_s) {
        (Some(value), Some(low), Some(high)) => Some(PastValue { value, low, high }),
        _ if known.min.is_some() && known.min == known.max && observed > 0.0 => {
            let step = if known.resource == "memory" { PAGE } else { 1.0 };
            Some(PastValue { value: 0.0, low: -step / observed, high: step / observed })
        }
        _ => None,
    }
}
