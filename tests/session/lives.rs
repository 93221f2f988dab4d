//! Services that restart: their lives are judged together, live and from a recording.

use leakwatch::alert::{AlertKind, AlertSettings, AlertState};
use leakwatch::analysis::Status;
use leakwatch::event::Target;
use leakwatch::model::{Ceiling, CeilingKind};
use leakwatch::outcome::findings;
use leakwatch::session::{MinObservation, Rules};

use crate::script::*;

const MIB: u64 = 1 << 20;
/// Length of a life in seconds.
const LIFE: u64 = 1500;

/// Returns processes of one service that follow each other.
fn restarts(count: u64, rss: fn(u64) -> u64) -> Vec<Process> {
    let life = |n: u64| {
        let pid = 10 + u32::try_from(n).expect("a number");
        Process { rss, name: "shop", ..process(pid, n + 1, n * LIFE, (n + 1) * LIFE) }
    };
    (0..count).map(life).collect()
}

fn watch_restarts(processes: Vec<Process>, end: u64) -> (Vec<Target>, Collected) {
    let rules = Rules {
        min_observation: MinObservation::Fixed(3600.0),
        alerts: AlertSettings::default(),
        limit_bytes: Some(512 * MIB),
        ..rules()
    };
    let mut collected = Collected::default();
    let (_, targets) = run(&mut Script::new(processes), plan(end), rules, &mut collected);
    (targets.targets().to_vec(), collected)
}

fn leaking(second: u64) -> u64 {
    200 * MIB + second % LIFE * MIB / 5
}

fn healthy(second: u64) -> u64 {
    let age = second % LIFE;
    200 * MIB + (250 * MIB * age) / (age + 60)
}

#[test]
fn a_service_that_leaks_into_its_limit_leaks_in_all_its_lives() {
    let (targets, collected) = watch_restarts(restarts(6, leaking), 6 * LIFE - 10);
    let last = targets.last().expect("a target");
    assert_eq!(last.assessment.verdict.status, Status::Leaking);
    let reason = last.assessment.verdict.reasons[0].to_string();
    assert!(reason.starts_with("leaks in 6 of 6 lives, 7"), "720 MiB/h: {reason}");
    assert!(reason.ends_with(" MiB/h, each ended near 512 MiB"), "{reason}");
    assert_eq!(last.earlier_lives().len(), 5);
    assert_eq!(findings(&targets).len(), 1, "all lives are one leak");
    let fired = collected.alerts.iter().filter(|alert| **alert == (AlertKind::Leak, AlertState::Firing)).count();
    assert!(fired >= 1, "{:?}", collected.alerts);
}

#[test]
fn finished_lives_are_bounded() {
    let (targets, _) = watch_restarts(restarts(20, leaking), 20 * LIFE - 10);
    assert_eq!(targets.iter().map(|target| target.earlier_lives().len()).max(), Some(16));
}

#[test]
fn healthy_restarts_are_no_leak() {
    let (targets, _) = watch_restarts(restarts(6, healthy), 6 * LIFE - 10);
    assert!(targets.iter().all(|target| target.assessment.verdict.status < Status::Leaking));
    let last = targets.last().expect("a target");
    assert_eq!(last.judge_lives(&last.assessment).and_then(|lives| lives.status), None);
}

#[test]
fn processes_at_one_time_have_no_lives() {
    let mut processes = restarts(6, leaking);
    processes.push(Process { name: "shop", rss: |_| 50 * MIB, ..process(99, 99, 0, 100_000) });
    let (targets, _) = watch_restarts(processes, 6 * LIFE - 10);
    assert!(targets.iter().all(|target| target.earlier_lives().is_empty()));
}

#[test]
fn a_life_ends_near_the_limit_of_its_group() {
    let mut script = Script::new(restarts(6, leaking));
    script.ceiling = Some(Ceiling { kind: CeilingKind::CgroupMax, limit_bytes: 600 * MIB, used_bytes: 590 * MIB });
    let (_, targets) = run(&mut script, plan(6 * LIFE - 10), rules(), &mut Collected::default());
    let lives = targets.targets().last().expect("a target").earlier_lives().to_vec();
    assert_eq!(lives.iter().filter(|life| life.limit_bytes == Some(600 * MIB)).count(), 5, "{lives:#?}");
}
