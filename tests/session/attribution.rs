//! Who is looked at, and when: the accused alone, ever more seldom, and once more at the end.

use std::cell::Cell;
use std::time::Duration;

use leakwatch::advice;
use leakwatch::analysis::Status;
use leakwatch::clock::{Clock, ManualClock, Moment, StopFlag};
use leakwatch::event::TargetKind;
use leakwatch::model::BreakdownBuilder;
use leakwatch::model::{Inspection, MappingKind, Pid, Runtime, RuntimeIdentity};
use leakwatch::session::{LiveSession, SessionPlan, TargetSet};
use leakwatch::source::ReadError;

use crate::script::*;

fn leaky(pid: u32) -> Process {
    Process { rss: |second| (50 << 20) + second * 65_536, ..process(pid, 1, 0, 9999) }
}

/// A Node.js whose `[heap]` stays while what is anonymous grows.
fn portrait(second: u64) -> Inspection {
    let mut builder = BreakdownBuilder::default();
    builder.add(MappingKind::Heap, "", 1 << 20);
    builder.add(MappingKind::Anonymous, "", (50 << 20) + second * 65_536);
    let identity = RuntimeIdentity { runtime: Some(Runtime::Node), ..RuntimeIdentity::default() };
    Inspection { identity, mappings: Some(builder.finish()), ..Inspection::default() }
}

#[test]
fn a_healthy_process_is_never_looked_at() {
    let mut script = Script::of(vec![process(7, 1, 0, 9999)]);
    script.portrait = Some(|second| Ok(portrait(second)));
    let (_, watch) = run(&mut script, SessionPlan { pss: true, ..plan(1200) }, rules(), &mut Collected::default());
    assert_eq!(watch.targets()[0].assessment.verdict.status, Status::Stable);
    assert_eq!((script.portrayed.len(), &watch.targets()[0].attribution), (0, &None));
    assert!(advice::explain(&watch.targets()[0]).is_empty());
}

#[test]
fn a_leak_is_looked_at_ever_more_seldom_and_once_at_the_end() {
    let mut script = Script::of(vec![leaky(7), process(8, 1, 0, 9999)]);
    script.portrait = Some(|second| Ok(portrait(second)));
    let (_, watch) = run(&mut script, SessionPlan { pss: true, ..plan(1200) }, rules(), &mut Collected::default());
    let times: Vec<u64> = script.portrayed.iter().map(|(second, _)| *second).collect();
    assert!(script.portrayed.iter().all(|(_, key)| key.pid == Pid(7)));
    assert!((4..12).contains(&times.len()), "{times:?}");
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[..gaps.len() - 1].is_sorted(), "{gaps:?}");
    assert_eq!(times.last(), Some(&1200), "the last one is at the end: {times:?}");

    let target =
        watch.targets().iter().find(|target| target.key.is_some_and(|key| key.pid == Pid(7))).expect("watched");
    let text = advice::explain(target).join("\n");
    assert!(text.contains("anonymous arenas +") && !text.contains("[heap] +") && text.contains("Node.js"), "{text}");
    let steps = advice::next_steps_for(target);
    assert_eq!(steps[0].command, "node inspect -p 7");
    assert!(steps[0].caution.is_some_and(|caution| caution.contains("stops the process")));
}

#[test]
fn what_cannot_be_looked_at_is_said_and_not_tried_again() {
    let mut script = Script::of(vec![leaky(7)]);
    script.portrait = Some(|_| Err(ReadError::Denied { right: "CAP_X" }));
    let (_, watch) = run(&mut script, SessionPlan { pss: true, ..plan(600) }, rules(), &mut Collected::default());
    let text = advice::explain(&watch.targets()[0]).join("\n");
    assert!(text.contains("not inspected: CAP_X is missing"), "{text}");
    // Once when it was accused, once at the end.
    assert_eq!(script.portrayed.len(), 2);
    assert!(advice::next_steps_for(&watch.targets()[0]).is_empty());
}

#[test]
fn without_pss_no_mapping_is_read() {
    let mut script = Script::of(vec![leaky(7)]);
    script.portrait = Some(|second| Ok(Inspection { mappings: None, ..portrait(second) }));
    let (outcome, watch) =
        run(&mut script, SessionPlan { pss: false, ..plan(600) }, rules(), &mut Collected::default());
    assert!(script.aspects.iter().all(|aspects| !aspects.mappings));
    assert_eq!((script.portrayed.len(), outcome.cost.longest_pause_s), (1, None));
    let text = advice::explain(&watch.targets()[0]).join("\n");
    assert!(text.contains("'--no-pss' is set") && text.contains("Node.js"), "{text}");
}

/// All time that is not waited for is CPU time.
struct Working {
    clock: ManualClock,
    waited: Cell<Duration>,
}

impl Clock for Working {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn wait_until(&self, deadline: Duration, stop: &StopFlag) {
        let before = self.now().awake;
        self.clock.wait_until(deadline, stop);
        self.waited.set(self.waited.get() + (self.now().awake - before));
    }

    fn cpu_time(&self) -> Duration {
        self.now().awake.saturating_sub(self.waited.get())
    }
}

#[test]
fn a_dear_look_is_not_repeated_before_it_is_paid() {
    let mut script = Script::of(vec![leaky(7)]);
    script.portrait = Some(|second| Ok(portrait(second)));
    // Half a second of CPU time: at half a per cent it is paid after 100 s, less what was saved up.
    script.look_cost = Duration::from_millis(500);
    let clock = Working { clock: script.clock.clone(), waited: Cell::default() };
    let mut watch = TargetSet::new(rules(), 0.0);
    let outcome = LiveSession::new(&mut script, &clock, &StopFlag::default(), SessionPlan { pss: true, ..plan(600) })
        .run(&mut watch, &mut Collected::default())
        .expect("a session");
    let times: Vec<u64> = script.portrayed.iter().map(|(second, _)| *second).collect();
    assert!((2..=7).contains(&times.len()), "{times:?}");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 85), "{times:?}");
    assert!(outcome.cost.longest_pause_s.is_some_and(|pause| pause >= 0.5), "{:?}", outcome.cost.longest_pause_s);
}

#[test]
fn a_sum_names_who_brings_its_growth() {
    let mut script = Script::of(vec![process(5, 1, 0, 9999), leaky(6), process(7, 1, 0, 9999)]);
    let (_, watch) = run(&mut script, plan(1200), rules(), &mut Collected::default());
    let sum = watch.targets().iter().find(|target| matches!(target.kind, TargetKind::Pool { .. })).expect("a pool");
    assert!(sum.assessment.verdict.status >= Status::Suspect);
    let members = &sum.attribution.as_ref().expect("attributed").members;
    assert_eq!(members.iter().map(|member| member.pid).collect::<Vec<_>>(), [Some(Pid(6))]);
    assert!(members[0].growth > 1000 * 65_536, "{members:?}");
}
