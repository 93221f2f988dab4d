//! The main job on real processes, with margins that a busy machine does not break.

use serde_json::Value;

use crate::support::{Target, run, stderr, stdout};

fn verdict(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let status = report["targets"][0]["verdict"]["status"].as_str().unwrap_or_default().to_owned();
    (output.status.code(), status, format!("{report:#}"))
}

#[test]
fn a_leak_is_found_and_its_twin_is_not_accused() {
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
