//! Views for people: lists, tables, messages and help.

use std::process::Command;

use crate::support::{ChildGuard, Target, leakwatch, run, stderr, stdout};

#[test]
fn several_matches_are_all_watched_and_named_first() {
    let marker = format!("views-{}", std::process::id());
    let targets: Vec<Target> =
        (0..3).map(|_| Target::spawn(Command::new("sleep").arg("120").env("MARKER", &marker))).collect();
    let pids: Vec<String> = targets.iter().map(Target::pid).collect();
    let mut arguments = vec!["--interval", "50ms", "--samples", "3"];
    pids.iter().for_each(|pid| arguments.extend(["--pid", pid]));
    let output = run(&arguments);
    let first = stderr(&output).lines().next().unwrap_or_default().to_owned();
    assert!(first.starts_with("watching 3 processes: "), "{first}");
    for pid in &pids {
        assert!(first.contains(&format!("sleep ({pid})")), "{first}");
        assert!(stdout(&output).contains(pid.as_str()));
    }
}

#[test]
fn list_shows_the_matches_of_the_selectors() {
    let target = Target::start("steady", &[]);
    let by_name = run(&["list", "--process", "STEADY"]);
    assert_eq!(by_name.status.code(), Some(0));
    assert!(stdout(&by_name).lines().any(|line| line.trim_start().starts_with(&target.pid())), "{}", stdout(&by_name));
    assert!(stdout(&by_name).contains("MiB"));
    assert_eq!(run(&["list", "--process", "stead", "--exact"]).status.code(), Some(4));
    let by_regex = run(&["list", "--cmdline", "examples/steady$"]);
    assert!(stdout(&by_regex).contains(&target.pid()), "{}", stderr(&by_regex));
}

#[test]
fn list_as_json_has_null_for_unknown_values_only() {
    let target = Target::start("steady", &[]);
    let output = run(&["list", "--pid", &target.pid(), "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("a JSON array");
    let entry = &list[0];
    assert_eq!((entry["pid"].to_string(), &entry["name"]), (target.pid(), &"steady".into()), "{list:#}");
    assert!(entry["rss_bytes"].as_u64() > Some(0) && entry["age_seconds"].is_number() && entry["user"].is_string());
    assert!(entry["cmdline"].as_str().is_some_and(|line| line.ends_with("steady")), "{list:#}");
}

#[test]
fn the_library_example_prints_the_lines_of_the_readme() {
    use std::io::Write;

    let program = std::path::Path::new(env!("CARGO_BIN_EXE_leakwatch")).with_file_name("examples").join("embed");
    let mut example = Command::new(program);
    example.arg("10").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut example = ChildGuard::spawn(&mut example);
    let values: String = (0..=600_u64).map(|i| format!("{}\n", 100_000_000 + 50_000 * i)).collect();
    let mut input = example.child().stdin.take().expect("a pipe");
    input.write_all(values.as_bytes()).expect("all values are read");
    drop(input);
    let printed = stdout(&example.output());
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a file");
    assert!(readme.contains(&format!("```text\n{printed}```")), "{printed}");
}

#[test]
fn leakwatch_never_watches_itself() {
    let output = run(&["list", "--process", "leakwatch", "--exact"]);
    // Other tests may run the program at the same time. The list must not contain this very process.
    let text = stdout(&output);
    assert!(!text.contains("list --process leakwatch --exact"), "{text}");
    let output = run(&["list", "--cmdline", "unlikely-[m]arker"]);
    assert_eq!(output.status.code(), Some(4), "{}", stdout(&output));
    let output = leakwatch().args(["list", "--cmdline", "cmdline"]).output().expect("the program starts");
    assert!(!stdout(&output).contains("list --cmdline cmdline"), "{}", stdout(&output));
}

#[test]
fn colours_follow_options_and_environment() {
    let target = Target::start("steady", &[]);
    let pid = target.pid();
    let base = ["--pid", &pid, "--interval", "50ms", "--samples", "3"];
    let plain = leakwatch().args(base).output().expect("the program starts");
    assert!(!stdout(&plain).contains('\x1b') && !stderr(&plain).contains('\x1b'));
    let always = leakwatch().args(base).args(["--color", "always"]).output().expect("the program starts");
    assert!(stdout(&always).contains('\x1b'));
    let forced = leakwatch().args(base).env("CLICOLOR_FORCE", "1").output().expect("the program starts");
    assert!(stdout(&forced).contains('\x1b'));
    let never = leakwatch().args(base).env("CLICOLOR_FORCE", "1").args(["--color", "never"]).output();
    assert!(!stdout(&never.expect("the program starts")).contains('\x1b'));
}

#[test]
fn help_names_the_main_job_and_the_exit_statuses() {
    let help = stdout(&run(&["--help"]));
    for text in ["--process", "--interval", "leakwatch demo", "Exit status", "analyze", "selftest", "--window"] {
        assert!(help.contains(text), "{text}");
    }
    assert_eq!(run(&["--version"]).status.code(), Some(0));
    assert_eq!(run(&["--no-such-flag"]).status.code(), Some(2));
}
