//! Timelines of memory that decide whether a gate can be trusted. Hours are run as seconds: a rate of so much an hour
//! stands for a thousandth of it.

use crate::support::{Run, python, script};

fn run(python: &str, options: &[&str], kind: &[&str]) -> Run {
    let name = script("shapes.py");
    Run::of(&[&["--interval", "50ms"], options, &["--", python, &name], kind].concat())
}

#[test]
fn the_phase_of_a_saw_tooth_does_not_matter() {
    let Some(python) = python() else { return };
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let start = |phase: u32| {
            let (phase, python) = (format!("{}", f64::from(phase) / 20.0), &python);
            let options = ["--duration", "11s", "--fail-if", "growth(memory) > 2GiB/h"];
            scope.spawn(move || run(python, &options, &["sawtooth", "1.0", &phase]))
        };
        let started: Vec<_> = (0..20).map(start).collect();
        started.into_iter().map(|one| one.join().expect("a run")).collect()
    });
    for (offset, run) in runs.iter().enumerate() {
        assert_ne!(run.code, Some(1), "offset {offset}: {}", run.said);
        assert_ne!(run.outcome(), "fail", "offset {offset}: {}", run.said);
    }
    let passed = runs.iter().filter(|run| run.code == Some(0)).count();
    assert!(passed >= 15, "{passed} of 20 passed, the others are inconclusive");
}

#[test]
fn a_slow_leak_fails_and_a_limit_above_it_passes() {
    let Some(python) = python() else { return };
    // 0.5 MiB/h for three hours, a thousand times as fast.
    let gate = |limit: &str| {
        let expression = format!("growth(memory) > {limit}");
        run(&python, &["--duration", "11s", "--fail-if", &expression], &["slow", "0.1389"])
    };
    let (leak, limit) = std::thread::scope(|scope| {
        let leak = scope.spawn(|| gate("250MiB/h"));
        let limit = scope.spawn(|| gate("1000MiB/h"));
        (leak.join().expect("a run"), limit.join().expect("a run"))
    });
    assert_eq!((leak.code, leak.outcome()), (Some(1), "fail"), "{}", leak.said);
    assert_eq!((limit.code, limit.outcome()), (Some(0), "pass"), "{}", limit.said);
    let rate = leak.report["gate"]["thresholds"][0]["answers"][0]["value"].as_f64().expect("a rate");
    assert!((0.12..0.16).contains(&(rate / 1_048_576.0)), "{rate}");
}

#[test]
fn a_start_that_settles_does_not_fail() {
    let Some(python) = python() else { return };
    let gate = |warmup: &[&str]| {
        let options = [&["--duration", "12s", "--fail-if", "growth(memory) > 500MiB/h"], warmup].concat();
        run(&python, &options, &["warmup", "4"])
    };
    let (by_data, by_user) = std::thread::scope(|scope| {
        let by_data = scope.spawn(|| gate(&[]));
        let by_user = scope.spawn(|| gate(&["--warmup", "6s"]));
        (by_data.join().expect("a run"), by_user.join().expect("a run"))
    });
    assert_ne!(by_data.code, Some(1), "{}", by_data.said);
    assert_eq!((by_user.code, by_user.outcome()), (Some(0), "pass"), "{}", by_user.said);
    assert_eq!(by_user.report["gate"]["warmup_seconds"], 6.0);
}

#[test]
fn of_a_fork_server_the_worker_that_leaks_is_named() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let said = folder.path().join("leaky");
    let path = said.to_str().expect("a path");
    let options = ["--duration", "8s", "--fail-if", "growth(memory) > 2GiB/h"];
    let run = run(&python, &options, &["forks", path]);
    assert_eq!((run.code, run.outcome()), (Some(1), "fail"), "{}", run.said);
    let leaky: u64 = std::fs::read_to_string(&said).expect("a file").parse().expect("a pid");
    let answers = run.report["gate"]["thresholds"][0]["answers"].as_array().expect("answers");
    let failed: Vec<_> = answers.iter().filter(|answer| answer["outcome"] == "fail").collect();
    let processes: Vec<_> = failed.iter().filter_map(|answer| answer["pid"].as_u64()).collect();
    assert_eq!(processes, [leaky], "{}", run.said);
    assert!(answers.len() >= 6 && failed.iter().any(|answer| answer["members"] == 5), "and their sum: {answers:#?}");
}

#[test]
fn a_command_that_ignores_the_signal_is_judged_all_the_same() {
    let Some(python) = python() else { return };
    let options = ["--duration", "5s", "--grace", "300ms", "--fail-if", "growth(memory) > 1GiB/h"];
    let run = run(&python, &options, &["stubborn", "2.0"]);
    assert_eq!((run.code, run.outcome()), (Some(1), "fail"), "{}", run.said);
    assert_eq!(run.report["session"]["command"]["signal"], 9);
}
