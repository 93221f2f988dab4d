//! Restarts in a recording: processes of one name that follow each other are lives of one service.

use serde_json::Value;

use crate::support::{run, stderr, stdout};

/// Length of a life, and the pause to the next one, in seconds.
const LIFE: u64 = 1500;
const PAUSE: u64 = 10;

/// Returns a recording of five processes that follow each other, with memory in MiB by age.
fn recording(memory: fn(u64) -> u64) -> String {
    let mut rows = String::from("timestamp,pid,name,rss_bytes,rss_anon_bytes,start_ticks\n");
    for life in 0..5 {
        for age in (0..LIFE).step_by(10) {
            let second = 1_767_225_600 + life * (LIFE + PAUSE) + age;
            let bytes = (memory(age) << 20) + (age * 7919 % 11) * 4096;
            rows.push_str(&format!("{second},{},shop,{},{bytes},{}\n", 100 + life, bytes + (8 << 20), life + 1));
        }
    }
    rows
}

fn analyze(memory: fn(u64) -> u64) -> (Option<i32>, String, Value, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("shop.csv"), recording(memory)).expect("a file");
    let (json, markdown) = (path("r.json"), path("r.md"));
    let output = run(&["analyze", &path("shop.csv"), "--limit", "512MiB", "-o", &json, "-o", &markdown]);
    let report = std::fs::read(json).expect("a report");
    let report = serde_json::from_slice(&report).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    (output.status.code(), stdout(&output), report, std::fs::read_to_string(markdown).expect("a report"))
}

#[test]
fn lives_that_end_near_their_limit_are_one_leak() {
    let (code, text, report, markdown) = analyze(|age| 200 + age / 5);
    assert_eq!(code, Some(1), "{text}");
    let lives = &report["targets"][4]["lives"];
    assert_eq!((&lives["count"], &lives["leaking"], &lives["status"]), (&5.into(), &5.into(), &"leaking".into()));
    assert_eq!((lives["finished"].as_array().map(Vec::len), &lives["limit_bytes"]), (Some(4), &(512_u64 << 20).into()));
    let sentence = lives["text"].as_str().expect("text");
    assert!(sentence.starts_with("leaks in 5 of 5 lives, 7"), "720 MiB/h: {sentence}");
    assert!(sentence.ends_with(" MiB/h, each ended near 512 MiB"), "{sentence}");
    assert!(text.contains(sentence) && markdown.contains(sentence), "{text} {markdown}");
    assert_eq!(text.matches("shop (10").count(), 1, "one finding: {text}");
    assert!(report["targets"][0]["lives"].is_null());
}

/// Each short life is suspect: its start has not levelled off completely.
#[test]
fn starts_that_level_off_are_no_leak() {
    let (code, text, report, _) = analyze(|age| 200 + 250 * age / (age + 60));
    assert_ne!(code, Some(1), "{text}");
    let lives = &report["targets"][4]["lives"];
    assert_eq!((&lives["status"], &lives["leaking"]), (&Value::Null, &0.into()), "{lives:#}");
}
