//! Output for other programs: reports, events and samples, checked against the printed schema.

use std::process::Command;

use serde_json::Value;

use crate::support::{ChildGuard, Target, leakwatch, run, signal, stderr, stdout};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&stdout(&run(&["schema"]))).expect("a schema");
    jsonschema::validator_for(&schema).expect("a valid schema")
}

#[track_caller]
fn check_schema(validator: &jsonschema::Validator, document: &Value) {
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_live_report_matches_the_schema() {
    let target = Target::start("leaky", &["200000", "10"]);
    let output = run(&["--pid", &target.pid(), "--interval", "50ms", "--duration", "3s", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON and nothing else");
    check_schema(&validator(), &report);
    assert_eq!(report["schema_version"], "1.1");
    for key in ["started_at", "ended_at", "ended_by", "interval_seconds", "ticks", "missed_ticks"] {
        assert!(!report["session"][key].is_null(), "session.{key}");
    }
    let watched = &report["targets"][0];
    assert_eq!(watched["pid"].as_u64().map(|pid| pid.to_string()), Some(target.pid()));
    assert!(watched["source"].is_null());
    for key in ["verdict", "growth", "spikes", "variance", "consistent_growth", "forecast", "memory"] {
        assert!(watched[key].is_object(), "{key}");
    }
    assert!(report["observer"]["cpu_seconds"].as_f64().expect("a number") > 0.0);
    assert!(report["observer"]["max_rss_bytes"].as_u64().expect("a number") > 500_000);
    let exit = u64::try_from(output.status.code().expect("a status")).expect("a small number");
    assert_eq!(report["verdict"]["exit_status"].as_u64(), Some(exit));
}

#[test]
fn every_event_line_matches_the_schema() {
    let target = Target::start("short_lived", &["1500"]);
    let arguments = ["--pid", &target.pid(), "--interval", "50ms", "--limit", "1MB", "--format", "jsonl"];
    let output = run(&arguments);
    let validator = validator();
    let mut kinds = std::collections::BTreeSet::new();
    for line in stdout(&output).lines() {
        let event: Value = serde_json::from_str(line).expect("a line of JSON");
        check_schema(&validator, &event);
        kinds.insert(event["type"].as_str().expect("a type").to_owned());
    }
    let last: Value = serde_json::from_str(stdout(&output).lines().last().expect("lines")).expect("JSON");
    assert_eq!((&last["type"], &last["ended_by"]), (&Value::from("end"), &Value::from("targets_gone")));
    assert_eq!(last["exit_status"].as_i64(), output.status.code().map(i64::from));
    assert!(last["status"].is_string() && last["summary"].as_str().is_some_and(|text| !text.is_empty()), "{last}");
    for kind in ["session", "target", "sample", "alert", "ended", "end"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}

#[test]
fn samples_have_stable_columns() {
    let target = Target::start("steady", &[]);
    let output = run(&["--pid", &target.pid(), "--interval", "50ms", "--samples", "5", "--format", "csv", "--no-pss"]);
    let text = stdout(&output);
    let header = "timestamp,pid,name,rss_bytes,pss_bytes,uss_bytes,rss_anon_bytes,rss_file_bytes,rss_shmem_bytes,swap_bytes,vsize_bytes,threads,fds";
    assert_eq!(text.lines().next(), Some(format!("{header},start_ticks,program,hugetlb_bytes").as_str()));
    assert_eq!(text.lines().count(), 6, "{text}");
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.expect("a row");
        assert!(row[0].ends_with('Z') && row[0].len() == 24, "{row:?}");
        assert_eq!((&row[4], &row[5]), ("", ""), "unknown is empty, never 0");
        assert!(row[3].parse::<u64>().expect("bytes") > 16 << 20);
    }
}

#[test]
fn one_session_writes_several_files() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = leakwatch();
    command.args(["--pid", &target.pid(), "--interval", "50ms", "--samples", "8"]);
    for name in ["x.json", "x.jsonl", "x.csv"] {
        command.arg("-o").arg(folder.path().join(name));
    }
    let output = command.output().expect("the program starts");
    let read = |name: &str| {
        std::fs::read_to_string(folder.path().join(name)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
    };
    check_schema(&validator(), &serde_json::from_str(&read("x.json")).expect("JSON"));
    assert_eq!(read("x.csv").lines().count(), 9);
    assert_eq!(read("x.jsonl").matches("\"type\":\"sample\"").count(), 8);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 3, "no temporary file is left: {left:?}");
}

#[test]
fn the_schema_rejects_incomplete_documents() {
    let validator = validator();
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": "1.0" })));
    assert!(!validator.is_valid(&serde_json::json!({ "type": "sample" })));
}

#[cfg(unix)]
#[test]
fn a_stream_ends_with_the_outcome_after_a_signal() {
    use std::io::{BufRead, BufReader};

    let target = Target::start("steady", &[]);
    let mut command = leakwatch();
    command.args(["--pid", &target.pid(), "--interval", "50ms", "--format", "jsonl"]);
    let mut running = ChildGuard::spawn(command.stdout(std::process::Stdio::piped()));
    let mut lines = BufReader::new(running.child().stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("\"type\":\"sample\"")), "no sample was written");
    signal(running.child(), rustix::process::Signal::TERM);
    let last: Value = serde_json::from_str(&lines.last().expect("lines")).expect("JSON");
    running.wait();
    assert_eq!((&last["type"], &last["ended_by"]), (&Value::from("end"), &Value::from("signal")), "{last}");
}

#[test]
fn reports_tell_services_of_one_interpreter_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = |name: &str| {
        std::fs::write(folder.path().join(name), "read line\n").expect("a file");
        Target::spawn(Command::new("sh").arg(name).current_dir(folder.path()))
    };
    let (mail, billing) = (script("mail.sh"), script("billing.sh"));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (json, page, summary) = (path("r.json"), path("r.html"), path("r.md"));
    let selection = ["--pid", &mail.pid(), "--pid", &billing.pid(), "--interval", "20ms", "--samples", "3"];
    let outputs = ["--fail-if", "peak(rss) > 1GiB", "-o", &json, "-o", &page, "-o", &summary];
    let output = run(&[selection.as_slice(), &outputs].concat());
    assert!(output.status.success(), "{}", stderr(&output));

    let read = |path: &str| std::fs::read_to_string(path).expect("a report");
    let report: Value = serde_json::from_str(&read(&json)).expect("JSON");
    let (summary, page) = (read(&summary), read(&page));
    for (target, script) in [(&mail, "mail.sh"), (&billing, "billing.sh")] {
        let pid: u64 = target.pid().parse().expect("a number");
        for list in [&report["targets"], &report["gate"]["thresholds"][0]["answers"]] {
            let entries = list.as_array().expect("a list");
            let entry = entries.iter().find(|entry| entry["pid"] == pid).expect("an entry");
            assert_eq!((&entry["name"], &entry["title"]), (&"sh".into(), &format!("sh {script}").into()));
        }
        let row = format!("| sh {script} ({pid}) | pass |");
        assert!(summary.contains(&row), "{summary}");
        assert!(page.contains(&format!(">sh {script} ({pid})</td>")), "{page}");
    }
}
