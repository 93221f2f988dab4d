//! Shapes of memory that decide whether a threshold can be trusted. Seconds stand for hours, so rates are a thousand times
//! higher. Recordings show the shapes, and programs the trees of processes.

use crate::interpreters::python;
use crate::random::Random;
use crate::support::{Run, leakwatch, script};

const MIB: f64 = 1_048_576.0;

/// Analyses a recording of a program with this memory, sampled about every 50 ms.
fn analyze(seconds: f64, memory: impl Fn(f64) -> f64, options: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shape.csv");
    let mut random = Random::new(1);
    let mut rows = String::from("time_s,pid,name,rss_bytes\n");
    for tick in 0..=(seconds * 20.0) as u32 {
        let second = f64::from(tick) / 20.0 + random.between(0.0, 0.01);
        let pages = ((10.0 * MIB + memory(second)) / 4096.0) as u64;
        rows.push_str(&format!("{second:.3},7,shape,{}\n", pages * 4096));
    }
    std::fs::write(&file, rows).expect("a file");
    Run::from(leakwatch().args(["analyze", "--format", "json"]).args(options).arg(&file))
}

/// Runs a program of `growing.py`.
fn run(python: &str, options: &[&str], kind: &[&str]) -> Run {
    let name = script("growing.py");
    Run::of(&[&["--interval", "50ms"], options, &["--", python, &name], kind].concat())
}

#[test]
fn the_phase_of_a_sawtooth_does_not_matter() {
    let mut passed = 0;
    for phase in 0..20 {
        let tooth = |second: f64| ((second + f64::from(phase) / 20.0).fract() * 32.0).floor() * MIB / 4.0;
        let run = analyze(11.0, tooth, &["--fail-if", "growth(memory) > 2GiB/h"]);
        assert!(run.code != Some(1) && run.outcome() != "fail", "phase {phase}: {}", run.messages);
        passed += u32::from(run.code == Some(0));
    }
    assert!(passed >= 15, "{passed} of 20 passed, the others are inconclusive");
}

#[test]
fn a_slow_leak_fails_and_a_higher_threshold_passes() {
    // 0.5 MiB/h for three hours, a thousand times as fast.
    let gate = |threshold: &str| {
        let expression = format!("growth(memory) > {threshold}");
        analyze(11.0, |second| second * 0.1389 * MIB, &["--fail-if", &expression])
    };
    let (leak, higher) = (gate("250MiB/h"), gate("1000MiB/h"));
    assert_eq!((leak.code, leak.outcome()), (Some(1), "fail"), "{}", leak.messages);
    assert_eq!((higher.code, higher.outcome()), (Some(0), "pass"), "{}", higher.messages);
    let rate = leak.report["gate"]["thresholds"][0]["answers"][0]["value"].as_f64().expect("a rate");
    assert!((0.12..0.16).contains(&(rate / MIB)), "{rate}");
}

#[test]
fn a_start_that_settles_does_not_fail() {
    let gate = |warmup: &[&str]| {
        let memory = |second: f64| ((1.0 - (-0.75 * second).exp()) * 384.0).ceil() * MIB / 16.0;
        analyze(12.0, memory, &[&["--fail-if", "growth(memory) > 500MiB/h"], warmup].concat())
    };
    let (automatic, excluded) = (gate(&[]), gate(&["--warmup", "6s"]));
    assert_ne!(automatic.code, Some(1), "{}", automatic.messages);
    assert_eq!((excluded.code, excluded.outcome()), (Some(0), "pass"), "{}", excluded.messages);
    assert_eq!(excluded.report["gate"]["warmup_seconds"], 6.0);
}

#[test]
fn the_leaking_worker_of_a_fork_server_is_named() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("leaky");
    let path = file.to_str().expect("a path");
    let options = ["--duration", "8s", "--fail-if", "growth(memory) > 2GiB/h"];
    let run = run(&python, &options, &["forks", path]);
    assert_eq!((run.code, run.outcome()), (Some(1), "fail"), "{}", run.messages);
    let leaky: u64 = std::fs::read_to_string(&file).expect("a file").parse().expect("a pid");
    let answers = run.report["gate"]["thresholds"][0]["answers"].as_array().expect("answers");
    let failed: Vec<_> = answers.iter().filter(|answer| answer["outcome"] == "fail").collect();
    let processes: Vec<_> = failed.iter().filter_map(|answer| answer["pid"].as_u64()).collect();
    assert_eq!(processes, [leaky], "{}", run.messages);
    let has_pool = failed.iter().any(|answer| answer["members"] == 5);
    assert!(answers.len() >= 6 && has_pool, "five processes and their pool: {answers:#?}");
}

#[test]
fn a_command_that_ignores_the_signal_is_judged() {
    let Some(python) = python() else { return };
    let options = ["--duration", "5s", "--grace", "300ms", "--fail-if", "growth(memory) > 1GiB/h"];
    let run = run(&python, &options, &["stubborn", "2.0"]);
    assert_eq!((run.code, run.outcome()), (Some(1), "fail"), "{}", run.messages);
    assert_eq!(run.report["session"]["command"]["signal"], 9);
}
