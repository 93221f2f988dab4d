//! Snapshots of one report in every format for people and CI systems.
//!
//! The report has a leak with a hostile name, a leaking pool, a suspect, an allowed leak and two thresholds.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use crate::support::{leakwatch, stderr, stdout};

/// Name with markup of HTML, Markdown, XML, workflow commands and terminals.
const HOSTILE: &str = "<b>a|b</b>*_@`\x1b[2J::error::%0A";
/// Settings with an allowance that does not expire in the lifetime of this test.
const SETTINGS: &str = r#"
[[allow]]
process = "cache"
resource = "memory"
max-rate = "1GiB/h"
reason = "fills its <cache>"
expires = "2999-12-31"
"#;

/// Report in all formats.
struct Formats {
    html: String,
    markdown: String,
    junit: String,
    openmetrics: String,
    /// Summary for people.
    summary: String,
    /// Workflow commands.
    github: String,
}

static FORMATS: LazyLock<Formats> = LazyLock::new(formats);

/// Returns the rows of 400 seconds.
fn recording() -> String {
    let mut rows = String::from("timestamp,pid,name,rss_bytes,rss_anon_bytes,rss_file_bytes,threads,fds\n");
    for second in 0_u64..400 {
        let noise = second * 7919 % 13 * 4096;
        let mut push = |pid: u32, name: &str, growth: u64| {
            let anon = (40 << 20) + growth * second + noise;
            let (minute, second) = (second / 60, second % 60);
            // Writing to a string does not fail.
            let _ = write!(rows, "2026-01-01T00:{minute:02}:{second:02}Z,{pid},\"{name}\",");
            let _ = writeln!(rows, "{},{anon},8388608,3,9", anon + (8 << 20));
        };
        push(10, HOSTILE, 60_000);
        push(20, "worker", 40_000);
        push(21, "worker", 30_000);
        push(30, "cache", 50_000);
        push(50, "steady", 0);
        if second >= 340 {
            push(40, "young", 80_000);
        }
    }
    rows
}

/// Analyses the recording once, with all outputs.
fn formats() -> Formats {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("samples.csv"), recording()).expect("a file");
    std::fs::write(path("leakwatch.toml"), SETTINGS).expect("a file");
    let output = leakwatch()
        .current_dir(folder.path())
        .env("GITHUB_ACTIONS", "true")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("GITHUB_OUTPUT")
        .args(["analyze", "samples.csv", "--fail-if", "growth(memory) > 100MiB/h", "--warn-if", "peak(fds) > 5"])
        .args(["-o", "r.html", "-o", "r.md", "-o", "r.xml", "-o", "r.txt"])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    Formats {
        html: without_assets(&read(&path("r.html"))),
        markdown: read(&path("r.md")),
        junit: read(&path("r.xml")),
        openmetrics: read(&path("r.txt")),
        summary: stdout(&output),
        github: stderr(&output)
            .lines()
            .filter(|line| line.starts_with("::"))
            .fold(String::new(), |all, line| all + line + "\n"),
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a report")
}

/// Replaces style, scripts, curves, and values that differ from run to run.
fn without_assets(page: &str) -> String {
    let parts = [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("<script type=\"application/json\">", "</script>"),
        (" d=\"", "\""),
        ("<td>CPU time</td><td>", "</td>"),
        ("<td>Highest RSS</td><td>", "</td>"),
        ("Written by leakwatch ", "."),
    ];
    parts.into_iter().fold(page.to_owned(), |page, (begin, end)| without_content(&page, begin, end))
}

/// Replaces the text between each `begin` and the next `end`.
fn without_content(page: &str, begin: &str, end: &str) -> String {
    let mut pieces = page.split(begin);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.find(end).map_or("", |at| &piece[at..]);
        let _ = write!(out, "{begin}…{rest}");
    }
    out
}

#[test]
fn html_page() {
    insta::assert_snapshot!(FORMATS.html);
}

#[test]
fn markdown_summary() {
    insta::assert_snapshot!(FORMATS.markdown);
}

#[test]
fn junit_cases() {
    insta::assert_snapshot!(FORMATS.junit);
}

#[test]
fn openmetrics_text() {
    insta::assert_snapshot!(FORMATS.openmetrics);
}

#[test]
fn github_annotations() {
    insta::assert_snapshot!(FORMATS.github);
}

#[test]
fn text_summary() {
    insta::assert_snapshot!(FORMATS.summary);
}
