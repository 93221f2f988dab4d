//! Growth per unit of work, independent of the load.

use crate::interpreters::python;
use crate::support::{Run, leakwatch, script, stderr};

/// Runs a worker that keeps some bytes of each job, and works four times as fast in the second half of six seconds.
fn worker(python: &str, kept: &str, counter: &str, options: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (file, log) = (at("done"), at("worker.log"));
    let line = format!("cat '{file}'");
    let source = match counter {
        "log" => vec!["--work-log", &log, "--work-regex", r"^\[JOB SUCCESS\]"],
        "command" => vec!["--work-command", &line],
        _ => vec!["--work-file", &file],
    };
    let name = script("worker.py");
    let command = ["--", python, &name, kept, "0.01", "3.3", &file, &log];
    Run::of(&[&["--interval", "40ms", "--duration", "6s"], &source[..], options, &command].concat())
}

fn value(run: &Run) -> f64 {
    run.report["gate"]["thresholds"][0]["answers"][0]["value"].as_f64().unwrap_or_else(|| panic!("{}", run.messages))
}

#[test]
fn growth_per_job_is_measured_under_any_load() {
    let Some(python) = python() else { return };
    let threshold = ["--fail-if", "growth(memory) per work > 2kB"];
    std::thread::scope(|scope| {
        let leaky = scope.spawn(|| worker(&python, "4096", "file", &threshold));
        let clean = scope.spawn(|| worker(&python, "0", "file", &threshold));
        let by_log = scope.spawn(|| worker(&python, "4096", "log", &threshold));
        let by_command = scope.spawn(|| worker(&python, "4096", "command", &threshold));
        let leaky = leaky.join().expect("a run");
        assert_eq!((leaky.code, leaky.outcome()), (Some(1), "fail"), "{}", leaky.messages);
        assert!((3500.0..5500.0).contains(&value(&leaky)), "{}", leaky.messages);
        assert!(leaky.messages.contains("the load changed"), "{}", leaky.messages);
        let lines = leaky.messages.lines().filter(|line| line.contains("per work > 2kB on"));
        assert!(
            lines.clone().count() == 1 && lines.clone().all(|line| line.matches("per").count() == 1),
            "{}",
            leaky.messages
        );
        let summary = leaky.report["verdict"]["summary"].as_str().expect("a summary");
        assert!(summary.starts_with("threshold failed"), "{summary}");
        let work = &leaky.report["gate"]["work"];
        assert!(work["load_changed"] == true && work["total"].as_f64().is_some_and(|total| total > 500.0), "{work}");
        let clean = clean.join().expect("a run");
        assert_eq!((clean.code, clean.outcome()), (Some(0), "pass"), "{}", clean.messages);
        let by_log = by_log.join().expect("a run");
        assert_eq!((by_log.code, by_log.outcome()), (Some(1), "fail"), "{}", by_log.messages);
        // One job in ten fails: its memory is kept, and it is not counted.
        assert!((3900.0..6200.0).contains(&value(&by_log)), "{}", by_log.messages);
        let jobs = by_log.report["gate"]["work"]["jobs"].as_array().expect("jobs").clone();
        assert!(jobs.len() > 30 && jobs.len() <= 200);
        assert!(
            jobs.iter().all(|job| job["label"].as_str().is_some_and(|label| label.starts_with("[JOB SUCCESS] job")))
        );
        let kept = |job: &serde_json::Value| job["memory_after_bytes"].as_i64() > job["memory_before_bytes"].as_i64();
        assert!(jobs.iter().filter(|job| kept(job)).count() > jobs.len() / 2, "{jobs:#?}");
        let by_command = by_command.join().expect("a run");
        assert_eq!((by_command.code, by_command.outcome()), (Some(1), "fail"), "{}", by_command.messages);
    });
}

#[test]
fn a_failing_counter_is_reported_once_and_the_session_continues() {
    for (command, reason) in [
        ("false", "ended with exit status: 1"),
        ("echo many", "'many' is not a number"),
        ("no-such-program", "cannot start"),
    ] {
        let run = Run::of(&[
            "--interval",
            "50ms",
            "--duration",
            "1s",
            "--work-command",
            command,
            "--fail-if",
            "peak(rss) > 1TiB",
            "--warn-if",
            "growth(memory) per work > 1B",
            "--",
            "sleep",
            "9",
        ]);
        assert_eq!(run.code, Some(0), "{}", run.messages);
        assert!(run.messages.contains(reason), "{}", run.messages);
        assert_eq!(run.messages.matches("work is not counted").count(), 1, "{}", run.messages);
        let thresholds = &run.report["gate"]["thresholds"];
        assert_eq!((&thresholds[0]["outcome"], &thresholds[1]["outcome"]), (&"pass".into(), &"inconclusive".into()));
        assert!(run.report["gate"]["work"]["failed_reads"].as_u64().is_some_and(|count| count > 1));
        let message = thresholds[1]["answers"][0]["message"].as_str().expect("a sentence");
        assert!(message.starts_with("work could not be counted: ") && message.contains(reason), "{message}");
        assert!(!run.messages.contains("exercised"), "{}", run.messages);
    }
}

#[test]
fn growth_per_work_needs_a_counter() {
    let refused = |arguments: &[&str]| {
        let output = leakwatch().arg("run").args(arguments).args(["--", "true"]).output().expect("a start");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        stderr(&output)
    };
    assert!(refused(&["--fail-if", "growth(memory) per work > 1B"]).contains("--work-file"));
    assert!(refused(&["--work-log", "x.log"]).contains("--work-regex"));
    assert!(refused(&["--work-command", "echo 'x"]).contains("not closed"));
}
