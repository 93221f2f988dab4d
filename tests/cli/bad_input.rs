//! Bad input gets a message that names it, a next action, and the right exit status.

use crate::support::{Target, leakwatch, run, stderr, stdout};

#[track_caller]
fn refused(arguments: &[&str], code: i32, names: &[&str]) {
    let output = run(arguments);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    for name in names {
        assert!(message.contains(name), "{arguments:?} should name {name:?}: {message}");
    }
    assert_eq!(stdout(&output), "", "{arguments:?}: data on standard output");
}

#[test]
fn invalid_selectors_are_refused() {
    refused(&[], 2, &["no selector is given", "hint", "--process"]);
    refused(&["--process", "no-such-process-anywhere"], 4, &["'no-such-process-anywhere'", "leakwatch list"]);
    refused(&["--process", ""], 2, &["empty name"]);
    refused(&["--pid", "0"], 2, &["'0'", "from 1"]);
    refused(&["--pid", "-7"], 2, &["'-7'", "never negative"]);
    refused(&["--pid", "seven"], 2, &["'seven'", "--process"]);
    refused(&["--pid", "2147483646"], 4, &["pid 2147483646", "may have exited"]);
    refused(&["--pid", "99999999999"], 2, &["99999999999"]);
    refused(&["--cmdline", "a("], 2, &["a(", "unclosed group"]);
    refused(&["--user", "no-such-user"], 2, &["'no-such-user'", "id -u"]);
    refused(&["--pid-file", "/no/such/file"], 2, &["'/no/such/file'"]);
    refused(&["--proc-root", "/no/such/proc", "--pid", "1"], 2, &["/no/such/proc", "--proc-root"]);
    refused(&["list"], 2, &["no selector is given"]);
    refused(&["list", "--process", "no-such-process-anywhere"], 4, &["no process matches", "--cmdline REGEX"]);
}

#[test]
fn a_missing_match_or_format_is_named_before_a_short_duration() {
    refused(&["--duration", "5s"], 2, &["no selector is given"]);
    refused(&["--pid", "2147483646", "--duration", "5s"], 4, &["pid 2147483646", "may have exited"]);
    let pid = std::process::id().to_string();
    refused(&["--pid", &pid, "-o", "out.pdf", "--duration", "2s"], 2, &["out.pdf"]);
}

#[test]
fn a_plan_names_both_sources_of_noise_and_wants_a_unit() {
    refused(&["plan", "--rate", "2MiB/h"], 2, &["--noise <SIZE>", "--from <FILE>"]);
    refused(&["plan", "--rate", "2MiB/h", "--noise", "500"], 2, &["'500'", "'500KiB'"]);
    refused(&["plan", "--rate", "2MiB/h", "--noise", "5MiB", "--from", "x.json"], 2, &["--noise", "--from"]);
    assert_eq!(run(&["plan", "--rate", "2MiB/h", "--noise", "0"]).status.code(), Some(0));
}

#[test]
fn a_list_without_a_match_names_the_processes_with_such_arguments() {
    let script = "echo lw-only-in-arguments >/dev/null; read line";
    let _shell = Target::spawn(std::process::Command::new("sh").args(["-c", script]));
    for command in [&["list"] as &[&str], &["--interval", "1s"]] {
        let arguments = [command, &["--process", "lw-only-in-arguments"]].concat();
        refused(&arguments, 4, &["'lw-only-in-arguments' only in the arguments", "--cmdline"]);
    }
    let output = run(&["list", "--process", "no-such-process-anywhere"]);
    assert!(!stderr(&output).contains("leakwatch list"), "a hint that repeats the command: {}", stderr(&output));
}

#[test]
fn a_mistyped_option_gets_a_near_name_and_the_whole_usage_line() {
    refused(&["--intervall", "5"], 2, &["'--interval'", "Usage: leakwatch [OPTIONS]"]);
    refused(&["--name", "python"], 2, &["'--process'"]);
    refused(&["python"], 2, &["use '--process python'"]);
    refused(&["run", "--durration", "5s", "--", "sleep", "1"], 2, &["'--duration'", "run [OPTIONS] -- <CMD>..."]);
    refused(&["run", "sleep", "1"], 2, &["leakwatch run -- sleep", "run [OPTIONS] -- <CMD>..."]);
    refused(&["run"], 2, &["<CMD>...", "run [OPTIONS] -- <CMD>..."]);
    for arguments in [&["--name", "python"], &["analyze", "--pid"], &["--frobnicate", "1"]] {
        let message = stderr(&run(arguments));
        assert!(!message.contains("--samples") && !message.contains("as a value"), "{arguments:?}: {message}");
    }
}

#[test]
fn invalid_times_and_thresholds_are_refused() {
    for interval in ["0", "-1", "soon", "1e300", "1ms", "100d"] {
        refused(&["--pid", "1", "--interval", interval], 2, &["--interval", interval]);
    }
    let longest = ["--until-decided", "30s"];
    refused(&[["--pid", "1"], longest].concat(), 2, &["--until-decided", "needs a planned end", "hint", "--duration"]);
    let planned = ["--duration", "1m"];
    refused(
        &[["--pid", "1"], planned, longest].concat(),
        2,
        &["(30s) is shorter than the planned length (1m)", "hint"],
    );
    refused(&["--pid", "1", "--window", "1s", "--interval", "10s"], 2, &["window (1s)", "interval (10s)", "hint"]);
    refused(
        &["--pid", "1", "--duration", "5s"],
        2,
        &["second sample: the interval is 10s", "--duration", "default 10s"],
    );
    refused(&["--pid", "1", "--duration", "0"], 2, &["--duration", "more than 0"]);
    for samples in ["0", "-3", "x"] {
        refused(&["--pid", "1", "--samples", samples], 2, &["--samples", "from 1 on"]);
    }
    refused(&["--pid", "1", "--max-growth", "-2MB/h"], 2, &["'-2MB/h'", "MiB/h"]);
    refused(&["--pid", "1", "--limit", "-5MB"], 2, &["'-5MB'", "64MiB"]);
    refused(&["--pid", "1", "--threshold-mb", "50MB"], 2, &["without a unit", "'50'"]);
    refused(&["--pid", "1", "--limit", "5"], 2, &["5 bytes", "5GiB"]);
    refused(&["--pid", "1", "--limit", "lots"], 2, &["'lots'", "64MiB"]);
    refused(&["--pid", "1", "--max-growth", "5MiB"], 2, &["'5MiB'", "MiB/h"]);
    refused(&["--pid", "1", "--threshold-mb", "nan"], 2, &["--threshold-mb"]);
    refused(&["--pid", "1", "--fail-on", "sometimes"], 2, &["sometimes", "leaking, suspect, alert, never"]);
}

#[test]
fn invalid_outputs_are_refused_before_the_first_sample() {
    let target = Target::start("steady", &[]);
    let pid = target.pid();
    let with = |file: &'static str| ["--pid", &pid, "--duration", "3600", "-o", file].map(str::to_owned);
    let check = |file: &'static str, names: &[&str]| {
        let arguments = with(file);
        refused(&arguments.each_ref().map(String::as_str), 2, names);
    };
    check("/no/such/folder/x.json", &["/no/such/folder", "mkdir -p"]);
    check("x.docx", &["x.docx", ".json, .html, .svg, .jsonl, .csv, .xml, .md or .txt"]);
    check("/proc/x.csv", &["/proc/x.csv"]);
    check("/proc/x.json", &["/proc/x.json"]);
    refused(&["--pid", &pid, "-o", "/tmp/same.csv", "-o", "/tmp/../tmp/same.csv"], 2, &["named twice"]);
}

#[test]
fn the_summary_is_printed_even_if_the_report_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = folder.path().join("gone");
    std::fs::create_dir(&gone).expect("a folder");
    let script = format!("rm -r '{}'; sleep 1", gone.display());
    let mut command = leakwatch();
    command.args(["run", "--interval", "50ms"]);
    for name in ["report.json", "samples.csv", "page.html"] {
        command.arg("-o").arg(gone.join(name));
    }
    command.args(["--", "sh", "-c", &script]);
    let output = command.output().expect("the program starts");
    let messages = stderr(&output);
    let summary = messages.find("inconclusive: ").unwrap_or_else(|| panic!("{messages}"));
    let error = messages.find("report.json").unwrap_or_else(|| panic!("{messages}"));
    assert!(summary < error && messages.contains("error: "), "{messages}");
    for lost in ["samples.csv' is lost: its folder was removed", "page.html': No such file"] {
        assert!(messages.contains(lost), "each of them is named: {messages}");
    }
    assert_eq!(output.status.code(), Some(2), "{messages}");
}

#[test]
fn a_failing_output_leaves_the_others_unchanged() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept.csv");
    std::fs::write(&kept, "a week of samples").expect("a file");
    let output = leakwatch().args(["--pid", &target.pid(), "-o"]).arg(&kept).args(["-o", "/no/such/x.json"]).output();
    assert_eq!(output.expect("the program starts").status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&kept).expect("the file"), "a week of samples");
}

#[test]
fn a_full_disk_ends_one_output_and_not_the_watch() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let full = folder.path().join("full.csv");
    let kept = folder.path().join("kept.json");
    std::os::unix::fs::symlink("/dev/full", &full).expect("a link");
    let output = leakwatch()
        .args(["--pid", &target.pid(), "--interval", "50ms", "--samples", "8", "--on-inconclusive", "pass"])
        .arg("-o")
        .arg(&full)
        .arg("-o")
        .arg(&kept)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let messages = stderr(&output);
    let warnings = messages.lines().filter(|line| line.contains("warning") && line.contains("full.csv'"));
    assert_eq!(warnings.count(), 1, "{messages}");
    assert!(
        messages.lines().last().is_some_and(|last| last.contains("full.csv'") && last.contains("incomplete")),
        "{messages}"
    );
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&kept).expect("the report")).expect("JSON");
    assert_eq!(report["session"]["ended_by"], "samples");
    assert_eq!(report["session"]["ticks"], 8);
    assert_eq!(report["verdict"]["exit_status"], 2);
    assert_eq!(report["notices"][0]["kind"], "output_lost");
    // Standard output is an output like the others.
    let output = leakwatch()
        .args(["--pid", &target.pid(), "--interval", "50ms", "--duration", "300ms", "--format", "json"])
        .stdout(std::fs::File::options().write(true).open("/dev/full").expect("/dev/full"))
        .arg("-o")
        .arg(&kept)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
    let report = std::fs::read_to_string(&kept).expect("the other report");
    assert!(report.contains("\"schema_version\""), "{report}");
}

#[test]
fn an_earlier_recording_is_kept_as_a_second_file() {
    let target = Target::start("steady", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.csv");
    let aside = folder.path().join("x.csv~");
    let link = folder.path().join("link.csv");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let record = || {
        let args = ["--pid", &target.pid(), "--interval", "50ms", "--samples", "2", "-o"];
        stderr(&leakwatch().args(args).arg(&link).output().expect("the program starts"))
    };
    // A file without rows is not kept.
    std::fs::write(&path, "timestamp,pid\n").expect("a file");
    assert!(!record().contains("recording (") && !aside.exists());
    let week = std::fs::read_to_string(&path).expect("a recording");
    assert_eq!(week.lines().count(), 3, "{week}");
    let messages = record();
    assert!(messages.contains("is kept as") && messages.contains("x.csv~', once"), "{messages}");
    assert_eq!(std::fs::read_to_string(&aside).expect("the earlier recording"), week);
    assert_eq!(std::fs::read_to_string(&path).expect("a recording").lines().count(), 3);
    assert!(link.is_symlink());
}

#[test]
fn an_analysed_recording_is_not_replaced_by_an_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["x.csv", "x.csv~"] {
        std::fs::write(folder.path().join(name), "timestamp,rss_bytes\n1,50000000\n2,50000000\n").expect("a file");
    }
    let output = leakwatch().current_dir(&folder).args(["analyze", "x.csv~", "-o", "x.csv"]).output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("x.csv~' is a recording to be analysed"), "{}", stderr(&output));
}

#[test]
fn a_watch_without_a_match_leaves_the_recording_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept.csv");
    std::fs::write(&kept, "timestamp,rss_bytes\n1,50000000\n").expect("a file");
    let args = ["--process", "no-such-name", "--wait", "--interval", "50ms", "--samples", "2", "-o"];
    let output = leakwatch().args(args).arg(&kept).output().expect("the program starts");
    assert_eq!(std::fs::read_to_string(&kept).expect("the file").lines().count(), 2, "{}", stderr(&output));
}

#[test]
fn an_unwritable_output_is_named_as_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("typed.json");
    std::os::unix::fs::symlink("/proc/sys/kernel/ostype", &link).expect("a link");
    let link = link.to_str().expect("a path");
    for path in [link, "/proc/typed.json"] {
        let output = run(&["run", "-o", path, "--", "true"]);
        let messages = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{messages}");
        assert!(
            messages.contains(path) && !messages.contains(".leakwatch-") && !messages.contains("ostype"),
            "{messages}"
        );
    }
}

#[test]
fn unwritable_help_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
    let status = leakwatch().arg("--help").stdout(full).stderr(std::process::Stdio::null()).status();
    assert_eq!(status.expect("the program starts").code(), Some(2));
}

#[test]
fn a_recording_is_no_report_to_compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "timestamp,rss_bytes\n1,5000000\n").expect("a file");
    let path = path.to_str().expect("a path");
    let output = run(&["compare", path, path]);
    assert_eq!(output.status.code(), Some(2));
    let messages = stderr(&output);
    assert!(messages.contains("is not a report of leakwatch") && messages.contains("leakwatch report"), "{messages}");
    assert!(!messages.contains("expected value"), "{messages}");
}
