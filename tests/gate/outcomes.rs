//! Neither a pass nor a failure: what ended too soon, went away or never moved is said, and is never a silent 0.

use crate::support::{Run, leakwatch, stderr};

fn run(options: &[&str], script: &str) -> Run {
    Run::of(
        &[&["--interval", "20ms"], options, &["--fail-if", "growth(memory) > 1GiB/h", "--", "sh", "-c", script]]
            .concat(),
    )
}

#[test]
fn a_command_that_dies_at_half_time_is_inconclusive() {
    let run = run(&["--duration", "4s"], "sleep 2; exit 7");
    assert_eq!(run.code, Some(3), "{}", run.said);
    assert!(run.said.contains("died before its time") && run.said.contains("status 7"), "{}", run.said);
    assert_eq!(run.report["verdict"]["exit_status"], 3);
}

#[test]
fn a_command_that_fails_is_inconclusive_without_a_deadline_too() {
    let failed = run(&["--warmup", "100ms"], "sleep 2; exit 7");
    assert_eq!(failed.code, Some(3), "{}", failed.said);
    assert!(failed.said.contains("the command failed") && failed.said.contains("status 7"), "{}", failed.said);
    let propagated = run(&["--warmup", "100ms", "--propagate"], "sleep 2; exit 7");
    assert_eq!(propagated.code, Some(7), "{}", propagated.said);
}

#[test]
fn a_command_that_is_killed_is_inconclusive_without_a_deadline_too() {
    let run = run(&[], "sleep 2; kill -9 $$");
    assert_eq!(run.code, Some(3), "{}", run.said);
    assert!(run.said.contains("ended by signal 9"), "{}", run.said);
}

#[test]
fn a_command_that_ends_well_before_the_deadline_is_answered_and_its_hollow_pass_is_named() {
    let run = run(&["--duration", "60s", "--warmup", "100ms"], "sleep 2");
    assert_eq!((run.code, run.outcome()), (Some(0), "pass"), "{}", run.said);
    assert!(run.said.contains("memory never moved"), "{}", run.said);
    assert_eq!(run.report["gate"]["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_command_that_goes_on_without_us_is_inconclusive() {
    let run = run(&["--duration", "60s", "--warmup", "0s"], "sleep 4 & sleep 1.5");
    assert_eq!(run.code, Some(3), "{}", run.said);
    assert!(run.said.contains("went on without us: sleep ("), "{}", run.said);
}

#[test]
fn too_short_a_run_says_what_it_takes() {
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
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.said);
    assert!(run.said.contains("longer --duration"), "{}", run.said);
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
    assert_eq!(passed.code, Some(0), "{}", passed.said);
}

#[test]
fn a_plan_is_made_before_the_run() {
    let output = leakwatch().args(["plan", "--rate", "1MiB/h", "--noise", "4MiB"]).output().expect("a start");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(text.contains("1.00 MiB/h can be told from no growth after 7 h"), "{text}");
    assert!(text.contains("--fail-if 'growth(memory) > 512KiB/h'"), "a limit that neither answer straddles: {text}");
    let refused = leakwatch().args(["plan", "--rate", "0MiB/h", "--noise", "4MiB"]).output().expect("a start");
    assert_eq!(refused.status.code(), Some(2));
    for rate in ["1B/h", "100B/h"] {
        let hopeless = leakwatch().args(["plan", "--rate", rate, "--noise", "4MiB"]).output().expect("a start");
        assert_eq!(hopeless.status.code(), Some(2));
        assert!(stderr(&hopeless).contains("cannot be seen"), "{}", stderr(&hopeless));
    }
}
