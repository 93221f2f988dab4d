//! Services in Python and Node: a leak fails, and its fixed twin passes.

use crate::interpreters::{node, python};
use crate::support::{Run, script};

/// Runs a service with a threshold on its growth.
fn gate(interpreter: &str, name: &str, arguments: &[&str], limit: &str) -> Run {
    let expression = format!("growth(memory) > {limit}");
    let name = script(name);
    let mut options =
        vec!["--interval", "20ms", "--duration", "8s", "--fail-if", &expression, "--", interpreter, name.as_str()];
    options.extend(arguments);
    Run::of(&options)
}

/// Checks a leaking service and its fixed twin.
fn check_twins(interpreter: &str, ending: &str, arguments: &[&str], limit: &str) {
    let run = |kind: &str| gate(interpreter, &format!("service_{kind}.{ending}"), arguments, limit);
    let (leaky, fixed) = std::thread::scope(|scope| {
        let leaky = scope.spawn(|| run("leaky"));
        let fixed = scope.spawn(|| run("fixed"));
        (leaky.join().expect("a run"), fixed.join().expect("a run"))
    });
    assert_eq!((leaky.code, leaky.outcome()), (Some(1), "fail"), "{}", leaky.messages);
    assert_eq!((fixed.code, fixed.outcome()), (Some(0), "pass"), "{}", fixed.messages);
    let answer = &leaky.report["gate"]["thresholds"][0]["answers"][0];
    assert!(answer["ci_low"].as_f64() > answer["limit"].as_f64(), "{answer}");
}

#[test]
fn a_python_leak_fails_and_its_twin_passes() {
    let Some(python) = python() else { return };
    check_twins(&python, "py", &["0.002"], "50MiB/h");
}

#[test]
fn a_node_leak_fails_and_its_twin_passes() {
    let Some(node) = node() else { return };
    // More than any first heap of V8.
    check_twins(&node, "js", &["1", "65536"], "4GiB/h");
}

#[test]
fn the_first_heap_of_node_decides_nothing() {
    let Some(node) = node() else { return };
    let run = gate(&node, "service_leaky.js", &["1", "2048"], "1GiB/h");
    assert_eq!((run.code, run.outcome()), (Some(3), "inconclusive"), "{}", run.messages);
}
