//! Compares two reports.

use std::collections::BTreeMap;

use crate::escape;
use crate::schema;
use crate::thresholds::{Difference, Metric, PastTarget, PastValue, Subject, difference};

use crate::cli::args::{CompareArgs, CompareFormat};
use crate::cli::baseline::{differences, read};
use crate::cli::error::Error;
use crate::cli::print::{print, warn};
use crate::outcome::ExitStatus;

/// Metrics that are compared.
const METRICS: [&str; 5] = ["growth(memory)", "growth(fds)", "growth(threads)", "peak(rss)", "peak(memory)"];
/// Significance level of a difference.
const SIGNIFICANCE: f64 = 0.05;

/// Prints the comparison.
pub(crate) fn run(args: &CompareArgs) -> Result<u8, Error> {
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let command = after.entry.command.as_deref();
    let notes = differences(
        "the first report",
        &before.entry,
        &after.entry.schema_version,
        after.entry.host.as_deref(),
        command,
    );
    let mut rows = Vec::new();
    let (mut only_after, mut not_compared) = (Vec::new(), Vec::new());
    for target in &after.baseline.targets {
        match before.baseline.find(&subject(target), target.is_command) {
            Some(old) => {
                rows.extend(compare(old, target));
                not_compared.extend(missing_values(old, target));
            }
            None => only_after.push(target.name.clone()),
        }
    }
    let is_lost = |target: &&PastTarget| after.baseline.find(&subject(target), target.is_command).is_none();
    let only_before = before.baseline.targets.iter().filter(is_lost).map(|target| target.name.clone()).collect();
    let found = schema::Comparison {
        before: before.entry,
        after: after.entry,
        notes,
        rows,
        not_compared,
        only_before,
        only_after,
    };
    match args.format {
        CompareFormat::Json => {
            let text = serde_json::to_string_pretty(&found).unwrap_or_default();
            print(&format!("{text}\n"))
        }
        CompareFormat::Table => table(&found),
    }
}

fn subject(target: &PastTarget) -> Subject {
    Subject {
        number: 0,
        members: target.is_pool.then_some(0),
        pid: None,
        name: target.name.clone(),
        cmdline: target.cmdline.clone(),
        source: None,
    }
}

fn compare(old: &PastTarget, new: &PastTarget) -> Vec<schema::ComparisonRow> {
    let mut rows = Vec::new();
    for name in METRICS {
        let Some(metric) = metric(name) else { continue };
        let (Some(before), Some(after)) = (old.value(&metric), new.value(&metric)) else { continue };
        let found = difference(after, before, 0.0);
        rows.push(schema::ComparisonRow {
            name: new.name.clone(),
            pool: new.is_pool,
            metric: name.to_owned(),
            unit: metric.unit().to_owned(),
            before: before.value,
            after: after.value,
            difference: found.value,
            ci_low: found.low,
            ci_high: found.high,
            p_value: found.p,
            found: word(&found, before).to_owned(),
        });
    }
    rows
}

/// Returns the metrics that only one of two targets has a value of: growth is undecided in the other report.
fn missing_values(old: &PastTarget, new: &PastTarget) -> Vec<schema::NotCompared> {
    let in_one = METRICS.into_iter().filter_map(|name| {
        let metric = metric(name)?;
        let missing_in = match (old.value(&metric).is_some(), new.value(&metric).is_some()) {
            (true, false) => schema::MissingIn::After,
            (false, true) => schema::MissingIn::Before,
            _ => return None,
        };
        Some(schema::NotCompared { name: new.name.clone(), pool: new.is_pool, metric: name.to_owned(), missing_in })
    });
    in_one.collect()
}

fn metric(name: &str) -> Option<Metric> {
    format!("{name} > 0").parse::<crate::thresholds::Expression>().ok().map(|expression| expression.metric)
}

fn word(found: &Difference, before: PastValue) -> &'static str {
    match found.p {
        Some(p) if p >= SIGNIFICANCE => "no difference",
        _ if found.value == 0.0 => "no difference",
        // A level has no interval: a twentieth is negligible.
        None if found.value.abs() < 0.05 * before.value.abs() => "no difference",
        _ if found.value > 0.0 => "more",
        _ => "less",
    }
}

/// Returns a difference with its sign.
fn signed(metric: &Metric, value: f64) -> String {
    let size = metric.format(value.abs());
    let sign = if value < 0.0 { '-' } else { '+' };
    format!("{sign}{}", size.trim_start_matches('+'))
}

fn table(found: &schema::Comparison) -> Result<u8, Error> {
    found.notes.iter().for_each(|note| warn(note));
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["NAME", "METRIC", "BEFORE", "AFTER", "DIFFERENCE", "95 % CI", "P", ""]);
    for row in &found.rows {
        let Some(metric) = metric(&row.metric) else { continue };
        let together = if row.pool { " (pool)" } else { "" };
        let interval = match row.p_value {
            Some(_) => format!("{} to {}", signed(&metric, row.ci_low), signed(&metric, row.ci_high)),
            None => String::new(),
        };
        table.add_row([
            format!("{}{together}", escape::terminal(&row.name)),
            row.metric.clone(),
            metric.format(row.before),
            metric.format(row.after),
            signed(&metric, row.difference),
            interval,
            row.p_value.map(crate::units::p_value).unwrap_or_default(),
            row.found.clone(),
        ]);
    }
    let mut text = format!("{}\n", table.trim_fmt());
    for missing in &found.not_compared {
        let together = if missing.pool { " (pool)" } else { "" };
        let report = match missing.missing_in {
            schema::MissingIn::Before => "first",
            schema::MissingIn::After => "second",
        };
        let (metric, name) = (&missing.metric, escape::terminal(&missing.name));
        text.push_str(&format!(
            "not compared: {metric} of {name}{together}, which has no value in the {report} report\n"
        ));
    }
    for (which, names) in [("first", &found.only_before), ("second", &found.only_after)] {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
        for (name, count) in counts {
            let times = if count > 1 { format!(" ({count} of them)") } else { String::new() };
            text.push_str(&format!("only in the {which} report: {}{times}\n", escape::terminal(name)));
        }
    }
    print(&text)?;
    Ok(ExitStatus::Clean.code())
}
