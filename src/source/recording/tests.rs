//! Tests of whole recordings: their rows, and the errors of unusable ones.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use regex::Regex;

use super::series::MAX_SERIES;
use super::*;
use crate::model::{Counter, Pid, Reading, Timestamp};
use crate::units::{Axis, WorkUnit};

const HEADER: &str = "timestamp,pid,name,rss_bytes,pss_bytes,uss_bytes,rss_anon_bytes,rss_file_bytes,\
                      rss_shmem_bytes,swap_bytes,vsize_bytes,threads,fds";

/// Content of a recording.
struct Content {
    rows: Vec<Row>,
    series: Vec<RecordedSeries>,
    skipped: SkippedRows,
    axis: Axis,
}

fn read_with(text: impl AsRef<[u8]>, layout: &Layout) -> Result<Content, RecordingError> {
    let mut recording = Recording::from_reader("x", Cursor::new(text.as_ref().to_vec()), layout)?;
    let mut rows = Vec::new();
    while let Some(row) = recording.next_row()? {
        rows.push(row);
    }
    let series = (0..recording.series_count()).map(|index| recording.series(SeriesIndex(index)).clone()).collect();
    Ok(Content { rows, series, skipped: recording.skipped_rows().clone(), axis: recording.axis() })
}

fn read(text: impl AsRef<[u8]>) -> Content {
    read_with(text, &Layout::default()).expect("usable")
}

fn error_text(text: impl AsRef<[u8]>) -> String {
    read_with(text, &Layout::default()).map(|read| read.rows.len()).expect_err("unusable").to_string()
}

fn rss(read: &Content) -> Vec<(i64, Option<u64>)> {
    read.rows.iter().map(|row| (row.sample.at.0, row.sample.reading.value(Counter::Rss))).collect()
}

fn by_pattern(pattern: &str) -> Layout {
    Layout { line_regex: Some(Regex::new(pattern).expect("valid")), ..Layout::default() }
}

fn of_column(column: Option<&str>) -> Layout {
    Layout { value_column: column.map(str::to_owned), ..Layout::default() }
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("packed");
    encoder.finish().expect("packed")
}

#[test]
fn our_own_csv_is_read_in_full_and_series_are_separated() {
    let text = format!(
        "{HEADER}\n1970-01-01T00:00:01.000Z,7,web,100,90,80,70,20,10,0,500,2,3\n\
         1970-01-01T00:00:01.000Z,8,\"odd, \"\"name\"\"\n=x\",200,,,150,,,,900,1,\n\
         1970-01-01T00:00:02.500Z,7,web,110,,,75,20,15,,500,2,4\n"
    );
    for text in [text.clone().into_bytes(), packed(&text), text.replace('\n', "\r\n").into_bytes()] {
        let read = read(text);
        assert_eq!(rss(&read), [(1000, Some(100)), (1000, Some(200)), (2500, Some(110))]);
        assert_eq!(read.rows.iter().map(|row| row.series.0).collect::<Vec<_>>(), [0, 1, 0]);
        assert_eq!(
            read.series[0],
            RecordedSeries { pid: Some(Pid(7)), name: Some("web".into()), ..RecordedSeries::default() }
        );
        assert!(read.series[1].name.as_deref().is_some_and(|name| name.starts_with("odd, \"name\"")));
        let second = read.rows[1].sample.reading;
        assert_eq!(
            (
                second.value(Counter::Pss),
                second.value(Counter::RssAnon),
                second.value(Counter::Threads),
                second.value(Counter::Fds)
            ),
            (None, Some(150), Some(1), None)
        );
        assert_eq!(
            Counter::ALL.map(|counter| read.rows[0].sample.reading.value(counter))[..Counter::LEADING],
            [100, 90, 80, 70, 20, 10, 0, 500, 2, 3].map(Some)
        );
        assert_eq!((read.skipped, read.axis), (SkippedRows::default(), Axis::Time));
    }
}

#[test]
fn foreign_columns_are_known_or_named_by_the_user() {
    assert_eq!(rss(&read("elapsed_time;rss\n0;4096\n1.5;8192\n")), [(0, Some(4096)), (1500, Some(8192))]);
    assert_eq!(rss(&read("Time,rss\n1767323045678,4096\n")), [(1_767_323_045_678, Some(4096))]);
    assert_eq!(rss(&read("{\"time\":1767323045678.4,\"rss\":4096}\n")), [(1_767_323_045_678, Some(4096))]);
    assert_eq!(rss(&read("\u{feff}TIME_S\tRSS_BYTES\tpss_bytes\n0\t10\t9\n")), [(0, Some(10))]);
    let layout = Layout {
        time_column: Some("when".into()),
        value_column: Some("mem".into()),
        value_unit: Some(ValueUnit::Bytes(1e6)),
        group_by: Some("host".into()),
        ..Layout::default()
    };
    let read = read_with("host,when,mem,rss_bytes\na,1,1.5,7\nb,1,2,7\na,2,3 KiB,7\n", &layout).expect("usable");
    assert_eq!(rss(&read), [(1000, Some(1_500_000)), (1000, Some(2_000_000)), (2000, Some(3072))]);
    assert_eq!(read.series.iter().map(|series| series.group.as_deref()).collect::<Vec<_>>(), [Some("a"), Some("b")]);
}

#[test]
fn json_lines_may_be_ours_or_foreign() {
    let ours = "{\"type\":\"session_started\",\"rss_bytes\":1}\n\
                {\"type\":\"sample\",\"timestamp\":\"1970-01-01T00:00:01.000Z\",\"pid\":7,\"name\":\"w\\n\",\"rss_bytes\":100,\"pss_bytes\":null,\"extra\":{\"a\":[1]}}\n\
                {\"type\":\"sample\",\"timestamp\":\"1970-01-01T00:00:02.000Z\",\"pid\":7,\"name\":\"w\\n\",\"rss_bytes\":1";
    let read = read(ours);
    assert_eq!((rss(&read), read.skipped.torn_end), (vec![(1000, Some(100))], true));
    assert_eq!(
        read.series[0],
        RecordedSeries { pid: Some(Pid(7)), name: Some("w\n".into()), ..RecordedSeries::default() }
    );

    let layout = Layout {
        value_column: Some("current_memory_mb".into()),
        value_unit: Some(ValueUnit::Bytes(1e6)),
        ..Layout::default()
    };
    let foreign = "{\"type\":\"job\",\"job\":1,\"current_memory_mb\":12.5}\n\nnoise\n{\"type\":\"job\",\"job\":2,\"current_memory_mb\":\"13\"}";
    let read = read_with(foreign, &layout).expect("usable");
    assert_eq!(rss(&read), [(0, Some(12_500_000)), (1000, Some(13_000_000))]);
    assert_eq!((read.axis, read.skipped.count(FaultKind::NotJson)), (Axis::Work(WorkUnit::READING), 1));
}

#[test]
fn logs_are_read_by_a_regular_expression() {
    let log = "2026-01-02 03:04:05,678 INFO [MEMORY] job_id=7 | rss=1115MB | jobs_total=1\nsomething else\n\
               2026-01-02 03:04:06,678 INFO [MEMORY] job_id=8 | rss=1116MB | jobs_total=2\n";
    let timed =
        read_with(log, &by_pattern(r"^(?<time>\S+ \S+) .*rss=(?<value>\d+)(?<unit>[A-Za-z]+)")).expect("usable");
    assert_eq!(rss(&timed), [(1_767_323_045_678, Some(1_115_000_000)), (1_767_323_046_678, Some(1_116_000_000))]);
    let jobs = "Memory usage [after job]: 123.4MB (45.2%)\nMemory usage [after job]: 124MB (45.3%)\n";
    let units = read_with(jobs, &by_pattern(r"\[(?<name>[^\]]+)\]: (?<value>[\d.]+)(?<unit>\w+)")).expect("usable");
    assert_eq!(
        (rss(&units), units.axis),
        (vec![(0, Some(123_400_000)), (1000, Some(124_000_000))], Axis::Work(WorkUnit::READING))
    );
    assert_eq!(units.series[0].group.as_deref(), Some("after job"));
    let failed = |layout| read_with(jobs, &layout).map(|read| read.rows.len()).expect_err("unusable");
    assert_eq!(failed(by_pattern("nothing (?<value>x)")), RecordingError::NoMatch { file: "x".into() });
    assert_eq!(failed(by_pattern("no group")), RecordingError::NoValueGroup);
}

#[test]
fn a_column_without_a_unit_is_an_error_if_its_values_cannot_be_bytes() {
    for (text, layout) in [
        ("time_s,rss\n1,200\n2,401\n", of_column(None)),
        ("time_s,mem_mb\n1,200\n2,401\n", of_column(Some("mem_mb"))),
        ("{\"time\":1,\"rss\":200}\n{\"time\":2,\"rss\":401}\n", of_column(None)),
        ("1 200\n2 401\n", by_pattern(r"(?<time>\d+) (?<value>\d+)")),
    ] {
        let text_of_error = read_with(text, &layout).map(|read| read.rows.len()).expect_err(text).to_string();
        assert!(text_of_error.contains("401") && text_of_error.contains("--value-unit"), "{text_of_error}");
        let named = Layout { value_unit: Some(ValueUnit::Bytes(1.0)), ..layout };
        assert_eq!(read_with(text, &named).expect(text).rows.len(), 2);
    }
    for (text, layout) in [
        ("time_s,rss\n1,8192\n2,40960\n", of_column(None)),
        ("time_s,rss\n1,1\n2,2000001\n", of_column(None)),
        ("time_s,rss\n1,2 MiB\n", of_column(None)),
        ("time_s,heap_bytes\n1,201\n", of_column(Some("heap_bytes"))),
        ("timestamp,rss_bytes\n1,201\n", of_column(None)),
    ] {
        read_with(text, &layout).expect(text);
    }
}

#[test]
fn unusable_rows_are_skipped_counted_and_named() {
    let bad = ["2,NaN", "3,-5", "4,99999999999999999999", "x,5", "4.5,inf", "5", "6,"];
    let text = format!("time_s,rss_bytes\n1,10\n{}\n7,20\n7,21\n6.5,22\n8,30\n", bad.join("\n"));
    let read = read(text);
    assert_eq!(rss(&read), [(1000, Some(10)), (7000, Some(20)), (8000, Some(30))]);
    let count = |kind| read.skipped.count(kind);
    assert_eq!((count(FaultKind::Value), count(FaultKind::Time), count(FaultKind::TooFewFields)), (4, 1, 1));
    assert_eq!((count(FaultKind::NoValue), count(FaultKind::RepeatedTime), count(FaultKind::BackInTime)), (1, 1, 1));
    let first = read.skipped.faults.iter().find(|(_, first)| first.kind == FaultKind::Value).expect("counted");
    assert_eq!(first.1.to_string(), "line 3: 'NaN' in 'rss_bytes' is not a number from 0 to 2^63");
}

#[test]
fn a_truncated_end_is_skipped_and_reported() {
    let text = format!("{HEADER}\n1970-01-01T00:00:01.000Z,7,w,100,,,,,,,,,\n1970-01-01T00:00:02.000Z,7,w,1");
    let torn = read(&text);
    assert_eq!((rss(&torn), torn.skipped.torn_end), (vec![(1000, Some(100))], true));
    let in_quotes = format!("{HEADER}\n1970-01-01T00:00:01.000Z,7,w,100,,,,,,,,,\n1970-01-01T00:00:02.000Z,7,\"w\nx\n");
    assert!(read(in_quotes).skipped.torn_end);
    let mut long = format!("{HEADER}\n");
    for second in 0..50_000 {
        writeln!(long, "{second},7,w,{},,,,,,,,,", second * 7919).expect("written");
    }
    let mut cut = packed(&long);
    cut.truncate(cut.len() - 1000);
    let read = read(cut);
    assert!(read.skipped.torn_end && read.rows.len() > 10_000);
}

#[test]
fn errors_name_the_place_and_the_next_action() {
    assert_eq!(error_text(""), "'x' is empty");
    assert_eq!(error_text("\n \n"), "'x' is empty");
    assert_eq!(error_text(packed("")), "'x' is empty");
    assert_eq!(error_text(b"\x7fELF\x00\x00\xff\n"), "'x' is not a recording: line 1 holds binary data");
    for report in ["{\n  \"schema_version\": \"1.0\",\n", "{\"schema_version\":\"1.0\",\"observer\":{}}\n"] {
        assert!(error_text(report).contains("give the .csv or .jsonl"), "{report}");
    }
    assert_eq!(
        error_text("a,b\n1,2\n"),
        "'x' has no column of memory such as 'rss_bytes'. Columns of numbers: 'a', 'b'. If one of them is memory: \
         leakwatch analyze x --value-column COLUMN --value-unit UNIT (UNIT: B, KiB, MB, ..., or count for a number of \
         things)"
    );
    assert!(error_text("time_s,cpu\n1,2\n").contains("Columns of numbers: none."));
    assert!(error_text("time_s,rss\n").starts_with("no line of 'x' holds a usable sample"));
    assert!(error_text("time_s,rss\n1,NaN\n").ends_with("line 2: 'NaN' in 'rss' is not a number from 0 to 2^63"));
    assert!(error_text("{\"a\":1}\n").contains("Columns of numbers: 'a'. If"));
    assert!(error_text("time_s,rss\n1767323045678000,5\n").contains("seconds"));
    let layout = Layout { value_column: Some("mem".into()), ..Layout::default() };
    let missing = read_with("time_s,rss\n1,2\n", &layout).map(|_| ()).expect_err("unusable");
    assert_eq!(missing.to_string(), "'x' has no column 'mem'; it has 'time_s', 'rss'");
    assert!(matches!(ValueUnit::parse("stones"), Err(RecordingError::UnknownUnit { .. })));
}

#[test]
fn a_million_columns_get_a_short_error() {
    let wide = error_text(",".repeat(1_000_000) + "\n");
    assert!(wide.contains("no time column") && wide.contains("and 999993 more"), "{wide}");
    let named = (0..1_000_000).map(|n| format!("column{n}")).collect::<Vec<_>>().join(",") + "\n";
    assert!(error_text(named).contains("line 1 is longer than 1048576 bytes"));
    let open_quote = format!("time_s,rss\n\"1{}", "\n1,2".repeat(1_000_000));
    assert!(error_text(open_quote).contains("is longer than 1048576 bytes"));
}

#[test]
fn shuffled_recordings_are_errors_with_the_first_line() {
    let text = "time_s,rss\n5,1\n4,1\n3,1\n2,1\n1,1\n";
    assert_eq!(
        error_text(text),
        "4 of 5 rows of 'x' go back in time or repeat a time, the first in line 3: sort them by time, or separate \
         processes with --group-by"
    );
}

#[test]
fn a_column_that_differs_in_every_row_is_not_a_group() {
    let layout = Layout { group_by: Some("id".into()), ..Layout::default() };
    let mut text = "time_s,id,rss\n".to_owned();
    for id in 0..=MAX_SERIES {
        writeln!(text, "1,{id},5").expect("written");
    }
    let error = read_with(text, &layout).map(|_| ()).expect_err("unusable");
    assert!(error.to_string().contains("'id' is probably not the column to group by"), "{error}");
}

#[test]
fn a_missing_file_is_named_in_the_error() {
    let error = Recording::open("/nonexistent/x.csv", &Layout::default()).map(|_| ()).expect_err("unusable");
    assert!(error.to_string().starts_with("cannot read '/nonexistent/x.csv': "), "{error}");
    assert!(Recording::open("/", &Layout::default()).is_err());
}

#[test]
fn buffers_stay_small_however_long_a_recording_is() {
    /// Input of rows without end.
    struct Endless {
        second: u64,
        left: Cursor<Vec<u8>>,
    }
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.left.read(buffer)? {
                0 => {
                    self.second += 1;
                    self.left = Cursor::new(format!("{},4096\n", self.second).into_bytes());
                    self.left.read(buffer)
                }
                count => Ok(count),
            }
        }
    }
    let input = Endless { second: 0, left: Cursor::new(b"time_s,rss\n".to_vec()) };
    let mut recording = Recording::from_reader("x", input, &Layout::default()).expect("opened");
    for _ in 0..200_000 {
        assert!(recording.next_row().expect("read").is_some());
    }
    assert!(recording.line_capacity() < 1 << 19, "{}", recording.line_capacity());
}

fn reading() -> impl Strategy<Value = Reading> {
    proptest::collection::vec(proptest::option::weighted(0.8, 0..u64::MAX / 2), Counter::ALL.len()).prop_map(|values| {
        let mut reading = Reading::default();
        for (counter, value) in Counter::ALL.into_iter().zip(values) {
            reading.set(counter, value);
        }
        reading
    })
}

proptest! {
    #[test]
    fn written_samples_are_read_back(
        samples in proptest::collection::vec((1_i64..100_000_000, 0_u32..4, reading()), 1..40),
        name in ".{0,20}",
    ) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        let header = ["timestamp", "pid", "name"].into_iter().chain(Counter::ALL.map(Counter::column));
        writer.write_record(header).expect("written");
        let mut at = 0;
        let mut expected = Vec::new();
        for (step, pid, reading) in samples {
            at += step;
            let field = |counter| reading.value(counter).map(|value| value.to_string()).unwrap_or_default();
            let row = [Timestamp(at).to_string(), pid.to_string(), name.clone()].into_iter().chain(Counter::ALL.map(field));
            writer.write_record(row).expect("written");
            if reading != Reading::default() {
                expected.push((Some(Pid(pid)), at, reading));
            }
        }
        let text = writer.into_inner().expect("flushed");
        let content = match read_with(&text, &Layout::default()) {
            Ok(read) => read,
            Err(error) => {
                prop_assert!(expected.is_empty(), "{}", error);
                return Ok(());
            }
        };
        let rows: Vec<_> = content.rows.iter().map(|row| (content.series[row.series.0].pid, row.sample.at.0, row.sample.reading)).collect();
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b",\n\"\r{}:0123456789".to_vec())], 0..400),
        start in proptest::sample::select(vec!["", "time_s,rss\n", "{\"rss\":1}\n", "time_s,name,rss\n1,\""]),
    ) {
        let mut text = start.as_bytes().to_vec();
        text.extend_from_slice(&bytes);
        let pattern = Regex::new("(?<time>[0-9]*),?(?<value>[0-9.]+)(?<unit>[A-Z]*)").expect("valid");
        for layout in [Layout::default(), Layout { line_regex: Some(pattern), ..Layout::default() }] {
            if let Ok(read) = read_with(&text, &layout) {
                let mut last = std::collections::HashMap::new();
                for row in read.rows {
                    prop_assert!(last.insert(row.series, row.sample.at).is_none_or(|before| before < row.sample.at));
                }
            }
        }
    }

    #[test]
    fn quoting_changes_nothing(rows in proptest::collection::vec((0_u32..1000, "[a-z ]{0,8}", 0_u64..1_000_000), 1..30)) {
        let mut plain = "time_s,name,rss_bytes\n".to_owned();
        let mut quoted = plain.clone();
        for (at, (step, name, rss)) in (0_u64..).zip(rows) {
            let seconds = at * 1000 + u64::from(step);
            writeln!(plain, "{seconds},{name},{rss}").expect("written");
            writeln!(quoted, "\"{seconds}\",\"{name}\",\"{rss}\"").expect("written");
        }
        let (plain, quoted) = (read(plain), read(quoted));
        prop_assert_eq!((plain.rows, plain.series), (quoted.rows, quoted.series));
    }
}

#[test]
fn one_pid_may_belong_to_several_processes_and_programs() {
    let text = "timestamp,pid,name,rss_bytes,start_ticks,program\n1,7,sh,10,100,0\n2,7,service,20,100,1\n\
                3,7,service,30,100,1\n4,7,other,40,500,0\n";
    let json = "{\"type\":\"sample\",\"timestamp\":1,\"pid\":7,\"name\":\"sh\",\"rss_bytes\":10,\"start_ticks\":100,\"program\":0}\n\
                {\"type\":\"sample\",\"timestamp\":2,\"pid\":7,\"name\":\"service\",\"rss_bytes\":20,\"start_ticks\":100,\"program\":1}\n\
                {\"type\":\"sample\",\"timestamp\":3,\"pid\":7,\"name\":\"service\",\"rss_bytes\":30,\"start_ticks\":100,\"program\":1}\n\
                {\"type\":\"sample\",\"timestamp\":4,\"pid\":7,\"name\":\"other\",\"rss_bytes\":40,\"start_ticks\":500,\"program\":0}\n";
    for text in [text, json] {
        let read = read(text);
        let rows: Vec<_> = read.rows.iter().map(|row| (row.series.0, row.program_changed)).collect();
        assert_eq!(rows, [(0, false), (0, true), (0, false), (1, false)]);
        let names: Vec<_> = read.series.iter().map(|series| series.name.as_deref()).collect();
        assert_eq!(names, [Some("service"), Some("other")]);
    }
    // Foreign columns with these names do not count.
    let foreign = read("time_s,pid,name,rss,program\n1,7,a,1000000,1\n2,7,b,2000000,2\n");
    assert!(foreign.rows.iter().all(|row| !row.program_changed) && foreign.series.len() == 1);
}
