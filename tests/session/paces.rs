//! Processes that are sampled less often than others.

use std::time::Duration;

use leakwatch::event::TargetKind;
use leakwatch::session::{EndedBy, Paces, Plan};

use crate::script::*;

fn slow(seconds: u64, length: u64) -> Plan {
    Plan { paces: Paces::new([("Database".to_owned(), Duration::from_secs(seconds))]), ..plan(length) }
}

fn database(pid: u32, from: u64, to: u64) -> Process {
    Process { name: "database", ..process(pid, 1, from, to) }
}

/// The seconds at which a process was sampled.
fn sampled(collected: &Collected, pid: u32) -> Vec<i64> {
    let first = collected.samples[0].1;
    let of = collected.samples.iter().filter(|(key, _)| key.pid.0 == pid);
    of.map(|(_, at)| (at.0 - first.0) / 1000).collect()
}

#[test]
fn each_name_has_its_own_pace_and_sums_are_of_one_moment() {
    let mut script = Script::of(vec![process(1, 1, 0, 100), database(2, 0, 100), database(3, 0, 100)]);
    let mut collected = Collected::default();
    let (outcome, watch) = run(&mut script, slow(7, 20), rules(), &mut collected);
    assert_eq!(outcome.ticks, 21);
    assert_eq!(sampled(&collected, 1), (0..=20).collect::<Vec<_>>());
    for pid in [2, 3] {
        assert_eq!(sampled(&collected, pid), [0, 7, 14, 20], "each multiple, and the last tick");
    }
    let sums: Vec<_> = watch.targets().iter().filter(|target| target.key.is_none()).collect();
    assert_eq!(sums.len(), 2);
    for (sum, kind) in sums.iter().zip([TargetKind::Pool { members: 2 }, TargetKind::Selection { members: 3 }]) {
        assert_eq!((sum.kind, sum.assessment.samples), (kind, 4));
    }
}

#[test]
fn a_name_that_nobody_has_does_not_rarefy_the_sum_of_all() {
    let mut script = Script::of(vec![process(1, 1, 0, 100), database(2, 0, 100)]);
    let typo = Plan { paces: Paces::new([("databsae".to_owned(), Duration::from_secs(7))]), ..plan(20) };
    let (_, watch) = run(&mut script, typo, rules(), &mut Collected::default());
    let sum = watch.targets().iter().find(|target| target.key.is_none()).expect("a sum");
    assert_eq!(sum.assessment.samples, 21);
}

#[test]
fn who_comes_between_is_taken_up_in_time() {
    let mut script =
        Script::of(vec![process(1, 1, 0, 100), database(2, 0, 5), database(3, 3, 100), database(4, 8, 10)]);
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, slow(7, 20), rules(), &mut collected);
    assert_eq!(sampled(&collected, 2), [0]);
    assert_eq!(sampled(&collected, 3), [7, 14, 20]);
    assert!(watch.targets().iter().all(|target| target.key.is_none_or(|key| key.pid.0 != 4)), "it passed by");
}

#[test]
fn who_is_about_to_be_taken_up_keeps_the_session_going() {
    let mut script = Script::of(vec![database(2, 0, 5), database(3, 7, 100)]);
    let mut collected = Collected::default();
    let (outcome, _) = run(&mut script, slow(20, 50), rules(), &mut collected);
    assert_eq!(outcome.ended_by, EndedBy::Duration);
    assert_eq!(sampled(&collected, 3), [20, 40, 50]);
}
