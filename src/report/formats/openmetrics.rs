//! OpenMetrics text, which GitLab compares between a merge request and its target branch.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::escape;
use crate::model::{Counter, CounterUnit};
use crate::schema::{Report, Target};

type Value = fn(&Target) -> Option<f64>;

/// Family, unit, help text, and the value of a target. The counters follow.
const FAMILIES: [(&str, &str, &str, Value); 4] = [
    ("memory_growth_bytes_per_second", "bytes_per_second", "Growth of memory", |t| t.growth.rate_bytes_per_s),
    ("memory_growth_low_bytes_per_second", "bytes_per_second", "Lower end of the 95 % confidence interval", |t| {
        t.growth.ci_low_bytes_per_s
    }),
    ("memory_growth_high_bytes_per_second", "bytes_per_second", "Upper end of the 95 % confidence interval", |t| {
        t.growth.ci_high_bytes_per_s
    }),
    ("rss_max_bytes", "bytes", "Highest resident set size", |t| number(t.memory.rss_max_bytes)),
];

/// Returns the family of a counter: its column.
fn counter_family(counter: Counter) -> &'static str {
    match counter {
        // The usual name in this format.
        Counter::Fds => "open_fds",
        counter => counter.column(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the format knows only floats")]
fn number(value: Option<u64>) -> Option<f64> {
    value.map(|value| value as f64)
}

/// Writes one family after the other. Unknown values are left out, and so are counters that no target has.
///
/// # Errors
/// If `out` fails.
pub fn write_openmetrics(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    // Pids differ in every run, and labels with them could not be compared.
    let labels: Vec<String> = report
        .targets
        .iter()
        .map(|target| {
            let name = if target.members.is_some() { format!("{} (pool)", target.name) } else { target.name.clone() };
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count > 1 { format!("{name} #{count}") } else { name };
            format!("name=\"{}\"", label(&name))
        })
        .collect();
    let mut text = String::new();
    for (family, unit, help, value) in FAMILIES {
        push_head(&mut text, family, unit, help);
        push_values(&mut text, family, &labels, report.targets.iter().map(value));
    }
    for counter in Counter::ALL {
        let values: Vec<Option<f64>> =
            report.targets.iter().map(|target| number(target.memory.counters.value(counter))).collect();
        if values.iter().any(Option::is_some) {
            let unit = if counter.unit() == CounterUnit::Bytes { "bytes" } else { "" };
            push_head(&mut text, counter_family(counter), unit, &format!("Latest value: {}", counter.label()));
            push_values(&mut text, counter_family(counter), &labels, values);
        }
    }
    push_head(&mut text, "exit_status", "", "Exit status of leakwatch");
    let _ = writeln!(text, "leakwatch_exit_status {}", report.verdict.exit_status);
    text.push_str("# EOF\n");
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Appends the metadata of a family.
fn push_head(text: &mut String, family: &str, unit: &str, help: &str) {
    let _ = writeln!(text, "# TYPE leakwatch_{family} gauge");
    if !unit.is_empty() {
        let _ = writeln!(text, "# UNIT leakwatch_{family} {unit}");
    }
    let _ = writeln!(text, "# HELP leakwatch_{family} {help}.");
}

/// Appends the known values of a family, one of each target.
fn push_values(text: &mut String, family: &str, labels: &[String], values: impl IntoIterator<Item = Option<f64>>) {
    for (value, label) in values.into_iter().zip(labels) {
        if let Some(value) = value {
            let _ = writeln!(text, "leakwatch_{family}{{{label}}} {value}");
        }
    }
}

/// Escapes a label value.
fn label(text: &str) -> String {
    escape::terminal(text).replace('\\', "\\\\").replace('"', "\\\"")
}
