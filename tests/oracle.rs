//! Oracles: published reference values and slow second implementations of the statistics, and symmetries of the engine.
//! `fixtures/oracle/make.py` writes the values and names their sources.

use leakwatch::analysis::stats::{
    Design, Moments, mann_kendall, median_slope, normal_from_student, normal_tail, sen_slope, student_from_normal,
    variance_inflation,
};
use leakwatch::analysis::{Assessment, Settings, Status, Tracker};
use leakwatch::model::{Counter, Reading, Sample, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("../fixtures/oracle/reference.json")).expect("a reference value")
}

fn list(value: &Value, key: &str) -> Vec<f64> {
    value[key].as_array().expect("a reference value").iter().map(|v| v.as_f64().expect("a reference value")).collect()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().expect("a reference value")
}

#[track_caller]
fn assert_close(name: &str, got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1e-3), "{name}: {got} instead of {want}");
}

#[test]
fn rank_trends_and_median_slopes_match_pymannkendall_and_scipy() {
    for case in reference()["trends"].as_array().expect("a reference value") {
        let name = case["name"].as_str().expect("a reference value");
        let values = list(case, "values");
        let t: Vec<f64> = (0_u16..).take(values.len()).map(f64::from).collect();
        let trend = mann_kendall(&values);
        assert_eq!(trend.s, number(case, "s"), "{name}");
        assert_close(name, trend.variance, number(case, "var_s"));
        assert_close(name, trend.z(1.0), number(case, "z"));
        assert_close(name, trend.p(1.0), number(case, "p"));
        assert_close(name, trend.tau, number(case, "tau"));
        let sen = sen_slope(&t, &values, number(case, "quantile"), 1.0).expect("a reference value");
        assert_close(name, sen.slope, number(case, "slope"));
        assert_close(name, sen.slope, number(case, "theil"));
        assert_close(name, sen.low, number(case, "low"));
        assert_close(name, sen.high, number(case, "high"));
    }
}

#[test]
fn a_straight_line_matches_nist() {
    let norris = &reference()["norris"];
    let (t, v) = (list(norris, "t"), list(norris, "v"));
    let fit = Moments::new(&t, &v).weighted(Design::Line, 0.0, 0.0, 0);
    let (beta, error) = (list(norris, "beta"), list(norris, "error"));
    assert_close("intercept", fit.beta[0], beta[0]);
    assert_close("slope", fit.beta[2], beta[1]);
    assert_close("standard error", fit.slope_error, error[1]);
}

#[test]
fn regression_with_autocorrelated_errors_matches_whitened_columns() {
    for case in reference()["regressions"].as_array().expect("a reference value") {
        let (t, c, v) = (list(case, "t"), list(case, "c"), list(case, "v"));
        let (design, columns) = match case["design"].as_str().expect("a reference value") {
            "line" => (Design::Line, vec![0, 2]),
            "bounded" => (Design::Bounded, vec![0, 1]),
            _ => (Design::Growing, vec![0, 1, 2]),
        };
        let mut moments = Moments::new(&t, &v);
        moments.with_column(&c, &t, &v);
        let fit = moments.weighted(design, number(case, "rho"), 0.0, 0);
        for (column, want) in columns.iter().zip(list(case, "beta")) {
            assert_close("coefficient", fit.beta[*column], want);
        }
        if design.grows() {
            assert_close("standard error", fit.slope_error, number(case, "last_error"));
        }
        assert_close("log likelihood", fit.log_likelihood, number(case, "log_likelihood"));
    }
}

#[test]
fn quantiles_match_scipy() {
    let reference = reference();
    for case in reference["tails"].as_array().expect("a reference value") {
        assert_close("tail", normal_tail(number(case, "z")), number(case, "p"));
    }
    for case in reference["quantiles"].as_array().expect("a reference value") {
        let (nu, z, t) = (number(case, "nu"), number(case, "z"), number(case, "t"));
        assert!((normal_from_student(t, nu) - z).abs() < 0.1, "nu {nu}, z {z}");
        assert!((student_from_normal(z, nu) / t - 1.0).abs() < 0.08, "nu {nu}, z {z}");
    }
}

/// Computes Kendall's S by its definition.
fn slow_s(values: &[f64]) -> f64 {
    let mut s = 0.0;
    for j in 1..values.len() {
        for i in 0..j {
            s += match values[j].partial_cmp(&values[i]) {
                Some(std::cmp::Ordering::Greater) => 1.0,
                Some(std::cmp::Ordering::Less) => -1.0,
                _ => 0.0,
            };
        }
    }
    s
}

/// Returns the middle of all pair slopes by sorting.
fn slow_slope(t: &[f64], v: &[f64]) -> f64 {
    let mut slopes: Vec<f64> = (0..t.len())
        .flat_map(|i| (i + 1..t.len()).map(move |j| (i, j)))
        .map(|(i, j)| (v[j] - v[i]) / (t[j] - t[i]))
        .collect();
    slopes.sort_by(f64::total_cmp);
    slopes[slopes.len() / 2]
}

fn settings(min_observation_s: f64) -> Settings {
    Settings::default().with_window_s(3600.0).with_min_observation_s(min_observation_s)
}

fn assess(values: &[u64], interval_ms: &[i64], begin: i64) -> Assessment {
    let settings = settings(60.0);
    let mut tracker = Tracker::new(&settings, None);
    let mut at = begin;
    for (rss, pause) in values.iter().zip(interval_ms.iter().cycle()) {
        at += pause;
        let reading = Reading::default().with(Counter::Rss, *rss);
        tracker.push(&Sample { at: Timestamp(at), reading });
    }
    tracker.assess(&settings, None)
}

fn is_finite(seen: &Assessment) -> bool {
    let g = &seen.growth;
    [
        g.rate,
        g.ci_low,
        g.ci_high,
        g.percent_per_hour,
        g.smallest_detectable,
        g.seconds_to_decide,
        seen.verdict.confidence,
    ]
    .into_iter()
    .chain([seen.variance.spread_bytes, seen.variance.cycle_s, seen.consistent_growth.p_value])
    .chain(seen.verdict.reasons.iter().flat_map(|r| [r.value, r.threshold, Some(r.span_s)]))
    .flatten()
    .all(f64::is_finite)
}

#[test]
fn irregular_samples_of_one_line_give_its_slope() {
    let pauses = [500, 1500, 40, 3000, 760, 1200];
    let mut at = 0;
    let values: Vec<u64> = (0..400)
        .map(|i| {
            at += pauses[i % pauses.len()];
            100_000_000 + at as u64 * 50
        })
        .collect();
    let seen = assess(&values, &pauses, 0);
    assert_eq!(seen.verdict.status, Status::Leaking);
    assert!((seen.growth.rate.expect("a rate") / 50_000.0 - 1.0).abs() < 0.01);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ranks_and_slopes_match_the_slow_implementation(values in prop::collection::vec(-50_i32..50, 4..48)) {
        let v: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let t: Vec<f64> = (0_u16..).take(v.len()).map(|i| f64::from(i) * 1.5).collect();
        prop_assert_eq!(mann_kendall(&v).s, slow_s(&v));
        prop_assert_eq!(median_slope(&t, &v), slow_slope(&t, &v));
        prop_assert!(variance_inflation(&v) >= 1.0);
    }

    #[test]
    fn any_samples_give_finite_figures(
        values in prop::collection::vec(prop_oneof![Just(0_u64), 0..1_u64 << 40, Just(u64::MAX), 1_000_000..2_000_000_u64], 0..300),
        pauses in prop::collection::vec(prop_oneof![Just(0_i64), 1..100_000_i64, Just(-5000), Just(1_i64 << 40)], 1..8),
    ) {
        prop_assert!(is_finite(&assess(&values, &pauses, 0)));
    }

    #[test]
    fn a_time_shift_changes_nothing_and_an_added_constant_leaves_the_slope(
        noise in prop::collection::vec(0_u64..400, 200..400), step in 0_u64..60, shift in 0_i64..1 << 40,
    ) {
        let made = |base: u64| -> Vec<u64> {
            noise.iter().zip(0_u64..).map(|(e, i)| (base + e + step * i) * 4096).collect()
        };
        let seen = assess(&made(30_000), &[1000], 0);
        prop_assert_eq!(&seen.growth, &assess(&made(30_000), &[1000], shift).growth);
        // One page only: a larger constant raises the threshold, and another window may decide.
        let raised = assess(&made(30_001), &[1000], 0);
        let (a, b) = (seen.growth.rate.unwrap_or(0.0), raised.growth.rate.unwrap_or(0.0));
        prop_assert!((a - b).abs() <= 1e-6 * a.abs().max(1.0), "{} and {}", a, b);
    }

    #[test]
    fn a_large_added_constant_leaves_the_slopes(noise in prop::collection::vec(0_u64..400, 48..160), step in 0_u64..60) {
        let t: Vec<f64> = (0_u16..).take(noise.len()).map(f64::from).collect();
        let over = |base: f64| -> Vec<f64> {
            noise.iter().zip(0_u64..).map(|(e, i)| base + 4096.0 * (e + step * i) as f64).collect()
        };
        let (low, high) = (over(0.0), over(1e11));
        prop_assert!((median_slope(&t, &low) - median_slope(&t, &high)).abs() < 1e-3);
        prop_assert_eq!(mann_kendall(&low).s, mann_kendall(&high).s);
    }

    #[test]
    fn slower_time_scales_the_rate(noise in prop::collection::vec(0_u64..400, 200..400)) {
        let values: Vec<u64> = noise.iter().zip(0_u64..).map(|(e, i)| (30_000 + e + 20 * i) * 4096).collect();
        let (fast, slow) = (assess(&values, &[1000], 0), assess(&values, &[20_000], 0));
        let (a, b) = (fast.growth.rate.expect("a rate"), slow.growth.rate.expect("a rate"));
        prop_assert!((a / 20.0 - b).abs() <= 1e-4 * b.abs(), "{} and {}", a, b);
    }
}
