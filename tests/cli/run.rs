//! `run`: a command is started, watched with its descendants, and ended.

use serde_json::Value;

use crate::support::{leakwatch, run, stderr, stdout};

fn report(arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = run(&[&["run", "--format", "json", "--interval", "50ms"], arguments].concat());
    let report = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (output.status.code(), report, stderr(&output))
}

#[test]
fn a_command_is_watched_to_its_end() {
    let (code, report, message) =
        report(&["--on-inconclusive", "pass", "--", "sh", "-c", "echo said; sleep 0.6; exit 7"]);
    assert_eq!(code, Some(0), "{message}");
    assert_eq!(report["session"]["kind"], "run");
    assert_eq!(report["session"]["ended_by"], "command_ended");
    assert_eq!(report["session"]["command"]["exit_status"], 7);
    assert_eq!(report["session"]["command"]["stopped"], false);
    assert!(message.contains("said"), "its output goes beside the data: {message}");
    assert!(message.contains("exited with status 7"), "{message}");
}

#[test]
fn the_status_is_passed_on_when_nothing_was_found() {
    let base = ["--on-inconclusive", "pass", "--propagate", "--", "sh", "-c"];
    let (code, ..) = report(&[&base[..], &["sleep 0.3; exit 7"]].concat());
    assert_eq!(code, Some(7));
    let (code, ..) = report(&["--propagate", "--", "sh", "-c", "sleep 0.3; exit 7"]);
    assert_eq!(code, Some(3), "an inconclusive run does not pass");
}

#[test]
fn descendants_are_watched_and_the_deadline_ends_the_command() {
    let arguments = [
        "--quiet-command",
        "--duration",
        "1s",
        "--on-inconclusive",
        "pass",
        "--",
        "sh",
        "-c",
        "sleep 100 & sleep 100; true",
    ];
    let (_, report, message) = report(&arguments);
    let names: Vec<&str> =
        report["targets"].as_array().expect("targets").iter().filter_map(|target| target["name"].as_str()).collect();
    assert!(names.contains(&"sh") && names.contains(&"sleep"), "{names:?}");
    let command = &report["session"]["command"];
    assert_eq!((&command["stopped"], &command["signal"]), (&Value::Bool(true), &Value::from(15)), "{message}");
    let outlived = command["outlived_by"].as_array().expect("a list");
    assert!(outlived.iter().any(|who| who.as_str().is_some_and(|who| who.starts_with("sleep ("))), "{command:#}");
    for who in outlived {
        let pid: i32 = who
            .as_str()
            .and_then(|who| who.trim_end_matches(')').split('(').nth(1))
            .expect("a pid")
            .parse()
            .expect("a pid");
        let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

#[test]
fn a_command_that_ignores_the_signal_is_killed() {
    let arguments = [
        "--duration",
        "500ms",
        "--grace",
        "300ms",
        "--on-inconclusive",
        "pass",
        "--",
        "sh",
        "-c",
        "trap '' TERM; while true; do sleep 0.05; done",
    ];
    let (_, report, message) = report(&arguments);
    assert_eq!(report["session"]["command"]["signal"], 9, "{message}");
}

#[test]
fn what_cannot_be_started_is_2() {
    let output = run(&["run", "--", "no-such-program"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'no-such-program'") && stderr(&output).contains("PATH"), "{}", stderr(&output));
    let output = run(&["run", "--", "echo a | cat"]);
    assert!(stderr(&output).contains("sh -c"), "{}", stderr(&output));
    assert_eq!(run(&["run"]).status.code(), Some(2));
}

#[test]
fn a_leaking_command_fails_the_run() {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_leakwatch")).with_file_name("examples").join("leaky");
    let mut command = leakwatch();
    // Its standard input must stay open: closed, the fixture ends at once.
    command.stdin(std::process::Stdio::piped());
    let mut child = command
        // So many samples, however long a busy machine takes for them.
        .args(["run", "--interval", "50ms", "--samples", "200", "--"])
        .arg(program)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let input = child.stdin.take();
    let status = child.wait().expect("an end");
    drop(input);
    assert_eq!(status.code(), Some(1));
}

#[test]
fn what_cannot_be_started_leaves_the_files_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept.csv");
    std::fs::write(&kept, "a week of samples").expect("a file");
    let output = leakwatch().args(["run", "-o"]).arg(&kept).args(["--", "no-such-program"]).output();
    assert_eq!(output.expect("the program starts").status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&kept).expect("the file"), "a week of samples");
}

#[test]
fn the_second_signal_leaves_no_command_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::time::{Duration, Instant};
    let folder = tempfile::tempdir().expect("a folder");
    let said = folder.path().join("pid");
    let script = format!("trap '' TERM; echo $$ > {}; while true; do sleep 0.05; done", said.display());
    let mut child = leakwatch()
        .args(["run", "--interval", "50ms", "--grace", "60s", "--quiet-command", "--", "sh", "-c", &script])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let deadline = Instant::now() + Duration::from_secs(20);
    let wait_for = |holds: &dyn Fn() -> bool| {
        while !holds() {
            assert!(Instant::now() < deadline, "in vain");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let pid = || std::fs::read_to_string(&said).ok().filter(|text| text.ends_with('\n'));
    wait_for(&|| pid().is_some());
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(300));
        kill_process(Pid::from_child(&child), Signal::TERM).expect("the process is there");
    }
    assert_eq!(child.wait().expect("an end").code(), Some(143));
    let stat = format!("/proc/{}/stat", pid().expect("a pid").trim());
    // Whoever inherits it may be slow to take note of its end.
    wait_for(&|| std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z ")));
}
