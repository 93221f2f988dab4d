//! The session with a scripted source and a manual clock: hours in milliseconds.

mod attribution;
mod exactness;
mod groups;
mod overhead;
mod intervals;
mod pools;
mod programs;
mod counted_alerts;
mod script;

use std::io;
use std::time::Duration;

use leakwatch::alert::{AlertKind, AlertState};
use leakwatch::analysis::Status;
use leakwatch::clock::StopFlag;
use leakwatch::event::{Notice, TargetKind};
use leakwatch::model::{Counter, Pid, Timestamp};
use leakwatch::session::{EndedBy, LiveSession, MinObservation, Rules, SessionPlan, TargetSet};
use leakwatch::source::{ReadError, Selector};
use leakwatch::terminal::{Style, SummaryOptions, format_summary};

use script::*;

#[test]
fn a_new_process_does_not_make_the_limits_of_all_be_read() {
    let old = (1..=100).map(|pid| process(pid, 1, 0, 1000));
    let new = (1..60).map(|second: u32| process(1000 + second, 2, second.into(), 1000));
    let mut script = Script::of(old.chain(new).collect());
    run(&mut script, plan(59), rules(), &mut Collected::default());
    // All of them at the start and after 30 s, and each new one as it comes.
    assert!((259..300).contains(&script.looks), "{}", script.looks);
}

#[test]
fn a_session_is_as_long_as_it_was_asked_to_be() {
    for (interval, length, ticks) in [(10, 60, 7), (10, 15, 2), (3600, 5400, 2)] {
        let mut script = Script::of(vec![process(7, 1, 0, 100_000)]);
        let plan = SessionPlan { interval: Duration::from_secs(interval), ..plan(length) };
        let (outcome, _) = run(&mut script, plan, rules(), &mut Collected::default());
        let lasted = outcome.ended.seconds_since(outcome.started);
        assert_eq!((lasted, outcome.ticks, outcome.ended_by), (length as f64, ticks, EndedBy::Duration));
    }
}

#[test]
fn a_pid_that_is_used_again_is_another_target() {
    let mut script = Script::of(vec![process(7, 1, 0, 10), process(7, 2, 10, 100), process(8, 1, 0, 100)]);
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, plan(20), rules(), &mut collected);
    let seen: Vec<_> =
        watch.targets().iter().filter_map(|target| target.key.map(|key| (key, target.assessment.samples))).collect();
    let key = |index: usize| script.processes[index].key;
    assert_eq!(seen, [(key(0), 10), (key(2), 21), (key(1), 11)]);
    assert_eq!(collected.alerts, [(AlertKind::Ended, AlertState::Firing), (AlertKind::Restarted, AlertState::Firing)]);
}

#[test]
fn with_only_a_pid_the_next_owner_of_the_number_is_not_watched() {
    let mut script = Script::of(vec![process(7, 1, 0, 10), process(7, 2, 12, 100)]);
    let mut plan = plan(30);
    plan.selector = Selector { pids: vec![Pid(7)], ..Selector::default() };
    let (outcome, watch) = run(&mut script, plan, rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, watch.targets().len()), (EndedBy::TargetsGone, 1));
}

#[test]
fn processes_of_one_name_are_also_judged_by_their_sum() {
    // Workers that grow from 50 MiB while they live and are replaced every 30 s, two at a time.
    let growing: fn(u64) -> u64 = |second| (50 << 20) + (second % 30) * (1 << 20);
    let worker =
        |n: u32| Process { rss: growing, ..process(100 + n, 1, u64::from(n / 2) * 30, u64::from(n / 2) * 30 + 30) };
    let mut script = Script::of((0..40).map(worker).collect());
    let (_, watch) = run(&mut script, plan(590), rules(), &mut Collected::default());
    let pools: Vec<_> = watch.targets().iter().filter(|target| target.key.is_none()).collect();
    assert_eq!(pools.len(), 1);
    assert!(matches!(pools[0].kind, TargetKind::Pool { members: 2 }));
    assert_eq!(pools[0].assessment.samples, 591);
    assert_eq!(pools[0].assessment.rss.min(), Some(100 << 20));
    assert_eq!(pools[0].assessment.rss.max(), Some(158 << 20));
}

#[test]
fn thousands_of_short_lives_are_folded() {
    // Two new ones every second, each for five seconds.
    let brief = |n: u32| process(1000 + n, u64::from(n), u64::from(n / 2), u64::from(n / 2) + 5);
    let mut script = Script::of((0..4000).map(brief).collect());
    let (_, watch) = run(&mut script, plan(1990), rules(), &mut Collected::default());
    assert!(watch.targets().len() < 300, "{}", watch.targets().len());
    let kept = watch.targets().iter().filter(|target| target.key.is_some()).count();
    let retired = &watch.retired()[0];
    assert_eq!(retired.name, "worker");
    assert_eq!(retired.count + u64::try_from(kept).expect("a count"), 3982);
    assert_eq!(retired.rss_max, Some(50 << 20));
}

#[test]
fn a_crowd_of_one_name_does_not_push_out_the_only_one_of_another() {
    let once = Process { name: "worker-of-note", ..process(5, 1, 0, 10) };
    let brief = |n: u32| process(1000 + n, u64::from(n), u64::from(n), u64::from(n) + 3);
    let mut script = Script::of(std::iter::once(once).chain((0..200).map(brief)).collect());
    let (_, watch) = run(&mut script, plan(150), rules(), &mut Collected::default());
    let gone =
        |name: &str| watch.targets().iter().filter(|t| t.lifetime.ended.is_some() && t.label.name == name).count();
    assert_eq!((gone("worker-of-note"), gone("worker")), (1, 4));
    let retired: Vec<_> = watch.retired().iter().map(|line| (line.name.clone(), line.rss_max)).collect();
    assert_eq!(retired, [("worker".to_owned(), Some(50 << 20))]);
}

#[test]
fn a_pid_file_is_read_again_after_a_restart() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "8\n").expect("a file");
    let mut script = Script::of(vec![process(7, 1, 0, 10), process(8, 1, 20, 40)]);
    let selector = Selector { pids: vec![Pid(7)], ..Selector::default() };
    let plan = SessionPlan { wait: true, selector, pid_file: Some(file.path().to_owned()), ..plan(60) };
    let (_, watch) = run(&mut script, plan, rules(), &mut Collected::default());
    let pids: Vec<_> = watch.targets().iter().filter_map(|target| target.key.map(|key| key.pid)).collect();
    assert_eq!(pids, [Pid(7), Pid(8)]);
}

#[test]
fn late_ticks_are_counted_and_do_not_drift() {
    let mut script = Script::of(vec![process(7, 1, 0, 1000)]);
    script.slowness = Duration::from_millis(2500);
    let mut collected = Collected::default();
    let (outcome, _) = run(&mut script, plan(60), rules(), &mut collected);
    assert!(outcome.cost.missed_ticks > 20, "{outcome:?}");
    assert!(matches!(collected.notices[0], Notice::MissedTicks(_)));
    assert_eq!(outcome.ticks, u64::try_from(collected.samples.len()).expect("a count"));
}

#[test]
fn a_new_process_is_picked_up_at_the_next_tick() {
    let mut script = Script::of(vec![process(7, 1, 0, 100), process(9, 1, 5, 100)]);
    let mut collected = Collected::default();
    run(&mut script, plan(20), rules(), &mut collected);
    let first = collected.samples.iter().find(|(key, _)| key.pid == Pid(9)).expect("a sample");
    assert_eq!(first.1, Timestamp(1_800_000_005_000));
}

#[test]
fn who_could_not_be_read_once_is_taken_up_again() {
    let mut script = Script::of(vec![process(7, 1, 0, 100)]);
    script.stumbles_at = Some(5);
    let mut collected = Collected::default();
    let (outcome, _) = run(&mut script, plan(20), rules(), &mut collected);
    assert_eq!((outcome.ended_by, collected.samples.len()), (EndedBy::Duration, 20));
}

#[test]
fn waiting_goes_on_through_every_pause() {
    let mut script = Script::of(vec![process(7, 1, 30, 40), process(8, 1, 60, 70)]);
    let (outcome, watch) =
        run(&mut script, SessionPlan { wait: true, ..plan(100) }, rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, watch.targets().len()), (EndedBy::Duration, 2));
    // Without waiting a restart may take a moment, and no longer.
    let mut script = Script::of(vec![process(7, 1, 0, 10), process(8, 1, 12, 20), process(9, 1, 60, 70)]);
    let (outcome, watch) = run(&mut script, plan(100), rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, outcome.ticks, watch.targets().len()), (EndedBy::TargetsGone, 23, 2));
    let mut script = Script::of(vec![]);
    let (outcome, _) = run(&mut script, plan(100), rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, outcome.ticks), (EndedBy::NothingMatched, 1));
}

#[test]
fn what_cannot_be_read_is_said_once() {
    let mut script = Script::of(vec![process(7, 1, 0, 100)]);
    script.refuses = Some(ReadError::Denied { right: "CAP_X" });
    let mut collected = Collected::default();
    let (outcome, watch) = run(&mut script, SessionPlan { wait: true, ..plan(20) }, rules(), &mut collected);
    assert_eq!((outcome.unreadable, watch.targets().len(), collected.notices.len()), (1, 0, 1));
}

#[test]
fn a_denied_counter_does_not_hide_the_others() {
    let mut script = Script::of(vec![process(7, 1, 0, 100)]);
    script.denies_fds = true;
    let (_, watch) = run(&mut script, plan(20), rules(), &mut Collected::default());
    let target = &watch.targets()[0];
    assert_eq!(target.current.denied, [(Counter::Fds, "CAP_X")]);
    assert_eq!(
        (target.current.reading.value(Counter::Rss), target.current.reading.value(Counter::Fds)),
        (Some(50 << 20), None)
    );
}

#[test]
fn a_sink_that_fails_ends_the_session_in_order() {
    let mut script = Script::of(vec![process(7, 1, 0, 100)]);
    let mut collected = Collected { fail_at: Some(5), ..Collected::default() };
    let (outcome, watch) = run(&mut script, plan(50), rules(), &mut collected);
    assert_eq!(outcome.ended_by, EndedBy::OutputFailed);
    assert_eq!(outcome.failed.map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    assert_eq!(watch.targets()[0].assessment.samples, 5);
}

#[test]
fn alerts_are_raised_once_an_episode() {
    let mut jumping = process(7, 1, 0, 1000);
    jumping.rss = |second| if (100..160).contains(&second) { 190 << 20 } else { 50 << 20 };
    let mut script = Script::of(vec![jumping]);
    script.host_free = 10;
    let mut collected = Collected::default();
    let limited = Rules { limit_bytes: Some(200 << 20), ..rules() };
    run(&mut script, plan(600), limited, &mut collected);
    for kind in [AlertKind::RapidGrowth, AlertKind::NearLimit, AlertKind::HostMemory] {
        let states: Vec<_> = collected.alerts.iter().filter(|alert| alert.0 == kind).map(|alert| alert.1).collect();
        // The host is still full when the session ends: nobody has seen that alert end.
        let expected = if kind == AlertKind::HostMemory {
            &[AlertState::Firing][..]
        } else {
            &[AlertState::Firing, AlertState::Resolved]
        };
        assert_eq!(states, expected, "{kind:?}");
    }
}

#[test]
fn a_leak_that_stops_is_withdrawn_with_the_reason() {
    let mut leaking = process(7, 1, 0, 10_000);
    leaking.rss = |second| (50 << 20) + (second.min(1500) << 16);
    let mut script = Script::of(vec![leaking]);
    let mut collected = Collected::default();
    run(&mut script, plan(6000), rules(), &mut collected);
    let told: Vec<_> =
        collected.alerts.iter().zip(&collected.messages).filter(|(a, _)| a.0 == AlertKind::Leak).collect();
    let [(begin, _), (end, why)] = told.as_slice() else { panic!("one episode: {told:?}") };
    assert_eq!((begin.1, end.1), (AlertState::Firing, AlertState::Resolved));
    assert!(why.starts_with("withdrawn after ") && why.contains(": "), "{why}");
    assert!(!why.contains("now leaking"), "{why}");
}

/// However soon before the end a leak stops: what is still firing is what the report calls leaking.
#[test]
fn at_the_end_an_alert_of_a_leak_and_the_verdict_agree() {
    let mut withdrawn = 0;
    for end in (1520..1900).step_by(20) {
        let mut leaking = process(7, 1, 0, 10_000);
        leaking.rss = |second| (50 << 20) + (second.min(1500) << 16);
        let mut collected = Collected::default();
        let (_, watch) = run(&mut Script::of(vec![leaking]), plan(end), rules(), &mut collected);
        let last = collected.alerts.iter().rfind(|alert| alert.0 == AlertKind::Leak).map(|alert| alert.1);
        let leaks = watch.targets()[0].assessment.verdict.status == Status::Leaking;
        assert_eq!(last, Some(if leaks { AlertState::Firing } else { AlertState::Resolved }), "{end}");
        withdrawn += u32::from(!leaks);
    }
    assert!(withdrawn > 0, "the case was there");
}

/// Of who is found in the warm-up only what he did of it is left out, and of who comes later nothing.
#[test]
fn what_is_left_out_counts_from_when_a_process_was_found() {
    let processes = [process(7, 1, 0, 1000), process(8, 2, 20, 1000), process(9, 3, 60, 1000)];
    let mut script = Script::of(processes.to_vec());
    let clock = script.clock.clone();
    let mut watch = TargetSet::new(Rules { pools: false, ..rules() }, 29.5);
    let mut collected = Collected::default();
    LiveSession::new(&mut script, &clock, &StopFlag::default(), plan(100))
        .run(&mut watch, &mut collected)
        .expect("a session");
    let options = SummaryOptions { width: None, style: Style::PLAIN, explain: true };
    let text = format_summary(watch.targets(), &[], options);
    for (pid, seen) in [(7, "1 min 10 s after 29 s of warm-up"), (8, "1 min 10 s after 9 s of warm-up"), (9, "40 s")] {
        let line = format!("worker ({pid}): STABLE 0 B/h, observed {seen}\n");
        assert!(text.contains(&line), "{line}: {text}");
    }
}

/// What a line of the log says at the last tick stands above the verdict.
#[test]
fn the_last_tick_shows_what_the_session_comes_to() {
    for end in 1500..1520 {
        let mut leaking = process(7, 1, 0, 10_000);
        leaking.rss = |second| (50 << 20) + (second << 16) + ((second * 7919 % 64) << 12);
        let mut collected = Collected::default();
        let (_, watch) = run(&mut Script::of(vec![leaking]), plan(end), rules(), &mut collected);
        assert!(collected.shown.is_some());
        assert_eq!(collected.shown, watch.targets()[0].assessment.growth.rate, "{end}");
    }
}

#[test]
fn what_is_to_go_before_a_leak_may_be_said_counts_down() {
    let mut leaking = process(7, 1, 0, 10_000);
    leaking.rss = |second| (50 << 20) + (second << 16);
    let rules = Rules { min_observation: MinObservation::Fixed(1800.0), ..rules() };
    for (seen, left) in [(600, "20 min"), (1200, "10 min")] {
        let (_, watch) =
            run(&mut Script::of(vec![leaking.clone()]), plan(seen), rules.clone(), &mut Collected::default());
        let reasons = &watch.targets()[0].assessment.verdict.reasons;
        assert!(reasons.iter().any(|reason| reason.to_string().ends_with(&format!(": {left} to go"))), "{reasons:#?}");
    }
}
