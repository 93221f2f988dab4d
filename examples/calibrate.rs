//! False alarms of a long watch, by simulation: the table "Calibration" of `docs/DETECTION.md`.
//!
//! ```sh
//! cargo run --release --example calibrate [SERIES] [SAMPLES] [SEED]
//! ```
//!
//! Series without a leak, at 10 s a sample with the default settings, and leaks of known rate for the time until they
//! are found. The engine assesses each at every time it offers. The same arguments give the same table.

use std::io::{self, Write};

use leakwatch::analysis::{Settings, Status, Tracker};
use leakwatch::model::{Counter, Reading, Sample, Timestamp};

#[allow(dead_code, reason = "each example draws some of the distributions")]
#[path = "../fixtures/random.rs"]
mod random;

use random::Random;

const INTERVAL_S: f64 = 10.0;
const PAGE: f64 = 4096.0;
const MIB: f64 = 1_048_576.0;

/// A kind of series without a leak.
#[derive(Clone, Copy)]
enum Null {
    Stationary(f64),
    SawTooth(f64),
    MeanReverting(f64),
}

impl Null {
    fn name(self) -> String {
        match self {
            Self::Stationary(phi) => format!("stationary AR(1), phi {phi}"),
            Self::SawTooth(period) => format!("saw-tooth of {period} samples"),
            Self::MeanReverting(phi) => format!("mean-reverting walk, phi {phi}"),
        }
    }

    fn series(self, random: &mut Random, samples: usize) -> Vec<f64> {
        let base = random.ratio(40e6, 800e6);
        match self {
            Self::Stationary(phi) => {
                let sd = base * random.ratio(0.005, 0.1);
                random.autoregressive(samples, phi).iter().map(|x| base + sd * x).collect()
            }
            Self::SawTooth(period) => {
                let height = base * random.ratio(0.05, 0.6);
                let (teeth, noise) = (random.teeth(samples, period), random.autoregressive(samples, 0.3));
                teeth.iter().zip(noise).map(|(x, e)| base + height * (x + 0.03 * e)).collect()
            }
            Self::MeanReverting(phi) => {
                let sd = base * random.ratio(0.01, 0.1);
                let (walk, noise) = (random.autoregressive(samples, phi), random.autoregressive(samples, 0.0));
                walk.iter().zip(noise).map(|(x, e)| base + sd * (x + 0.1 * e)).collect()
            }
        }
    }
}

/// Returns the statuses of all assessments, each with its sample.
fn statuses(values: &[f64]) -> Vec<(usize, Status)> {
    let settings = Settings::default().with_window_s(3600.0);
    let mut tracker = Tracker::new(&settings, None);
    let mut out = Vec::new();
    for (i, value) in values.iter().enumerate() {
        let bytes = (value / PAGE).round().max(1.0) as u64 * PAGE as u64;
        let reading = Reading::default().with(Counter::Rss, bytes).with(Counter::RssAnon, bytes);
        let at = Timestamp((i as f64 * INTERVAL_S * 1000.0) as i64);
        if tracker.push(&Sample { at, reading }) {
            out.push((i, tracker.assess(&settings, None).verdict.status));
        }
    }
    out
}

/// Writes the table of false alarms.
fn write_false_alarms(out: &mut impl Write, series: usize, samples: usize, seed: u64) -> io::Result<()> {
    writeln!(
        out,
        "| series without a leak | series | process-days | false `leaking` | per process-day |\n|---|---|---|---|---|"
    )?;
    let nulls = [0.0, 0.5, 0.9, 0.98].map(Null::Stationary);
    let teeth = [12.0, 60.0, 200.0].map(Null::SawTooth);
    let walks = [0.97, 0.98, 0.99].map(Null::MeanReverting);
    let days = series as f64 * samples as f64 * INTERVAL_S / 86_400.0;
    let (mut all, mut all_days) = (0, 0.0);
    for (kind, null) in nulls.into_iter().chain(teeth).chain(walks).enumerate() {
        let mut alarms = 0;
        for k in 0..series {
            let mut random = Random::new(seed * 1_000_003 + kind as u64 * 10_007 + k as u64 + 1);
            let seen = statuses(&null.series(&mut random, samples));
            let mut before = Status::InsufficientData;
            for (_, status) in seen {
                alarms += usize::from(status == Status::Leaking && before != Status::Leaking);
                before = status;
            }
        }
        all += alarms;
        all_days += days;
        writeln!(out, "| {} | {series} | {days:.0} | {alarms} | {:.4} |", null.name(), alarms as f64 / days)?;
    }
    writeln!(out, "| all | | {all_days:.0} | {all} | {:.4} |\n", all as f64 / all_days)
}

/// Writes the table of the delays until leaks are found.
fn write_delays(out: &mut impl Write, seed: u64) -> io::Result<()> {
    writeln!(out, "| leak | base | noise | suspect after | leaking after | found |\n|---|---|---|---|---|---|")?;
    for (rate, base, noise, teeth) in [
        (0.49, 27.0, 0.1, 0.0),
        (5.0, 60.0, 0.5, 0.0),
        (5.0, 60.0, 0.5, 60.0),
        (42.0, 200.0, 2.0, 0.0),
        (200.0, 300.0, 2.0, 0.0),
    ] {
        const RUNS: usize = 20;
        let (mut suspect, mut leaking) = (Vec::new(), Vec::new());
        for k in 0..RUNS {
            let mut random = Random::new(seed * 7_919 + k as u64 + 1);
            let (saw, error) = (random.teeth(4320, 30.0), random.autoregressive(4320, 0.3));
            let values: Vec<f64> = (0..4320)
                .map(|i| MIB * (base + rate * i as f64 * INTERVAL_S / 3600.0 + teeth * saw[i] + noise * error[i]))
                .collect();
            let seen = statuses(&values);
            let first =
                |least: Status| seen.iter().find(|(_, s)| *s >= least).map(|(i, _)| *i as f64 * INTERVAL_S / 60.0);
            suspect.extend(first(Status::Suspect));
            leaking.extend(first(Status::Leaking));
        }
        let median = |minutes: &mut Vec<f64>| {
            minutes.sort_by(f64::total_cmp);
            minutes.get(minutes.len() / 2).map_or("-".to_owned(), |m| format!("{m:.0} min"))
        };
        let saw = if teeth > 0.0 { format!(", saw-tooth of {teeth:.0} MiB and 5 min") } else { String::new() };
        let found = leaking.len();
        writeln!(
            out,
            "| {rate} MiB/h | {base} MiB | {noise} MiB{saw} | {} | {} | {found} of {RUNS} |",
            median(&mut suspect),
            median(&mut leaking)
        )?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let argument = |n: usize, default: usize| std::env::args().nth(n).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (series, samples, seed) = (argument(1, 40), argument(2, 20_000), argument(3, 1));
    let mut out = io::stdout().lock();
    write_false_alarms(&mut out, series, samples, seed as u64)?;
    write_delays(&mut out, seed as u64)
}
