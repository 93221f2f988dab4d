//! Endings of a session, and their exit statuses.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{
    ChildGuard, Target, full_pipe, leakwatch, run, signal, stderr, stdout, wait_for_lines, wait_until,
};

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn no_finding_exits_with_0() {
    let target = Target::start("steady", &[]);
    let arguments = ["--pid", &target.pid(), "--interval", "50ms", "--samples", "4", "--on-inconclusive", "pass"];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_finding_of_fail_on_exits_with_1() {
    let target = Target::start("leaky", &["2000000", "10"]);
    let arguments =
        ["--pid", &target.pid(), "--interval", "100ms", "--duration", "4s", "--fail-on", "alert", "--limit", "1MB"];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("limit exceeded"), "{}", stderr(&output));
}

#[test]
fn too_little_data_exits_with_3() {
    let target = Target::start("steady", &[]);
    let output = run(&["--pid", &target.pid(), "--interval", "50ms", "--samples", "3"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("inconclusive"), "{}", stderr(&output));
}

#[test]
fn fail_on_never_does_not_hide_too_little_data() {
    let target = Target::start("steady", &[]);
    let output = run(&["--pid", &target.pid(), "--interval", "50ms", "--samples", "3", "--fail-on", "never"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn the_exit_of_the_target_ends_the_session() {
    let target = Target::start("short_lived", &["2000"]);
    let output = run(&["--pid", &target.pid(), "--interval", "50ms", "--format", "json"]);
    let report = report(&stdout(&output));
    assert_eq!(report["session"]["ended_by"], "targets_gone");
    assert_eq!(report["alerts"][0]["kind"], "process_ended");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
#[cfg(target_os = "linux")]
fn a_stop_signal_without_a_shell_is_ignored() {
    let target = Target::start("steady", &[]);
    // setsid starts a new session and becomes the program.
    let mut command = std::process::Command::new("setsid");
    command.args([env!("CARGO_BIN_EXE_leakwatch"), "--pid", &target.pid(), "--interval", "200ms", "--samples", "5"]);
    command.args(["--format", "csv"]).current_dir(std::env::temp_dir());
    let mut guard = ChildGuard::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()));
    let child = guard.child();
    child.stdout.as_mut().expect("a pipe").read_exact(&mut [0]).expect("a first sample");
    signal(child, rustix::process::Signal::TSTP);
    let pid = rustix::process::Pid::from_child(child);
    let seen = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::UNTRACED);
    let (_, status) = seen.expect("a child").expect("its status");
    assert!(status.exited(), "{status:?}");
}

#[test]
fn the_first_signal_writes_the_report() {
    use rustix::process::Signal;
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    for first in [Signal::INT, Signal::TERM] {
        let stream = folder.path().join(format!("{}.csv", first.as_raw()));
        let mut command = leakwatch();
        command.args(["--pid", &target.pid(), "--interval", "100ms", "--format", "json", "--on-inconclusive", "pass"]);
        let mut child = ChildGuard::spawn(command.arg("-o").arg(&stream).stdout(Stdio::piped()).stderr(Stdio::null()));
        wait_for_lines(&stream, 3);
        signal(child.child(), first);
        let output = child.output();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(report(&stdout(&output))["session"]["ended_by"], "signal");
    }
}

/// A blocked reader delays the end after the first signal.
#[test]
fn the_second_signal_ends_a_session_with_a_blocked_reader() {
    use rustix::process::Signal;
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    for (second, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (reader, writer) = full_pipe();
        let path = |name: &str| folder.path().join(format!("{code}{name}"));
        let mut command = leakwatch();
        command.args(["--pid", &target.pid(), "--interval", "20ms", "--format", "jsonl"]);
        command.arg("-o").arg(path(".csv")).arg("-o").arg(path(".json"));
        let mut child = ChildGuard::spawn(command.stdout(writer).stderr(Stdio::null()));
        wait_for_lines(&path(".csv"), 3);
        signal(child.child(), Signal::TERM);
        wait_until("the report after the first signal", || path(".json").exists());
        assert_eq!(child.child().try_wait().expect("a child"), None, "the session waits for its reader");
        signal(child.child(), second);
        assert_eq!(child.wait().code(), Some(code));
        drop(reader);
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let target = Target::start("steady", &[]);
    for format in ["csv", "jsonl", "table"] {
        let mut command = leakwatch();
        command.args(["--pid", &target.pid(), "--interval", "20ms", "--duration", "1s", "--format", format]);
        command.args(["--on-inconclusive", "pass"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = ChildGuard::spawn(&mut command);
        drop(child.child().stdout.take());
        let output = child.output();
        assert_eq!(output.status.code(), Some(0), "{format}: {}", stderr(&output));
    }
}

/// The reader stands for a pager that waits, or a stalled log collector.
#[test]
fn a_blocked_reader_delays_neither_samples_nor_the_report() {
    let target = Target::start("steady", &[]);
    for (format, row) in [("table", ", rss "), ("csv", ",steady,"), ("jsonl", "\"steady\"")] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        let (mut reader, writer) = full_pipe();
        let mut command = leakwatch();
        command.args(["--pid", &target.pid(), "--interval", "50ms", "--samples", "10", "--format", format, "-o"]);
        let child = ChildGuard::spawn(command.arg(&path).stdout(writer).stderr(Stdio::null()));
        // The command holds an end of the pipe.
        drop(command);
        wait_until("a report despite the blocked reader", || path.exists());
        let written = std::fs::read_to_string(&path).expect("a report");
        let mut received = Vec::new();
        reader.read_to_end(&mut received).expect("the rest of the output");
        child.wait();
        assert_eq!(report(&written)["session"]["ticks"], 10, "{format}");
        let received = String::from_utf8_lossy(&received);
        let rows = received.matches(row).count();
        assert!(rows >= if format == "table" { 1 } else { 10 }, "{format}: {rows} rows arrived");
    }
}

#[test]
fn a_killed_stream_loses_at_most_its_last_line() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stream.csv");
    let mut command = leakwatch();
    command.args(["--pid", &target.pid(), "--interval", "20ms", "-o"]).arg(&path);
    let child = ChildGuard::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let before = wait_for_lines(&path, 20);
    drop(child);
    let text = std::fs::read_to_string(&path).expect("the stream");
    assert!(text.starts_with(&before) && text.ends_with('\n'), "{text}");
}

#[test]
fn a_killed_session_leaves_the_earlier_report() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let (path, stream) = (folder.path().join("report.json"), folder.path().join("stream.csv"));
    std::fs::write(&path, "the old content").expect("a file");
    let mut command = leakwatch();
    command.args(["--pid", &target.pid(), "--interval", "20ms", "-o"]).arg(&path).arg("-o").arg(&stream);
    let child = ChildGuard::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()));
    wait_for_lines(&stream, 5);
    drop(child);
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "the old content");
}
