//! Recordings of other programs: each file of `fixtures/recordings` is read on its axis and in its unit.
//!
//! All hold the same series: 24 readings of a memory that grows from 200 to 246 MiB, in the notation of their program.
//! `expected.csv` states the values to be found. Mutated files must be read alike, or be refused: never on another axis or
//! in another unit.

mod mutations;

use std::path::PathBuf;

use leakwatch::model::Counter;
use leakwatch::source::recording::{Layout, Recording, ValueUnit};
use leakwatch::units::{Axis, Bytes};
use serde::Deserialize;

/// Largest relative error of a value. A wrong unit is wrong by 2 % at least in a file of GB, and by 5 % of MB for MiB.
const MAX_ERROR: f64 = 0.015;

/// Row of `expected.csv`.
#[derive(Debug, Clone, Deserialize)]
struct Expected {
    file: String,
    format: String,
    series: usize,
    readings: usize,
    /// `time`, or the unit of work.
    axis: String,
    /// Length in seconds, or in units of work.
    span: f64,
    /// First and last value of the first series.
    first_bytes: f64,
    last_bytes: f64,
    options: String,
}

/// Series that was read from a file.
#[derive(Debug)]
struct Found {
    axis: Axis,
    series: usize,
    readings: usize,
    span: f64,
    first_bytes: f64,
    last_bytes: f64,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings")
}

fn all_expected() -> Vec<Expected> {
    let mut reader = csv::Reader::from_path(folder().join("expected.csv")).expect("the table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// Returns the layout of the options in the table.
fn layout(options: &str) -> Layout {
    let value_unit = options.strip_prefix("--value-unit ").map(|unit| ValueUnit::parse(unit).expect("a unit"));
    let total = options.strip_prefix("--total ").map(|total| total.parse::<Bytes>().expect("a size"));
    Layout { value_unit, total_bytes: total.map(|Bytes(bytes)| bytes), ..Layout::default() }
}

/// Reads a recording. The error is the message for the user.
#[expect(clippy::cast_precision_loss, reason = "bytes below 2^53")]
fn read(bytes: &[u8], layout: &Layout) -> Result<Found, String> {
    let text = |error: leakwatch::source::recording::RecordingError| error.to_string();
    let input = std::io::Cursor::new(bytes.to_vec());
    let mut recording = Recording::from_reader("x", input, layout).map_err(text)?;
    let (mut readings, mut times, mut values) = (0, Vec::new(), Vec::new());
    while let Some(row) = recording.next_row().map_err(text)? {
        readings += 1;
        if row.series.0 == 0 {
            times.push(row.sample.at);
            values.extend(row.sample.reading.value(Counter::Rss).map(|value| value as f64));
        }
    }
    let (first, last) = (times.first().ok_or("no reading")?, times.last().ok_or("no reading")?);
    let span = last.seconds_since(*first);
    let (first_bytes, last_bytes) = (*values.first().ok_or("no memory")?, *values.last().ok_or("no memory")?);
    Ok(Found { axis: recording.axis(), series: recording.series_count(), readings, span, first_bytes, last_bytes })
}

/// Returns the differences of a recording from the expected values.
fn differences(found: &Found, expected: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_near = |a: f64, b: f64, error: f64| (a - b).abs() <= error * b.abs();
    if found.axis.name() != expected.axis {
        wrong.push(format!("axis {}", found.axis.name()));
    }
    // Clocks of a minute and of a second are rounded.
    if (found.span - expected.span).abs() > 21.0 {
        wrong.push(format!("span {}", found.span));
    }
    if !is_near(found.first_bytes, expected.first_bytes, MAX_ERROR) {
        wrong.push(format!("first {}", found.first_bytes));
    }
    if !is_near(found.last_bytes, expected.last_bytes, MAX_ERROR) {
        wrong.push(format!("last {}", found.last_bytes));
    }
    wrong
}

#[test]
fn each_format_is_read_on_its_axis_and_in_its_unit() {
    let mut wrong = Vec::new();
    for expected in all_expected() {
        let bytes = std::fs::read(folder().join(&expected.file)).expect("a fixture");
        match read(&bytes, &layout(&expected.options)) {
            Err(error) => wrong.push(format!("{}: {error}", expected.file)),
            Ok(found) => {
                let mut differs = differences(&found, &expected);
                if (found.series, found.readings) != (expected.series, expected.readings) {
                    differs.push(format!("{} series, {} readings", found.series, found.readings));
                }
                if !differs.is_empty() {
                    wrong.push(format!("{}: {}", expected.file, differs.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_format_can_be_forced_by_name() {
    for expected in all_expected() {
        let bytes = std::fs::read(folder().join(&expected.file)).expect("a fixture");
        let layout = Layout { input_format: Some(expected.format.clone()), ..layout(&expected.options) };
        let found = read(&bytes, &layout).unwrap_or_else(|error| panic!("{}: {error}", expected.file));
        assert_eq!(differences(&found, &expected), Vec::<String>::new(), "{}", expected.file);
    }
}

#[test]
fn an_unknown_format_is_named_in_the_error() {
    let layout = Layout { input_format: Some("parquet".into()), ..Layout::default() };
    let error = read(b"a,b\n1,2\n", &layout).expect_err("refused");
    assert!(error.contains("'parquet'") && error.contains("list"), "{error}");
}

#[test]
fn a_header_between_the_rows_is_passed_over() {
    for text in ["time_s,rss\n1,5000000\ntime_s,rss\n2,6000000\n", "zeit,rss_mb\n1,5\nzeit,rss_mb\n2,6\n"] {
        let input = std::io::Cursor::new(text);
        let mut recording = Recording::from_reader("x", input, &Layout::default()).expect("readable");
        let rows = std::iter::from_fn(|| recording.next_row().expect("a row")).count();
        assert_eq!((rows, recording.skipped_rows().faults.len()), (2, 0), "{text}");
    }
}

#[test]
fn a_document_is_read_beyond_its_beginning() {
    let points: Vec<String> =
        (0..9000).map(|minute| format!("[{},\"{}\"]", 60 * minute, (1 << 28) + 4096 * minute)).collect();
    let long = format!(
        "{{\"data\":{{\"resultType\":\"matrix\",\"result\":[{{\"metric\":{{\"__name__\":\"a_bytes\"}},\"values\":[{}]}}]}}}}",
        points.join(",")
    );
    assert_eq!(read(long.as_bytes(), &Layout::default()).map(|found| found.readings), Ok(9000));
    let rows: Vec<String> = (0..20).map(|minute| format!("{{\"time\": {}, \"rss_mb\": 5}}", 60 * minute)).collect();
    let without_end = format!("[\n{}\n]", rows.join(",\n"));
    assert_eq!(read(without_end.as_bytes(), &Layout::default()).map(|found| found.readings), Ok(20));
}

#[test]
fn another_header_begins_another_table_or_is_refused() {
    let text = "time_s,rss\n1,5000000\n2,5000000\ntime_s,rss_kb\n3,5000\n";
    let error = read(text.as_bytes(), &Layout::default()).expect_err("refused");
    assert!(error.contains("changes in line 4"), "{error}");
}

#[test]
fn memory_under_a_name_that_comes_later_is_a_fault() {
    let early: String = (0..4000).map(|second| format!("{second} worker memory usage: 100MB\n")).collect();
    let late: String = (4000..4060).map(|second| format!("{second} worker RSS: {second}MB\n")).collect();
    let input = std::io::Cursor::new(early + &late);
    let mut recording = Recording::from_reader("x", input, &Layout::default()).expect("readable");
    while recording.next_row().expect("a row").is_some() {}
    let faults = &recording.skipped_rows().faults;
    assert!(
        faults.iter().any(|(count, first)| *count == 60 && first.to_string().contains("another name")),
        "{faults:?}"
    );
}
