//! `[[allow]]`: a known leak is allowed up to a rate, for a reason, until a day.

use std::path::Path;

use crate::support::{Run, leakwatch, stderr};

/// Writes a recording of an hour of a service that leaks 6 MiB/h.
fn recording(folder: &Path) {
    let mut text = "timestamp,pid,name,rss_bytes\n".to_owned();
    for n in 0..720_u32 {
        let noise = f64::from(n.wrapping_mul(2_654_435_761) >> 12) / f64::from(1 << 20) * 200_000.0;
        text.push_str(&format!("{},7,service,{:.0}\n", n * 5, 30e6 + noise + 6.0 * 1_048_576.0 * f64::from(n) / 720.0));
    }
    std::fs::write(folder.join("leak.csv"), text).expect("a file");
}

/// Analyses the recording with an allowance.
fn with(allowance: &str, options: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    recording(folder.path());
    std::fs::write(folder.path().join("leakwatch.toml"), allowance).expect("a file");
    let mut command = leakwatch();
    Run::from(command.current_dir(&folder).args(["analyze", "--format", "json", "leak.csv"]).args(options))
}

fn entry(process: &str, rate: &str, expires: &str) -> String {
    format!(
        "[[allow]]\nprocess = '{process}'\nresource = 'memory'\nmax-rate = '{rate}'\nreason = 'cache, issue 12'\nexpires = {expires}\n"
    )
}

#[test]
fn a_known_leak_is_allowed_and_named() {
    let strict = with("", &[]);
    assert_eq!(strict.code, Some(1), "{}", strict.messages);
    let allowed = with(&entry("^service$", "9MiB/h", "2999-12-31"), &[]);
    assert_eq!(allowed.code, Some(0), "{}", allowed.messages);
    assert!(
        allowed.messages.contains("allowed until 2999-12-31 (leakwatch.toml, line 1): cache, issue 12"),
        "{}",
        allowed.messages
    );
    assert_eq!(allowed.report["targets"][0]["allowed"], "cache, issue 12");
    assert_eq!(allowed.report["targets"][0]["verdict"]["status"], "leaking", "the verdict itself is not touched");
    assert_eq!(allowed.report["gate"]["allowances"][0]["place"], "leakwatch.toml, line 1");
    let summary = allowed.report["verdict"]["summary"].as_str().expect("a summary");
    assert!(summary.starts_with("1 leak allowed until 2999-12-31"), "{summary}");
    assert!(!allowed.messages.contains("no leak"), "{}", allowed.messages);
    let pages = tempfile::tempdir().expect("a folder");
    let (md, xml) = (pages.path().join("x.md"), pages.path().join("x.xml"));
    with(
        &entry("^service$", "9MiB/h", "2999-12-31"),
        &["-o", md.to_str().expect("text"), "-o", xml.to_str().expect("text")],
    );
    for page in [md, xml] {
        let text = std::fs::read_to_string(page).expect("a page");
        assert!(text.contains("1 leak allowed until 2999") && !text.contains("no leak"), "{text}");
    }
    let alert = with(&entry("^service$", "9MiB/h", "2999-12-31"), &["--fail-on", "alert,leaking"]);
    assert_eq!(alert.code, Some(0), "{}", alert.messages);
    assert!(alert.report["alerts"].as_array().is_some_and(|alerts| !alerts.is_empty()), "it is still reported");
    let threshold = with(&entry("service", "9MiB/h", "'2999-12-31'"), &["--fail-if", "growth(memory) > 1MiB/h"]);
    assert_eq!((threshold.code, threshold.outcome()), (Some(0), "pass"), "{}", threshold.messages);
    assert!(threshold.messages.contains("cache, issue 12"), "{}", threshold.messages);
}

#[test]
fn faster_growth_another_process_and_an_expired_entry_are_not_allowed() {
    for allowance in [entry("service", "2MiB/h", "2999-12-31"), entry("other", "9MiB/h", "2999-12-31")] {
        let run = with(&allowance, &[]);
        assert_eq!(run.code, Some(1), "{}", run.messages);
        assert!(!run.messages.contains("allowed until"), "{}", run.messages);
        let alert = with(&allowance, &["--fail-on", "alert"]);
        assert_eq!(alert.code, Some(1), "{}", alert.messages);
    }
    for options in [&[][..], &["--fail-if", "growth(memory) > 1MiB/h"]] {
        let expired = with(&entry("service", "9MiB/h", "2001-01-31"), options);
        assert_eq!(expired.code, Some(1), "{}", expired.messages);
        assert!(
            expired.messages.contains("allowance expired on 2001-01-31")
                && expired.messages.contains("cache, issue 12")
        );
        assert_eq!(expired.report["gate"]["allowances"][0]["expired"], true);
    }
}

#[test]
fn config_shows_allowances_and_refuses_invalid_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = |text: &str| {
        std::fs::write(folder.path().join("leakwatch.toml"), text).expect("a file");
        leakwatch().current_dir(&folder).arg("config").output().expect("a start")
    };
    let shown = config(&entry("^service$", "2MiB/h", "2001-01-31"));
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("[[allow]]  # leakwatch.toml, line 1\nprocess = \"^service$\"\n"), "{text}");
    assert!(text.contains("max-rate = \"2MiB/h\"") && text.contains("expires = 2001-01-31  # expired"), "{text}");
    // The output is a valid settings file.
    assert_eq!(config(&text).status.code(), Some(0));
    let refused = config(&entry("(", "2MiB/h", "2999-01-31"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("leakwatch.toml, line 1: process"), "{}", stderr(&refused));
}

#[test]
fn an_invalid_entry_is_refused_with_its_line() {
    let run = with(&entry("service", "9MiB", "2999-12-31").replace("[[allow]]", "\n[[allow]]"), &[]);
    assert_eq!(run.code, Some(2), "{}", run.messages);
    assert!(run.messages.contains("leakwatch.toml, line 2: max-rate"), "{}", run.messages);
}

#[test]
fn an_allowed_threshold_is_not_reported_as_passed() {
    let threshold = ["--fail-if", "growth(memory) > 1MiB/h"];
    let allowed = with(&entry("^service$", "9MiB/h", "2999-12-31"), &threshold);
    assert_eq!((allowed.code, allowed.outcome()), (Some(0), "pass"), "{}", allowed.messages);
    let summary = allowed.report["verdict"]["summary"].as_str().expect("a summary");
    assert!(summary.starts_with("threshold allowed; 1 leak allowed"), "{summary}");
    let both = with(
        &entry("^service$", "9MiB/h", "2999-12-31"),
        &[&threshold[..], &["--fail-if", "peak(rss) > 1TiB"]].concat(),
    );
    assert!(both.messages.contains("1 of 2 thresholds passed, 1 allowed"), "{}", both.messages);
}
