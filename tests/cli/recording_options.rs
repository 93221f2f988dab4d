//! Options of `analyze` for recordings of other programs: each one changes the reading of a file as it says.

use serde_json::Value;

use crate::support::{run, stderr, stdout};

/// Rows of a file: a minute apart, with a growth of 1 MB each.
const ROWS: u32 = 150;
/// Growth of 1 MB a minute.
const RATE: f64 = 1e6 / 60.0;

/// Analyses a text with some options; returns the report, null if the file was refused, and the messages.
fn analyze(text: &str, options: &[&str]) -> (Value, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.txt");
    std::fs::write(&path, text).expect("a file");
    let output = run(&[&["analyze", "--format", "json"], options, &[&path.to_string_lossy()]].concat());
    (serde_json::from_str(&stdout(&output)).unwrap_or_default(), stderr(&output))
}

/// Returns the rate of the only target in bytes a second.
fn rate(text: &str, options: &[&str]) -> f64 {
    let (report, message) = analyze(text, options);
    report["targets"][0]["growth"]["rate_bytes_per_s"].as_f64().unwrap_or_else(|| panic!("{options:?}: {message}"))
}

fn rows(header: &str, row: impl Fn(u32) -> String) -> String {
    std::iter::once(header.to_owned()).chain((0..ROWS).map(row)).map(|line| line + "\n").collect()
}

fn assert_near(rate: f64, expected: f64) {
    assert!((rate / expected - 1.0).abs() < 0.02, "{rate} instead of {expected}");
}

#[test]
fn a_format_can_be_forced_and_listed() {
    let text = rows("time_s,rss_mb", |row| format!("{},{}", 60 * row, 100 + row));
    assert_near(rate(&text, &["--input-format", "csv"]), RATE);
    let (_, message) = analyze(&text, &["--input-format", "log"]);
    assert!(message.contains("not in the format 'log'"), "{message}");
    let list = run(&["analyze", "--input-format", "list", "x"]);
    assert!(stdout(&list).contains("docker-stats") && list.status.success());
}

#[test]
fn an_ambiguous_date_is_refused_with_the_command_that_reads_it() {
    let text = rows("time,rss_mb", |row| format!("01/02/2026 {:02}:{:02}:00,{}", row / 60, row % 60, 100 + row));
    let (_, message) = analyze(&text, &[]);
    assert!(message.contains("--time-format mdy (month first)"), "{message}");
    assert_near(rate(&text, &["--time-format", "mdy"]), RATE);
}

#[test]
fn numbers_of_a_time_have_the_unit_of_the_option() {
    let text = rows("time,rss_mb", |row| format!("{row},{}", 100 + row));
    assert_near(rate(&text, &["--time-unit", "min"]), RATE);
    assert_near(rate(&text, &["--time-unit", "s"]), 60.0 * RATE);
}

#[test]
fn times_without_a_zone_have_that_of_the_option() {
    let text = rows("time,rss_mb", |row| format!("2026-01-02 {:02}:{:02}:00,{}", row / 60, row % 60, 100 + row));
    let (utc, message) = analyze(&text, &["--timezone", "UTC"]);
    let (east, _) = analyze(&text, &["--timezone", "+02:00"]);
    assert!(utc.to_string().contains("2026-01-02T00:00:00"), "{message}");
    assert!(east.to_string().contains("2026-01-01T22:00:00"), "{message}");
}

#[test]
fn the_decimal_mark_decides_numbers_that_have_two_readings() {
    let text = rows("time_s;rss_mb", |row| format!("{};1,{:03}", 60 * row, 100 + row));
    assert_near(rate(&text, &["--decimal-mark", "point"]), RATE);
    assert_near(rate(&text, &["--decimal-mark", "comma"]), RATE / 1000.0);
}

#[test]
fn a_total_turns_memory_that_is_left_or_in_percent_into_memory_in_use() {
    let left = rows("time_s,available_mb", |row| format!("{},{}", 60 * row, 9000 - row));
    let (_, message) = analyze(&left, &[]);
    assert!(message.contains("x.txt --total 16GiB"), "{message}");
    assert_near(rate(&left, &["--total", "16GB"]), RATE);
    let share = rows("time_s,mem_percent", |row| format!("{},{}", 60 * row, 10.0 + f64::from(row) / 10.0));
    let (_, message) = analyze(&share, &[]);
    assert!(message.contains("is memory in percent"), "{message}");
    assert_near(rate(&share, &["--total", "1GB"]), RATE);
}

#[test]
fn numbers_without_a_name_are_judged_as_the_option_says() {
    let text: String = (0..ROWS).map(|row| format!("{}\n", 40 + 3 * row)).collect();
    let (_, message) = analyze(&text, &[]);
    assert!(message.contains("--value-unit KiB") && message.contains("--value-unit count"), "{message}");
    let (report, message) = analyze(&text, &["--value-unit", "count"]);
    let verdict = &report["targets"][0]["verdict"];
    assert_eq!(verdict["status"], "leaking", "{message} {verdict}");
    assert_ne!(verdict["resource"], "memory");
}

#[test]
fn the_advised_pattern_reads_the_file() {
    let text = rows("start", |row| {
        format!(
            "2026-01-02 {:02}:{:02}:00 iter {row} ru_maxrss={} ru_utime=1.5",
            row / 60,
            row % 60,
            200_000 + 1000 * row
        )
    });
    let (_, message) = analyze(&text, &[]);
    let pattern = message.split('\'').find(|part| part.contains("(?<value>")).unwrap_or_else(|| panic!("{message}"));
    assert!(message.contains("is taken for a peak"), "{message}");
    assert_near(rate(&text, &["--line-regex", pattern, "--value-unit", "kB"]), RATE);
}
