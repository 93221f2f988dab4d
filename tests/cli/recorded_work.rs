//! Recorded work: recordings that count jobs instead of time, limits in columns, and the thread that reads ahead.

use serde_json::Value;

use crate::support::{run, stderr, stdout};

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn fixture(name: &str) -> String {
    format!("{}/fixtures/recordings/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn growth_per_job_has_no_hours_in_any_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let names = ["w.html", "w.md", "w.xml", "w.json"].map(path);
    let outputs: Vec<&str> = names.iter().flat_map(|name| ["-o", name.as_str()]).collect();
    let output = run(&[&["analyze", &fixture("worker.log"), "--explain"], outputs.as_slice()].concat());
    let table = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{table}{}", stderr(&output));
    assert!(table.contains(" MiB per job") && table.contains("observed 23 jobs"), "{table}");
    assert!(stderr(&output).contains("axis 'jobs'"), "{}", stderr(&output));
    for text in names.iter().map(|name| std::fs::read_to_string(name).expect("written")).chain([table]) {
        assert!(!text.contains("iB/h") && !text.contains(" B/h"), "{text}");
    }
    let json = std::fs::read_to_string(&names[3]).expect("written");
    let growth = &report(&json)["targets"][0]["growth"];
    assert_eq!((growth["axis"].as_str(), growth["percent_per_hour"].is_null()), (Some("job"), true));
}

#[test]
fn a_threshold_per_work_judges_a_recording_of_jobs() {
    let judged = |threshold: &str| {
        let output = run(&["analyze", &fixture("worker.log"), "--fail-on", "never", "--fail-if", threshold]);
        (output.status.code(), stderr(&output))
    };
    let (code, text) = judged("growth(memory) per work > 1MiB");
    assert!(code == Some(1) && text.contains("FAIL growth(memory) per work > 1MiB"), "{text}");
    let (code, text) = judged("growth(memory) per work > 9MiB");
    assert!(code == Some(0) && text.contains("PASS"), "{text}");
    let (code, text) = judged("growth(memory) > 1MiB/h");
    assert!(code == Some(3) && text.contains("it has no times, but jobs: write 'growth(memory) per work'"), "{text}");
}

#[test]
fn a_limit_in_a_column_is_the_ceiling() {
    let output = run(&["analyze", &fixture("job.jsonl"), "--format", "json"]);
    let report = report(&stdout(&output));
    let forecast = &report["targets"][0]["forecast"];
    assert_eq!(
        (forecast["limit_kind"].as_str(), forecast["limit_bytes"].as_u64()),
        (Some("recording"), Some(512_000_000))
    );
}

#[test]
fn reading_ahead_changes_nothing() {
    let judged = |jobs: &str| {
        let output =
            run(&["analyze", &fixture("records.jsonl"), &fixture("docker.csv"), "--jobs", jobs, "--format", "json"]);
        report(&stdout(&output))["targets"].clone()
    };
    assert_eq!(judged("1"), judged("2"));
}
