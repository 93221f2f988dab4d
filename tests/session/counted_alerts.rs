//! Alerts that count for the exit status.

use leakwatch::alert::{Alert, AlertKind, AlertState};
use leakwatch::event::{Event, EventSink, Target};
use leakwatch::model::Timestamp;
use leakwatch::outcome::CountedAlerts;

use crate::script::*;

fn push(counted: &mut CountedAlerts, target: &Target, kind: AlertKind, state: AlertState) {
    let at = Timestamp(0);
    let alert = Alert { kind, state, at, since: at, value: None, threshold: None, message: String::new() };
    counted.on_event(Event::Alert(Some(target), &alert)).expect("memory takes all");
}

/// Returns the alert that counts after a leak alert of a target fired and resolved.
fn after_resolved_leak(target: &Target) -> Option<String> {
    let mut counted = CountedAlerts::default();
    push(&mut counted, target, AlertKind::Leak, AlertState::Firing);
    let pid = target.key.expect("a process").pid;
    assert_eq!(counted.first(), Some(format!("leak of worker ({pid})").as_str()));
    push(&mut counted, target, AlertKind::Leak, AlertState::Resolved);
    counted.first().map(str::to_owned)
}

#[test]
fn a_withdrawn_leak_does_not_count_and_a_leak_of_an_exited_process_does() {
    let leaking = Process { rss: |second| (50 << 20) + second * 65_536, ..process(7, 1, 0, 9999) };
    let mut script = Script::new(vec![leaking, process(8, 1, 0, 9999)]);
    let (_, targets) = run(&mut script, plan(600), rules(), &mut Collected::default());
    let target = |pid| {
        let mut found = targets.targets().iter();
        found.find(|target| target.key.is_some_and(|key| key.pid.0 == pid)).expect("a target")
    };
    assert_eq!(after_resolved_leak(target(8)), None);
    assert!(after_resolved_leak(target(7)).is_some());
    let mut counted = CountedAlerts::default();
    push(&mut counted, target(8), AlertKind::Ended, AlertState::Firing);
    assert_eq!(counted.first(), None);
    push(&mut counted, target(8), AlertKind::Spike, AlertState::Firing);
    push(&mut counted, target(8), AlertKind::Spike, AlertState::Resolved);
    assert_eq!(counted.first(), Some("spike of worker (8)"));
}
