//! The main job on real processes, with margins that a busy machine does not break.

use std::process::Command;

use serde_json::Value;

use crate::support::{Target, run, stderr, stdout};

fn verdict(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let status = report["targets"][0]["verdict"]["status"].as_str().unwrap_or_default().to_owned();
    (output.status.code(), status, format!("{report:#}"))
}

#[test]
fn a_leak_is_found_and_a_steady_twin_is_not_flagged() {
    let (leaky, steady) = (Target::start("leaky", &["65536", "20"]), Target::start("steady", &[]));
    let watch = |target: &Target| verdict(&["--pid", &target.pid(), "--interval", "50ms", "--duration", "20s"]);
    let (code, status, report) = watch(&leaky);
    assert_eq!((code, status.as_str()), (Some(1), "leaking"), "{report}");
    let (code, status, report) = watch(&steady);
    assert!(matches!(code, Some(0 | 3)), "{report}");
    assert!(["stable", "insufficient_data"].contains(&status.as_str()), "{report}");
}

#[test]
fn the_portable_source_finds_the_same_leak() {
    let leaky = Target::start("leaky", &["65536", "20"]);
    let arguments = ["--portable", "--pid", &leaky.pid(), "--interval", "50ms", "--duration", "15s"];
    let (code, status, report) = verdict(&arguments);
    assert_eq!((code, status.as_str()), (Some(1), "leaking"), "{report}");
}

#[test]
fn a_script_that_becomes_the_service_later_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = folder.path().join("lw-late-service");
    std::os::unix::fs::symlink("/bin/sleep", &service).expect("a link");
    // The script runs longer than a process that is about to call exec, and its name does not match.
    let script = format!("sleep 7; exec {} 1000", service.display());
    let _starter = Target::spawn(Command::new("sh").args(["-c", &script]));
    let output = run(&[
        "--process",
        "lw-late-service",
        "--exact",
        "--wait",
        "--interval",
        "500ms",
        "--duration",
        "12s",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    assert_eq!(report["targets"][0]["name"], "lw-late-service", "{report:#}");
}

#[test]
fn a_shim_gets_the_name_of_its_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("samples.csv").display().to_string();
    let arguments = ["run", "--interval", "100ms", "--duration", "4s", "--format", "json", "-o", &csv, "--"];
    let output = run(&[&arguments[..], &["sh", "-c", "sleep 1; exec sleep 1000"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let name_of = |pid: &Value| {
        let targets = report["targets"].as_array().expect("targets");
        targets.iter().filter(|target| target["pid"] == *pid).map(|target| target["name"].clone()).collect::<Vec<_>>()
    };
    let root = report["targets"].as_array().expect("targets").iter().find(|target| target["cmdline"] == "sleep 1000");
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
fn a_selector_without_a_match_is_named_and_noted() {
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
