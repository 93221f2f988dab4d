//! Reports of `-o report.html` and `-o chart.svg`.

use crate::support::{leakwatch, run, stderr, stdout};

/// Returns a recording of a process that grows by 50 kB/s.
fn grown(rows: usize) -> String {
    let mut text = String::from("time_s,name,rss_bytes\n");
    for second in 0..rows {
        text.push_str(&format!("{second},\"<b>x\",{}\n", (50 << 20) + second * 50_000));
    }
    text
}

#[test]
fn a_recording_gets_a_page_and_a_chart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("a.csv"), grown(400)).expect("a file");
    let output = run(&[
        "report",
        &path("a.csv"),
        "-o",
        &path("r.html"),
        "-o",
        &path("c.svg"),
        "-o",
        &path("r.json"),
        "-o",
        &path("r.md"),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    let messages = stderr(&output);
    assert!(
        messages.contains("\nwritten: ") && messages.contains("c.svg") && messages.lines().count() == 2,
        "{messages}"
    );

    let page = std::fs::read_to_string(path("r.html")).expect("a page");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(page.contains("&lt;b&gt;x") && !page.contains("<b>x"), "names are escaped");
    assert!(page.contains("memory grows by ") && page.contains("class=\"fit\""), "reasons and the fitted rate");
    assert!(page.contains("odds of growth ") && !page.contains("log likelihood"), "values in units for people");
    assert!(page.contains("</span> 1 leak found</h1>"), "the headline is the verdict: {page}");
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        let found = page.replace("http://www.w3.org/2000/svg", "").contains(outside);
        assert!(!found, "the page needs no other file: {outside}");
    }
    let summary = std::fs::read_to_string(path("r.md")).expect("a summary");
    assert!(summary.starts_with("## leakwatch: 1 leak found\n"), "{summary}");
    let chart = std::fs::read_to_string(path("c.svg")).expect("a chart");
    assert!(chart.starts_with("<svg xmlns=") && chart.contains("class=\"curve\"") && chart.contains("&lt;b&gt;x"));
    assert!(
        chart.contains("fitted rate with 95 % CI") && !chart.contains("most alarming"),
        "a legend, and all targets"
    );
}

#[test]
fn an_earlier_page_stays_if_no_recording_is_usable() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("header.csv"), "time_s,rss_bytes\n").expect("a file");
    std::fs::write(path("keep.html"), "a good page").expect("a file");
    for command in ["report", "analyze"] {
        for wrong in [path("missing.csv"), path("header.csv")] {
            let output = run(&[command, &wrong, "-o", &path("keep.html"), "-o", &path("new.json")]);
            let messages = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{messages}");
            assert!(messages.contains("not written: '") && !messages.contains("; written"), "{messages}");
            assert_eq!(std::fs::read_to_string(path("keep.html")).expect("a page"), "a good page");
            assert!(!folder.path().join("new.json").exists());
        }
    }
    // One usable recording among several is reported.
    std::fs::write(path("a.csv"), grown(400)).expect("a file");
    let output = run(&["report", &path("missing.csv"), &path("a.csv"), "-o", &path("keep.html")]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(std::fs::read_to_string(path("keep.html")).expect("a page").starts_with("<!doctype html>"));
}

#[test]
fn a_live_session_writes_a_page_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("live.html");
    let output = leakwatch()
        .args(["--interval", "50ms", "--samples", "4", "--pid", &std::process::id().to_string(), "-o"])
        .arg(&page)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let text = std::fs::read_to_string(&page).expect("a page");
    assert!(text.contains("class=\"curve\"") && text.contains("Memory by kind"));
    // A narrow window shows the pid too.
    assert!(text.contains(&format!("<td class=\"n\" data-is=\"pid\">{}</td>", std::process::id())));
}

#[test]
fn many_targets_and_samples_stay_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let (table, page) = (folder.path().join("many.csv"), folder.path().join("many.html"));
    let mut rows = String::from("time_s,pid,name,rss_bytes\n");
    for second in 0..5000 {
        for pid in 0..20 {
            rows.push_str(&format!("{second},{},w,{}\n", pid + 1, (50 << 20) + (second * 7919 + pid) % 1000 * 4096));
        }
    }
    std::fs::write(&table, rows).expect("a file");
    let output = leakwatch().arg("report").arg(&table).arg("-o").arg(&page).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let size = std::fs::metadata(&page).expect("a page").len();
    assert!(size < 21 * 150_000, "20 targets of 5000 samples and their sum: {size} bytes");
}

/// Returns the size of all paths on the page of 20 processes, whose pages are a function of the second.
fn path_bytes(pages: impl Fn(usize) -> usize) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let (table, page) = (folder.path().join("x.csv"), folder.path().join("x.html"));
    let mut rows = String::from("time_s,pid,name,rss_bytes\n");
    for second in 0..400 {
        (0..20).for_each(|pid| rows.push_str(&format!("{second},{},w{pid},{}\n", pid + 1, pages(second) << 12)));
    }
    std::fs::write(&table, rows).expect("a file");
    let output = leakwatch().arg("report").arg(&table).arg("-o").arg(&page).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(&page).expect("a page");
    text.split("<path").skip(1).filter_map(|part| part.split_once("/>")).map(|(path, _)| path.len()).sum()
}

#[test]
fn flat_lines_have_short_paths() {
    let (moving, flat) = (path_bytes(|second| 9000 + second * 7919 % 1000), path_bytes(|_| 9000));
    assert!(flat < moving / 10, "paths of flat lines take {flat} bytes, of moving ones {moving}");
}

#[test]
fn a_report_needs_a_name_for_its_output() {
    let output = run(&["report", "x.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--output"), "{}", stderr(&output));
}
