//! `run`: starts a command, watches it with its descendants, and ends it.

use serde_json::Value;

use crate::support::{ChildGuard, leakwatch, run, stderr, stdout, wait_for_exit, wait_for_lines};

fn report(arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = run(&[&["run", "--format", "json", "--interval", "50ms"], arguments].concat());
    let report = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (output.status.code(), report, stderr(&output))
}

#[test]
fn a_command_is_watched_to_its_end() {
    let (code, report, message) =
        report(&["--on-inconclusive", "pass", "--", "sh", "-c", "echo hello; sleep 0.6; exit 7"]);
    assert_eq!(code, Some(0), "{message}");
    assert_eq!(report["session"]["kind"], "run");
    assert_eq!(report["session"]["ended_by"], "command_ended");
    assert_eq!(report["session"]["command"]["exit_status"], 7);
    assert_eq!(report["session"]["command"]["stopped"], false);
    assert!(message.contains("hello"), "the output of the command goes to standard error: {message}");
    assert!(message.contains("exited with status 7"), "{message}");
}

#[test]
fn a_run_with_too_few_samples_for_growth_is_warned_of_at_its_start() {
    let message = |options: &[&str], expression: &str| {
        let options = [&["run", "--fail-if", expression], options, &["--", "true"]].concat();
        stderr(&run(&options))
    };
    let short = ["--duration", "60s"];
    let few = message(&short, "growth(memory) > 2MiB/h");
    assert!(few.starts_with("warning: growth needs 56 samples, and this run has 7 at most: "), "{few}");
    for (options, expression) in [
        (&["--duration", "60s", "--interval", "1s"][..], "growth(memory) > 2MiB/h"),
        (&["--duration", "60s", "--until-decided", "10m"], "growth(memory) > 2MiB/h"),
        (&short, "peak(rss) > 1GiB"),
    ] {
        let enough = message(options, expression);
        assert!(!enough.contains("56 samples, and"), "{options:?}: {enough}");
    }
}

#[test]
fn an_exited_command_is_not_given_more_time() {
    let output = run(&["run", "--interval", "50ms", "--", "sh", "-c", "sleep 0.5; exit 3"]);
    let message = stderr(&output);
    assert!(message.contains("exited too early to decide; the command exited with status 3"), "{message}");
    assert!(!message.contains("run for") && !message.contains("run longer"), "{message}");
}

#[test]
fn propagate_passes_the_status_on_without_a_finding() {
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
    let outlived: Vec<&str> = outlived.iter().filter_map(Value::as_str).collect();
    assert!(outlived.iter().any(|process| process.starts_with("sleep (")), "{command:#}");
    for process in outlived {
        let pid = process.trim_end_matches(')').split('(').nth(1).expect("a pid");
        let pid = pid.parse().expect("a pid");
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
fn a_command_that_cannot_start_exits_with_2() {
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
    // The fixture exits at once if its standard input is closed.
    command.stdin(std::process::Stdio::piped());
    command
        // A number of samples does not depend on the load of the machine.
        .args(["run", "--interval", "50ms", "--samples", "200", "--"])
        .arg(program)
        .stdout(std::process::Stdio::null());
    let mut child = ChildGuard::spawn(&mut command);
    let input = child.child().stdin.take();
    let status = child.wait();
    drop(input);
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_command_that_cannot_start_leaves_the_files_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept.csv");
    std::fs::write(&kept, "a week of samples").expect("a file");
    let output = leakwatch().args(["run", "-o"]).arg(&kept).args(["--", "no-such-program"]).output();
    assert_eq!(output.expect("the program starts").status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&kept).expect("the file"), "a week of samples");
}

/// Runs `run` with options and a script on a terminal of its own, and returns what the terminal received.
#[cfg(target_os = "linux")]
fn on_a_terminal(options: &str, script: &str) -> String {
    let program = env!("CARGO_BIN_EXE_leakwatch");
    let line = format!("'{program}' run --interval 100ms {options} -- sh -c '{script}'");
    let mut terminal = std::process::Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm-256color").env("NO_COLOR", "1");
    terminal.current_dir(std::env::temp_dir()).stdin(std::process::Stdio::null());
    stdout(&ChildGuard::spawn(terminal.stdout(std::process::Stdio::piped())).output())
}

#[cfg(target_os = "linux")]
#[test]
fn the_lines_of_a_command_remain_on_the_terminal() {
    const SCRIPT: &str = "for n in 1 2 3 4 5; do echo request $n; sleep 0.3; done; test -t 1 && echo terminal";
    for options in ["--on-inconclusive pass", "--format json --on-inconclusive pass --duration 9s", "--plain"] {
        let text = on_a_terminal(options, SCRIPT);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for wanted in ["request 1", "request 2", "request 3", "request 4", "request 5", "terminal"] {
            assert!(lines.contains(&wanted), "{options}: {text:?}");
        }
        assert!(!text.contains("\u{1b}["), "nothing moves the cursor or erases a line; {options}: {text:?}");
    }
    let text = on_a_terminal("--plain --quiet-command", SCRIPT);
    assert!(text.contains("\u{1b}[") && !text.contains("request"), "a hidden command leaves the table; {text:?}");
}

#[test]
fn a_second_signal_kills_a_command_that_ignores_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let wait = "i=0; while [ $i -lt 2400 ]; do i=$((i+1)); sleep 0.05; done";
    let script = format!("trap '' TERM; echo $$ > {}; {wait}", file.display());
    let mut command = leakwatch();
    command.args(["run", "--interval", "50ms", "--grace", "60s", "--quiet-command", "--", "sh", "-c", &script]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let running = ChildGuard::spawn(&mut command);
    let pid = wait_for_lines(&file, 1);
    assert_eq!(running.terminate().status.code(), Some(143));
    wait_for_exit(pid.trim());
}
