//! Recordings without pids, in which one process follows the other within a series.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, Cursor};

use leakwatch::analysis::{Rule, Status};
use leakwatch::event::{Event, EventSink, Target};
use leakwatch::session::{MinObservation, Rules, TargetSet, replay};
use leakwatch::source::recording::{Layout, Recording};
use leakwatch::terminal::{Style, SummaryOptions, format_summary};

use crate::settings::rules;

const MIB: f64 = 1_048_576.0;

/// Series of several days: lives of `life_s` with the memory `level` in MiB, by the part of the life that is over.
struct Series {
    interval_s: u64,
    life_s: u64,
    lives: u64,
    noise_mib: f64,
    level: fn(f64) -> f64,
}

impl Series {
    /// Returns the recording, with further columns.
    fn recording(&self, columns: &str, fields: &str) -> String {
        let mut text = format!("timestamp,rss_bytes{columns}\n");
        let mut noise = 0.0;
        for i in 0..self.lives * self.life_s / self.interval_s {
            let seconds = i * self.interval_s;
            let white = (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / f64::from(1 << 23) - 1.0;
            noise = 0.7 * noise + self.noise_mib * white;
            let memory = (self.level)((seconds % self.life_s) as f64 / self.life_s as f64) + noise;
            writeln!(text, "{},{:.0}{fields}", 1_750_000_000 + seconds, memory * MIB).expect("a line");
        }
        text
    }
}

/// Collector of notices.
#[derive(Default)]
struct Notices(Vec<String>);

impl EventSink for Notices {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Event::Notice(_, notice) = event {
            self.0.push(notice.sentence().1);
        }
        Ok(())
    }
}

/// Returns the first target of a recording, and the notices.
fn judge(text: String) -> (Target, Vec<String>) {
    judge_by(MinObservation::FifthOfRecording, text)
}

fn judge_by(min_observation: MinObservation, text: String) -> (Target, Vec<String>) {
    let rules = Rules { min_observation, limit_bytes: None, ..rules() };
    let mut targets = TargetSet::new(rules, 0.0);
    let mut recording = Recording::from_reader("a.csv", Cursor::new(text), &Layout::default()).expect("a recording");
    let mut notices = Notices::default();
    replay("a.csv", &mut recording, &mut targets, &mut notices, 2, &mut || true).expect("a readable recording");
    (targets.targets()[0].clone(), notices.0)
}

fn reason(target: &Target, rule: Rule) -> Option<String> {
    target.assessment.verdict.reasons.iter().find(|reason| reason.rule == rule).map(ToString::to_string)
}

const LEAK: fn(f64) -> f64 = |part| 300.0 + 600.0 * part;
const WARM_UP: fn(f64) -> f64 = |part| 300.0 + 600.0 * (1.0 - (-part / 0.15).exp());
const SHORT: Series = Series { interval_s: 10, life_s: 1200, lives: 40, noise_mib: 0.0, level: LEAK };
const HOURS: Series = Series { interval_s: 60, life_s: 7200, lives: 12, noise_mib: 5.0, level: LEAK };
const SHIFTS: Series = Series { interval_s: 300, life_s: 28_800, lives: 5, noise_mib: 5.0, level: LEAK };
const DAYS: Series = Series { interval_s: 300, life_s: 86_400, lives: 7, noise_mib: 20.0, level: LEAK };

#[test]
fn a_leak_that_is_restarted_within_its_series_is_suspect() {
    for series in [HOURS, SHIFTS, DAYS] {
        let (target, _) = judge(series.recording("", ""));
        assert_eq!(target.assessment.verdict.status, Status::Suspect, "{} s", series.life_s);
        let lives = reason(&target, Rule::Lives).expect("a reason");
        assert!(lives.starts_with(&format!("grew in {0} of {0} lives, ", series.lives)), "{lives}");
        let restarts = reason(&target, Rule::Restarts).expect("a reason");
        let wanted = format!("fell to near its start {} times within one reading", series.lives - 1);
        assert!(restarts.starts_with(&wanted), "{restarts}");
        let options = SummaryOptions { width: None, style: Style::PLAIN, explain: false, thresholds_wait: false };
        let summary = format_summary(&[target], &[], &BTreeMap::new(), options);
        assert!(summary.contains("/h in each life, observed "), "{summary}");
    }
}

#[test]
fn restarts_that_level_off_and_collections_are_named_and_no_leak() {
    let warm = [SHORT, HOURS, SHIFTS, DAYS].map(|series| Series { level: WARM_UP, ..series });
    let teeth = [(1, 60), (10, 600), (60, 3540)].map(|(interval_s, life_s)| Series {
        interval_s,
        life_s,
        lives: 30,
        noise_mib: 1.0,
        level: LEAK,
    });
    for series in warm.into_iter().chain(teeth).chain([SHORT]) {
        let (target, notices) = judge(series.recording("", ""));
        assert!(target.assessment.verdict.status < Status::Suspect, "{} s: {target:?}", series.life_s);
        assert!(reason(&target, Rule::Restarts).is_some(), "{} s", series.life_s);
        assert!(notices.iter().any(|text| text.contains("fell to near its start")), "{notices:?}");
    }
}

#[test]
fn a_foreign_recording_of_a_constant_was_not_measured() {
    let constant = |lives| Series { interval_s: 60, life_s: 3600, lives, noise_mib: 0.0, level: |_| 300.0 };
    let status = |text| judge(text).0.assessment.verdict.status;
    let foreign = |lives| constant(lives).recording("", "").replace("timestamp,rss_bytes", "time,memory");
    let text = judge(foreign(2)).0;
    assert_eq!(text.assessment.verdict.status, Status::InsufficientData);
    let wanted = "nothing was measured: the same to the byte in all 120 samples over 1 h 59 min";
    assert_eq!(reason(&text, Rule::Observation).as_deref(), Some(wanted));
    assert_eq!(status(foreign(1)), Status::Stable, "less than an hour");
    assert_eq!(status(constant(2).recording(",pid,start_ticks", ",7,5")), Status::Stable, "an idle process");
}

/// Returns the recording of a leak of 16 hours, and of `readings` readings of `after_mib` after its end.
fn ended(readings: usize, after_mib: u32) -> String {
    let mut text = Series { interval_s: 300, life_s: 57_600, lives: 1, noise_mib: 5.0, level: LEAK }.recording("", "");
    for i in 0..readings {
        let memory = f64::from(after_mib) + (i % 3) as f64;
        writeln!(text, "{},{:.0}", 1_750_057_600 + 300 * i, memory * MIB).expect("a line");
    }
    text
}

#[test]
fn a_leak_that_ends_with_its_process_is_a_leak() {
    for readings in [2, 3, 12, 50] {
        let (killed, _) = judge(ended(readings, 38));
        let verdict = &killed.assessment.verdict;
        assert_eq!(verdict.status, Status::Leaking, "{readings} {verdict:?}");
        let fall = reason(&killed, Rule::Restarts).expect("a reason");
        assert!(
            fall.starts_with("fell from ") && fall.contains(" MiB within one reading: the process ended"),
            "{fall}"
        );
        assert!(killed.assessment.growth.rate.is_some_and(|rate| rate > 0.0), "{:?}", killed.assessment.growth);
        let (restarted, _) = judge(ended(readings, 310));
        assert_eq!(restarted.assessment.verdict.status, Status::Suspect, "{readings}");
    }
}

#[test]
fn a_life_after_a_fall_is_judged_by_itself_when_it_is_long() {
    let (long, _) = judge(ended(150, 38));
    assert!(long.assessment.verdict.status < Status::Suspect, "{long:?}");
}

#[test]
fn a_process_that_the_recording_identifies_has_one_life() {
    for (columns, fields) in [(",pid", ",77"), (",pid,start_ticks", ",1,5")] {
        let (target, _) = judge(HOURS.recording(columns, fields));
        assert!(target.lives_within().is_none());
        assert_eq!(reason(&target, Rule::Restarts), None);
    }
    let (target, _) = judge(HOURS.recording(",pid", ",1"));
    assert!(target.lives_within().is_some_and(|lives| lives.restarts() == 11), "the first process of a container");
}

#[test]
fn a_recording_of_a_watch_names_the_rules_that_differ() {
    let own = || SHORT.recording(",pid,start_ticks", ",7,5");
    let named = |notices: &[String]| notices.iter().any(|text| text.contains("judged as a run of known length"));
    assert!(named(&judge(own()).1));
    assert!(!named(&judge_by(MinObservation::Fixed(3600.0), own()).1), "the rules of the watch");
    assert!(!named(&judge(SHORT.recording("", "")).1), "no watch wrote it");
}
