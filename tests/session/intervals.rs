//! Sampling intervals of single processes.

use std::time::Duration;

use leakwatch::clock::StopFlag;
use leakwatch::event::{Event, EventSink, Fanout, TargetKind};
use leakwatch::session::{EndedBy, LiveSession, NamedIntervals, SessionPlan, TargetSet};
use leakwatch::thresholds::{Decision, Evaluator, Threshold, ThresholdResult, Tier, WorkTick};

use crate::script::*;

/// Returns a plan that samples databases every `seconds`.
fn slow(seconds: u64, length: u64) -> SessionPlan {
    SessionPlan {
        intervals: NamedIntervals::new([("Database".to_owned(), Duration::from_secs(seconds))]),
        ..plan(length)
    }
}

fn database(pid: u32, from: u64, to: u64) -> Process {
    Process { name: "database", ..process(pid, 1, from, to) }
}

/// Returns the seconds of the samples of a process.
fn sampled(collected: &Collected, pid: u32) -> Vec<i64> {
    let first = collected.samples[0].1;
    let of = collected.samples.iter().filter(|(key, _)| key.pid.0 == pid);
    of.map(|(_, at)| (at.0 - first.0) / 1000).collect()
}

#[test]
fn each_name_has_its_own_interval_and_sums_add_samples_of_one_moment() {
    let mut script = Script::new(vec![process(1, 1, 0, 100), database(2, 0, 100), database(3, 0, 100)]);
    let mut collected = Collected::default();
    let (outcome, watch) = run(&mut script, slow(7, 20), rules(), &mut collected);
    assert_eq!(outcome.ticks, 21);
    assert_eq!(sampled(&collected, 1), (0..=20).collect::<Vec<_>>());
    for pid in [2, 3] {
        assert_eq!(sampled(&collected, pid), [0, 7, 14, 20], "multiples of the interval, and the last tick");
    }
    let sums: Vec<_> = watch.targets().iter().filter(|target| target.key.is_none()).collect();
    assert_eq!(sums.len(), 2);
    for (sum, kind) in sums.iter().zip([TargetKind::Pool { members: 2 }, TargetKind::Selection { members: 3 }]) {
        assert_eq!((sum.kind, sum.assessment.samples), (kind, 4));
    }
}

#[test]
fn an_unused_interval_does_not_thin_out_the_sum_of_all() {
    let mut script = Script::new(vec![process(1, 1, 0, 100), database(2, 0, 100)]);
    let typo =
        SessionPlan { intervals: NamedIntervals::new([("databsae".to_owned(), Duration::from_secs(7))]), ..plan(20) };
    let (_, watch) = run(&mut script, typo, rules(), &mut Collected::default());
    let sum = watch.targets().iter().find(|target| target.key.is_none()).expect("a sum");
    assert_eq!(sum.assessment.samples, 21);
}

#[test]
fn a_process_that_appears_between_samples_is_sampled_at_the_next_one() {
    let mut script =
        Script::new(vec![process(1, 1, 0, 100), database(2, 0, 5), database(3, 3, 100), database(4, 8, 10)]);
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, slow(7, 20), rules(), &mut collected);
    assert_eq!(sampled(&collected, 2), [0]);
    assert_eq!(sampled(&collected, 3), [7, 14, 20]);
    assert!(
        watch.targets().iter().all(|target| target.key.is_none_or(|key| key.pid.0 != 4)),
        "a short-lived process is no target"
    );
}

#[test]
fn a_process_without_a_sample_keeps_the_session_running() {
    let mut script = Script::new(vec![database(2, 0, 5), database(3, 7, 100)]);
    let mut collected = Collected::default();
    let (outcome, _) = run(&mut script, slow(20, 50), rules(), &mut collected);
    assert_eq!(outcome.ended_by, EndedBy::Duration);
    assert_eq!(sampled(&collected, 3), [20, 40, 50]);
}

/// Sink that raises the stop flag at a tick, as a signal does.
struct StopAt {
    stop: StopFlag,
    tick: u64,
}

impl EventSink for StopAt {
    fn on_event(&mut self, event: Event<'_>) -> std::io::Result<()> {
        if matches!(event, Event::Ticked(tick, _) if tick.number == self.tick) {
            self.stop.raise();
        }
        Ok(())
    }
}

/// Returns the result of a threshold on a database with a sampling interval of `seconds`. The session stops at tick `end`.
fn database_result(threshold: &str, seconds: u64, end: u64) -> ThresholdResult {
    let mut growing = database(2, 0, 10_000);
    growing.rss = |second| (50 << 20) + (second << 16);
    let mut script = Script::new(vec![process(1, 1, 0, 10_000), growing]);
    let (clock, stop) = (script.clock.clone(), StopFlag::default());
    let threshold = Threshold { tier: Tier::Fail, expression: threshold.parse().expect("an expression") };
    let mut evaluator = Evaluator::new(vec![threshold], rules().analysis, 0.0);
    let mut work = 0.0;
    evaluator.set_work_source(move || {
        work += 1.0;
        Ok(Some(WorkTick { count: work, label: None }))
    });
    let (mut watch, mut end) = (TargetSet::new(rules(), 0.0), StopAt { stop: stop.clone(), tick: end });
    {
        let mut fanout = Fanout::default();
        fanout.add(&mut evaluator);
        fanout.add(&mut end);
        let outcome = LiveSession::new(&mut script, &clock, &stop, slow(seconds, 5000)).run(&mut watch, &mut fanout);
        assert_eq!(outcome.expect("a session").ended_by, EndedBy::Signal);
    }
    evaluator.conclude(watch.targets());
    let is_database = |result: &&ThresholdResult| result.subject.name == "database" && result.subject.pid.is_some();
    evaluator.results().iter().find(is_database).expect("a result").clone()
}

#[test]
fn a_process_that_was_sampled_once_is_not_short_lived() {
    let result = database_result("growth(memory) > 1MiB/h", 600, 100);
    assert_eq!((result.decision, result.observation.exited, result.counts), (Decision::Undecided, false, true));
}

#[test]
fn work_is_paired_with_the_memory_of_its_moment() {
    let result = database_result("growth(memory) per work > 1B", 20, 410);
    assert!(result.message.contains("only 21 samples"), "{}", result.message);
}
