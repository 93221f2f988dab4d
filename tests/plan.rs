//! Durations of `leakwatch plan`, checked with the analysis on simulated series.

use leakwatch::analysis::{Settings, Tracker, decidable_rate, seconds_to_decide};
use leakwatch::model::{Counter, Reading, Sample, Timestamp};

#[allow(dead_code, reason = "the calibration draws from more distributions")]
#[path = "../fixtures/random.rs"]
mod random;

use random::Random;

const MIB: f64 = 1_048_576.0;

/// Returns the 95 % interval of the growth after `span` seconds.
fn interval(seed: u64, rate: f64, limit: f64, noise: f64, interval: f64, span: f64) -> (f64, f64) {
    let settings = Settings::default().with_min_observation_s(0.0).with_max_growth(limit).with_spike(1e12, 10.0, 10.0);
    let mut tracker = Tracker::new(&settings, Some(1e6));
    let mut random = Random::new(seed);
    let samples = (span / interval).round() as u64;
    for n in 0..=samples {
        let at = n as f64 * interval;
        let memory = 200.0 * MIB + rate * at + noise * random.normal();
        let reading = Reading::default().with(Counter::Rss, memory.max(0.0) as u64 & !4095);
        tracker.push(&Sample { at: Timestamp((at * 1000.0) as i64), reading });
    }
    let growth = tracker.assess(&settings, None).growth;
    (growth.ci_low.expect("an interval"), growth.ci_high.expect("an interval"))
}

/// Counts the right decisions of a hundred runs of the planned length.
fn right_decisions(leaks: bool, limit: f64, noise: f64, every: f64) -> usize {
    let span = seconds_to_decide(limit, noise, 4096.0, every);
    let rate = if leaks { 2.0 * limit } else { 0.0 };
    let answers = (0..100).map(|seed| interval(seed * 7919 + 1, rate, limit, noise, every, span));
    answers.filter(|(low, high)| if leaks { *low > limit } else { *high < limit }).count()
}

#[test]
fn a_run_of_the_planned_length_decides_in_nine_of_ten_cases() {
    for (limit, noise, every) in [(1.0, 4.0, 10.0), (20.0, 1.0, 1.0), (0.5, 0.25, 10.0)] {
        let limit = limit * MIB / 3600.0;
        for leaks in [false, true] {
            let count = right_decisions(leaks, limit, noise * MIB, every);
            assert!(count >= 85, "{count} of 100 with leak {leaks}, {limit} bytes/s, noise {noise} MiB");
        }
    }
}

#[test]
fn a_third_of_the_planned_length_is_too_short() {
    let (limit, noise) = (MIB / 3600.0, 4.0 * MIB);
    let span = seconds_to_decide(limit, noise, 4096.0, 10.0) / 3.0;
    let kept = (0..50).filter(|seed| interval(seed * 104_729 + 3, 0.0, limit, noise, 10.0, span).1 < limit).count();
    assert!(kept < 35, "{kept} of 50 decide: the plan is too long");
    assert!(decidable_rate(noise, 4096.0, 10.0, span) > limit);
}
