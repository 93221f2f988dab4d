//! Support of the tests: program under test, and whole sessions with their report.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Returns the program under test, without the settings of the environment and of a CI system.
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

/// Returns the path of a script of `fixtures/targets`.
pub fn script(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets").join(name);
    path.to_str().expect("a path").to_owned()
}

/// Finished session.
pub struct Run {
    pub code: Option<i32>,
    pub report: Value,
    /// Standard error.
    pub messages: String,
}

impl Run {
    /// Runs `leakwatch run` with the report on standard output. `arguments` end with the command.
    pub fn of(arguments: &[&str]) -> Self {
        Self::from(leakwatch().args(["run", "--format", "json", "--quiet-command"]).args(arguments))
    }

    /// Runs a command with `--format json`.
    pub fn from(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        Self { code: output.status.code(), report, messages: stderr(&output) }
    }

    /// Returns the result of the first threshold.
    pub fn outcome(&self) -> &str {
        self.report["gate"]["thresholds"][0]["outcome"].as_str().unwrap_or("none")
    }
}

/// Child process that is killed with the test, also when the test fails.
pub struct ChildGuard(Child);

impl ChildGuard {
    pub fn spawn(words: &[&str]) -> Self {
        Self(Command::new(words[0]).args(&words[1..]).stdin(Stdio::null()).spawn().expect("the program starts"))
    }

    pub fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
