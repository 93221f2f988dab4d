//! Cost of the analysis: a sample with all assessments of a live watch, and the verdict on a finished series.
//!
//! Run with `cargo bench --bench analysis`. Items are samples, so equal throughput at 10^4 to 10^6 means linear work.
//! The series are a level with autocorrelated noise, flat or leaking.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use leakwatch::analysis::{Settings, Tracker};
use leakwatch::model::{Counter, Reading, Sample, Timestamp};

fn main() {
    divan::main();
}

/// Settings of a watch of an hour.
fn settings() -> Settings {
    Settings::default().with_window_s(3600.0).with_min_observation_s(720.0)
}

/// Makes a series of `trend` pages a sample on top of 100 MiB, one sample in 10 s. The noise has 90 pages and an
/// autocorrelation of 0.7.
fn series(samples: usize, trend: f64) -> Vec<Sample> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut noise = 0.0;
    (0..samples)
        .map(|i| {
            let sum: f64 = (0..12).map(|_| uniform()).sum();
            noise = 0.7 * noise + 64.0 * (sum - 6.0);
            let pages = (25_600.0 + trend * i as f64 + noise).round() as u64;
            Sample { at: Timestamp(10_000 * i as i64), reading: Reading::default().with(Counter::Rss, pages * 4096) }
        })
        .collect()
}

fn bench_live(bencher: Bencher<'_, '_>, samples: usize, trend: f64) {
    let (settings, samples) = (settings(), series(samples, trend));
    bencher.counter(ItemsCount::new(samples.len())).bench(|| {
        let mut tracker = Tracker::new(&settings, None);
        for sample in &samples {
            if tracker.push(sample) {
                black_box(tracker.assess(&settings, None));
            }
        }
    });
}

/// All assessments of a live watch of a service that does not grow.
#[divan::bench(args = [1_000, 10_000, 100_000, 1_000_000])]
fn live_flat(bencher: Bencher<'_, '_>, samples: usize) {
    bench_live(bencher, samples, 0.0);
}

/// All assessments of a live watch of a service that leaks.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn live_leak(bencher: Bencher<'_, '_>, samples: usize) {
    bench_live(bencher, samples, 2.0);
}

/// A recording: all samples, then one assessment.
#[divan::bench(args = [360, 10_000, 100_000, 1_000_000])]
fn recording(bencher: Bencher<'_, '_>, samples: usize) {
    let (settings, samples) = (settings(), series(samples, 0.02));
    bencher.counter(ItemsCount::new(samples.len())).bench(|| {
        let mut tracker = Tracker::new(&settings, None);
        for sample in &samples {
            tracker.push(sample);
        }
        black_box(tracker.assess(&settings, None))
    });
}
