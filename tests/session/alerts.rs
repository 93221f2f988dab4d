//! Alerts of healthy and leaking services: which ones fire, and how often.

use leakwatch::alert::{AlertKind, AlertRules, AlertSettings, AlertState, Severity};
use leakwatch::clock::StopFlag;
use leakwatch::session::{LiveSession, MinObservation, Rules, TargetSet};

use crate::script::*;

const MIB: u64 = 1 << 20;

/// Returns the rules of the command line for a session of known length.
fn default_rules(duration_s: f64) -> Rules {
    Rules { min_observation: MinObservation::Fixed(duration_s / 5.0), alerts: AlertSettings::default(), ..rules() }
}

fn service(pid: u32, name: &'static str, rss: fn(u64) -> u64) -> Process {
    Process { name, rss, ..process(pid, 1, 0, 100_000) }
}

/// Returns six healthy services: a server that recycles its workers, a job with large temporary memory, a cache that fills,
/// a saw-tooth, an idle service and a start.
fn healthy_services(seconds: u64) -> Vec<Process> {
    let mut all = vec![
        service(1, "job", |second| 7 * MIB + if second % 90 < 5 { (20 + second / 90 * 7 % 40) * MIB } else { 0 }),
        service(2, "cache", |second| 8 * MIB + second.min(180) * 5 * MIB / 16),
        service(3, "saw", |second| 10 * MIB + second % 40 * 5 * MIB / 2),
        service(4, "idle", |_| 45 * MIB),
        service(5, "start", |second| 40 * MIB + second.min(40) * 7 * MIB / 4),
        service(6, "server", |_| 12 * MIB),
    ];
    for begin in 0..seconds / 2 {
        let pid = 100 + u32::try_from(begin).expect("a second");
        let worker = service(pid, "server", |second| (12 + second * 7 % 23) * MIB + second % 3 * 2 * MIB);
        all.push(Process { from: 2 * begin, to: 2 * begin + 7, ..worker });
    }
    all
}

/// Returns the number of alerts above info, firing and resolved.
fn above_info(collected: &Collected) -> usize {
    collected.alerts.iter().filter(|(kind, _)| kind.severity() > Severity::Info).count()
}

#[test]
fn ten_minutes_of_healthy_services_send_three_messages_at_most() {
    let messages = |rules: Rules| {
        let mut collected = Collected::default();
        run(&mut Script::new(healthy_services(600)), plan(600), rules, &mut collected);
        collected
    };
    let seen = messages(default_rules(600.0));
    assert!(above_info(&seen) <= 3, "{:?} {:#?}", seen.alerts, seen.messages);
    let mut classic = default_rules(600.0);
    classic.alerts.rules = AlertRules::Classic;
    classic.analysis = classic.analysis.with_spike_min_bytes(0.0);
    let repeated = above_info(&messages(classic));
    assert!(repeated >= 10, "the classic rules repeat: {repeated}");
}

#[test]
fn a_suspicion_that_becomes_a_leak_is_one_episode() {
    let leaking = service(7, "leaky", |second| 50 * MIB + (second << 14) + ((second * 7919 % 64) << 12));
    let mut collected = Collected::default();
    run(&mut Script::new(vec![leaking]), plan(5000), default_rules(18_000.0), &mut collected);
    let growth: Vec<_> =
        collected.alerts.iter().filter(|(kind, _)| matches!(kind, AlertKind::Suspect | AlertKind::Leak)).collect();
    assert_eq!(growth, [&(AlertKind::Suspect, AlertState::Firing), &(AlertKind::Leak, AlertState::Firing)]);
}

/// The verdict of a minute may be withdrawn within the minute: the start of a service looks like a leak.
#[test]
fn a_short_run_raises_a_leak_at_its_end_only() {
    for (settles_at, expected) in [(40_u64, 0), (1000, 1)] {
        let rss: fn(u64) -> u64 =
            if settles_at == 40 { |second| 30 * MIB + second.min(40) * MIB } else { |second| 30 * MIB + second * MIB };
        let mut collected = Collected::default();
        run(&mut Script::new(vec![service(7, "server", rss)]), plan(60), default_rules(60.0), &mut collected);
        let leaks: Vec<_> = collected.alerts.iter().filter(|(kind, _)| *kind == AlertKind::Leak).collect();
        assert_eq!(leaks, vec![&(AlertKind::Leak, AlertState::Firing); expected], "settles at {settles_at}");
    }
}

#[test]
fn memory_that_runs_out_soon_raises_a_leak_without_delay() {
    let leaking = service(7, "leaky", |second| 50 * MIB + second * MIB / 4);
    let mut script = Script::new(vec![leaking]);
    script.ceiling = None;
    let mut collected = Collected::default();
    let limited = Rules { limit_bytes: Some(400 * MIB), ..default_rules(600.0) };
    run(&mut script, plan(600), limited, &mut collected);
    let first = collected.alerts.iter().position(|(kind, _)| *kind == AlertKind::Leak).expect("a leak");
    let near = collected.alerts.iter().position(|(kind, _)| *kind == AlertKind::NearLimit);
    assert!(near.is_none_or(|near| first < near), "{:?}", collected.alerts);
}

#[test]
fn the_warm_up_and_the_first_minutes_raise_no_rapid_growth() {
    // 60 MiB within the warm-up, at an age that is no longer a start.
    let rise: fn(u64) -> u64 = |second| 50 * MIB + second.min(260).saturating_sub(200) * MIB;
    let rapid = |rss, warmup_s, rules: Rules| {
        let mut script = Script::new(vec![service(7, "server", rss)]);
        let clock = script.clock.clone();
        let mut collected = Collected::default();
        let mut targets = TargetSet::new(rules, warmup_s);
        LiveSession::new(&mut script, &clock, &StopFlag::default(), plan(600))
            .run(&mut targets, &mut collected)
            .expect("a session");
        collected.alerts.iter().filter(|alert| **alert == (AlertKind::RapidGrowth, AlertState::Firing)).count()
    };
    assert_eq!(rapid(rise, 0.0, default_rules(600.0)), 1);
    assert_eq!(rapid(rise, 280.0, default_rules(600.0)), 0, "the warm-up");
    let start: fn(u64) -> u64 = |second| 10 * MIB + second.min(60) * MIB;
    assert_eq!(rapid(start, 0.0, default_rules(600.0)), 0, "the first minutes");
    let classic = AlertSettings { rules: AlertRules::Classic, ..AlertSettings::default() };
    assert_eq!(rapid(start, 0.0, Rules { alerts: classic, ..default_rules(600.0) }), 1);
    let fast = AlertSettings { rapid_growth_bytes: 100e6, ..AlertSettings::default() };
    assert_eq!(rapid(rise, 0.0, Rules { alerts: fast, ..default_rules(600.0) }), 0, "below the set rate");
}

#[test]
fn the_end_of_a_session_repeats_no_alert_of_a_worker() {
    let workers = (0..4).map(|n| service(10 + n, "server", |second| 50 * MIB + u64::from(second > 300) * 60 * MIB));
    let mut collected = Collected::default();
    run(&mut Script::new(workers.collect()), plan(304), default_rules(304.0), &mut collected);
    let firing = |kind| collected.alerts.iter().filter(|alert| **alert == (kind, AlertState::Firing)).count();
    assert_eq!(firing(AlertKind::Spike), 1, "{:?}", collected.alerts);
}

#[test]
fn the_workers_of_a_service_raise_a_spike_once() {
    let workers = (0..4).map(|n| service(10 + n, "server", |second| 50 * MIB + u64::from(second > 300) * 60 * MIB));
    let mut collected = Collected::default();
    run(&mut Script::new(workers.collect()), plan(600), default_rules(600.0), &mut collected);
    let spikes = collected.alerts.iter().filter(|alert| **alert == (AlertKind::Spike, AlertState::Firing)).count();
    assert_eq!(spikes, 1, "{:?}", collected.alerts);
}
