//! Plans with the noise of an earlier run.

use crate::support::{leakwatch, stderr, stdout};

/// Returns a recording of two services with a sample every 2 s: a steady one, and one with noise of 3 MiB.
fn recording() -> String {
    let mut text = "timestamp,pid,name,rss_bytes\n".to_owned();
    let mut state: u64 = 1;
    for i in 0..300 {
        // The sum of 12 uniform values less 6 has the variance 1.
        let normal: f64 = (0..12)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as f64 / (1_u64 << 31) as f64
            })
            .sum::<f64>()
            - 6.0;
        let noisy = 200.0 * 1_048_576.0 + 3.0 * 1_048_576.0 * normal;
        let at = 1_700_000_000 + 2 * i;
        text.push_str(&format!("{at},7,steady,{}\n{at},8,noisy,{noisy:.0}\n", 50_000_000 + i % 2 * 8192));
    }
    text
}

/// Returns the output of a plan for 20 MiB/h.
fn plan(folder: &std::path::Path, options: &[&str]) -> String {
    let output = leakwatch().current_dir(folder).args(["plan", "--rate", "20MiB/h"]).args(options).output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

/// Returns the noise in MiB that a plan names.
fn noise(text: &str) -> f64 {
    let (_, after) = text.split_once(": ").expect("a noise");
    after.split_once(" MiB at a sample every 2s").expect("a noise in MiB").0.parse().expect("a number")
}

#[test]
fn noise_and_interval_come_from_a_recording_or_its_report() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("run.csv"), recording()).expect("a recording");
    let report = leakwatch().current_dir(folder.path()).args(["report", "run.csv", "-o", "run.json"]).output();
    assert_eq!(report.expect("the program starts").status.code(), Some(0));
    let plans = ["run.csv", "run.json"].map(|file| plan(folder.path(), &["--from", file]));
    for text in &plans {
        assert!(text.starts_with("Noise of noisy (8") && text.contains(" from 9 min 58 s of run."), "{text}");
        assert!((2.4..4.0).contains(&noise(text)), "{text}");
        assert!(text.contains("leakwatch run --interval 2s --duration "), "{text}");
    }
    let command = |text: &str| text.split_once("leakwatch run").map(|(_, command)| command.to_owned());
    assert_eq!(command(&plans[0]), command(&plans[1]));
    let steady = plan(folder.path(), &["--from", "run.json", "--name", "STEADY", "--interval", "1s"]);
    assert!(steady.starts_with("Noise of steady (7") && steady.contains("leakwatch run --interval 1s"), "{steady}");
}

#[test]
fn memory_that_never_moved_has_no_noise() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String = (0..100).map(|i| format!("{},7,idle,50000000\n", 1_700_000_000 + i)).collect();
    std::fs::write(folder.path().join("idle.csv"), format!("timestamp,pid,name,rss_bytes\n{rows}"))
        .expect("a recording");
    let text = plan(folder.path(), &["--from", "idle.csv"]);
    assert!(text.contains(": 0 B at a sample every 1s"), "{text}");
}

#[test]
fn a_file_without_noise_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("run.csv", &recording());
    write("short.csv", "timestamp,pid,name,rss_bytes\n1700000000,7,x,1000000\n");
    write("other.json", "{\"answer\": 42}");
    write("notes.txt", "nothing measured\n");
    for (file, name, wanted) in [
        ("missing.json", None, "cannot read 'missing.json'"),
        ("other.json", None, "'other.json' is not a report of leakwatch"),
        ("short.csv", None, "'short.csv' has no target whose noise is known"),
        ("notes.txt", None, "no memory that can be recognised"),
        ("run.csv", Some("node"), "no target with 'node' in its name\n  hint: it has "),
    ] {
        let mut command = leakwatch();
        command.current_dir(folder.path()).args(["plan", "--rate", "20MiB/h", "--from", file]);
        if let Some(name) = name {
            command.args(["--name", name]);
        }
        let output = command.output().expect("the program starts");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{file}");
        assert!(stderr(&output).contains(wanted), "{file}: {}", stderr(&output));
    }
}
