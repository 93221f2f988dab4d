//! Sessions with a scripted source and a manual clock: hours in milliseconds.

mod alerts;
mod attribution;
mod cgroups;
mod counted_alerts;
mod extension;
mod intervals;
mod lives;
mod overhead;
mod page_counts;
mod pools;
mod programs;
mod script;
mod series_lives;
mod settings;

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
fn a_new_process_does_not_reread_the_limits_of_all() {
    let old = (1..=100).map(|pid| process(pid, 1, 0, 1000));
    let new = (1..60).map(|second: u32| process(1000 + second, 2, second.into(), 1000));
    let mut script = Script::new(old.chain(new).collect());
    run(&mut script, plan(59), rules(), &mut Collected::default());
    // Limits of all are read at the start and after 30 s, those of a new process once.
    assert!((259..300).contains(&script.limit_reads), "{}", script.limit_reads);
}

#[test]
fn a_session_lasts_its_planned_duration() {
    for (interval, length, ticks) in [(10, 60, 7), (10, 15, 2), (3600, 5400, 2)] {
        let mut script = Script::new(vec![process(7, 1, 0, 100_000)]);
        let plan = SessionPlan { interval: Duration::from_secs(interval), ..plan(length) };
        let (outcome, _) = run(&mut script, plan, rules(), &mut Collected::default());
        let lasted = outcome.ended.seconds_since(outcome.started);
        assert_eq!((lasted, outcome.ticks, outcome.ended_by), (length as f64, ticks, EndedBy::Duration));
    }
}

#[test]
fn a_recycled_pid_is_a_new_target() {
    let mut script = Script::new(vec![process(7, 1, 0, 10), process(7, 2, 10, 100), process(8, 1, 0, 100)]);
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, plan(20), rules(), &mut collected);
    let seen: Vec<_> =
        watch.targets().iter().filter_map(|target| target.key.map(|key| (key, target.assessment.samples))).collect();
    let key = |index: usize| script.processes[index].key;
    assert_eq!(seen, [(key(0), 10), (key(2), 21), (key(1), 11)]);
    assert_eq!(collected.alerts, [(AlertKind::Ended, AlertState::Firing), (AlertKind::Restarted, AlertState::Firing)]);
}

#[test]
fn a_selected_pid_does_not_match_its_next_owner() {
    let mut script = Script::new(vec![process(7, 1, 0, 10), process(7, 2, 12, 100)]);
    let mut plan = plan(30);
    plan.selector = Selector { pids: vec![Pid(7)], ..Selector::default() };
    let (outcome, watch) = run(&mut script, plan, rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, watch.targets().len()), (EndedBy::TargetsGone, 1));
}

#[test]
fn processes_of_one_name_are_judged_as_a_pool() {
    // Workers that grow from 50 MiB while they live and are replaced every 30 s, two at a time.
    let growing: fn(u64) -> u64 = |second| (50 << 20) + (second % 30) * (1 << 20);
    let worker =
        |n: u32| Process { rss: growing, ..process(100 + n, 1, u64::from(n / 2) * 30, u64::from(n / 2) * 30 + 30) };
    let mut script = Script::new((0..40).map(worker).collect());
    let (_, watch) = run(&mut script, plan(590), rules(), &mut Collected::default());
    let pools: Vec<_> = watch.targets().iter().filter(|target| target.key.is_none()).collect();
    assert_eq!(pools.len(), 1);
    assert!(matches!(pools[0].kind, TargetKind::Pool { members: 2 }));
    assert_eq!(pools[0].assessment.samples, 591);
    assert_eq!(pools[0].assessment.rss.min(), Some(100 << 20));
    assert_eq!(pools[0].assessment.rss.max(), Some(158 << 20));
}

#[test]
fn thousands_of_short_lived_processes_are_retired() {
    // Two processes start every second and live for five seconds.
    let brief = |n: u32| process(1000 + n, u64::from(n), u64::from(n / 2), u64::from(n / 2) + 5);
    let mut script = Script::new((0..4000).map(brief).collect());
    let (_, watch) = run(&mut script, plan(1990), rules(), &mut Collected::default());
    assert!(watch.targets().len() < 300, "{}", watch.targets().len());
    let kept = watch.targets().iter().filter(|target| target.key.is_some()).count();
    let retired = &watch.retired()[0];
    assert_eq!(retired.name, "worker");
    assert_eq!(retired.count + u64::try_from(kept).expect("a count"), 3982);
    assert_eq!(retired.rss_max, Some(50 << 20));
}

#[test]
fn many_processes_of_one_name_do_not_displace_a_process_of_another() {
    let once = Process { name: "worker-of-note", ..process(5, 1, 0, 10) };
    let brief = |n: u32| process(1000 + n, u64::from(n), u64::from(n), u64::from(n) + 3);
    let mut script = Script::new(std::iter::once(once).chain((0..200).map(brief)).collect());
    let (_, watch) = run(&mut script, plan(150), rules(), &mut Collected::default());
    let exited =
        |name: &str| watch.targets().iter().filter(|t| t.lifetime.ended.is_some() && t.label.name == name).count();
    assert_eq!((exited("worker-of-note"), exited("worker")), (1, 4));
    let retired: Vec<_> = watch.retired().iter().map(|line| (line.name.clone(), line.rss_max)).collect();
    assert_eq!(retired, [("worker".to_owned(), Some(50 << 20))]);
}

#[test]
fn a_pid_file_is_reread_after_a_restart() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "8\n").expect("a file");
    let mut script = Script::new(vec![process(7, 1, 0, 10), process(8, 1, 20, 40)]);
    let selector = Selector { pids: vec![Pid(7)], ..Selector::default() };
    let plan = SessionPlan { wait: true, selector, pid_file: Some(file.path().to_owned()), ..plan(60) };
    let (_, watch) = run(&mut script, plan, rules(), &mut Collected::default());
    let pids: Vec<_> = watch.targets().iter().filter_map(|target| target.key.map(|key| key.pid)).collect();
    assert_eq!(pids, [Pid(7), Pid(8)]);
}

#[test]
fn late_ticks_are_counted_and_do_not_drift() {
    let mut script = Script::new(vec![process(7, 1, 0, 1000)]);
    script.read_time = Duration::from_millis(2500);
    let mut collected = Collected::default();
    let (outcome, _) = run(&mut script, plan(60), rules(), &mut collected);
    assert!(outcome.cost.missed_ticks > 20, "{outcome:?}");
    assert!(matches!(collected.notices[0], Notice::MissedTicks(_)));
    assert_eq!(outcome.ticks, u64::try_from(collected.samples.len()).expect("a count"));
}

#[test]
fn a_new_process_is_picked_up_at_the_next_tick() {
    let mut script = Script::new(vec![process(7, 1, 0, 100), process(9, 1, 5, 100)]);
    let mut collected = Collected::default();
    run(&mut script, plan(20), rules(), &mut collected);
    let first = collected.samples.iter().find(|(key, _)| key.pid == Pid(9)).expect("a sample");
    assert_eq!(first.1, Timestamp(1_800_000_005_000));
}

#[test]
fn a_process_is_sampled_again_after_a_failed_reading() {
    let mut script = Script::new(vec![process(7, 1, 0, 100)]);
    script.fails_at = Some(5);
    let mut collected = Collected::default();
    let (outcome, _) = run(&mut script, plan(20), rules(), &mut collected);
    assert_eq!((outcome.ended_by, collected.samples.len()), (EndedBy::Duration, 20));
}

#[test]
fn wait_outlasts_every_pause() {
    let mut script = Script::new(vec![process(7, 1, 30, 40), process(8, 1, 60, 70)]);
    let (outcome, watch) =
        run(&mut script, SessionPlan { wait: true, ..plan(100) }, rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, watch.targets().len()), (EndedBy::Duration, 2));
    // Without --wait, a restart within a few seconds continues the session, and a later one does not.
    let mut script = Script::new(vec![process(7, 1, 0, 10), process(8, 1, 12, 20), process(9, 1, 60, 70)]);
    let (outcome, watch) = run(&mut script, plan(100), rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, outcome.ticks, watch.targets().len()), (EndedBy::TargetsGone, 23, 2));
    let mut script = Script::new(vec![]);
    let (outcome, _) = run(&mut script, plan(100), rules(), &mut Collected::default());
    assert_eq!((outcome.ended_by, outcome.ticks), (EndedBy::NothingMatched, 1));
}

#[test]
fn a_denied_reading_is_reported_once() {
    let mut script = Script::new(vec![process(7, 1, 0, 100)]);
    script.read_error = Some(ReadError::Denied { right: "CAP_X" });
    let mut collected = Collected::default();
    let (outcome, watch) = run(&mut script, SessionPlan { wait: true, ..plan(20) }, rules(), &mut collected);
    assert_eq!((outcome.unreadable, watch.targets().len(), collected.notices.len()), (1, 0, 1));
}

#[test]
fn a_denied_counter_does_not_hide_the_others() {
    let mut script = Script::new(vec![process(7, 1, 0, 100)]);
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
fn a_failing_sink_ends_the_session_in_order() {
    let mut script = Script::new(vec![process(7, 1, 0, 100)]);
    let mut collected = Collected { fail_at: Some(5), ..Collected::default() };
    let (outcome, watch) = run(&mut script, plan(50), rules(), &mut collected);
    assert_eq!(outcome.ended_by, EndedBy::OutputFailed);
    assert_eq!(outcome.failed.map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    assert_eq!(watch.targets()[0].assessment.samples, 5);
}

#[test]
fn an_alert_fires_once_an_episode() {
    let mut jumping = process(7, 1, 0, 1000);
    jumping.rss = |second| if (200..260).contains(&second) { 190 << 20 } else { 50 << 20 };
    let mut script = Script::new(vec![jumping]);
    script.host_free = 10;
    let mut collected = Collected::default();
    let limited = Rules { limit_bytes: Some(200 << 20), ..rules() };
    run(&mut script, plan(600), limited, &mut collected);
    for kind in [AlertKind::Spike, AlertKind::NearLimit, AlertKind::HostMemory] {
        let states: Vec<_> = collected.alerts.iter().filter(|alert| alert.0 == kind).map(|alert| alert.1).collect();
        // The host is still full at the end of the session.
        let expected = if kind == AlertKind::HostMemory {
            &[AlertState::Firing][..]
        } else {
            &[AlertState::Firing, AlertState::Resolved]
        };
        assert_eq!(states, expected, "{kind:?}");
    }
}

#[test]
fn a_leak_that_stops_is_withdrawn_with_a_reason() {
    let mut leaking = process(7, 1, 0, 10_000);
    leaking.rss = |second| (50 << 20) + (second.min(1500) << 16);
    let mut script = Script::new(vec![leaking]);
    let mut collected = Collected::default();
    run(&mut script, plan(6000), rules(), &mut collected);
    let episode: Vec<_> =
        collected.alerts.iter().zip(&collected.messages).filter(|(a, _)| a.0 == AlertKind::Leak).collect();
    let [(begin, _), (end, why)] = episode.as_slice() else { panic!("not one episode: {episode:?}") };
    assert_eq!((begin.1, end.1), (AlertState::Firing, AlertState::Resolved));
    assert!(why.starts_with("withdrawn after ") && why.contains(": "), "{why}");
    assert!(!why.contains("now leaking"), "{why}");
}

/// The leak stops at different times before the end.
#[test]
fn the_leak_alert_and_the_verdict_agree_at_the_end() {
    let mut withdrawn = 0;
    for end in (1520..1900).step_by(20) {
        let mut leaking = process(7, 1, 0, 10_000);
        leaking.rss = |second| (50 << 20) + (second.min(1500) << 16);
        let mut collected = Collected::default();
        let (_, watch) = run(&mut Script::new(vec![leaking]), plan(end), rules(), &mut collected);
        let last = collected.alerts.iter().rfind(|alert| alert.0 == AlertKind::Leak).map(|alert| alert.1);
        let leaks = watch.targets()[0].assessment.verdict.status == Status::Leaking;
        assert_eq!(last, Some(if leaks { AlertState::Firing } else { AlertState::Resolved }), "{end}");
        withdrawn += u32::from(!leaks);
    }
    assert!(withdrawn > 0, "some sessions withdraw the leak");
}

/// A process found during the warm-up skips the rest of it. A process found later skips nothing.
#[test]
fn the_warm_up_of_a_process_counts_from_its_first_sample() {
    let processes = [process(7, 1, 0, 1000), process(8, 2, 20, 1000), process(9, 3, 60, 1000)];
    let mut script = Script::new(processes.to_vec());
    let clock = script.clock.clone();
    let mut watch = TargetSet::new(Rules { pools: false, ..rules() }, 29.5);
    let mut collected = Collected::default();
    LiveSession::new(&mut script, &clock, &StopFlag::default(), plan(100))
        .run(&mut watch, &mut collected)
        .expect("a session");
    let options = SummaryOptions { width: None, style: Style::PLAIN, explain: true, thresholds_wait: false };
    let text = format_summary(watch.targets(), &[], &std::collections::BTreeMap::new(), options);
    for (pid, seen) in [(7, "1 min 10 s after 29 s of warm-up"), (8, "1 min 10 s after 9 s of warm-up"), (9, "40 s")] {
        let line = format!("worker ({pid}): STABLE 0 B/h, observed {seen}\n");
        assert!(text.contains(&line), "{line}: {text}");
    }
}

/// Log lines show the rate of the last tick, above the verdict.
#[test]
fn the_last_tick_shows_the_final_rate() {
    for end in 1500..1520 {
        let mut leaking = process(7, 1, 0, 10_000);
        leaking.rss = |second| (50 << 20) + (second << 16) + ((second * 7919 % 64) << 12);
        let mut collected = Collected::default();
        let (_, watch) = run(&mut Script::new(vec![leaking]), plan(end), rules(), &mut collected);
        assert!(collected.last_rate.is_some());
        assert_eq!(collected.last_rate, watch.targets()[0].assessment.growth.rate, "{end}");
    }
}

#[test]
fn the_remaining_observation_time_counts_down() {
    let mut leaking = process(7, 1, 0, 10_000);
    leaking.rss = |second| (50 << 20) + (second << 16);
    let rules = Rules { min_observation: MinObservation::Fixed(1800.0), ..rules() };
    for (seen, left) in [(600, "20 min"), (1200, "10 min")] {
        let (_, watch) =
            run(&mut Script::new(vec![leaking.clone()]), plan(seen), rules.clone(), &mut Collected::default());
        let reasons = &watch.targets()[0].assessment.verdict.reasons;
        assert!(reasons.iter().any(|reason| reason.to_string().ends_with(&format!(": {left} to go"))), "{reasons:#?}");
        // An undecided threshold has a time of its own, which decides.
        for thresholds_wait in [false, true] {
            let options = SummaryOptions { width: None, style: Style::PLAIN, explain: false, thresholds_wait };
            let text = format_summary(watch.targets(), &[], &std::collections::BTreeMap::new(), options);
            assert_eq!(text.contains(" to go"), !thresholds_wait, "{text}");
        }
    }
}
