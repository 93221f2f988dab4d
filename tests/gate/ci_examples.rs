//! Examples of `docs/CI.md`: its shell blocks and the command lines of its pipelines.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::leakwatch;

/// Returns the fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/CI.md");
    let text = std::fs::read_to_string(page).expect("the page");
    let fence = format!("```{language}\n");
    let found = text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned());
    found.collect()
}

/// Shortens a script: two seconds for some minutes, higher rates, and a waiting process as the service.
fn in_short(script: &str) -> String {
    let short = [
        ("--duration 10m", "--duration 2s"),
        ("--duration 1m", "--duration 2s"),
        ("--duration 2m", "--duration 2s"),
        ("--interval 1s", "--interval 20ms"),
        ("--interval 250ms", "--interval 20ms"),
        ("for 10s", "for 100ms"),
        ("MiB/h", "GiB/h"),
        ("10/h", "10000/h"),
        ("./myservice", "sleep 60"),
    ];
    short.iter().fold(script.to_owned(), |script, (from, to)| script.replace(from, to))
}

fn shell(folder: &Path, script: &str) -> (Option<i32>, String) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_leakwatch"));
    let known = leakwatch();
    let mut command = Command::new("sh");
    for (name, value) in known.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let path =
        format!("{}:{}", program.parent().expect("a folder").display(), std::env::var("PATH").unwrap_or_default());
    let output = command.current_dir(folder).env("PATH", path).args(["-c", script]).output().expect("a shell");
    let messages = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), messages)
}

#[test]
fn the_shell_examples_run() {
    let scripts = blocks("sh");
    assert!(scripts.len() >= 4, "{scripts:#?}");
    std::thread::scope(|scope| {
        for script in &scripts {
            scope.spawn(move || {
                let folder = tempfile::tempdir().expect("a folder");
                let (code, messages) = shell(folder.path(), &in_short(script));
                // A waiting service does no work, so growth per work is undecided.
                let wanted = if script.contains("per work") { 3 } else { 0 };
                assert_eq!(code, Some(wanted), "{script}\n{messages}");
            });
        }
    });
}

#[test]
fn the_pipelines_write_their_outputs() {
    let lines: Vec<String> = blocks("yaml")
        .iter()
        .flat_map(|block| block.lines())
        .filter_map(|line| {
            line.trim().strip_prefix("run: ").or_else(|| line.trim().strip_prefix("- leakwatch").map(|_| line.trim()))
        })
        .map(|line| line.trim_start_matches("- ").to_owned())
        .collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for line in lines {
        let folder = tempfile::tempdir().expect("a folder");
        let (code, messages) = shell(folder.path(), &in_short(&line));
        assert_eq!(code, Some(0), "{line}\n{messages}");
        let outputs: Vec<&str> = line.split(" -o ").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
        assert!(!outputs.is_empty() && outputs.iter().all(|name| folder.path().join(name).exists()), "{line}");
    }
}

#[test]
fn the_settings_example_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = &blocks("toml")[0];
    std::fs::write(folder.path().join("leakwatch.toml"), example).expect("a file");
    let (code, messages) =
        shell(folder.path(), "leakwatch run --interval 20ms --duration 1s --fail-if 'peak(rss) > 1TiB' -- sleep 9");
    assert_eq!(code, Some(0), "{messages}");
}
