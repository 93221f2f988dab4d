//! Shell completion, also of running processes.

use std::process::{Command, Stdio};

use crate::support::{Target, leakwatch, stdout};

/// Returns the completions of the last word.
fn offered(words: &[&str]) -> Vec<String> {
    let mut command = leakwatch();
    command
        .env("LEAKWATCH_COMPLETE", "bash")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let output = command.args(["--", "leakwatch"]).args(words).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0));
    stdout(&output).lines().map(ToOwned::to_owned).collect()
}

#[test]
fn pids_and_names_of_running_processes_are_offered() {
    let target = Target::start("steady", &[]);
    let has = |words: &[&str], wanted: &str| offered(words).iter().any(|word| word == wanted);
    assert!(has(&["--pid", ""], &target.pid()));
    assert!(has(&["list", "-p", &target.pid()], &target.pid()));
    assert!(has(&["--process", "stea"], "steady"));
    assert!(!has(&["--process", "x"], "steady"));
    assert_eq!(offered(&["--alert-lo"]), ["--alert-log"]);
    assert_eq!(offered(&["demo", "saw"]), ["sawtooth"]);
    drop(target);
}

#[test]
fn a_name_with_shell_syntax_is_not_offered() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("zz$(id)");
    let steady = std::path::Path::new(env!("CARGO_BIN_EXE_leakwatch")).with_file_name("examples").join("steady");
    std::fs::copy(steady, &program).expect("a copy");
    let target = Target::spawn(&mut Command::new(&program));
    assert!(offered(&["--pid", ""]).contains(&target.pid()));
    assert_eq!(offered(&["--process", "zz"]), [""; 0]);
}

#[cfg(unix)]
#[test]
fn bash_completes_with_the_script() {
    let target = Target::start("steady", &[]);
    let script = r#"source <(leakwatch completions bash)
        COMP_WORDS=(leakwatch --pid "$1") COMP_CWORD=2 COMP_TYPE=9
        _clap_complete_leakwatch leakwatch "$1" --pid; echo "${COMPREPLY[@]}""#;
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_leakwatch"));
    let old = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{old}", program.parent().expect("a folder").display());
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", script, "bash", &target.pid()]).env("PATH", path).stdin(Stdio::null());
    let output = bash.output().expect("bash starts");
    assert_eq!(stdout(&output).trim(), target.pid(), "{}", String::from_utf8_lossy(&output.stderr));
}
