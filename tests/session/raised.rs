//! Which alerts stand at the end.

use leakwatch::alert::{Alert, AlertKind, AlertState};
use leakwatch::event::{Raised, Target};
use leakwatch::model::Timestamp;

use crate::script::*;

fn alert(kind: AlertKind, state: AlertState) -> Alert {
    let at = Timestamp(0);
    Alert { kind, state, at, since: at, value: None, threshold: None, message: String::new() }
}

/// What stands after a leak was said of a target and is said no more.
fn said_and_over(target: &Target) -> Option<String> {
    let mut raised = Raised::default();
    raised.take(Some(target), &alert(AlertKind::Leak, AlertState::Firing));
    assert_eq!(raised.first(), Some(format!("leak of worker ({})", target.key.expect("a process").pid).as_str()));
    raised.take(Some(target), &alert(AlertKind::Leak, AlertState::Resolved));
    raised.first().map(str::to_owned)
}

#[test]
fn a_leak_that_was_withdrawn_does_not_count_and_one_that_died_does() {
    let leaking = Process { rss: |second| (50 << 20) + second * 65_536, ..process(7, 1, 0, 9999) };
    let mut script = Script::of(vec![leaking, process(8, 1, 0, 9999)]);
    let (_, watch) = run(&mut script, plan(600), rules(), &mut Collected::default());
    let of = |pid| watch.targets().iter().find(|t| t.key.is_some_and(|key| key.pid.0 == pid)).expect("a target");
    assert_eq!(said_and_over(of(8)), None);
    assert!(said_and_over(of(7)).is_some());
    let mut raised = Raised::default();
    raised.take(Some(of(8)), &alert(AlertKind::Ended, AlertState::Firing));
    assert_eq!(raised.first(), None);
    raised.take(Some(of(8)), &alert(AlertKind::Spike, AlertState::Firing));
    raised.take(Some(of(8)), &alert(AlertKind::Spike, AlertState::Resolved));
    assert_eq!(raised.first(), Some("spike of worker (8)"));
}
