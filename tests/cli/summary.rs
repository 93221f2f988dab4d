//! Summary in the last line of a session: verdict, suspects, and undecided targets.

use crate::support::{run, stderr, stdout};

/// Returns the exit status and the last line for a recording with these rows.
fn last_line(rows: &str, options: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.csv").display().to_string();
    std::fs::write(&path, format!("time_s,pid,name,rss\n{rows}")).expect("a file");
    let output = run(&[&["analyze"], options, &[&path]].concat());
    (output.status.code(), stderr(&output).lines().last().unwrap_or_default().to_owned())
}

/// Returns rows of a process that grows by some bytes a second.
fn growing(pid: u32, name: &str, seconds: u64, bytes: u64) -> String {
    (0..seconds).map(|second| format!("{second},{pid},{name},{}\n", 50_000_000 + second * bytes)).collect()
}

#[test]
fn an_unproved_suspect_passes_with_its_name_and_a_next_action() {
    let mut state = 8_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 54
    };
    let mut row = |second: u64| {
        let noise: u64 = (0..4).map(|_| noise()).sum();
        format!("{second},7,worker,{}\n", 50_000_000 + second * 50_000 + noise * 2048)
    };
    let rows: String = (0..60).map(&mut row).collect();
    let (code, line) = last_line(&rows, &[]);
    assert!(line.starts_with("no leak proved; 1 suspect: worker (7) +"), "{line}");
    assert!(line.ends_with("/h; run longer to decide, or add 'suspect' to --fail-on"), "{line}");
    assert_eq!(code, Some(0), "{line}");
    let (code, line) = last_line(&rows, &["--fail-on", "suspect"]);
    assert!(code == Some(1) && line.starts_with("1 suspect: worker (7) +"), "{line}");
}

#[test]
fn the_fastest_suspects_are_named_and_the_others_counted() {
    let rows = [growing(1, "slow", 300, 50_000), growing(2, "fast", 300, 200_000), growing(3, "middle", 300, 100_000)];
    let few = growing(4, "brief", 20, 10_000);
    let (code, line) = last_line(&(rows.concat() + &few), &["--min-observation", "1h"]);
    let wanted = "inconclusive: 3 suspects not proved: fast (2) +687 MiB/h, middle (3) +343 MiB/h and 1 more; \
                  1 of 4 targets without enough data; run for at least another 55 min 1 s";
    assert_eq!((code, line.as_str()), (Some(3), wanted));
    let (code, line) = last_line(&rows.concat(), &["--min-observation", "1h", "--on-inconclusive", "pass"]);
    let wanted = "no leak proved; 3 suspects: fast (2) +687 MiB/h, middle (3) +343 MiB/h and 1 more; run longer \
                  to decide, or add 'suspect' to --fail-on";
    assert_eq!((code, line.as_str()), (Some(0), wanted));
}

#[test]
fn a_detection_limit_names_its_target() {
    let noise = |row: u32| format!("{row},7,noisy,{}\n", 50_003_968 + 4096 * (row * 7919 % 2003));
    let flat = |row: u32| format!("{row},8,flat,50003968\n");
    let (noisy, flat): (String, String) = ((0..120).map(noise).collect(), (0..120).map(flat).collect());
    let (_, alone) = last_line(&noisy, &[]);
    assert!(alone.contains("MiB/h would have been detected"), "{alone}");
    let (_, both) = last_line(&(noisy + &flat), &[]);
    assert!(both.contains("MiB/h in noisy (7) would have been detected"), "{both}");
}

/// Returns the sparkline in a text.
fn trend(text: &str) -> String {
    text.chars().filter(|c| ('▁'..='█').contains(c)).collect()
}

#[test]
fn the_trend_of_a_flat_series_looks_alike_in_the_table_and_in_markdown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut rows = String::from("time_s,pid,name,rss_bytes\n");
    for second in 0..3000 {
        let swing = if second % 7 == 0 { 4 << 20 } else { 0 };
        rows.push_str(&format!("{second},7,steady,{}\n", (50 << 20) + swing));
    }
    std::fs::write(path("a.csv"), rows).expect("a file");
    let output = run(&["analyze", &path("a.csv"), "-o", &path("r.md")]);
    let markdown = std::fs::read_to_string(path("r.md")).expect("a summary");
    assert_eq!(trend(&stdout(&output)), trend(&markdown), "{}{markdown}", stdout(&output));
    assert_eq!(trend(&markdown).chars().count(), 16, "{markdown}");
}
