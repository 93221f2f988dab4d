//! Ends of a session, and their exit statuses.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Target, leakwatch, run, stderr, stdout};

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn nothing_found_is_0() {
    let target = Target::start("steady", &[]);
    let arguments = ["--pid", &target.pid(), "--interval", "50ms", "--samples", "4", "--on-inconclusive", "pass"];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_finding_of_fail_on_is_1() {
    let target = Target::start("leaky", &["2000000", "10"]);
    let arguments =
        ["--pid", &target.pid(), "--interval", "100ms", "--duration", "4s", "--fail-on", "alert", "--limit", "1MB"];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("limit exceeded"), "{}", stderr(&output));
}

#[test]
fn too_little_data_is_3() {
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
    let target = Target::start("short_lived", &["600"]);
    let output = run(&["--pid", &target.pid(), "--interval", "50ms", "--format", "json"]);
    let report = report(&stdout(&output));
    assert_eq!(report["session"]["ended_by"], "targets_gone");
    assert_eq!(report["alerts"][0]["kind"], "process_ended");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
#[cfg(target_os = "linux")]
fn a_stop_without_a_shell_is_ignored() {
    let target = Target::start("steady", &[]);
    // setsid starts a new session and becomes the program.
    let mut command = std::process::Command::new("setsid");
    command.args([env!("CARGO_BIN_EXE_leakwatch"), "--pid", &target.pid(), "--interval", "200ms", "--samples", "5"]);
    command.args(["--format", "csv"]).current_dir(std::env::temp_dir());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a start");
    let mut first = [0];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut first).expect("a first sample");
    signal(&child, rustix::process::Signal::TSTP);
    let pid = rustix::process::Pid::from_child(&child);
    let seen = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::UNTRACED);
    let (_, status) = seen.expect("a child").expect("its status");
    if status.stopped() {
        signal(&child, rustix::process::Signal::KILL);
    }
    drop(child.wait());
    assert!(status.exited(), "{status:?}");
}

fn signal(child: &std::process::Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).expect("a running process");
}

#[test]
fn the_first_signal_writes_the_report_and_the_second_ends_at_once() {
    use rustix::process::Signal;
    let target = Target::start("steady", &[]);
    for first in [Signal::INT, Signal::TERM] {
        let mut child = leakwatch()
            .args(["--pid", &target.pid(), "--interval", "100ms", "--format", "json", "--on-inconclusive", "pass"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(700));
        signal(&child, first);
        let mut text = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut text).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(0));
        assert_eq!(report(&text)["session"]["ended_by"], "signal");
    }
    // A blocked reader delays the end in order. The second signal does not wait for it.
    for (second, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut child = leakwatch()
            .args(["--pid", &target.pid(), "--interval", "10ms", "--format", "jsonl"])
            .stdout(writer)
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(3500));
        signal(&child, Signal::TERM);
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, second);
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            assert!(Instant::now() < deadline, "still running");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.code(), Some(code));
        drop(reader);
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let target = Target::start("steady", &[]);
    for format in ["csv", "jsonl", "table"] {
        let mut child = leakwatch()
            .args(["--pid", &target.pid(), "--interval", "20ms", "--duration", "1s", "--format", format])
            .args(["--on-inconclusive", "pass"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an end");
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
        let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
        let stdout = writer.try_clone().expect("a second end");
        let filler = std::thread::spawn(move || drop(std::io::Write::write_all(&mut writer, &[b'x'; 1 << 20])));
        std::thread::sleep(Duration::from_millis(300));
        let mut command = leakwatch();
        command.args(["--pid", &target.pid(), "--interval", "50ms", "--samples", "10", "--format", format, "-o"]);
        let mut child = command.arg(&path).stdout(stdout).stderr(Stdio::null()).spawn().expect("the program starts");
        // The command holds an end of the pipe.
        drop(command);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !path.exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let written = std::fs::read_to_string(&path);
        let mut received = Vec::new();
        drop(reader.read_to_end(&mut received));
        drop((child.wait(), filler.join()));
        let report = report(&written.expect("a report despite the blocked reader"));
        assert_eq!(report["session"]["ticks"], 10, "{format}");
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
    let mut child = leakwatch()
        .args(["--pid", &target.pid(), "--interval", "20ms"])
        .arg("-o")
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(Duration::from_millis(1500));
    child.kill().expect("a child");
    child.wait().expect("an end");
    let text = std::fs::read_to_string(&path).expect("the stream");
    assert!(text.lines().count() > 20, "{text}");
    assert!(text.ends_with('\n'));
}

#[test]
fn a_report_is_replaced_whole_or_not_at_all() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    std::fs::write(&path, "the old content").expect("a file");
    let mut child = leakwatch()
        .args(["--pid", &target.pid(), "--interval", "20ms"])
        .arg("-o")
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(Duration::from_millis(500));
    child.kill().expect("a child");
    child.wait().expect("an end");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "the old content");
}
