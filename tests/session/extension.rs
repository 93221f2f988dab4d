//! Extension of sessions beyond their planned end, until every result is decided.

use std::time::Duration;

use leakwatch::analysis::Settings;
use leakwatch::event::{EventSink, Fanout, Notice};
use leakwatch::model::Pid;
use leakwatch::outcome::OpenVerdicts;
use leakwatch::session::{EndedBy, LiveSummary, SessionPlan, TargetSet};
use leakwatch::thresholds::{Decision, Evaluator, Threshold, Tier};

use crate::script::*;

const MIB: u64 = 1 << 20;

/// Returns independent noise with a standard deviation of 0.6 MiB, by the mixer of SplitMix64.
fn noise(second: u64) -> u64 {
    let mixed = (second + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % (2 * MIB)
}

fn steady(second: u64) -> u64 {
    50 * MIB + noise(second)
}

/// Grows by 60 MiB an hour.
fn leaky(second: u64) -> u64 {
    steady(second) + second * MIB / 60
}

/// Returns a plan of a minute that may go on for some seconds in all.
fn up_to(longest: u64) -> SessionPlan {
    SessionPlan { until_decided: Some(Duration::from_secs(longest)), ..plan(60) }
}

fn evaluator(expressions: &[(Tier, &str)]) -> Evaluator {
    let parse = |&(tier, text): &(Tier, &str)| Threshold { tier, expression: text.parse().expect("an expression") };
    Evaluator::new(expressions.iter().map(parse).collect(), Settings::default(), 0.0)
}

/// Watches a process with this memory. Returns the summary, the targets and the events.
fn watch(rss: fn(u64) -> u64, plan: SessionPlan, sink: &mut dyn EventSink) -> (LiveSummary, TargetSet, Collected) {
    let mut script = Script::new(vec![Process { rss, ..process(7, 1, 0, 100_000) }]);
    let mut collected = Collected::default();
    let clock = script.clock.clone();
    let (summary, targets) = {
        let mut sinks = Fanout::default();
        sinks.add(sink);
        sinks.add(&mut collected);
        crate::settings::watch(&mut script, &clock, plan, rules(), &mut sinks)
    };
    (summary, targets, collected)
}

/// Watches with a limit of 20 MiB/h. Returns the summary, the decision with its message, and the events.
fn gate(rss: fn(u64) -> u64, plan: SessionPlan) -> (LiveSummary, Decision, String, Collected) {
    let mut evaluator = evaluator(&[(Tier::Fail, "growth(memory) > 20MiB/h")]);
    let (summary, targets, collected) = watch(rss, plan, &mut evaluator);
    evaluator.conclude(targets.targets());
    let message = evaluator.worst(0).expect("a result").message.clone();
    (summary, evaluator.decision(0), message, collected)
}

#[test]
fn an_open_threshold_is_decided_after_the_planned_end() {
    assert_eq!(gate(steady, plan(60)).1, Decision::Undecided);
    for (rss, wanted) in [(steady as fn(u64) -> u64, Decision::Pass), (leaky, Decision::Fail)] {
        let (summary, decision, message, collected) = gate(rss, up_to(600));
        let extended = summary.extended.expect("an extension");
        assert_eq!((decision, summary.ended_by, extended.is_decided), (wanted, EndedBy::Duration, true), "{message}");
        assert!((61.0..600.0).contains(&summary.lasted_s()) && extended.looks > 0, "{summary:?}");
        assert!(message.contains(" 99.8 % CI "), "{message}");
        assert_eq!(collected.notices, [Notice::Extended(60.0, 600.0)]);
        // The interval stays unbroken.
        let times: Vec<i64> = collected.samples.iter().map(|(_, at)| at.0 / 1000 - 1_800_000_000).collect();
        assert_eq!(times, (0..times.len() as i64).collect::<Vec<_>>());
        assert_eq!(summary.ticks as usize, times.len());
    }
}

#[test]
fn a_decided_threshold_ends_the_session_as_planned() {
    let (summary, decision, message, collected) = gate(|_| 50 * MIB, up_to(600));
    assert_eq!((decision, summary.lasted_s(), summary.extended), (Decision::Pass, 60.0, None), "{message}");
    assert!(collected.notices.is_empty());
}

#[test]
fn the_maximum_ends_an_undecided_session() {
    let (summary, decision, _, _) = gate(steady, up_to(67));
    let extended = summary.extended.expect("an extension");
    assert_eq!((decision, summary.lasted_s(), extended.is_decided), (Decision::Undecided, 67.0, false));
    assert_eq!((extended.looks, extended.further, summary.ended_by), (2, 2, EndedBy::Duration));
}

#[test]
fn a_number_of_samples_is_a_planned_end_too() {
    let plan = SessionPlan { duration: None, samples: Some(61), ..up_to(600) };
    let (summary, decision, message, _) = gate(steady, plan);
    assert_eq!((decision, summary.ended_by), (Decision::Pass, EndedBy::Samples), "{message}");
    assert!(summary.extended.is_some_and(|extended| extended.planned_s == 60.0));
}

#[test]
fn more_samples_do_not_help_a_missing_counter_or_a_warning() {
    for expressions in [[(Tier::Fail, "last(pss) > 1GiB")], [(Tier::Warn, "growth(memory) > 20MiB/h")]] {
        let mut evaluator = evaluator(&expressions);
        let (summary, ..) = watch(steady, up_to(600), &mut evaluator);
        assert_eq!((summary.lasted_s(), summary.extended), (60.0, None), "{expressions:?}");
    }
}

#[test]
fn a_pool_that_has_ended_is_not_waited_for() {
    let wrapper = |pid| Process { name: "wrapper", rss: |_| 0, ..process(pid, 1, 0, 2) };
    let worker = Process { rss: |_| 50 * MIB, ..process(7, 1, 0, 100_000) };
    let mut script = Script::new(vec![wrapper(3), wrapper(4), worker]);
    let mut evaluator = evaluator(&[(Tier::Fail, "growth(memory) > 20MiB/h")]);
    let clock = script.clock.clone();
    let (summary, targets) = crate::settings::watch(&mut script, &clock, up_to(600), rules(), &mut evaluator);
    evaluator.conclude(targets.targets());
    assert_eq!((summary.lasted_s(), evaluator.decision(0)), (60.0, Decision::Pass), "{:?}", evaluator.worst(0));
}

#[test]
fn the_end_of_the_command_ends_an_extended_session() {
    let mut script = Script::new(vec![Process { rss: steady, ..process(7, 1, 0, 64) }]);
    let mut evaluator = evaluator(&[(Tier::Fail, "growth(memory) > 1MiB/h")]);
    let clock = script.clock.clone();
    let plan = SessionPlan { root: Some(Pid(7)), ..up_to(600) };
    let (summary, _) = crate::settings::watch(&mut script, &clock, plan, rules(), &mut evaluator);
    assert_eq!((summary.ended_by, summary.lasted_s()), (EndedBy::CommandEnded, 64.0));
    assert!(summary.extended.is_some_and(|extended| !extended.is_decided));
}

#[test]
fn an_open_verdict_extends_a_session_without_thresholds() {
    let (summary, targets, _) = watch(steady, up_to(7200), &mut OpenVerdicts::default());
    assert!(summary.extended.is_some_and(|extended| extended.is_decided), "{summary:?}");
    assert!(!targets.targets()[0].assessment.verdict.is_open() && summary.lasted_s() > 60.0);
    let (summary, ..) = watch(|_| 50 * MIB, up_to(7200), &mut OpenVerdicts::default());
    assert_eq!(summary.extended, None);
}
