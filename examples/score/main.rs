//! Quality of the verdicts: the table "Scores" of `docs/DETECTION.md`.
//!
//! ```sh
//! cargo run --release --example score                     the recordings of this repository
//! cargo run --release --example score -- made --families  a folder that `--example synthetic` made
//! ```
//!
//! A recording is found when any of its targets is `leaking`. Recordings labelled `undecidable` are not scored.

#![expect(clippy::print_stdout, reason = "the table is the output of this example")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;
use leakwatch::analysis::Resource;

#[path = "../../fixtures/series/corpus.rs"]
mod corpus;
mod figures;

use corpus::{TargetVerdict, Trace, Truth, worst};
use figures::{Delays, Scores, leaking};

/// Scores the verdicts on labelled recordings.
#[derive(Parser)]
struct Args {
    /// Folders with recordings and a `labels.csv`; without one, those of `fixtures/series`.
    folders: Vec<PathBuf>,
    /// Leave out the time to detect, which takes ten times as long.
    #[arg(long)]
    no_delay: bool,
    /// List each recording.
    #[arg(long)]
    traces: bool,
    /// List each family.
    #[arg(long)]
    families: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let series = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/series");
    let folders =
        if args.folders.is_empty() { vec![series.join("real"), series.join("field")] } else { args.folders.clone() };
    let mut rows = Vec::new();
    for folder in &folders {
        let traces = corpus::traces(folder)?;
        let verdicts = traces.iter().map(|trace| trace.judge(1.0)).collect::<Result<Vec<_>, _>>()?;
        let judged: Vec<Judged> = traces.iter().zip(verdicts).collect();
        if args.traces {
            list_traces(&judged);
        }
        if args.families {
            list_families(&judged);
        }
        let name = folder.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        rows.push(row(&name, &judged, &args)?);
        let held_back: Vec<Judged> = judged.into_iter().filter(|(trace, _)| trace.label.held_back).collect();
        if !held_back.is_empty() {
            rows.push(row("held back", &held_back, &args)?);
        }
    }
    println!(
        "| traces | TP / FP | F1 | FPR | any prefix | delay | error | covers |\n|---|---|---|---|---|---|---|---|"
    );
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

/// A recording with the verdicts on its targets.
type Judged<'a> = (&'a Trace, Vec<TargetVerdict>);

/// Returns the row of a set of recordings.
fn row(name: &str, judged: &[Judged], args: &Args) -> Result<String, Box<dyn Error>> {
    let scores = Scores::of(judged);
    let (any_prefix, delay) = if args.no_delay {
        (String::new(), String::new())
    } else {
        let delays = Delays::of(judged)?;
        (format!("{} of {}", delays.clean_flagged, scores.clean), percent(delays.median()))
    };
    Ok(format!(
        "| {name} ({}) | {} of {} / {} | {:.3} | {:.3} | {any_prefix} | {delay} | {} | {} |",
        judged.len(),
        scores.found,
        scores.leaks,
        scores.false_alarms,
        scores.f1(),
        scores.false_alarm_rate(),
        percent(scores.median_error()),
        percent(scores.coverage()),
    ))
}

/// Formats a fraction in per cent.
fn percent(fraction: Option<f64>) -> String {
    fraction.map_or("-".to_owned(), |fraction| format!("{:.1} %", 100.0 * fraction))
}

fn list_traces(judged: &[Judged]) {
    for (trace, verdicts) in judged {
        let worst = worst(verdicts);
        let status = worst.map_or("no target", |worst| worst.status.label());
        let resource = worst.and_then(|worst| worst.resource).map_or("", Resource::name);
        let mark = match trace.label.truth {
            Truth::Undecidable => "",
            truth if (truth == Truth::Leak) == leaking(verdicts) => "right",
            _ => "WRONG",
        };
        println!("{:24}{:20}{status:18}{resource:10}{mark}", trace.label.trace, trace.label.family);
    }
    println!();
}

fn list_families(judged: &[Judged]) {
    let mut families: BTreeMap<&str, (Truth, usize, usize)> = BTreeMap::new();
    for (trace, verdicts) in judged {
        let family = families.entry(&trace.label.family).or_insert((trace.label.truth, 0, 0));
        family.1 += 1;
        family.2 += usize::from(leaking(verdicts));
    }
    for (name, (truth, traces, found)) in families {
        println!("{name:20}{:13}{found:>4} of {traces} leaking", format!("{truth:?}"));
    }
    println!();
}
