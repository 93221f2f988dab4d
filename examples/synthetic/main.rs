//! Labelled synthetic recordings: ten families with a leak, twelve without, and one that cannot be decided.
//!
//! ```sh
//! cargo run --release --example synthetic -- made --seed 1 --per-family 50
//! cargo run --release --example score -- made --families
//! ```
//!
//! Each series is the sum of a level, a shape and AR(1) noise, cut to whole pages, beside a constant part of mapped
//! files. The same arguments give the same recordings.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use jiff::{SignedDuration, Timestamp};

mod clean;
mod leaks;
#[path = "../../fixtures/random.rs"]
mod random;
mod shapes;

use random::Random;
use shapes::{Frame, Series};

/// Makes a series of a family.
type Family = fn(&mut Random, Frame) -> Series;

const FAMILIES: [(&str, &str, Family); 23] = [
    ("linear_leak", "leak", leaks::linear_leak),
    ("slow_leak", "leak", leaks::slow_leak),
    ("step_leak", "leak", leaks::step_leak),
    ("bursty_leak", "leak", leaks::bursty_leak),
    ("sawtooth_rising", "leak", leaks::sawtooth_rising),
    ("late_leak", "leak", leaks::late_leak),
    ("accelerating_leak", "leak", leaks::accelerating_leak),
    ("leak_on_wave", "leak", leaks::leak_on_wave),
    ("leak_after_warmup", "leak", leaks::leak_after_warmup),
    ("quantised_leak", "leak", leaks::quantised_leak),
    ("baseline", "no-leak", clean::baseline),
    ("stationary_ar1", "no-leak", clean::stationary_ar1),
    ("sawtooth", "no-leak", clean::sawtooth),
    ("warmup", "no-leak", clean::warmup),
    ("one_step", "no-leak", clean::one_step),
    ("several_steps", "no-leak", clean::several_steps),
    ("sinusoid", "no-leak", clean::sinusoid),
    ("decay", "no-leak", clean::decay),
    ("mean_reverting", "no-leak", clean::mean_reverting),
    ("cache_fill", "no-leak", clean::cache_fill),
    ("quantised", "no-leak", clean::quantised),
    ("spikes", "no-leak", clean::spikes),
    ("random_walk", "undecidable", clean::random_walk),
];

/// Writes labelled synthetic recordings to a folder.
#[derive(Parser)]
struct Args {
    /// Folder to write to.
    out: PathBuf,
    /// Number that all series depend on.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Series of each family.
    #[arg(long, default_value_t = 50)]
    per_family: usize,
    /// Samples of a series.
    #[arg(long, default_value_t = 600)]
    samples: usize,
    /// Seconds between two samples.
    #[arg(long, default_value_t = 10.0)]
    interval: f64,
    /// Timing error of a sample, as a fraction of the interval.
    #[arg(long, default_value_t = 0.0)]
    jitter: f64,
    /// Probability that a sample is missing.
    #[arg(long, default_value_t = 0.0)]
    drop: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let frame = Frame { samples: args.samples, interval_s: args.interval };
    fs::create_dir_all(&args.out)?;
    let mut labels = BufWriter::new(File::create(args.out.join("labels.csv"))?);
    writeln!(labels, "trace,label,resource,family,leak_rate_bytes_per_s,leak_start_s")?;
    for (number, (name, label, family)) in (0_u64..).zip(FAMILIES) {
        for k in 0..args.per_family {
            let mut random = Random::new(args.seed * 1_000_003 + number * 10_007 + k as u64 + 1);
            let series = family(&mut random, frame);
            let trace = format!("{name}_{k:03}");
            let rate = series.rate.map_or(String::new(), |rate| format!("{rate:.2}"));
            let start = series.rate.map_or(String::new(), |_| format!("{:.1}", series.start_s));
            writeln!(labels, "{trace},{label},memory,{name},{rate},{start}")?;
            write_recording(&args, &trace, &series.values, &mut random)?;
        }
    }
    labels.flush()?;
    Ok(())
}

/// Writes a series in the columns of a recording.
fn write_recording(args: &Args, trace: &str, values: &[f64], random: &mut Random) -> io::Result<()> {
    const PAGE: f64 = 4096.0;
    let mut out = BufWriter::new(File::create(Path::new(&args.out).join(format!("{trace}.csv")))?);
    writeln!(out, "timestamp,pid,name,rss_bytes,rss_anon_bytes,rss_file_bytes,rss_shmem_bytes,swap_bytes,threads,fds")?;
    let file = PAGE * random.between(1500.0, 8000.0).round();
    let (threads, fds) = (1 + random.below(40), 8 + random.below(193));
    for (i, value) in values.iter().enumerate() {
        let late_s = args.jitter * args.interval * random.between(-0.5, 0.5);
        let dropped = random.uniform() < args.drop;
        if dropped && 0 < i && i + 1 < values.len() {
            continue;
        }
        // 2024-01-01.
        let at_s = i as f64 * args.interval + late_s;
        let at = Timestamp::constant(1_704_067_200, 0) + SignedDuration::from_secs_f64(at_s);
        let anon = PAGE * (value / PAGE).round().max(1.0);
        let name: String = trace.chars().take(15).collect();
        writeln!(out, "{at:.3},1000,{name},{},{anon},{file},0,0,{threads},{fds}", anon + file)?;
    }
    out.flush()
}
