//! The full-screen view on a virtual terminal: what it shows, what keys do, and that it does not grow.

#[expect(dead_code, reason = "the tests of the session use more of it")]
#[path = "session/script.rs"]
mod script;

use std::time::Duration;

use leakwatch::clock::StopFlag;
use leakwatch::event::JobTimes;
use leakwatch::session::{LiveSession, MinObservation, TargetSet};
use leakwatch::terminal::{Key, Picture, Request, Style};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

use script::{Process, Script, plan, process, rules};

const MIB: u64 = 1 << 20;

/// One that leaks, a saw-tooth, one that does nothing.
fn three() -> Vec<Process> {
    let leaking = Process { name: "leaky", rss: |second| 40 * MIB + second * 65_536, ..process(11, 1, 0, 100_000) };
    let saw = Process { name: "saw", rss: |second| 60 * MIB + second % 40 * MIB, ..process(12, 1, 0, 100_000) };
    let flat = Process { name: "flat", ..process(13, 1, 0, 100_000) };
    vec![flat, saw, leaking]
}

/// What a session of so many seconds leaves on the screen.
fn watched(processes: Vec<Process>, seconds: u64, style: Style) -> Picture {
    let mut picture = Picture::new(Some(Duration::from_secs(seconds)), JobTimes::default(), style);
    watch(&mut picture, processes, seconds);
    picture
}

fn watch(picture: &mut Picture, processes: Vec<Process>, seconds: u64) {
    let mut script = Script::of(processes);
    let clock = script.clock.clone();
    let mut watch =
        TargetSet::new(leakwatch::session::Rules { min_observation: MinObservation::Fixed(60.0), ..rules() }, 0.0);
    LiveSession::new(&mut script, &clock, &StopFlag::default(), plan(seconds))
        .run(&mut watch, picture)
        .expect("a session");
}

fn screen(picture: &Picture, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| picture.draw(frame)).expect("a picture");
    let lines = terminal.backend().to_string();
    lines.lines().map(|line| line.trim_matches('"').trim_end()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_small_and_a_large_terminal() {
    let picture = watched(three(), 600, Style::PLAIN);
    insta::assert_snapshot!("small", screen(&picture, 80, 24));
    insta::assert_snapshot!("large", screen(&picture, 160, 50));
}

#[test]
fn what_does_not_fit_is_said_to_be_there_and_a_key_shows_it() {
    let mut picture = watched(three(), 600, Style::PLAIN);
    let small = screen(&picture, 60, 18);
    assert!(small.contains("more lines: d shows them") && small.contains("+ memory grows"), "{small}");
    assert!(!small.contains("mappings not inspected"), "{small}");
    assert_eq!(picture.key(Key::Character('d')), None);
    assert_eq!(picture.key(Key::PageDown), None);
    let all = screen(&picture, 60, 18);
    assert!(all.contains("mappings not inspected"), "{all}");
    assert_eq!(picture.key(Key::Escape), None);
    assert_eq!(screen(&picture, 60, 18), small);
}

#[test]
fn keys_select_sort_filter_pause_and_ask() {
    let mut picture = watched(three(), 300, Style::PLAIN);
    assert!(screen(&picture, 100, 24).contains("leaky (11): leaking"), "the most alarming is selected");
    picture.key(Key::Down);
    assert!(screen(&picture, 100, 24).contains("all 3 selected together: "), "the next one");
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
    assert!(screen(&picture, 100, 24).contains("write a report"));
    assert_eq!(picture.key(Key::Character('r')), Some(Request::Save));
    assert_eq!(picture.key(Key::Character('q')), Some(Request::Quit));
    assert_eq!(picture.key(Key::Interrupt), Some(Request::Quit));
}

#[test]
fn a_pause_holds_everything_still_and_what_came_meanwhile_is_there_afterwards() {
    let below_headline = |picture: &Picture| screen(picture, 140, 50).lines().skip(1).collect::<Vec<_>>().join("\n");
    let mut picture = watched(three(), 300, Style::PLAIN);
    let before = below_headline(&picture);
    picture.key(Key::Character('p'));
    watch(&mut picture, three(), 500);
    assert_eq!(below_headline(&picture), before);
    let headline = screen(&picture, 140, 50).lines().next().unwrap_or_default().to_owned();
    assert!(headline.contains("PAUSED at") && headline.contains("alerts since"), "{headline}");
    picture.key(Key::Character('s'));
    assert_ne!(below_headline(&picture), before, "what is held still can be sorted");
    picture.key(Key::Character('p'));
    assert!(!screen(&picture, 140, 50).contains("PAUSED") && below_headline(&picture) != before);
}

#[test]
fn the_summary_lists_and_explains_in_one_order() {
    let mut script = Script::of(three());
    let clock = script.clock.clone();
    let mut watch = TargetSet::new(rules(), 0.0);
    let mut picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
    LiveSession::new(&mut script, &clock, &StopFlag::default(), plan(600))
        .run(&mut watch, &mut picture)
        .expect("a session");
    let text = leakwatch::terminal::summary(watch.targets(), &[], Some(120), Style::PLAIN);
    let (table, words) = text.split_once("\n\n").expect("a table and words");
    let pids = |text: &str| ["(11)", "(12)", "(13)"].map(|pid| text.find(pid));
    let rows = ["  11 ", "  12 ", "  13 "].map(|pid| table.find(pid));
    let order = |places: [Option<usize>; 3]| {
        let mut order = vec![0, 1, 2];
        order.sort_by_key(|index| places[*index]);
        order
    };
    assert!(pids(words).iter().chain(&rows).all(Option::is_some), "{text}");
    assert_eq!(order(rows), order(pids(words)), "{text}");
}

#[test]
fn jobs_are_marked_at_the_foot_of_the_chart() {
    let plain = watched(three(), 300, Style::PLAIN);
    let jobs = JobTimes::default();
    let mut marked = Picture::new(None, jobs.clone(), Style::PLAIN);
    let mut script = Script::of(three());
    let clock = script.clock.clone();
    (1..30).for_each(|job| jobs.push(leakwatch::model::Timestamp(1_800_000_000_000 + job * 10_000)));
    LiveSession::new(&mut script, &clock, &StopFlag::default(), plan(300))
        .run(&mut TargetSet::new(rules(), 0.0), &mut marked)
        .expect("a session");
    let dots =
        |picture: &Picture| screen(picture, 120, 40).chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    assert!(dots(&marked) > dots(&plain) + 10, "{} and {}", dots(&marked), dots(&plain));
}

#[test]
fn a_filter_that_is_taken_back_brings_all_back() {
    let mut picture = watched(three(), 100, Style::PLAIN);
    for key in [Key::Character('/'), Key::Character('x')] {
        picture.key(key);
    }
    assert!(screen(&picture, 80, 24).contains("nothing passes the filter"));
    picture.key(Key::Backspace);
    let back = screen(&picture, 80, 24);
    assert!(back.contains("leaky") && back.contains("saw") && back.contains("flat"));
}

#[test]
fn no_size_is_too_small_and_hostile_names_do_nothing() {
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
fn without_colours_there_are_none() {
    let picture = watched(three(), 200, Style::PLAIN);
    let mut terminal = Terminal::new(TestBackend::new(80, 10)).expect("a terminal");
    terminal.draw(|frame| picture.draw(frame)).expect("a picture");
    // the chart needs more room than this: what is left is text
    assert!(
        terminal.backend().buffer().content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
fn two_hundred_targets_for_an_hour_do_not_grow() {
    /// Draws at each tick, and reads the memory of this process now and then.
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
    let mut script = Script::of(many.collect());
    let clock = script.clock.clone();
    let terminal = Terminal::new(TestBackend::new(160, 50)).expect("a terminal");
    let mut drawn =
        Drawn { picture: Picture::new(None, JobTimes::default(), Style::PLAIN), terminal, ticks: 0, rss: Vec::new() };
    let mut watch = TargetSet::new(rules(), 0.0);
    let plan = leakwatch::session::SessionPlan { interval: Duration::from_secs(3), ..plan(3600) };
    LiveSession::new(&mut script, &clock, &StopFlag::default(), plan).run(&mut watch, &mut drawn).expect("a session");
    let text = drawn.terminal.backend().to_string();
    assert!(text.contains("200 running") && text.contains("worker"));
    let (early, late) = (drawn.rss[1], drawn.rss[5]);
    assert!(late < early + (8 << 20), "after 20 min {early}, after an hour {late}");
}
