//! Names with control characters, markup and formulas: text without any effect.

use std::path::Path;

use crate::support::{leakwatch, stderr, stdout};

const NAMES: [&str; 6] = ["=cmd()|'x'!A0", "a,\"b\"", "x\x1b[2Jy", "new\nline", "a) R 1 (", "\u{202e}gnp"];

/// Writes a `/proc` with one process of this name.
fn fake_proc(root: &Path, name: &[u8]) {
    let process = root.join("4242");
    std::fs::create_dir_all(process.join("fd")).expect("a folder");
    std::fs::create_dir_all(process.join("task/4242")).expect("a folder");
    let write = |file: &str, text: &[u8]| std::fs::write(process.join(file), text).expect("a file");
    write("comm", &[name, b"\n"].concat());
    write("cmdline", &[name, b"\0--flag\0"].concat());
    let stat = b") S 1 4242 4242 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 100 20000000 2500 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
    write("stat", &[b"4242 (", name, stat.as_slice()].concat());
    write("statm", b"5000 2500 500 1 0 1000 0\n");
    let status = "\nState:\tS (sleeping)\nTgid:\t4242\nPid:\t4242\nPPid:\t1\nUid:\t0\t0\t0\t0\nVmSize:\t20000 kB\nVmHWM:\t10000 kB\nVmRSS:\t10000 kB\nRssAnon:\t8000 kB\nRssFile:\t2000 kB\nRssShmem:\t0 kB\nVmSwap:\t0 kB\nThreads:\t1\n";
    // The kernel escapes line breaks in this one file (proc(5)).
    let escaped = String::from_utf8_lossy(name).replace('\n', "\\n");
    write("status", format!("Name:\t{escaped}{status}").as_bytes());
    std::fs::write(root.join("uptime"), "1000.00 1000.00\n").expect("a file");
    std::fs::write(root.join("loadavg"), "0.00 0.00 0.00 1/100 4242\n").expect("a file");
    std::fs::write(root.join("meminfo"), "MemTotal: 1000000 kB\nMemFree: 500000 kB\nMemAvailable: 600000 kB\n")
        .expect("a file");
    std::fs::write(root.join("stat"), "cpu  0 0 0 0 0 0 0 0 0 0\nbtime 1700000000\n").expect("a file");
}

fn watch(root: &Path, format: &str) -> (String, String) {
    let output = leakwatch()
        .arg("--proc-root")
        .arg(root)
        .args(["--pid", "4242", "--interval", "20ms", "--samples", "3", "--format", format])
        .output()
        .expect("the program starts");
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    (stdout(&output), stderr(&output))
}

fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}'))
}

#[test]
fn names_have_no_effect() {
    for name in NAMES {
        let folder = tempfile::tempdir().expect("a folder");
        fake_proc(folder.path(), name.as_bytes());
        let (table, messages) = watch(folder.path(), "table");
        assert!(is_harmless(&table), "{table:?}");
        assert!(is_harmless(&messages), "{messages:?}");

        let (json, _) = watch(folder.path(), "json");
        let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(report["targets"][0]["name"], name);

        let (rows, _) = watch(folder.path(), "csv");
        assert_eq!(rows.lines().count(), 4, "{rows:?}");
        let mut reader = csv::Reader::from_reader(rows.as_bytes());
        for record in reader.records() {
            let record = record.expect("a row");
            assert_eq!(record.len(), 16);
            assert!(!record[2].starts_with(['=', '+', '-', '@']), "{:?}", &record[2]);
        }

        let (lines, _) = watch(folder.path(), "jsonl");
        for line in lines.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
    }
}

#[test]
fn invalid_bytes_of_a_name_are_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    fake_proc(folder.path(), b"a\xff\xfeb");
    let (json, _) = watch(folder.path(), "json");
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["targets"][0]["name"], "a\u{fffd}\u{fffd}b");
}
