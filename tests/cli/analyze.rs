//! `analyze`: recordings of leakwatch and of other programs, with the verdict of the live session.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Target, leakwatch, run, stderr, stdout};

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Returns a recording of a process that leaks 64 KiB/s, one sample a second.
fn leaking_csv(rows: u32) -> String {
    let mut text = "time_s,pid,name,rss\n".to_owned();
    for row in 0..rows {
        let noise = (row * 7919) % 13;
        text.push_str(&format!("{row},7,worker,{}\n", 50_000_000 + u64::from(row) * 65_536 + u64::from(noise) * 4096));
    }
    text
}

fn write(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path.to_string_lossy().into_owned()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes every write");
    encoder.finish().expect("memory takes every write")
}

#[test]
fn a_markdown_report_gives_the_reason_of_a_leak_without_thresholds() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(&folder, "leak.csv", leaking_csv(600).as_bytes());
    let report = folder.path().join("leak.md");
    let output = run(&["analyze", &file, "-o", &report.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = std::fs::read_to_string(report).expect("a report");
    assert!(text.starts_with("## leakwatch: failed, 1 leak found\n"), "{text}");
    let reason = text.lines().find(|line| line.starts_with("- worker")).expect("a reason");
    assert!(reason.contains("memory grows by +225 MiB/h") && reason.contains("threshold "), "{reason}");
}

#[test]
fn a_leak_in_a_recording_exits_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = leaking_csv(600);
    let plain = write(&folder, "leak.csv", text.as_bytes());
    let packed = write(&folder, "leak.csv.gz", &gzip(text.as_bytes()));
    let output = run(&["analyze", "--format", "json", &plain, &packed]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = report(&stdout(&output));
    for (target, source) in report["targets"].as_array().expect("targets").iter().zip([&plain, &packed]) {
        assert_eq!(target["verdict"]["status"], "leaking", "{target:#}");
        assert_eq!(target["source"], source.as_str());
        let rate = target["growth"]["rate_bytes_per_s"].as_f64().expect("a rate");
        assert!((rate / 65_536.0 - 1.0).abs() < 0.05, "{rate}");
    }
    assert_eq!(report["session"]["kind"], "analyze");
}

#[test]
fn a_leak_with_too_few_samples_never_passes() {
    let folder = tempfile::tempdir().expect("a folder");
    // A busy machine misses samples.
    for rows in 44..64 {
        let file = write(&folder, "leak.csv", leaking_csv(rows).as_bytes());
        let output = run(&["analyze", &file]);
        assert!(matches!(output.status.code(), Some(1 | 3)), "{rows}: {}", stderr(&output));
        let text = stdout(&output);
        assert!(rows >= 56 || text.contains(&format!("{rows} of 56 samples needed")), "{rows}: {text}");
    }
}

#[test]
fn explanations_of_too_little_data_agree_with_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let explained = |rows: Vec<String>| {
        let text = format!("time_s,pid,name,rss,fds\n{}\n", rows.join("\n"));
        let output = run(&["analyze", "--explain", &write(&folder, "short.csv", text.as_bytes())]);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        format!("{}{}", stdout(&output), stderr(&output))
    };
    let still = explained((0..301).map(|row| format!("{},7,w,50003968,5", f64::from(row) * 0.05)).collect());
    assert!(still.contains("no change over 15 s, but growth below 960 KiB/h is not detectable yet"), "{still}");
    assert!(still.contains("run for at least another 14 s"), "{still}");
    let unread = explained((0..120).map(|row| format!("{row},7,w,,{}", 5 + row % 3)).collect());
    assert!(unread.contains("its memory was never readable"), "{unread}");
    // Samples without memory do not count.
    let rss = |row: u32| if row.is_multiple_of(2) { String::new() } else { (50_000_000 + row * 65_536).to_string() };
    let half = explained((0..100).map(|row| format!("{row},7,w,{},5", rss(row))).collect());
    assert!(half.contains("50 of 56 samples needed"), "{half}");
    // Growth within the confidence interval is not excluded.
    let noise = |row: u32| 50_003_968 + 4096 * (row * 7919 % 2003);
    let noisy = explained((0..120).map(|row| format!("{row},7,w,{},5", noise(row))).collect());
    let end = noisy.split(" MiB/h, observed").next().and_then(|text| text.rsplit('+').next()).expect("an interval");
    let limit = end.trim_end_matches('0').trim_end_matches('.');
    assert!(noisy.contains(&format!("growth below {limit} MiB/h is not detectable yet")), "{end}: {noisy}");
    assert!(noisy.contains(&format!("a leak of {end} MiB/h would have been detected")), "{end}: {noisy}");
}

#[test]
fn growth_observed_too_briefly_is_inconclusive() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(&folder, "leak.csv", leaking_csv(600).as_bytes());
    let analyzed = |options: &[&str]| {
        run(&[&["analyze", "--format", "json", "--min-observation", "1h"], options, &[file.as_str()]].concat())
    };
    let output = analyzed(&[]);
    let found = report(&stdout(&output));
    assert_eq!((found["targets"][0]["verdict"]["status"].as_str(), output.status.code()), (Some("suspect"), Some(3)));
    let summary = found["verdict"]["summary"].as_str().expect("a summary");
    assert!(summary.starts_with("inconclusive: 1 suspect not proved: worker (7) +"), "{summary}");
    assert_eq!(analyzed(&["--on-inconclusive", "pass"]).status.code(), Some(0));
    assert_eq!(analyzed(&["--fail-on", "suspect"]).status.code(), Some(1));
}

#[test]
fn standard_input_is_a_recording() {
    let mut child = leakwatch()
        .args(["analyze", "--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(&gzip(leaking_csv(600).as_bytes())).expect("it reads");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(report(&stdout(&output))["targets"][0]["verdict"]["status"], "leaking");
}

#[test]
fn a_live_session_and_its_replay_agree() {
    let target = Target::start("leaky", &["40000", "10"]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (csv, jsonl) = (path("live.csv"), path("live.jsonl"));
    let pid = target.pid();
    let live = ["--pid", &pid, "--interval", "50ms", "--duration", "6s", "--min-observation", "2s", "--format", "json"];
    let live = run(&[&live[..], &["-o", &csv, "-o", &jsonl]].concat());
    let mut live = report(&stdout(&live));
    // Pages can be counted only while the process runs.
    let reasons = live["targets"][0]["verdict"]["reasons"].as_array_mut().expect("reasons");
    reasons.retain(|reason| reason["rule"] != "exactness");
    for recording in [&csv, &jsonl] {
        let replay = run(&["analyze", "--format", "json", "--min-observation", "2s", recording]);
        let replay = report(&stdout(&replay));
        for key in ["verdict", "growth", "spikes", "variance", "consistent_growth", "memory", "resources", "samples"] {
            let (live, replay) = (&live["targets"][0][key], &replay["targets"][0][key]);
            if key == "verdict" {
                assert_eq!(live["status"], replay["status"]);
            }
            assert_eq!(live, replay, "{key}");
        }
    }
}

#[test]
fn a_leak_before_exec_is_found_in_a_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = "timestamp,pid,name,rss_bytes,start_ticks,program\n".to_owned();
    for row in 0..1000_u64 {
        let (name, program, lost) = if row < 700 { ("sh", 0, row << 16) } else { ("service", 1, 0) };
        text.push_str(&format!("{row},7,{name},{},99,{program}\n", (50 << 20) + lost));
    }
    let output = run(&["analyze", "--format", "json", &write(&folder, "exec.csv", text.as_bytes())]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = report(&stdout(&output));
    let targets = report["targets"].as_array().expect("targets");
    let mut seen: Vec<_> =
        targets.iter().map(|t| (t["name"].as_str(), t["verdict"]["status"].as_str(), t["samples"].as_u64())).collect();
    seen.sort_unstable();
    assert_eq!(seen, [(Some("service"), Some("stable"), Some(300)), (Some("sh"), Some("leaking"), Some(700))]);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = write(&folder, "good.csv", leaking_csv(600).as_bytes());
    let empty = write(&folder, "empty.csv", b"");
    let junk = write(&folder, "junk.csv", &[0, 159, 146, 150, 10, 0, 1]);
    let columns = write(&folder, "columns.csv", b"a,b\n1,2\n");
    let output = run(&["analyze", "--format", "json", &empty, &junk, &columns, "/no/such.csv", &good]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    for file in [&empty, &junk, &columns, &"/no/such.csv".to_owned()] {
        assert!(stderr(&output).contains(file.as_str()), "{file}: {}", stderr(&output));
    }
    let report = report(&stdout(&output));
    assert_eq!(report["targets"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["session"]["unreadable"], 4);
    assert_eq!(run(&["analyze", &empty]).status.code(), Some(2));
}

#[test]
fn foreign_recordings_are_read_by_their_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut table = "when,who,mem_mb,other\n".to_owned();
    let mut lines = String::new();
    let mut log = String::new();
    for row in 0..600 {
        let mb = 100.0 + f64::from(row) * 0.1 + f64::from((row * 7919) % 13) * 0.01;
        table.push_str(&format!("{row},a,{mb:.3},x\n{row},b,100,y\n"));
        lines.push_str(&format!("{{\"elapsed_time\":{row},\"current_memory_mb\":{mb:.3}}}\n"));
        log.push_str(&format!("INFO [MEMORY] job_id={row} | rss={mb:.2}MB | jobs_total={row}\nINFO other line\n"));
    }
    let table = write(&folder, "table.csv", table.as_bytes());
    let lines = write(&folder, "lines.jsonl", lines.as_bytes());
    let log = write(&folder, "app.log", log.as_bytes());
    let analyze = |arguments: &[&str]| {
        let output = run(&[&["analyze", "--format", "json"], arguments].concat());
        let message = stderr(&output);
        (report(&stdout(&output)), message)
    };
    let (report, message) = analyze(&[
        "--time-column",
        "when",
        "--value-column",
        "mem_mb",
        "--value-unit",
        "MB",
        "--group-by",
        "who",
        &table,
    ]);
    let statuses: Vec<&str> =
        report["targets"].as_array().expect(&message).iter().filter_map(|t| t["verdict"]["status"].as_str()).collect();
    assert_eq!(statuses, ["leaking", "stable"]);
    let rate = report["targets"][0]["growth"]["rate_bytes_per_s"].as_f64().expect("a rate");
    assert!((rate / 100_000.0 - 1.0).abs() < 0.05, "{rate}");

    let (report, message) = analyze(&["--value-column", "current_memory_mb", "--value-unit", "MB", &lines]);
    assert_eq!(report["targets"][0]["verdict"]["status"], "leaking", "{message}");

    let (report, message) = analyze(&["--line-regex", r"rss=(?<value>[0-9.]+)(?<unit>MB)", &log]);
    assert_eq!(report["targets"][0]["verdict"]["status"], "leaking", "{message}");
    assert!(message.contains("growth is per reading"), "{message}");
}

#[test]
fn faulty_rows_are_counted_and_a_torn_end_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = leaking_csv(100);
    text.push_str(
        "100,7,worker,NaN\n101,7,worker,-5\n102,7,worker,99999999999999999999999\n50,7,worker,50000000\n103,7,wor",
    );
    let file = write(&folder, "torn.csv", text.as_bytes());
    let output = run(&["analyze", "--format", "json", &file]);
    let report = report(&stdout(&output));
    assert_eq!(report["targets"][0]["samples"], 100);
    let notices = report["notices"].to_string();
    for part in ["rows skipped", "line is incomplete"] {
        assert!(notices.contains(part), "{notices}");
    }
}

#[test]
fn a_recording_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = leaking_csv(100);
    let file = write(&folder, "leak.csv", text.as_bytes());
    let link = folder.path().join("link.csv");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    for output in [file.as_str(), link.to_str().expect("a name")] {
        let refused = run(&["analyze", &file, "-o", output]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains("would be overwritten"), "{}", stderr(&refused));
    }
    assert_eq!(std::fs::read_to_string(&file).expect("the recording"), text);
}

#[test]
fn an_escaped_name_is_restored() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = leaking_csv(100).replace("worker", "'=cmd()");
    let file = write(&folder, "names.csv", text.as_bytes());
    let output = run(&["analyze", "--format", "json", &file]);
    assert_eq!(report(&stdout(&output))["targets"][0]["name"], "=cmd()");
}

#[test]
fn a_pool_belongs_to_its_own_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = |name: &str, moments: u32| -> String {
        let row = |at| format!("{at},7,{name},50000000\n{at},8,{name},50000000\n");
        (0..moments).map(row).fold("time_s,pid,name,rss\n".to_owned(), |text, row| text + &row)
    };
    let first = write(&folder, "first.csv", rows("one", 50).as_bytes());
    let second = write(&folder, "second.csv", rows("two", 1).as_bytes());
    let output = run(&["analyze", "--format", "json", &first, &second]);
    let report = report(&stdout(&output));
    let pools: Vec<_> = report["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .filter(|target| target["kind"] == "pool")
        .map(|target| (target["name"].as_str(), target["source"].as_str()))
        .collect();
    assert_eq!(pools, [(Some("one"), Some(first.as_str())), (Some("two"), Some(second.as_str()))]);
}

/// Returns the processes and the alerts of a recording.
fn analyze_processes(folder: &tempfile::TempDir, name: &str, rows: &str) -> (Vec<Value>, Value) {
    let file = write(folder, name, rows.as_bytes());
    let mut report = report(&stdout(&run(&["analyze", "--format", "json", &file])));
    let mut targets = report["targets"].as_array().expect("targets").clone();
    // Pools need rows in the order of time.
    targets.retain(|target| target["kind"] == "process");
    for target in &mut targets {
        target["source"] = Value::Null;
    }
    targets.sort_by_key(|target| target["pid"].as_u64());
    (targets, report["alerts"].take())
}

#[test]
fn rows_by_time_and_rows_by_process_agree() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |second: u64, pid: u64| {
        let spike = if second == 40 + pid { 90 << 20 } else { 0 };
        let grown = if pid.is_multiple_of(7) { second * 60_000 } else { 0 };
        let rss = (50 << 20) + spike + grown + (second * 7919 + pid * 31) % 11 * 4096;
        format!("{second},{pid},w{},{rss}\n", pid % 30)
    };
    let head = "time_s,pid,name,rss_bytes\n".to_owned();
    let by_time: String = (0..150).flat_map(|second| (1..90).map(move |pid| row(second, pid))).collect();
    let by_process: String = (1..90).flat_map(|pid| (0..150).map(move |second| row(second, pid))).collect();
    let (timely, alerts) = analyze_processes(&folder, "time.csv", &(head.clone() + &by_time));
    let (grouped, _) = analyze_processes(&folder, "process.csv", &(head + &by_process));
    assert_eq!(timely.len(), 89);
    assert_eq!(timely, grouped);
    let times: Vec<&str> =
        alerts.as_array().expect("alerts").iter().filter_map(|alert| alert["timestamp"].as_str()).collect();
    assert!(times.len() > 89 && times.is_sorted(), "alerts are in the order of time");
}

#[test]
fn a_refused_file_has_no_targets() {
    let folder = tempfile::tempdir().expect("a folder");
    let hosts = folder.path().join("hosts.csv");
    let steady = folder.path().join("steady.csv");
    let row = |at: u64, bytes: u64| format!("{at},{bytes}\n");
    let head = "time_s,rss_bytes\n".to_owned();
    // Two hosts share a column. Each moment has two rows, of which the first grows.
    let mixed: String = (0..400).map(|at| row(at, (100 + at) << 20) + &row(at, 90 << 20)).collect();
    std::fs::write(&hosts, head.clone() + &mixed).expect("a file");
    let alone: String = (0..400).map(|at| row(at, (100 << 20) + (at % 7) * 4096)).collect();
    std::fs::write(&steady, head + &alone).expect("a file");
    let (hosts, steady) = (hosts.to_str().expect("a path"), steady.to_str().expect("a path"));

    let refused = run(&["analyze", hosts]);
    assert_eq!((refused.status.code(), stdout(&refused).trim()), (Some(2), ""), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--group-by"), "{}", stderr(&refused));

    let both = run(&["analyze", "--format", "json", hosts, steady]);
    assert_eq!(both.status.code(), Some(2), "{}", stderr(&both));
    let report: Value = serde_json::from_slice(&both.stdout).expect("JSON");
    let targets = report["targets"].as_array().expect("targets");
    assert!(targets.iter().all(|target| target["source"] == steady) && targets.len() == 1, "{targets:?}");
    assert!(report["alerts"].as_array().expect("alerts").iter().all(|alert| alert["source"] == steady), "{report}");
}

#[test]
fn a_recording_with_command_lines_names_the_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("mail.sh"), "read line\n").expect("a file");
    let service = Target::spawn(Command::new("sh").arg("mail.sh").current_dir(folder.path()));
    let watched = run(&["--pid", &service.pid(), "--interval", "20ms", "--samples", "3", "-o", &path("events.jsonl")]);
    assert!(std::fs::metadata(path("events.jsonl")).is_ok_and(|file| file.len() > 0), "{}", stderr(&watched));
    let mut rows = String::from("time_s,pid,name,cmdline,rss_bytes\n");
    (0..5).for_each(|second| rows.push_str(&format!("{second},7,sh,sh /srv/mail.sh,1000000\n")));
    std::fs::write(path("foreign.csv"), rows).expect("a file");
    for recording in ["events.jsonl", "foreign.csv"] {
        let output = run(&["analyze", "--format", "json", &path(recording)]);
        let target = &report(&stdout(&output))["targets"][0];
        assert_eq!(target["title"], "sh mail.sh", "{recording}: {}", stderr(&output));
    }
}
