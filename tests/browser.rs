//! Page of `-o report.html` in a real browser: names are text, and charts are drawn.
//!
//! Needs Chromium: the program in `CHROMIUM`, or one in `PATH`. Without it the test is skipped, unless
//! `LEAKWATCH_TEST_BROWSER=required` is set, as CI does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names that a page without escaping would execute.
const HOSTILE: [&str; 6] = [
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"><svg onload=document.title='owned'>",
    "</style><script>document.title='owned'</script>",
    "{{ 7 * 7 }}{% for x in y %}\u{202e}",
];

#[expect(clippy::print_stderr, reason = "reports that the test is skipped")]
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = || {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
    };
    let browser = named.or_else(found);
    if browser.is_none() {
        let required = std::env::var("LEAKWATCH_TEST_BROWSER").is_ok_and(|value| value == "required");
        assert!(!required, "no Chromium was found: install it or let CHROMIUM name it");
        eprintln!("skipped: no Chromium was found");
    }
    browser
}

fn browse(browser: &Path, profile: &Path, arguments: &[&str], page: &Path) -> String {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--virtual-time-budget=3000", "--timeout=60000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .expect("the browser starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns a recording of one process for each name, some of them growing.
fn recording() -> String {
    let mut rows = String::from("timestamp,pid,name,rss_bytes,rss_anon_bytes,rss_file_bytes,threads,fds\n");
    for second in 0..300 {
        for (index, name) in HOSTILE.iter().enumerate() {
            let anon = (40 << 20) + index * second * 40_000 + (second * 7919 % 13) * 4096;
            let name = name.replace('"', "\"\"");
            let _ = writeln!(rows, "{second},{},\"{name}\",{},{anon},8388608,3,9", index + 10, anon + (8 << 20));
        }
    }
    rows
}

#[test]
fn names_are_text_and_charts_are_drawn() {
    let Some(browser) = chromium() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (table, page) = (folder.path().join("hostile.csv"), folder.path().join("report.html"));
    std::fs::write(&table, recording()).expect("a file");
    let written = Command::new(env!("CARGO_BIN_EXE_leakwatch"))
        .arg("report")
        .arg(&table)
        .arg("-o")
        .arg(&page)
        .output()
        .expect("the program starts");
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));

    let profile = folder.path().join("profile");
    let dom = browse(&browser, &profile, &["--dump-dom"], &page);
    assert!(!dom.contains("<title>owned"), "a name was executed");
    assert!(dom.contains("<title>leaking - leakwatch report</title>"), "{}", &dom[..dom.len().min(600)]);
    assert_eq!(dom.matches("<script>").count(), 1, "one script: that of the page");
    assert!(!dom.contains("<img") && !dom.contains("<svg onload"), "a name became markup");
    assert!(dom.contains("{{ 7 * 7 }}") && !dom.contains('\u{202e}'), "names are shown, without invisible characters");
    // The script marks each chart that it prepared.
    assert_eq!(dom.matches("data-ready=\"1\"").count(), HOSTILE.len(), "each chart has tooltips");
    let curves: Vec<&str> =
        dom.split("class=\"curve\" d=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(curves.len(), HOSTILE.len());
    assert!(curves.iter().all(|d| d.matches('L').count() > 100 && !d.contains("NaN")), "charts have points");

    let shots = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, size) in
        [("report-desktop.png", "--window-size=1280,2000"), ("report-phone.png", "--window-size=500,1600")]
    {
        let picture = shots.join(name);
        drop(std::fs::remove_file(&picture));
        browse(&browser, &profile, &[size, &format!("--screenshot={}", picture.display())], &page);
        let size = std::fs::metadata(&picture).expect("a screenshot").len();
        assert!(size > 20_000, "{name} is almost empty: {size} bytes");
    }
}
