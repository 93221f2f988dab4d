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

#[test]
fn a_selector_that_matches_nothing_beside_others_is_named_and_noted() {
    let target = Target::start("steady", &[]);
    let pid = target.pid();
    let watched = ["--interval", "50ms", "--samples", "2", "--format", "json"];
    for wrong in [["--process", "no-such-name"], ["--pid", "4194303"], ["--cmdline", "no-such-[w]ord"]] {
        let output = run(&[&["--pid", pid.as_str()], &wrong[..], &watched].concat());
        let said = stderr(&output);
        assert!(said.contains(&format!("nothing matches {}", wrong.join(" "))), "{said}");
        let report: Value = serde_json::from_str(&stdout(&output)).expect("a report");
        let noted = report["notices"].as_array().expect("notices").iter().filter(|one| one["kind"] == "unmatched");
        assert_eq!(noted.count(), 1, "{report:#}");
    }
    let output = run(&[&["--pid", pid.as_str()], &watched[..]].concat());
    assert!(!stderr(&output).contains("nothing matches"), "{}", stderr(&output));
}
