//! Overhead: CPU use of a session, and its degradation above the limit.

use std::time::Duration;

use leakwatch::clock::{Clock, ManualClock, Moment, StopFlag};
use leakwatch::event::Notice;
use leakwatch::model::Counter;
use leakwatch::session::{LiveSession, SessionPlan, TargetSet};

use crate::script::*;

/// Clock of a program that always uses a share of a core.
struct BusyClock {
    clock: ManualClock,
    share: f64,
}

impl Clock for BusyClock {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn wait_until(&self, deadline: Duration, stop: &StopFlag) {
        self.clock.wait_until(deadline, stop);
    }

    fn cpu_time(&self) -> Duration {
        self.clock.now().awake.mul_f64(self.share)
    }
}

fn session(share: f64, max_overhead: Option<f64>) -> (leakwatch::session::LiveSummary, Vec<Notice>) {
    let mut script = Script::new(vec![process(7, 1, 0, 1000)]);
    script.read_time = Duration::from_millis(20);
    let clock = BusyClock { clock: script.clock.clone(), share };
    let mut collected = Collected::default();
    let plan = SessionPlan { pss: true, max_overhead, ..plan(60) };
    let outcome = LiveSession::new(&mut script, &clock, &StopFlag::default(), plan)
        .run(&mut TargetSet::new(rules(), 0.0), &mut collected)
        .expect("a session");
    (outcome, collected.notices)
}

#[test]
fn above_the_limit_pss_is_dropped_first_and_then_every_other_sample() {
    let (outcome, notices) = session(0.02, Some(0.01));
    let texts: Vec<String> = notices.iter().map(|notice| notice.sentence().1).collect();
    assert!(texts[0].contains("2.00 % of a core") && texts[0].ends_with("PSS is no longer read"), "{texts:?}");
    assert!(texts[1].ends_with("the interval is 2 s from now on"), "{texts:?}");
    assert!(outcome.cost.gave_up_pss && outcome.cost.interval_s > 1.0, "{:?}", outcome.cost);
    assert!(outcome.ticks < 50 && outcome.cost.missed_ticks == 0, "{outcome:?}");
}

#[test]
fn within_the_limit_all_is_read() {
    for limit in [None, Some(0.05)] {
        let (outcome, notices) = session(0.02, limit);
        assert_eq!((notices.len(), outcome.ticks), (0, 61));
        assert!(!outcome.cost.gave_up_pss && outcome.cost.interval_s == 1.0);
        // The source takes 20 ms for each reading of PSS.
        assert_eq!(outcome.cost.longest_pause_s, Some(0.02));
    }
}

#[test]
fn pss_is_read_at_the_end_of_a_session() {
    for (length, samples) in [(Some(20), None), (None, Some(21))] {
        for rss in [|second| if second < 1 { 1 << 20 } else { 200 << 20 }, |second| (100 << 20) + (second << 12)]
            as [fn(u64) -> u64; 2]
        {
            let mut script = Script::new(vec![Process { rss, ..process(7, 1, 0, 1000) }]);
            let plan = SessionPlan { pss: true, duration: length.map(Duration::from_secs), samples, ..plan(20) };
            let (_, watch) = run(&mut script, plan, rules(), &mut Collected::default());
            assert_eq!(watch.targets()[0].current.reading.value(Counter::Pss), Some(rss(20)));
        }
    }
}

#[test]
fn pss_follows_a_growing_process_in_a_session_without_an_end() {
    let rss: fn(u64) -> u64 = |second| if second < 1 { 1 << 20 } else { 200 << 20 };
    let mut script = Script::new(vec![Process { rss, ..process(7, 1, 0, 6) }]);
    let plan = SessionPlan { pss: true, duration: None, ..plan(20) };
    let (_, watch) = run(&mut script, plan, rules(), &mut Collected::default());
    assert_eq!(watch.targets()[0].current.reading.value(Counter::Pss), Some(200 << 20));
}
