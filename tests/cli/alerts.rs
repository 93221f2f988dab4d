//! Delivery of alerts to a webhook, a command and a file. Failures are reported and delay nothing else.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::http_server::{Answer, Server};
use crate::support::{ChildGuard, Target, leakwatch, stderr, stdout, wait_for_exit, wait_for_lines};

/// Returns a command that watches `target`, which exceeds its limit, until it exits.
fn watch_command(target: &Target, report: &Path) -> Command {
    let mut command = leakwatch();
    for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.args(["--pid", &target.pid(), "--limit", "100KiB", "--interval", "50ms", "--alert-on", "limit_exceeded"]);
    command.arg("-o").arg(report).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn parsed(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a report")).expect("JSON")
}

fn notices<'a>(report: &'a Value, kind: &str) -> Vec<&'a str> {
    let all = report["notices"].as_array().expect("notices");
    all.iter().filter(|notice| notice["kind"] == kind).map(|notice| notice["message"].as_str().expect("text")).collect()
}

/// Terminates the program, and checks that the processes that it `started` exit.
#[track_caller]
fn check_second_signal(running: ChildGuard, started: &str) {
    let output = running.terminate();
    assert_eq!(output.status.code(), Some(128 + 15), "{}", stderr(&output));
    started.split_whitespace().for_each(wait_for_exit);
}

/// Checks that no output names the address of the webhook.
#[track_caller]
fn check_secret(output: &Output, report: &Path) {
    let report = std::fs::read_to_string(report).expect("a report");
    for text in [&stdout(output), &stderr(output), &report] {
        assert!(!text.contains("s3cr3t") && !text.contains("127.0.0.1"), "{text}");
    }
}

#[test]
fn a_recovered_webhook_gets_each_alert_state_once() {
    let server = Server::start(&[Answer::Status(500), Answer::Hang, Answer::Status(204)]);
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("r.json");
    let mut command = watch_command(&target, &report);
    command.env("LEAKWATCH_WEBHOOK", &server.url).args(["--alert-timeout", "3s"]);
    let running = ChildGuard::spawn(&mut command);
    let firing = [server.next(), server.next(), server.next()];
    assert!(firing.iter().all(|body| *body == firing[0]), "the same alert is sent again: {firing:#?}");
    assert_eq!((&firing[0]["type"], &firing[0]["state"]), (&Value::from("alert"), &Value::from("firing")));
    assert_eq!(firing[0]["kind"], "limit_exceeded");
    assert_eq!(firing[0]["pid"].to_string(), target.pid());
    assert!(firing[0]["cmdline"].as_str().is_some_and(|text| text.contains("steady")));
    assert!(firing[0]["verdict"]["status"].is_string() && firing[0]["forecast"]["limit_kind"] == "user");
    drop(target);
    let resolved = server.next();
    assert_eq!((&resolved["state"], &resolved["kind"]), (&Value::from("resolved"), &Value::from("limit_exceeded")));
    let output = running.output();
    assert_eq!(server.left(), 0);
    assert_eq!(notices(&parsed(&report), "undelivered_alerts"), [""; 0], "all alerts were delivered");
    check_secret(&output, &report);
}

#[test]
fn a_webhook_that_hangs_delays_neither_samples_nor_the_report() {
    let server = Server::start(&[Answer::Hang]);
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("r.json");
    let mut command = watch_command(&target, &report);
    command.env("LEAKWATCH_WEBHOOK", &server.url).args(["--alert-timeout", "1s", "--samples", "5"]);
    let output = command.output().expect("an end");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let parsed = parsed(&report);
    assert_eq!(parsed["session"]["ticks"], 5);
    assert_eq!(notices(&parsed, "undelivered_alerts").len(), 1);
    assert!(stderr(&output).contains("webhook: 1 of 1 alerts were not delivered"), "{}", stderr(&output));
    check_secret(&output, &report);
}

#[test]
fn a_refused_alert_is_not_sent_again() {
    let server = Server::start(&[Answer::Status(404)]);
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("r.json");
    let mut command = watch_command(&target, &report);
    let running = ChildGuard::spawn(command.env("LEAKWATCH_WEBHOOK", &server.url));
    assert_eq!(server.next()["state"], "firing");
    drop(target);
    let output = running.output();
    assert_eq!(server.left(), 0, "the end of an undelivered alert is not sent");
    assert!(stderr(&output).contains("not delivered: the server answered 404"), "{}", stderr(&output));
    check_secret(&output, &report);
}

#[test]
fn slack_gets_one_text() {
    let server = Server::start(&[Answer::Status(200)]);
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = watch_command(&target, &folder.path().join("r.json"));
    command.env("LEAKWATCH_WEBHOOK", &server.url).args(["--webhook-format", "slack", "--samples", "3"]);
    let _ = command.output().expect("an end");
    let body = server.next();
    let text = body["text"].as_str().expect("text");
    assert!(text.starts_with("*CRITICAL: limit exceeded*: steady ("), "{text}");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn a_command_gets_the_alert_on_standard_input_and_in_variables() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("r.json");
    let (json, variables) = (folder.path().join("json"), folder.path().join("variables"));
    let script = folder.path().join("my hook");
    std::fs::write(&script, "cat > \"$1\"; env > \"$2\"; echo not for standard output\n").expect("a script");
    let line = format!("sh '{}' {} {}", script.display(), json.display(), variables.display());
    let mut command = watch_command(&target, &report);
    let output = command.args(["--on-alert", &line, "--samples", "3", "--format", "json"]).output().expect("an end");
    let alert = parsed(&json);
    let schema: Value = serde_json::from_str(&leakwatch::cli::generate::schema()).expect("a schema");
    jsonschema::validate(&schema, &alert).expect("a document of the schema");
    let alone = serde_json::json!({ "$ref": "#/$defs/AlertMessage", "$defs": schema["$defs"] });
    jsonschema::validate(&alone, &alert).expect("an AlertMessage of the schema");
    assert_eq!((&alert["kind"], &alert["state"]), (&Value::from("limit_exceeded"), &Value::from("firing")));
    let variables = std::fs::read_to_string(variables).expect("variables");
    for wanted in [
        "LEAKWATCH_ALERT_KIND=limit_exceeded",
        "LEAKWATCH_ALERT_SEVERITY=critical",
        "LEAKWATCH_ALERT_STATE=firing",
        "LEAKWATCH_ALERT_NAME=steady",
        &format!("LEAKWATCH_ALERT_PID={}", target.pid()),
    ] {
        assert!(variables.lines().any(|line| line == wanted), "{wanted}: {variables}");
    }
    serde_json::from_str::<Value>(&stdout(&output)).expect("standard output carries the report alone");
}

/// Runs an alert command in a session of three ticks, and returns its notice about undelivered alerts.
fn undelivered_alerts(target: &Target, folder: &tempfile::TempDir, line: &str) -> String {
    let report = folder.path().join("r.json");
    let mut command = watch_command(target, &report);
    let output =
        command.args(["--on-alert", line, "--alert-timeout", "1s", "--samples", "3"]).output().expect("an end");
    let parsed = parsed(&report);
    assert_eq!(parsed["session"]["ticks"], 3);
    let undelivered = notices(&parsed, "undelivered_alerts").join("");
    assert!(stderr(&output).contains(&undelivered), "{}", stderr(&output));
    undelivered
}

#[test]
fn a_command_that_hangs_is_killed_and_a_failure_is_reported() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let pids = folder.path().join("pids");
    let hanging = format!("sh -c 'sleep 120 & echo $! $$ > {}; wait'", pids.display());
    let undelivered = undelivered_alerts(&target, &folder, &hanging);
    assert!(undelivered.contains("alert command: 1 of 1 alerts were not delivered"), "{undelivered}");
    std::fs::read_to_string(&pids).expect("pids").split_whitespace().for_each(wait_for_exit);
    let undelivered = undelivered_alerts(&target, &folder, "sh -c 'exit 7'");
    assert!(undelivered.ends_with("the command exited with status 7"), "{undelivered}");
}

#[cfg(unix)]
#[test]
fn a_second_signal_kills_the_alert_command() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let pids = folder.path().join("pids");
    let mut command = watch_command(&target, &folder.path().join("r.json"));
    let hanging = format!("sh -c 'sleep 120 & echo $! $$ > {}; wait'", pids.display());
    let running = ChildGuard::spawn(command.args(["--on-alert", &hanging, "--alert-timeout", "10m"]));
    check_second_signal(running, &wait_for_lines(&pids, 1));
}

#[test]
fn a_second_signal_kills_the_command_of_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let pids = folder.path().join("pids");
    let stubborn = format!("trap '' TERM; sh -c 'sleep 120 & echo $! $$ > {}; wait' & wait; wait", pids.display());
    let mut command = leakwatch();
    command.args(["run", "--interval", "100ms", "--grace", "10m", "--", "sh", "-c", &stubborn]);
    let running = ChildGuard::spawn(command.stdout(Stdio::null()).stderr(Stdio::piped()));
    check_second_signal(running, &wait_for_lines(&pids, 1));
}

#[test]
fn an_alert_log_is_appended_to_and_reopened_after_rotation() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let (log, rotated) = (folder.path().join("alerts.jsonl"), folder.path().join("alerts.jsonl.1"));
    std::fs::write(&log, "before\n").expect("a file");
    let mut command = watch_command(&target, &folder.path().join("r.json"));
    let running = ChildGuard::spawn(command.arg("--alert-log").arg(&log));
    wait_for_lines(&log, 2);
    std::fs::rename(&log, &rotated).expect("a rotation");
    drop(target);
    let _ = running.output();
    let state = |path: &Path| -> Vec<Value> {
        let text = std::fs::read_to_string(path).expect("a log");
        text.lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .map(|alert| alert["state"].clone())
            .collect()
    };
    assert!(std::fs::read_to_string(&rotated).expect("a log").starts_with("before\n"));
    assert_eq!((state(&rotated), state(&log)), (vec!["firing".into()], vec!["resolved".into()]));
}

#[test]
fn invalid_arguments_are_refused_before_the_first_sample() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |arguments: &[&str]| {
        let output = leakwatch().args(["--pid", "1"]).args(arguments).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        stderr(&output)
    };
    let missing = folder.path().join("none/alerts.jsonl");
    assert!(refused(&["--alert-log", missing.to_str().expect("text")]).contains("none/alerts.jsonl"));
    assert!(refused(&["--on-alert", "no-such-command-at-all --x"]).contains("no command 'no-such-command-at-all'"));
    assert!(refused(&["--on-alert", "sh -c 'open"]).contains("left open"));
    assert!(refused(&["--alert-on", "leeks"]).contains("high_variance"));
    assert!(refused(&["--alert-log", "x.jsonl", "-o", "x.jsonl"]).contains("of its own"));
    assert!(refused(&["--alert-log", "./x.jsonl", "-o", "x.jsonl"]).contains("of its own"));
    let config = leakwatch().args(["config", "--webhook", "s3cr3t-token"]).output().expect("the program starts");
    assert_eq!((config.status.code(), stderr(&config).contains("s3cr3t")), (Some(2), false));
    let message = refused(&["--webhook", "s3cr3t-token"]);
    assert!(message.contains("webhook") && !message.contains("s3cr3t"), "{message}");
}

#[test]
fn the_address_of_a_webhook_is_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("leakwatch.toml");
    let run = |text: &str, variable: &str, arguments: &[&str]| {
        std::fs::write(&file, text).expect("a file");
        let mut command = leakwatch();
        if !variable.is_empty() {
            command.env("LEAKWATCH_WEBHOOK", variable);
        }
        let output = command.current_dir(folder.path()).args(arguments).output().expect("the program starts");
        let all = stdout(&output) + &stderr(&output);
        assert!(!all.contains("s3cr3t"), "{all}");
        all
    };
    let shown = run("webhook = 'https://h/s3cr3t'\n", "", &["config"]);
    assert!(shown.contains("# webhook is set and hidden  ") && shown.contains("leakwatch.toml, line 1"), "{shown}");
    let shown = run("", "https://h/s3cr3t", &["config"]);
    assert!(shown.contains("variable LEAKWATCH_WEBHOOK"), "{shown}");
    toml::from_str::<toml::Table>(&shown).expect("a valid configuration");
    run("webhook = 'https://h/s3cr3t'\n", "https://h/s3cr3t", &["--help"]);
    run("webhook = 'https://h/s3cr3t\n", "", &["config"]);
    run("webhook = 'https://h/1'\nwebhook = 'https://h/s3cr3t'\n", "", &["config"]);
    run("webhook = https://h/s3cr3t\n", "", &["config"]);
    run("webhook = ['s3cr3t', {}]\n", "", &["config"]);
}

#[cfg(unix)]
#[test]
fn the_journal_gets_priorities() {
    use std::os::unix::fs::MetadataExt;
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let run = |named: Option<u64>, arguments: &[&str]| {
        let journal = std::fs::File::create(&path).expect("a file");
        let found = journal.metadata().expect("metadata");
        let mut command = watch_command(&target, &folder.path().join("r.json"));
        command.env("JOURNAL_STREAM", format!("{}:{}", found.dev(), named.unwrap_or_else(|| found.ino())));
        let status = command.args(["--samples", "2"]).args(arguments).stderr(journal).status().expect("an end");
        assert_eq!(status.code(), Some(3));
        std::fs::read_to_string(&path).expect("text")
    };
    let is_marked = |text: &str| text.lines().any(|line| line.starts_with("<2>") && line.contains("limit exceeded"));
    let text = run(None, &[]);
    assert!(is_marked(&text) && text.starts_with("<6>watching"), "{text}");
    assert!(!run(Some(1), &[]).contains("<2>"), "JOURNAL_STREAM names another stream");
    assert!(is_marked(&run(Some(1), &["--syslog"])), "--syslog adds priorities");
}
