//! Live verdicts on real processes, with margins for a busy machine.

use std::process::Command;

use serde_json::Value;

use crate::support::{Target, run, stderr, stdout};

/// Watches targets, and returns the exit status and the report.
fn watch(targets: &[&Target], options: &[&str]) -> (Option<i32>, Value) {
    let pids: Vec<String> = targets.iter().map(|target| target.pid()).collect();
    let mut arguments = ["--interval", "50ms", "--format", "json"].to_vec();
    arguments.extend(options);
    pids.iter().for_each(|pid| arguments.extend(["--pid", pid]));
    let output = run(&arguments);
    let report = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (output.status.code(), report)
}

/// Returns the status of the verdict on a target.
fn status<'a>(report: &'a Value, target: &Target) -> &'a str {
    let targets = report["targets"].as_array().expect("targets");
    let found = targets.iter().find(|found| found["pid"].as_u64() == target.pid().parse().ok()).expect("a target");
    found["verdict"]["status"].as_str().expect("a status")
}

#[test]
fn a_leak_is_found_and_a_steady_twin_is_not_flagged() {
    let (leaky, steady) = (Target::start("leaky", &["65536", "20"]), Target::start("steady", &[]));
    let (code, report) = watch(&[&leaky, &steady], &["--duration", "12s"]);
    assert_eq!((code, status(&report, &leaky)), (Some(1), "leaking"), "{report:#}");
    assert!(!["leaking", "suspect"].contains(&status(&report, &steady)), "{report:#}");
}

#[test]
fn the_portable_source_finds_the_same_leak() {
    let leaky = Target::start("leaky", &["65536", "20"]);
    let (code, report) = watch(&[&leaky], &["--portable", "--duration", "10s"]);
    assert_eq!((code, status(&report, &leaky)), (Some(1), "leaking"), "{report:#}");
}

#[test]
fn a_script_that_runs_the_service_later_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = folder.path().join("lw-late-service");
    std::os::unix::fs::symlink("/bin/sleep", &service).expect("a link");
    // A process has its final name after 5 s. The script calls exec later, and its own name does not match.
    let script = format!("sleep 6; exec {} 120", service.display());
    let _starter = Target::spawn(Command::new("sh").args(["-c", &script]));
    let output = run(&[
        "--process",
        "lw-late-service",
        "--exact",
        "--wait",
        "--interval",
        "500ms",
        "--duration",
        "10s",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    assert_eq!(report["targets"][0]["name"], "lw-late-service", "{report:#}");
}

#[test]
fn a_start_script_gets_the_name_of_its_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("samples.csv").display().to_string();
    let arguments = ["run", "--interval", "100ms", "--duration", "4s", "--format", "json", "-o", &csv, "--"];
    let output = run(&[&arguments[..], &["sh", "-c", "sleep 1; exec sleep 120"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let name_of = |pid: &Value| {
        let targets = report["targets"].as_array().expect("targets");
        targets.iter().filter(|target| target["pid"] == *pid).map(|target| target["name"].clone()).collect::<Vec<_>>()
    };
    let root = report["targets"].as_array().expect("targets").iter().find(|target| target["cmdline"] == "sleep 120");
    let root = root.unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!(name_of(&root["pid"]), ["sleep"]);
    // A replay of the recording agrees.
    let replayed: Value =
        serde_json::from_str(&stdout(&run(&["analyze", "--format", "json", &csv]))).expect("a report");
    let replayed = replayed["targets"].as_array().expect("targets").iter().find(|target| target["pid"] == root["pid"]);
    let replayed = replayed.expect("the same process");
    assert_eq!(replayed["rss"]["samples"], root["rss"]["samples"], "{replayed:#}");
    assert_eq!(replayed["name"], "sleep");
}

#[test]
fn a_selector_without_a_match_is_named() {
    let target = Target::start("steady", &[]);
    let pid = target.pid();
    let watched = ["--interval", "50ms", "--samples", "2", "--format", "json"];
    for wrong in [["--process", "no-such-name"], ["--pid", "4194303"], ["--cmdline", "no-such-[w]ord"]] {
        let output = run(&[&["--pid", pid.as_str()], &wrong[..], &watched].concat());
        let messages = stderr(&output);
        assert!(messages.contains(&format!("nothing matches {}", wrong.join(" "))), "{messages}");
        let report: Value = serde_json::from_str(&stdout(&output)).expect("a report");
        let noted = report["notices"].as_array().expect("notices").iter().filter(|one| one["kind"] == "unmatched");
        assert_eq!(noted.count(), 1, "{report:#}");
    }
    let output = run(&[&["--pid", pid.as_str()], &watched[..]].concat());
    assert!(!stderr(&output).contains("nothing matches"), "{}", stderr(&output));
}
