//! Attribution: inspections of suspected targets at first suspicion, with back-off, and at the end.

use std::cell::Cell;
use std::time::Duration;

use leakwatch::advice;
use leakwatch::analysis::Status;
use leakwatch::clock::{Clock, ManualClock, Moment, StopFlag};
use leakwatch::event::TargetKind;
use leakwatch::model::{BreakdownBuilder, Inspection, MappingKind, Pid, Runtime, RuntimeIdentity};
use leakwatch::session::{LiveSession, SessionPlan, TargetSet};
use leakwatch::source::ReadError;

use crate::script::*;

fn leaky(pid: u32) -> Process {
    Process { rss: |second| (50 << 20) + second * 65_536, ..process(pid, 1, 0, 9999) }
}

/// Returns the inspection of a Node.js with a constant `[heap]` and growing anonymous memory.
fn inspection(second: u64) -> Inspection {
    let mut builder = BreakdownBuilder::default();
    builder.add(MappingKind::Heap, "", 1 << 20);
    builder.add(MappingKind::Anonymous, "", (50 << 20) + second * 65_536);
    let identity = RuntimeIdentity { runtime: Some(Runtime::Node), ..RuntimeIdentity::default() };
    Inspection { identity, mappings: Some(builder.finish()), ..Inspection::default() }
}

#[test]
fn a_healthy_process_is_never_inspected() {
    let mut script = Script::new(vec![process(7, 1, 0, 9999)]);
    script.inspection = Some(|second| Ok(inspection(second)));
    let (_, watch) = run(&mut script, SessionPlan { pss: true, ..plan(1200) }, rules(), &mut Collected::default());
    assert_eq!(watch.targets()[0].assessment.verdict.status, Status::Stable);
    assert_eq!((script.inspected.len(), &watch.targets()[0].attribution), (0, &None));
    assert!(advice::explain(&watch.targets()[0]).is_empty());
}

#[test]
fn a_leak_is_inspected_with_back_off_and_at_the_end() {
    let mut script = Script::new(vec![leaky(7), process(8, 1, 0, 9999)]);
    script.inspection = Some(|second| Ok(inspection(second)));
    let (_, watch) = run(&mut script, SessionPlan { pss: true, ..plan(1200) }, rules(), &mut Collected::default());
    let times: Vec<u64> = script.inspected.iter().map(|(second, _)| *second).collect();
    assert!(script.inspected.iter().all(|(_, key)| key.pid == Pid(7)));
    assert!((4..12).contains(&times.len()), "{times:?}");
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[..gaps.len() - 1].is_sorted(), "{gaps:?}");
    assert_eq!(times.last(), Some(&1200), "the last inspection is at the end: {times:?}");

    let target =
        watch.targets().iter().find(|target| target.key.is_some_and(|key| key.pid == Pid(7))).expect("watched");
    let text = advice::explain(target).join("\n");
    assert!(text.contains("anonymous arenas +") && !text.contains("[heap] +") && text.contains("Node.js"), "{text}");
    let steps = advice::next_steps_for(target);
    assert_eq!(steps[0].command, "node inspect -p 7");
    assert!(steps[0].caution.is_some_and(|caution| caution.contains("stops the process")));
}

#[test]
fn a_denied_inspection_is_explained_and_not_repeated() {
    let mut script = Script::new(vec![leaky(7)]);
    script.inspection = Some(|_| Err(ReadError::Denied { right: "CAP_X" }));
    let (_, watch) = run(&mut script, SessionPlan { pss: true, ..plan(600) }, rules(), &mut Collected::default());
    let text = advice::explain(&watch.targets()[0]).join("\n");
    assert!(text.contains("not inspected: CAP_X is missing"), "{text}");
    // One attempt at first suspicion, one at the end.
    assert_eq!(script.inspected.len(), 2);
    assert!(advice::next_steps_for(&watch.targets()[0]).is_empty());
}

#[test]
fn without_pss_no_mapping_is_read() {
    let mut script = Script::new(vec![leaky(7)]);
    script.inspection = Some(|second| Ok(Inspection { mappings: None, ..inspection(second) }));
    let (outcome, watch) =
        run(&mut script, SessionPlan { pss: false, ..plan(600) }, rules(), &mut Collected::default());
    assert!(script.scopes.iter().all(|scope| !scope.mappings));
    assert_eq!((script.inspected.len(), outcome.cost.longest_pause_s), (1, None));
    let text = advice::explain(&watch.targets()[0]).join("\n");
    assert!(text.contains("'--no-pss' is set") && text.contains("Node.js"), "{text}");
}

/// Clock of a program that uses the CPU whenever it does not wait.
struct WorkingClock {
    clock: ManualClock,
    waited: Cell<Duration>,
}

impl Clock for WorkingClock {
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
fn an_expensive_inspection_waits_for_its_budget() {
    let mut script = Script::new(vec![leaky(7)]);
    script.inspection = Some(|second| Ok(inspection(second)));
    // The budget of 0.5 % covers half a second of CPU time after 100 s, less the initial credit.
    script.inspection_time = Duration::from_millis(500);
    let clock = WorkingClock { clock: script.clock.clone(), waited: Cell::default() };
    let mut watch = TargetSet::new(rules(), 0.0);
    let outcome = LiveSession::new(&mut script, &clock, &StopFlag::default(), SessionPlan { pss: true, ..plan(600) })
        .run(&mut watch, &mut Collected::default())
        .expect("a session");
    let times: Vec<u64> = script.inspected.iter().map(|(second, _)| *second).collect();
    assert!((2..=7).contains(&times.len()), "{times:?}");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 85), "{times:?}");
    assert!(outcome.cost.longest_pause_s.is_some_and(|pause| pause >= 0.5), "{:?}", outcome.cost.longest_pause_s);
}

#[test]
fn a_suspect_that_the_budget_never_reached_is_inspected_at_the_end() {
    let mut script = Script::new(vec![leaky(6), leaky(7), leaky(8)]);
    script.inspection = Some(|second| Ok(inspection(second)));
    // The first inspection takes all the credit of the session.
    script.inspection_time = Duration::from_secs(30);
    let clock = WorkingClock { clock: script.clock.clone(), waited: Cell::default() };
    let mut watch = TargetSet::new(rules(), 0.0);
    LiveSession::new(&mut script, &clock, &StopFlag::default(), SessionPlan { pss: true, ..plan(600) })
        .run(&mut watch, &mut Collected::default())
        .expect("a session");
    let inspected = |pid| script.inspected.iter().filter(|(_, key)| key.pid == Pid(pid)).count();
    assert_eq!([6, 7, 8].map(inspected), [1, 1, 1], "{:?}", script.inspected);
}

#[test]
fn a_pool_names_the_members_that_grow() {
    let mut script = Script::new(vec![process(5, 1, 0, 9999), leaky(6), process(7, 1, 0, 9999)]);
    let (_, watch) = run(&mut script, plan(1200), rules(), &mut Collected::default());
    let pool = watch.targets().iter().find(|target| matches!(target.kind, TargetKind::Pool { .. })).expect("a pool");
    assert!(pool.assessment.verdict.status >= Status::Suspect);
    let members = &pool.attribution.as_ref().expect("attributed").members;
    assert_eq!(members.iter().map(|member| member.pid).collect::<Vec<_>>(), [Some(Pid(6))]);
    assert!(members[0].growth > 1000 * 65_536, "{members:?}");
}
