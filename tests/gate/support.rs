//! What the gate tests share: the program, interpreters, and whole runs with their report.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The program under test, free of the settings of whoever runs the tests and of the CI system that may.
pub fn leakwatch() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leakwatch"));
    let foreign = |name: &str| name.starts_with("LEAKWATCH_") || name.starts_with("GITHUB_");
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let nowhere = std::env::temp_dir();
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("XDG_CONFIG_HOME", nowhere.join("no-such-folder"));
    command.current_dir(nowhere).stdin(Stdio::null());
    command
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A program of `fixtures/targets` by its file name.
pub fn script(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets").join(name);
    path.to_str().expect("a path").to_owned()
}

/// The interpreter itself: what is on PATH may be a shell script that looks for it. `None`, and said, when there is none.
pub fn python() -> Option<String> {
    interpreter("python3", &["-c", "import sys; print(sys.executable)"])
}

/// As [`python`], for Node.
pub fn node() -> Option<String> {
    interpreter("node", &["-p", "process.execPath"])
}

fn interpreter(name: &str, ask: &[&str]) -> Option<String> {
    let said = Command::new(name).args(ask).output().ok().filter(|output| output.status.success());
    let path = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if path.is_none() {
        // Past the capture of the test harness: a test that did not run must not look like one that passed.
        drop(writeln!(std::io::stderr(), "SKIPPED: there is no {name} on this host"));
    }
    path
}

/// A whole run.
pub struct Run {
    pub code: Option<i32>,
    pub report: Value,
    pub said: String,
    pub took: Duration,
}

impl Run {
    /// `leakwatch run` with the report on standard output; `arguments` end with the command.
    pub fn of(arguments: &[&str]) -> Self {
        Self::from(leakwatch().args(["run", "--format", "json", "--quiet-command"]).args(arguments))
    }

    /// Any invocation with `--format json`.
    pub fn from(command: &mut Command) -> Self {
        let begun = Instant::now();
        let output = command.output().expect("the program starts");
        let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        Self { code: output.status.code(), report, said: stderr(&output), took: begun.elapsed() }
    }

    /// What the first threshold came to.
    pub fn outcome(&self) -> &str {
        self.report["gate"]["thresholds"][0]["outcome"].as_str().unwrap_or("none")
    }
}
