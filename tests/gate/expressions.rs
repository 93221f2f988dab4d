//! `--fail-if` and `--warn-if`: read at second 0, held while the run lasts, told at its end.

use std::time::Duration;

use crate::support::{Run, leakwatch, python, stderr};

const FAST: [&str; 4] = ["--interval", "20ms", "--duration", "2s"];

fn run(options: &[&str], command: &[&str]) -> Run {
    Run::of(&[&FAST, options, &["--"], command].concat())
}

#[test]
fn a_bad_expression_is_2_at_once_with_a_mark_under_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let touched = folder.path().join("started");
    for (text, said) in
        [("growht(memory) > 2MiB/h", "known metrics"), ("growth(memory) > 2MiB/fortnight", "s, min, h, d")]
    {
        let output =
            leakwatch().args(["run", "--fail-if", text, "--", "touch"]).arg(&touched).output().expect("a start");
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(message.contains(said) && message.lines().any(|line| line.trim() == "^"), "{message}");
    }
    assert!(!touched.exists(), "nothing was started");
}

#[test]
fn a_condition_must_hold_as_long_as_it_says() {
    let sleep = ["sleep", "60"];
    let failed = run(&["--fail-if", "last(threads) > 0 for 500ms"], &sleep);
    assert_eq!((failed.code, failed.outcome()), (Some(1), "fail"), "{}", failed.said);
    assert!(failed.report["gate"]["thresholds"][0]["answers"][0]["failed_at"].is_string());
    let never = run(&["--fail-if", "last(threads) > 99 for 500ms"], &sleep);
    assert_eq!((never.code, never.outcome()), (Some(0), "pass"), "{}", never.said);
    // No state was observed for long enough.
    for text in ["last(threads) > 0 for 1m", "last(threads) > 99 for 1m"] {
        let brief = run(&["--fail-if", text], &sleep);
        assert_eq!((brief.code, brief.outcome()), (Some(3), "inconclusive"), "{}", brief.said);
        assert!(brief.said.contains("must hold for 1 min"), "{}", brief.said);
    }
    let early = run(&["--fail-if", "last(threads) > 0 after 1m"], &sleep);
    assert_eq!((early.code, early.outcome()), (Some(3), "inconclusive"), "{}", early.said);
    assert!(early.said.contains("the session ended before 1 min"), "{}", early.said);
}

#[test]
fn a_warning_is_printed_and_does_not_fail() {
    let run = run(&["--warn-if", "peak(rss) > 1B", "--fail-if", "peak(rss) > 1TiB"], &["sleep", "60"]);
    assert_eq!(run.code, Some(0), "{}", run.said);
    assert!(run.said.contains("WARN peak(rss) > 1B on sleep"), "{}", run.said);
    let tiers: Vec<_> =
        run.report["gate"]["thresholds"].as_array().expect("a list").iter().map(|t| &t["tier"]).collect();
    assert_eq!(tiers, ["fail", "warn"]);
}

#[test]
fn an_unread_counter_is_inconclusive_and_never_a_pass() {
    let run = run(&["--no-pss", "--fail-if", "peak(pss) > 1TiB"], &["sleep", "60"]);
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.said);
    assert!(run.said.contains("--no-pss"), "{}", run.said);
}

#[test]
fn abort_ends_the_run_before_the_host_dies() {
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
    assert_eq!(run.code, Some(1), "{}", run.said);
    assert!(run.took < Duration::from_secs(20), "{:?}", run.took);
    assert_eq!(run.report["session"]["ended_by"], "threshold");
    assert_eq!(run.report["session"]["command"]["stopped"], true);
    assert!(run.report["gate"]["aborted"].as_str().is_some_and(|why| why.contains("peak(rss)")), "{}", run.said);
    let peak = run.report["gate"]["thresholds"][0]["answers"][0]["value"].as_f64().expect("a peak");
    assert!((60.0..200.0).contains(&(peak / 1_048_576.0)), "{peak}");
}

#[test]
fn thresholds_stand_in_the_settings_file_and_hold_for_recordings() {
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
    assert_eq!((live.code, live.outcome()), (Some(1), "fail"), "{}", live.said);
    let replayed = Run::from(leakwatch().current_dir(&folder).args(["analyze", "--format", "json"]).arg(&recorded));
    assert_eq!((replayed.code, replayed.outcome()), (Some(1), "fail"), "{}", replayed.said);
    let value = |run: &Run| run.report["gate"]["thresholds"][0]["answers"][0]["value"].clone();
    assert_eq!(value(&live), value(&replayed));
}
