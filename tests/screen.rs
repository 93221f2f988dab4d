//! The full-screen view on a virtual terminal: its content, its keys, and its memory.

#[expect(dead_code, reason = "the tests of the session use more of it")]
#[path = "session/script.rs"]
mod script;
#[path = "session/settings.rs"]
mod settings;

use std::collections::BTreeMap;
use std::time::Duration;

use leakwatch::event::JobTimes;
use leakwatch::session::{MinObservation, Rules, SessionPlan, TargetSet};
use leakwatch::terminal::{Key, Picture, Request, Style, SummaryOptions, format_summary};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

use script::{Process, Script, plan, process, rules};

const MIB: u64 = 1 << 20;

/// Returns a leak, a saw-tooth and a flat process.
fn three() -> Vec<Process> {
    let leaking = Process { name: "leaky", rss: |second| 40 * MIB + second * 65_536, ..process(11, 1, 0, 100_000) };
    let saw = Process { name: "saw", rss: |second| 60 * MIB + second % 40 * MIB, ..process(12, 1, 0, 100_000) };
    let flat = Process { name: "flat", ..process(13, 1, 0, 100_000) };
    vec![flat, saw, leaking]
}

/// Returns the picture after a session of some seconds.
fn watched(processes: Vec<Process>, seconds: u64, style: Style) -> Picture {
    let mut picture = Picture::new(Some(Duration::from_secs(seconds)), JobTimes::default(), style);
    watch(&mut picture, processes, seconds);
    picture
}

fn watch(picture: &mut Picture, processes: Vec<Process>, seconds: u64) {
    let mut script = Script::new(processes);
    let clock = script.clock.clone();
    settings::watch(&mut script, &clock, plan(seconds), rules(), picture);
}

fn screen(picture: &Picture, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| picture.draw(frame)).expect("a picture");
    let lines = terminal.backend().to_string();
    lines.lines().map(|line| line.trim_matches('"').trim_end()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_small_and_a_large_terminal_are_filled() {
    let picture = watched(three(), 600, Style::PLAIN);
    insta::assert_snapshot!("small", screen(&picture, 80, 24));
    insta::assert_snapshot!("large", screen(&picture, 160, 50));
}

#[test]
fn advice_is_shown_while_no_process_matches() {
    let mut picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
    assert!(screen(&picture, 60, 18).contains("no process matches yet"));
    picture.set_hint("python3 (7) has 'leaky' only in the arguments: use '--cmdline', which searches them".to_owned());
    let text = screen(&picture, 60, 18);
    assert!(text.contains("only in the arguments") && text.contains("searches them"), "{text}");
    watch(&mut picture, three(), 10);
    assert!(!screen(&picture, 60, 18).contains("only in the arguments"), "a match takes its place");
}

#[test]
fn a_remark_counts_hidden_lines_and_a_key_shows_them() {
    let mut picture = watched(three(), 600, Style::PLAIN);
    let small = screen(&picture, 60, 18);
    assert!(small.contains("more lines (press d)") && small.contains("LEAKING +225 MiB/h"), "{small}");
    assert!(!small.contains("mappings not inspected"), "{small}");
    assert_eq!(picture.key(Key::Character('d')), None);
    assert_eq!(picture.key(Key::PageDown), None);
    let all = screen(&picture, 60, 18);
    assert!(all.contains("mappings not inspected"), "{all}");
    assert_eq!(picture.key(Key::Escape), None);
    assert_eq!(screen(&picture, 60, 18), small);
}

#[test]
fn keys_select_sort_filter_pause_and_request() {
    let mut picture = watched(three(), 300, Style::PLAIN);
    assert!(screen(&picture, 100, 24).contains("leaky (11): LEAKING"), "the most alarming target is selected");
    picture.key(Key::Down);
    assert!(screen(&picture, 100, 24).contains("all selected ×3: "), "the next target");
    for _ in 0..3 {
        picture.key(Key::Character('s'));
    }
    let sorted = screen(&picture, 100, 24);
    assert!(sorted.contains("sort: name") && sorted.find("flat").expect("flat") < sorted.find("leaky").expect("leaky"));
    for key in ['/', 'l', 'e', 'a'] {
        picture.key(Key::Character(key));
    }
    let filtered = screen(&picture, 100, 24);
    assert!(filtered.contains("filter: lea_") && filtered.contains("leaky") && !filtered.contains("flat"));
    picture.key(Key::Enter);
    picture.key(Key::Character('p'));
    assert!(screen(&picture, 100, 24).contains("PAUSED"));
    picture.key(Key::Character('?'));
    assert!(screen(&picture, 100, 24).contains("write an HTML report"));
    assert_eq!(picture.key(Key::Character('r')), Some(Request::Save));
    assert_eq!(picture.key(Key::Character('q')), Some(Request::Quit));
    assert_eq!(picture.key(Key::Interrupt), Some(Request::Quit));
}

#[test]
fn a_pause_freezes_the_picture_until_it_ends() {
    let below_headline = |picture: &Picture| screen(picture, 140, 50).lines().skip(1).collect::<Vec<_>>().join("\n");
    let mut picture = watched(three(), 300, Style::PLAIN);
    let before = below_headline(&picture);
    picture.key(Key::Character('p'));
    watch(&mut picture, three(), 500);
    assert_eq!(below_headline(&picture), before);
    let headline = screen(&picture, 140, 50).lines().next().unwrap_or_default().to_owned();
    assert!(headline.contains("PAUSED at") && headline.contains("since (p resumes)"), "{headline}");
    picture.key(Key::Character('s'));
    assert_ne!(below_headline(&picture), before, "a frozen picture can be sorted");
    picture.key(Key::Character('p'));
    assert!(!screen(&picture, 140, 50).contains("PAUSED") && below_headline(&picture) != before);
}

/// Returns the targets after a session of 600 s.
fn finished(processes: Vec<Process>) -> TargetSet {
    let mut script = Script::new(processes);
    let clock = script.clock.clone();
    let mut picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
    settings::watch(&mut script, &clock, plan(600), rules(), &mut picture).1
}

fn summary(targets: &TargetSet, explain: bool) -> String {
    let options = SummaryOptions { width: Some(120), style: Style::PLAIN, explain, thresholds_wait: false };
    format_summary(targets.targets(), &[], &BTreeMap::new(), options)
}

#[test]
fn the_summary_describes_each_leak_once() {
    let targets = finished(three());
    let text = summary(&targets, false);
    let (table, description) = text.split_once("\n\n").expect("a table and a description");
    assert!(table.contains("same as 11") && table.lines().count() == 5, "{text}");
    assert!(description.starts_with("leaky (11): LEAKING +225 MiB/h, 95 % CI +225 to +225 MiB/h, observed 10 min\n"));
    assert!(description.contains("\n  floor rose in 36 of 36 blocks; threshold "), "{text}");
    assert!(description.lines().count() <= 4 && !description.contains("saw"), "{text}");
    let explained = summary(&targets, true);
    assert!(explained.contains("+ a straight line fits the growth") && explained.contains("mappings not inspected"));
}

#[test]
fn a_suspect_that_exited_has_no_time_to_go() {
    let leaking = Process { rss: |second| 40 * MIB + second * 65_536, ..process(11, 1, 0, 400) };
    let mut script = Script::new(vec![leaking, Process { name: "flat", ..process(13, 1, 0, 100_000) }]);
    let (clock, hour) = (script.clock.clone(), MinObservation::Fixed(3600.0));
    let mut picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
    let rules = Rules { min_observation: hour, ..rules() };
    let targets = settings::watch(&mut script, &clock, plan(600), rules, &mut picture).1;
    let text = summary(&targets, false);
    assert!(text.contains("SUSPECT +225 MiB/h") && text.contains("exited before its growth had lasted 1 h"), "{text}");
    assert!(!text.contains("to go"), "{text}");
}

#[test]
fn a_summary_without_findings_is_one_line() {
    let flat = || Process { name: "flat", ..process(13, 1, 0, 100_000) };
    let text = summary(&finished(vec![flat()]), false);
    let (_, description) = text.split_once("\n\n").expect("a table and a line");
    assert!(description.starts_with("1 target: stable, observed for up to 10 min"), "{text}");
    assert_eq!(description.lines().count(), 1, "{text}");
}

#[test]
fn a_leak_of_a_pool_member_is_counted_once() {
    let worker = |pid| Process { name: "node", ..process(pid, 1, 0, 100_000) };
    let leaking = Process { rss: |second| 40 * MIB + second * 65_536, ..worker(21) };
    let text = screen(&watched(vec![leaking, worker(22)], 600, Style::PLAIN), 100, 30);
    assert!(text.contains("node ×2") && text.contains("same as 21"), "{text}");
    assert!(text.lines().next().is_some_and(|line| line.contains("  1 leak  ")), "{text}");
}

#[test]
fn jobs_are_marked_at_the_foot_of_the_chart() {
    let plain = watched(three(), 300, Style::PLAIN);
    let jobs = JobTimes::default();
    let mut marked = Picture::new(None, jobs.clone(), Style::PLAIN);
    let mut script = Script::new(three());
    let clock = script.clock.clone();
    (1..30).for_each(|job| jobs.push(leakwatch::model::Timestamp(1_800_000_000_000 + job * 10_000)));
    settings::watch(&mut script, &clock, plan(300), rules(), &mut marked);
    let dots =
        |picture: &Picture| screen(picture, 120, 40).chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    assert!(dots(&marked) > dots(&plain) + 10, "{} and {}", dots(&marked), dots(&plain));
}

#[test]
fn a_removed_filter_shows_all_targets() {
    let mut picture = watched(three(), 100, Style::PLAIN);
    for key in [Key::Character('/'), Key::Character('x')] {
        picture.key(key);
    }
    assert!(screen(&picture, 80, 24).contains("no name contains the filter"));
    picture.key(Key::Backspace);
    let back = screen(&picture, 80, 24);
    assert!(back.contains("leaky") && back.contains("saw") && back.contains("flat"));
}

#[test]
fn every_size_is_drawn_and_hostile_names_are_harmless() {
    let hostile = Process { name: "\x1b[2J\u{202e}\n<b>", ..process(14, 1, 0, 1000) };
    let mut picture = watched([three(), vec![hostile]].concat(), 60, Style::PLAIN);
    picture.key(Key::End);
    for (width, height) in [(1, 1), (3, 2), (12, 5), (20, 9), (40, 12), (300, 90)] {
        let text = screen(&picture, width, height);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
    picture.key(Key::Character('?'));
    screen(&picture, 10, 4);
}

#[test]
fn a_plain_picture_has_no_colours() {
    let picture = watched(three(), 200, Style::PLAIN);
    let mut terminal = Terminal::new(TestBackend::new(80, 10)).expect("a terminal");
    terminal.draw(|frame| picture.draw(frame)).expect("a picture");
    // There is no room for the chart, so all content is text.
    assert!(
        terminal.backend().buffer().content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
fn memory_stays_flat_with_two_hundred_targets_for_an_hour() {
    /// Sink that draws at each fourth tick, and reads the memory of this process.
    struct Drawn {
        picture: Picture,
        terminal: Terminal<TestBackend>,
        ticks: u64,
        rss: Vec<u64>,
    }
    impl leakwatch::event::EventSink for Drawn {
        fn on_event(&mut self, event: leakwatch::event::Event<'_>) -> std::io::Result<()> {
            self.picture.on_event(event)?;
            if matches!(event, leakwatch::event::Event::Ticked(..)) {
                self.ticks += 1;
                if self.ticks.is_multiple_of(4) {
                    let picture = &self.picture;
                    self.terminal.draw(|frame| picture.draw(frame)).expect("a picture");
                }
                if self.ticks.is_multiple_of(200) {
                    let statm = std::fs::read_to_string("/proc/self/statm")?;
                    let pages = statm.split(' ').nth(1).and_then(|text| text.parse::<u64>().ok());
                    self.rss.push(pages.unwrap_or(0) * 4096);
                }
            }
            Ok(())
        }
        fn wants_samples(&self) -> bool {
            true
        }
    }
    let many = (0..200).map(|pid| Process {
        rss: if pid % 3 == 0 { |second| 40 * MIB + second % 97 * 65_536 } else { |second| 40 * MIB + second * 4096 },
        ..process(pid + 10, 1, 0, 100_000)
    });
    let mut script = Script::new(many.collect());
    let clock = script.clock.clone();
    let terminal = Terminal::new(TestBackend::new(160, 50)).expect("a terminal");
    let mut drawn =
        Drawn { picture: Picture::new(None, JobTimes::default(), Style::PLAIN), terminal, ticks: 0, rss: Vec::new() };
    let plan = SessionPlan { interval: Duration::from_secs(3), ..plan(3600) };
    let _targets = settings::watch(&mut script, &clock, plan, rules(), &mut drawn);
    let text = drawn.terminal.backend().to_string();
    assert!(text.contains("200 running") && text.contains("worker"));
    let (early, late) = (drawn.rss[1], drawn.rss[5]);
    assert!(late < early + (8 << 20), "after 20 min {early}, after an hour {late}");
}
