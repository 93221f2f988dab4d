//! Expressions of `--fail-if` and `--warn-if`: parsing, evaluation during a run, and results at its end.

use crate::interpreters::python;
use crate::support::{Run, leakwatch, stderr};

const FAST: [&str; 4] = ["--interval", "20ms", "--duration", "1500ms"];

fn run(options: &[&str], command: &[&str]) -> Run {
    Run::of(&[&FAST, options, &["--"], command].concat())
}

#[test]
fn an_invalid_expression_is_refused_with_a_mark_under_the_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let touched = folder.path().join("started");
    for (text, reason) in
        [("growht(memory) > 2MiB/h", "known metrics"), ("growth(memory) > 2MiB/fortnight", "s, min, h, d")]
    {
        let output =
            leakwatch().args(["run", "--fail-if", text, "--", "touch"]).arg(&touched).output().expect("a start");
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(message.contains(reason) && message.lines().any(|line| line.trim() == "^"), "{message}");
    }
    assert!(!touched.exists(), "the command was started");
}

#[test]
fn a_condition_must_hold_for_its_time() {
    let sleep = ["sleep", "60"];
    let failed = run(&["--fail-if", "last(threads) > 0 for 500ms"], &sleep);
    assert_eq!((failed.code, failed.outcome()), (Some(1), "fail"), "{}", failed.messages);
    assert!(failed.report["gate"]["thresholds"][0]["answers"][0]["failed_at"].is_string());
    let never = run(&["--fail-if", "last(threads) > 99 for 500ms"], &sleep);
    assert_eq!((never.code, never.outcome()), (Some(0), "pass"), "{}", never.messages);
    // The session is shorter than the time of the condition.
    for text in ["last(threads) > 0 for 1m", "last(threads) > 99 for 1m"] {
        let brief = run(&["--fail-if", text], &sleep);
        assert_eq!((brief.code, brief.outcome()), (Some(3), "inconclusive"), "{}", brief.messages);
        assert!(brief.messages.contains("must hold for 1 min"), "{}", brief.messages);
    }
    let early = run(&["--fail-if", "last(threads) > 0 after 1m"], &sleep);
    assert_eq!((early.code, early.outcome()), (Some(3), "inconclusive"), "{}", early.messages);
    assert!(early.messages.contains("the session ended before 1 min"), "{}", early.messages);
}

#[test]
fn a_warning_is_printed_and_does_not_fail() {
    let run = run(&["--warn-if", "peak(rss) > 1B", "--fail-if", "peak(rss) > 1TiB"], &["sleep", "60"]);
    assert_eq!(run.code, Some(0), "{}", run.messages);
    assert!(run.messages.contains("WARN peak(rss) > 1B on sleep"), "{}", run.messages);
    let tiers: Vec<_> =
        run.report["gate"]["thresholds"].as_array().expect("a list").iter().map(|t| &t["tier"]).collect();
    assert_eq!(tiers, ["fail", "warn"]);
}

#[test]
fn an_unread_counter_is_inconclusive_and_never_a_pass() {
    let run = run(&["--no-pss", "--fail-if", "peak(pss) > 1TiB"], &["sleep", "60"]);
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.messages);
    assert!(run.messages.contains("--no-pss"), "{}", run.messages);
}

#[test]
fn abort_ends_the_run_at_the_threshold() {
    let Some(python) = python() else { return };
    let greedy = "import time\nheld = []\nwhile True:\n    held.append(bytearray(1 << 20))\n    time.sleep(0.01)\n";
    let run = Run::of(&[
        "--interval",
        "20ms",
        "--duration",
        "60s",
        "--fail-if",
        "peak(rss) >= 60MiB abort",
        "--",
        &python,
        "-c",
        greedy,
    ]);
    assert_eq!(run.code, Some(1), "{}", run.messages);
    assert_eq!(run.report["session"]["ended_by"], "threshold");
    assert_eq!(run.report["session"]["command"]["stopped"], true);
    assert!(
        run.report["gate"]["aborted"].as_str().is_some_and(|reason| reason.contains("peak(rss)")),
        "{}",
        run.messages
    );
    let peak = run.report["gate"]["thresholds"][0]["answers"][0]["value"].as_f64().expect("a peak");
    assert!((60.0..200.0).contains(&(peak / 1_048_576.0)), "{peak}");
}

#[test]
fn thresholds_of_the_settings_file_apply_to_recordings() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("leakwatch.toml"), "fail-if = ['peak(rss) > 1B', 'last(fds) > 1000']\n")
        .expect("a file");
    let recorded = folder.path().join("a.csv");
    let live = Run::from(
        leakwatch()
            .current_dir(&folder)
            .args(["run", "--format", "json", "--interval", "20ms", "--duration", "1s", "-o"])
            .arg(&recorded)
            .args(["--", "sleep", "60"]),
    );
    assert_eq!((live.code, live.outcome()), (Some(1), "fail"), "{}", live.messages);
    let replayed = Run::from(leakwatch().current_dir(&folder).args(["analyze", "--format", "json"]).arg(&recorded));
    assert_eq!((replayed.code, replayed.outcome()), (Some(1), "fail"), "{}", replayed.messages);
    let value = |run: &Run| run.report["gate"]["thresholds"][0]["answers"][0]["value"].clone();
    assert_eq!(value(&live), value(&replayed));
}
