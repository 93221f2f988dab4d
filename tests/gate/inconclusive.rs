//! Inconclusive sessions: early ends, missing data, and idle targets are reported and never pass silently.

use crate::support::{Run, leakwatch, stderr};

fn run(options: &[&str], script: &str) -> Run {
    Run::of(
        &[&["--interval", "20ms"], options, &["--fail-if", "growth(memory) > 1GiB/h", "--", "sh", "-c", script]]
            .concat(),
    )
}

#[test]
fn a_command_that_dies_before_the_deadline_is_inconclusive() {
    let run = run(&["--duration", "4s"], "sleep 2; exit 7");
    assert_eq!(run.code, Some(3), "{}", run.messages);
    let last = run.messages.lines().last().unwrap_or_default();
    assert!(last.starts_with("inconclusive: the command exited with status 7 after"), "{last}");
    assert_eq!(run.report["verdict"]["exit_status"], 3);
}

#[test]
fn a_failing_command_without_a_deadline_is_inconclusive() {
    let failed = run(&["--warmup", "100ms"], "sleep 2; exit 7");
    assert_eq!(failed.code, Some(3), "{}", failed.messages);
    assert!(
        failed.messages.contains("the command failed") && failed.messages.contains("status 7"),
        "{}",
        failed.messages
    );
    let propagated = run(&["--warmup", "100ms", "--propagate"], "sleep 2; exit 7");
    assert_eq!(propagated.code, Some(7), "{}", propagated.messages);
}

#[test]
fn a_killed_command_without_a_deadline_is_inconclusive() {
    let run = run(&[], "sleep 2; kill -9 $$");
    assert_eq!(run.code, Some(3), "{}", run.messages);
    assert!(run.messages.contains("ended by signal 9"), "{}", run.messages);
}

#[test]
fn a_command_that_exits_well_before_the_deadline_never_passes() {
    let soak = |options: &[&str], script: &str| {
        let (given, command) = (["--interval", "20ms", "--duration", "60s"], ["--", "sh", "-c", script]);
        Run::of(&[&given, options, &command].concat())
    };
    for threshold in ["growth(memory) > 1GiB/h", "peak(rss) > 1GiB", "last(rss) > 1GiB", "delta(memory) > 1GiB"] {
        let early = soak(&["--warmup", "0s", "--propagate", "--fail-if", threshold], "sleep 1");
        assert_eq!(early.code, Some(3), "{threshold}: {}", early.messages);
        let last = early.messages.lines().last().unwrap_or_default();
        assert!(last.starts_with("inconclusive: the command exited with status 0 after"), "{threshold}: {last}");
    }
    let passed = soak(&["--fail-if", "peak(rss) > 1GiB", "--on-inconclusive", "pass"], "sleep 0.5");
    assert_eq!((passed.code, passed.outcome()), (Some(0), "pass"), "{}", passed.messages);
    let failed = soak(&["--fail-if", "peak(rss) > 1B"], "sleep 0.5");
    assert_eq!(
        (failed.code, failed.outcome()),
        (Some(1), "fail"),
        "an early end does not hide a failure: {}",
        failed.messages
    );
}

#[test]
fn a_command_without_a_deadline_may_exit_and_an_idle_pass_is_named() {
    // Without a shell, whose memory may move between the exit of `sleep` and its own.
    let options = ["--interval", "20ms", "--warmup", "1s", "--fail-if", "growth(memory) > 1GiB/h"];
    let run = Run::of(&[&options[..], &["--", "sleep", "3"]].concat());
    assert_eq!((run.code, run.outcome()), (Some(0), "pass"), "{}", run.messages);
    assert!(
        run.messages.contains("the memory of sleep (") && run.messages.contains(" never moved"),
        "{}",
        run.messages
    );
    assert_eq!(run.report["gate"]["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn one_sample_does_not_decide_a_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("one.csv");
    for threshold in ["delta(memory) > 1KiB", "ratio(rss) > 1.01"] {
        let judged = |rows: &str| {
            std::fs::write(&file, format!("time_s,pid,name,rss_bytes\n{rows}")).expect("a file");
            Run::from(leakwatch().args(["analyze", "--format", "json", "--fail-if", threshold]).arg(&file))
        };
        let one = judged("1,7,w,104857600\n");
        assert_eq!((one.code, one.outcome()), (Some(3), "inconclusive"), "{threshold}: {}", one.messages);
        assert!(one.messages.contains("only 1 sample"), "{}", one.messages);
        let two = judged("1,7,w,104857600\n2,7,w,104857600\n");
        assert_eq!((two.code, two.outcome()), (Some(0), "pass"), "{threshold}: {}", two.messages);
        let run = Run::of(&["--interval", "50ms", "--samples", "2", "--fail-if", threshold, "--", "sleep", "9"]);
        assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{threshold}: {}", run.messages);
    }
}

#[test]
fn a_command_with_surviving_descendants_is_inconclusive() {
    for propagate in [&[][..], &["--propagate"]] {
        let options = [&["--duration", "60s", "--warmup", "0s"], propagate].concat();
        let run = run(&options, "sleep 4 & sleep 1.5");
        assert_eq!(run.code, Some(3), "{}", run.messages);
        assert!(run.messages.contains("descendants outlived the command: sleep ("), "{}", run.messages);
    }
}

#[test]
fn an_undecided_threshold_names_the_growing_target() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("two.csv");
    let mut rows = String::from("time_s,pid,name,rss_bytes\n");
    for second in 0..100_u64 {
        let noise = second * 7919 % 101 * 400_000;
        rows.push_str(&format!("{second},1,still,5000000\n{second},2,rising,{}\n", 90_000_000 + second * 9000 + noise));
    }
    std::fs::write(&file, rows).expect("a file");
    let run =
        Run::from(leakwatch().args(["analyze", "--format", "json", "--fail-if", "growth(memory) > 1B/h"]).arg(&file));
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.messages);
    assert!(
        run.messages.contains("> 1B/h on rising (2) and 1 more: mean growth +")
            && !run.messages.contains("never moved"),
        "{}",
        run.messages
    );
}

#[test]
fn a_short_run_names_the_samples_it_needs() {
    let run = Run::of(&[
        "--interval",
        "100ms",
        "--duration",
        "1s",
        "--fail-if",
        "growth(memory) > 1MiB/h",
        "--",
        "sleep",
        "9",
    ]);
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.messages);
    assert!(run.messages.contains("longer --duration"), "{}", run.messages);
    let passed = Run::of(&[
        "--interval",
        "100ms",
        "--duration",
        "1s",
        "--on-inconclusive",
        "pass",
        "--fail-if",
        "growth(memory) > 1MiB/h",
        "--",
        "sleep",
        "9",
    ]);
    assert_eq!(passed.code, Some(0), "{}", passed.messages);
}

#[test]
fn a_plan_is_made_before_the_run() {
    let output = leakwatch().args(["plan", "--rate", "1MiB/h", "--noise", "4MiB"]).output().expect("a start");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(text.contains("\n  memory that does not grow passes after 3 h 18 min,\n"), "{text}");
    assert!(text.contains("\n  a leak of 1.00 MiB/h is proved after 5 h 52 min.\n"), "{text}");
    assert!(text.contains("--duration 3h40m") && text.contains("--until-decided 6h15m"), "{text}");
    assert!(text.contains("--fail-if 'growth(memory) > 512KiB/h'"), "the threshold is half the rate: {text}");
    let refused = leakwatch().args(["plan", "--rate", "0MiB/h", "--noise", "4MiB"]).output().expect("a start");
    assert_eq!(refused.status.code(), Some(2));
    for rate in ["1B/h", "100B/h"] {
        let hopeless = leakwatch().args(["plan", "--rate", rate, "--noise", "4MiB"]).output().expect("a start");
        assert_eq!(hopeless.status.code(), Some(2));
        assert!(stderr(&hopeless).contains("cannot be seen"), "{}", stderr(&hopeless));
    }
}
