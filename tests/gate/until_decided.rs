//! `run --until-decided` with a real command: it goes on unaware until the threshold is decided.

use crate::support::{Run, leakwatch, stderr};

#[test]
fn an_undecided_run_goes_on_and_the_command_notices_nothing() {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let path = log.path().to_str().expect("a path");
    // Memory that never moves excludes growth by a page over the time observed: 14 MiB/h after a second.
    let script = format!("trap 'echo stopped >> {path}; kill $!; exit' TERM; echo started >> {path}; sleep 300 & wait");
    let options = ["--interval", "20ms", "--duration", "1s", "--until-decided", "60s"];
    let threshold = ["--fail-if", "growth(memory) > 8MiB/h", "--", "sh", "-c", &script];
    let run = Run::of(&[&options[..], &threshold[..]].concat());
    assert_eq!((run.code, run.outcome()), (Some(0), "pass"), "{}", run.messages);
    assert_eq!(std::fs::read_to_string(path).expect("a log"), "started\nstopped\n");
    let (session, extension) = (&run.report["session"], &run.report["session"]["extension"]);
    assert_eq!((&session["ended_by"], &extension["decided"]), (&"duration".into(), &true.into()), "{session}");
    assert_eq!(extension["planned_seconds"], 1.0);
    assert!(extension["extended_seconds"].as_f64().is_some_and(|s| (0.05..59.0).contains(&s)), "{extension}");
    assert_eq!(run.report["settings"]["min_observation_seconds"], 0.2);
    assert!(run.messages.contains("undecided after 1 s; the run goes on for up to 1 min in all"), "{}", run.messages);
    let last = run.messages.lines().last().unwrap_or_default();
    assert!(last.contains("; decided after ") && last.contains(" beyond --duration"), "{last}");
}

#[test]
fn the_maximum_may_come_from_the_environment() {
    let mut command = leakwatch();
    command.args(["run", "--interval", "100ms", "--duration", "5s", "--", "true"]).env("LEAKWATCH_UNTIL_DECIDED", "1s");
    let output = command.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("(1s) is shorter than the planned length (5s)"), "{}", stderr(&output));
}
