//! What the tests share: the program, fixture processes that end with the test, and its output.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The program under test, free of the settings of whoever runs the tests.
pub fn leakwatch() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leakwatch"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LEAKWATCH_")) {
        command.env_remove(name);
    }
    let nowhere = std::env::temp_dir();
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("XDG_CONFIG_HOME", nowhere.join("no-such-folder"));
    command.current_dir(nowhere).stdin(Stdio::null());
    command
}

/// Runs the program with arguments and returns what it said.
pub fn run(arguments: &[&str]) -> Output {
    leakwatch().args(arguments).output().expect("the program starts")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A fixture process; ended when the test is, also when it fails.
pub struct Target {
    child: Child,
}

impl Target {
    /// Starts one of the programs of `fixtures/targets`.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = PathBuf::from(env!("CARGO_BIN_EXE_leakwatch"));
        let program = folder.parent().expect("a folder").join("examples").join(name);
        Self::spawn(Command::new(program).args(arguments))
    }

    /// Starts any program with standard input held open.
    pub fn spawn(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let target = Self { child: child.expect("the fixture starts") };
        // Until exec has happened the process is a copy of this one.
        std::thread::sleep(Duration::from_millis(100));
        target
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
