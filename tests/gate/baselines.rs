//! `--baseline` and `compare`: faster growth than in an earlier run, and values without a counterpart.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, leakwatch, stderr};

/// Smallest threshold against a baseline.
const LEAST: &str = "growth(memory) > baseline + 1MiB/h";

/// Writes a recording of an hour of a service that grows by some MiB/h, with deterministic noise.
fn recording(folder: &Path, name: &str, hourly: f64) -> PathBuf {
    let mut text = "timestamp,pid,name,rss_bytes\n".to_owned();
    for n in 0..720_u32 {
        let noise = f64::from(n.wrapping_mul(2_654_435_761) >> 12) / f64::from(1 << 20) * 200_000.0;
        let rss = 80e6 + noise + hourly * 1_048_576.0 * f64::from(n) / 720.0;
        text.push_str(&format!("{},7,service,{rss:.0}\n", n * 5));
    }
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

fn report(folder: &Path, name: &str, hourly: f64) -> PathBuf {
    let (csv, json) = (recording(folder, &format!("{name}.csv"), hourly), folder.join(format!("{name}.json")));
    let done = leakwatch().arg("analyze").arg(csv).arg("-o").arg(&json).output().expect("a start");
    assert!(json.exists(), "{}", stderr(&done));
    json
}

fn against(baseline: &Path, recording: &Path, options: &[&str]) -> Run {
    let mut command = leakwatch();
    command.args(["analyze", "--format", "json", "--fail-on", "never", "--baseline"]).arg(baseline);
    Run::from(command.args(options).arg(recording))
}

#[test]
fn growth_is_compared_with_the_earlier_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = report(folder.path(), "before", 3.0);
    let (same, worse) = (recording(folder.path(), "same.csv", 3.1), recording(folder.path(), "worse.csv", 9.0));
    let kept = against(&before, &same, &["--fail-if", LEAST]);
    assert_eq!((kept.code, kept.outcome()), (Some(0), "pass"), "{}", kept.messages);
    let failed = against(&before, &worse, &["--fail-if", LEAST]);
    assert_eq!((failed.code, failed.outcome()), (Some(1), "fail"), "{}", failed.messages);
    let difference = &failed.report["gate"]["thresholds"][0]["answers"][0]["difference"];
    let hourly = |field: &str| difference[field].as_f64().expect("a number") * 3600.0 / 1_048_576.0;
    assert!((hourly("value") - 6.0).abs() < 0.5 && (hourly("baseline") - 3.0).abs() < 0.3, "{difference}");
    assert!(hourly("ci_low") > 1.0 && hourly("ci_low") < hourly("value") && hourly("value") < hourly("ci_high"));
    assert!(difference["p_value"].as_f64().is_some_and(|p| p < 0.001), "{difference}");
    // A small difference is a warning, a large one a failure.
    let tiers = against(&before, &worse, &["--warn-if", LEAST, "--fail-if", "growth(memory) > baseline + 50MiB/h"]);
    assert_eq!(tiers.code, Some(0), "{}", tiers.messages);
    assert!(tiers.messages.contains("WARN growth(memory) > baseline + 1MiB/h on service (7): "), "{}", tiers.messages);
    let level = against(&before, &worse, &["--fail-if", "peak(rss) > baseline * 1.05"]);
    assert_eq!(level.code, Some(1), "{}", level.messages);
    // A baseline without a threshold is a warning.
    let alone = against(&before, &worse, &[]);
    assert_eq!(alone.code, Some(0));
    assert!(alone.messages.contains("WARN growth(memory) > baseline on"), "{}", alone.messages);
}

#[test]
fn values_that_cannot_be_compared_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = report(folder.path(), "before", 3.0);
    let now = recording(folder.path(), "now.csv", 3.0);
    let mut edited: Value = serde_json::from_slice(&std::fs::read(&before).expect("a file")).expect("JSON");
    edited["schema_version"] = "0.7".into();
    edited["session"]["host"] = "elsewhere".into();
    edited["session"]["command"] = serde_json::json!({ "argv": ["other", "command"], "pid": 1 });
    edited["targets"][0]["name"] = "renamed".into();
    edited["targets"][0]["a_field_of_the_future"] = 1.into();
    let old = folder.path().join("old.json");
    std::fs::write(&old, edited.to_string()).expect("a file");
    let run = against(&old, &now, &["--fail-if", LEAST]);
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.messages);
    for expected in ["schema version 0.7", "another host: 'elsewhere'", "has no such target"] {
        assert!(run.messages.contains(expected), "{}", run.messages);
    }
    let run = Run::from(
        leakwatch()
            .args(["run", "--format", "json", "--interval", "20ms", "--duration", "500ms", "--baseline"])
            .arg(&old)
            .args(["--", "sleep", "9"]),
    );
    assert!(run.messages.contains("another command: 'other command'"), "{}", run.messages);
}

#[test]
fn an_invalid_baseline_is_refused_before_the_command_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (touched, csv) = (folder.path().join("started"), recording(folder.path(), "a.csv", 0.0));
    let empty = folder.path().join("empty.json");
    std::fs::write(&empty, "{}").expect("a file");
    for file in [csv.as_path(), empty.as_path(), Path::new("no-such-file.json")] {
        let output = leakwatch().args(["run", "--baseline"]).arg(file).args(["--", "touch"]).arg(&touched).output();
        let output = output.expect("a start");
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(
            message.contains("-o report.json") && message.contains(".json") | message.contains(".csv"),
            "{message}"
        );
    }
    let output = leakwatch().args(["run", "--fail-if", LEAST, "--", "touch"]).arg(&touched).output().expect("a start");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--baseline report.json"), "{}", stderr(&output));
    assert!(!touched.exists());
}

#[test]
fn two_reports_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let (before, after) = (report(folder.path(), "before", 3.0), report(folder.path(), "after", 9.0));
    let output = leakwatch().arg("compare").args([&before, &after]).output().expect("a start");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(text.lines().any(|line| line.contains("growth(memory)") && line.trim_end().ends_with("more")), "{text}");
    let output =
        leakwatch().arg("compare").args([&before, &before]).args(["--format", "json"]).output().expect("a start");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = found["rows"].as_array().expect("rows");
    assert!(!rows.is_empty() && rows.iter().all(|row| row["found"] == "no difference"), "{found:#}");
    assert_eq!(leakwatch().arg("compare").arg(&before).output().expect("a start").status.code(), Some(2));
}

#[test]
fn a_metric_without_a_value_in_one_report_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = report(folder.path(), "before", 3.0);
    let mut edited: Value = serde_json::from_slice(&std::fs::read(&before).expect("a file")).expect("JSON");
    for resource in edited["targets"][0]["resources"].as_array_mut().expect("resources") {
        ["rate_per_s", "ci_low_per_s", "ci_high_per_s"].iter().for_each(|field| resource[field] = Value::Null);
    }
    let after = folder.path().join("after.json");
    std::fs::write(&after, edited.to_string()).expect("a file");
    let output = leakwatch().arg("compare").args([&before, &after]).output().expect("a start");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("not compared: growth(memory) of service, which has no value in the second report"),
        "{text}"
    );
    let json = leakwatch().args(["compare", "--format", "json"]).args([&after, &before]).output().expect("a start");
    let found: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(found["not_compared"][0]["missing_in"], "before", "{found:#}");
}

#[test]
fn a_comparison_of_two_hosts_names_the_first_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read(report(folder.path(), "before", 3.0)).expect("a file");
    let mut edited: Value = serde_json::from_slice(&text).expect("JSON");
    let paths = ["here", "elsewhere"].map(|host| {
        edited["session"]["host"] = host.into();
        let path = folder.path().join(host);
        std::fs::write(&path, edited.to_string()).expect("a file");
        path
    });
    let output = leakwatch().arg("compare").args(&paths).output().expect("a start");
    assert!(stderr(&output).contains("the first report comes from another host: 'here'"), "{}", stderr(&output));
}

#[test]
fn targets_of_one_report_only_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = report(folder.path(), "before", 3.0);
    let mut edited: Value = serde_json::from_slice(&std::fs::read(&before).expect("a file")).expect("JSON");
    edited["targets"][0]["name"] = "renamed".into();
    let after = folder.path().join("after.json");
    std::fs::write(&after, edited.to_string()).expect("a file");
    let compared = |format: &str| {
        let output =
            leakwatch().args(["compare", "--format", format]).args([&before, &after]).output().expect("a start");
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let table = compared("table");
    assert!(table.contains("only in the first report: service\n"), "{table}");
    assert!(table.contains("only in the second report: renamed\n"), "{table}");
    let found: Value = serde_json::from_str(&compared("json")).expect("JSON");
    assert_eq!((&found["only_before"][0], &found["only_after"][0]), (&"service".into(), &"renamed".into()));
}
