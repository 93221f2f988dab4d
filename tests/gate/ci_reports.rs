//! Reports for CI systems: JUnit, Markdown, OpenMetrics, and annotations, summary and outputs of GitHub.

use std::collections::HashSet;
use std::path::Path;

use roxmltree::Document;

use crate::support::{ChildGuard, leakwatch, stderr};

/// Element, its required attributes, further attributes, and children.
type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// Class, name, result and text of a JUnit case.
type Case = (String, String, String, String);

/// Elements and attributes of Jenkins' junit-10.xsd (xunit plugin) in use, with those that Jenkins, Surefire and GitLab
/// require.
const ELEMENTS: [Element; 7] = [
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors", "skipped"],
        &["time", "timestamp", "hostname"],
        &["testcase"],
    ),
    ("testcase", &["name", "classname", "time"], &[], &["failure", "error", "skipped", "system-out"]),
    ("failure", &["message", "type"], &[], &[]),
    ("error", &["message", "type"], &[], &[]),
    ("skipped", &["message"], &[], &[]),
    ("system-out", &[], &[], &[]),
];

/// Checks a JUnit document, and returns its cases.
fn check_junit(text: &str) -> Vec<Case> {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for element in document.descendants().filter(|node| node.is_element()) {
        let name = element.tag_name().name();
        let (_, required, further, children) =
            ELEMENTS.iter().find(|known| known.0 == name).unwrap_or_else(|| panic!("<{name}> is unknown"));
        let given: Vec<&str> = element.attributes().map(|attribute| attribute.name()).collect();
        assert!(required.iter().all(|wanted| given.contains(wanted)), "<{name}> lacks one of {required:?}: {given:?}");
        assert!(given.iter().all(|one| required.contains(one) || further.contains(one)), "<{name}> has {given:?}");
        assert!(element.children().filter(|c| c.is_element()).all(|c| children.contains(&c.tag_name().name())));
        for number in ["tests", "failures", "errors", "skipped"] {
            assert!(element.attribute(number).is_none_or(|value| value.parse::<u32>().is_ok()));
        }
        assert!(element.attribute("time").is_none_or(|value| value.parse::<f64>().is_ok()));
    }
    let cases: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|case| {
            let inner = case.children().find(|child| child.is_element()).expect("a result");
            let body = inner.text().unwrap_or_default().to_owned();
            if let Some(message) = inner.attribute("message") {
                assert_eq!(message, body, "the body repeats the message");
            }
            let text = |name| case.attribute(name).expect("an attribute").to_owned();
            (text("classname"), text("name"), inner.tag_name().name().to_owned(), body)
        })
        .collect();
    let unique: HashSet<_> = cases.iter().map(|case| (&case.0, &case.1)).collect();
    assert_eq!(unique.len(), cases.len(), "classname and name are unique: {cases:#?}");
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).expect("a suite");
    let count = |kind: &str| cases.iter().filter(|case| case.2 == kind).count().to_string();
    for (attribute, wanted) in
        [("failures", count("failure")), ("errors", count("error")), ("skipped", count("skipped"))]
    {
        assert_eq!(suite.attribute(attribute), Some(wanted.as_str()));
    }
    assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
    cases
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

/// Writes a recording of two processes with a hostile name, one of which leaks.
fn hostile_recording(folder: &Path) {
    let mut text = "timestamp,pid,name,rss_bytes\n".to_owned();
    for second in 0..300 {
        for (pid, rss) in [(1, 50_000_000), (2, 50_000_000 + second * 40_960)] {
            text.push_str(&format!("{second},{pid},\"<b>&]]>|`x`\u{1b}[31m\u{7}::error::%0A\u{ffff}\"\"\",{rss}\n"));
        }
    }
    std::fs::write(folder.join("hostile.csv"), text).expect("a file");
}

#[test]
fn hostile_names_are_harmless_on_every_surface() {
    let folder = tempfile::tempdir().expect("a folder");
    hostile_recording(folder.path());
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("summary.md"), "before\n").expect("a file");
    let output = leakwatch()
        .current_dir(&folder)
        .args(["analyze", "hostile.csv", "--fail-if", "growth(memory) > 2MiB/h", "--warn-if", "peak(rss) > 1MiB"])
        .args(["--fail-if", "peak(pss) > 1MiB", "-o", "junit.xml", "-o", "out.md", "-o", "metrics.txt"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", at("summary.md"))
        .env("GITHUB_OUTPUT", at("output"))
        .output()
        .expect("a start");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));

    let cases = check_junit(&read(&at("junit.xml")));
    let of = |name: &str| cases.iter().filter(|case| case.1 == name).map(|case| case.2.as_str()).collect::<Vec<_>>();
    assert_eq!(of("growth(memory) > 2MiB/h"), ["system-out", "failure"], "the pool repeats the leak of the process");
    assert_eq!(of("leak"), ["system-out"], "the threshold has the case of the leak");
    assert!(cases.iter().any(|case| case.2 == "failure" && case.3.contains("; also on ")), "{cases:#?}");
    assert_eq!(of("peak(pss) > 1MiB"), ["error"; 3]);
    assert_eq!(of("peak(rss) > 1MiB"), ["system-out"; 3]);
    assert!(cases.iter().all(|case| !case.0.is_empty() && !case.1.is_empty()));

    let summary = read(&at("summary.md"));
    assert_eq!(summary, format!("before\n{}", read(&at("out.md"))));
    assert!(summary.contains("## leakwatch: failed") && summary.contains("**fail**"), "{summary}");
    assert!(!summary.contains("<b>") && !summary.contains('\u{1b}') && !summary.contains("`x`"), "{summary}");

    let messages = stderr(&output);
    let commands: Vec<&str> = messages.lines().filter(|line| line.starts_with("::")).collect();
    assert!(
        commands.iter().any(|line| line.starts_with("::error title=") && line.contains("mean growth +")),
        "{messages}"
    );
    assert!(commands.iter().any(|line| line.starts_with("::warning title=")), "{messages}");
    let title = |line: &&&str| line.split("::").nth(1).is_some_and(|head| head.matches(':').count() == 0);
    assert!(commands.iter().filter(title).count() == commands.len(), "{commands:#?}");

    let outputs = read(&at("output"));
    assert!(outputs.starts_with("status=leaking\nexit-status=1\nsummary="), "{outputs}");
    assert_eq!(outputs.lines().count(), 3);

    check_openmetrics(&read(&at("metrics.txt")));
}

/// Checks the grammar of the text format.
fn check_openmetrics(text: &str) {
    let line =
        regex::Regex::new(r#"^leakwatch_[a-z_]+(\{name="([^"\\\n]|\\["\\n])*"\})? -?[0-9.e+-]+$"#).expect("a pattern");
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    let mut families = HashSet::new();
    for found in text.lines() {
        match found.strip_prefix("# TYPE ") {
            Some(family) => assert!(families.insert(family.to_owned()), "{family} twice"),
            None => assert!(found.starts_with("# ") || line.is_match(found), "{found}"),
        }
    }
    let samples: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|l| l.rsplit_once(' ')).map(|p| p.0).collect();
    assert_eq!(samples.iter().collect::<HashSet<_>>().len(), samples.len(), "every sample once: {text}");
    assert!(text.contains("leakwatch_exit_status 1"));
}

#[test]
fn an_inconclusive_run_is_an_error_in_junit() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = leakwatch()
        .current_dir(&folder)
        .args(["run", "--interval", "100ms", "--duration", "1s", "--fail-if", "growth(memory) > 1MiB/h"])
        .args(["-o", "junit.xml", "--", "sleep", "9"])
        .output()
        .expect("a start");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let cases = check_junit(&read(&folder.path().join("junit.xml")));
    let kinds: Vec<_> = cases.iter().map(|case| (case.0.as_str(), case.1.as_str(), case.2.as_str())).collect();
    assert_eq!(
        kinds,
        [
            ("leakwatch.sleep", "growth(memory) > 1MiB/h", "error"),
            ("leakwatch.sleep", "leak", "skipped"),
            ("leakwatch.session", "session", "system-out"),
        ]
    );
}

/// Returns a recording of 5 s: a shell runs `sleep` as a helper, and then becomes a `sleep` itself.
fn start_script() -> String {
    let mut rows = String::from("time_s,pid,name,rss_bytes,start_ticks,program\n");
    for tick in 0..100_u32 {
        let second = f64::from(tick) / 20.0;
        let (name, program) = if tick < 9 { ("sh", 0) } else { ("sleep", 1) };
        rows.push_str(&format!("{second},7,{name},{},1,{program}\n", 2_000_000 + program * 4_000_000));
        if (4..9).contains(&tick) {
            rows.push_str(&format!("{second},8,sleep,1500000,2,0\n"));
        }
    }
    rows
}

#[test]
fn a_start_script_and_its_helpers_have_no_case() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("script.csv"), start_script()).expect("a file");
    let output = leakwatch()
        .current_dir(&folder)
        .args(["analyze", "script.csv", "--fail-if", "peak(rss) > 1GiB", "-o", "junit.xml"])
        .output()
        .expect("a start");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let cases = check_junit(&read(&folder.path().join("junit.xml")));
    let names: Vec<_> = cases.iter().map(|case| case.0.as_str()).collect();
    assert_eq!(names, ["leakwatch.sleep", "leakwatch.sleep", "leakwatch.session"]);
}

/// Returns the JUnit cases of an inconclusive run, whose start script has more helpers than the report lists.
fn cases_of_start_script(threshold: &[&str]) -> Vec<Case> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "for i in 1 2 3 4 5 6 7 8; do sleep 0.04; done; exec tail -f /dev/null";
    let output = leakwatch()
        .current_dir(&folder)
        .args(["run", "--interval", "20ms", "--duration", "8s", "--warmup", "0s", "--max-growth", "1B/h"])
        .args(threshold)
        .args(["-o", "junit.xml", "--", "sh", "-c", script])
        .output()
        .expect("a start");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    check_junit(&read(&folder.path().join("junit.xml")))
}

#[test]
fn helpers_of_an_inconclusive_run_have_no_case() {
    std::thread::scope(|scope| {
        for threshold in [&["--fail-if", "growth(memory) > 1B/h"][..], &[]] {
            scope.spawn(move || {
                let cases = cases_of_start_script(threshold);
                assert!(cases.iter().all(|case| !case.0.contains("sleep")), "{cases:?}");
                assert!(cases.iter().any(|case| case.0 == "leakwatch.tail" && case.2 == "error"), "{cases:?}");
            });
        }
    });
}

#[test]
fn unwritable_outputs_are_refused_before_the_command_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let touched = folder.path().join("started");
    for name in ["missing/junit.xml", "missing/summary.md", "missing/metrics.txt", "report.pdf"] {
        let output = leakwatch()
            .current_dir(&folder)
            .args(["run", "-o", name, "--", "touch"])
            .arg(&touched)
            .output()
            .expect("a start");
        assert_eq!(output.status.code(), Some(2), "{name}: {}", stderr(&output));
    }
    assert!(!touched.exists());
}

#[test]
fn a_rarely_sampled_process_is_not_short_lived() {
    let folder = tempfile::tempdir().expect("a folder");
    let children = [ChildGuard::spawn(&["sleep", "120"]), ChildGuard::spawn(&["tail", "-f", "/dev/null"])];
    let pids = children.each_ref().map(ChildGuard::pid);
    // A session without a planned end has no last tick that samples all processes.
    let output = leakwatch()
        .current_dir(&folder)
        .args(["--pid", &pids[0], "--pid", &pids[1], "--interval", "50ms", "--interval-for", "sleep=1h"])
        .args(["--fail-if", "peak(rss) > 1B after 2s abort", "-o", "junit.xml"])
        .output()
        .expect("a start");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let cases = check_junit(&read(&folder.path().join("junit.xml")));
    for name in ["leakwatch.sleep", "leakwatch.tail"] {
        assert_eq!(cases.iter().filter(|case| case.0 == name).count(), 2, "{cases:?}");
    }
}

/// Returns a recording of 600 s: sixty short-lived processes at its start, and a process that leaks 64 KiB/s.
fn crowd_and_leaker() -> String {
    let mut rows = String::from("time_s,pid,name,rss_bytes\n");
    for second in 0..600_u64 {
        let brief = if second < 4 { 60 } else { 0 };
        (1..=brief).for_each(|pid| rows.push_str(&format!("{second},{pid},idle{pid},5000000\n")));
        let noise = second * 7919 % 13 * 4096;
        rows.push_str(&format!("{second},99,leaker,{}\n", 50_000_000 + second * 65_536 + noise));
    }
    rows
}

#[test]
fn failures_are_listed_before_results_that_do_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let (table, page) = (folder.path().join("x.csv"), folder.path().join("x.md"));
    std::fs::write(&table, crowd_and_leaker()).expect("a file");
    let output = leakwatch()
        .args(["analyze", "--fail-if", "growth(memory) > 2MiB/h"])
        .arg(&table)
        .arg("-o")
        .arg(&page)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = std::fs::read_to_string(&page).expect("a page");
    let rows: Vec<&str> = text.lines().collect();
    let below = |head: &str| rows[rows.iter().position(|row| row.starts_with(head)).expect("a table") + 2];
    assert!(below("| threshold expression |").contains("| leaker (99) | **fail** |"), "{text}");
    assert!(below("| target |").starts_with("| leaker (99) | **leaking** |"), "{text}");
    assert!(text.contains("and 11 more"), "{text}");
}
