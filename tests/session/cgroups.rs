//! Control groups (cgroups) as targets.

use leakwatch::alert::{AlertKind, AlertState};
use leakwatch::analysis::Status;
use leakwatch::event::TargetKind;
use leakwatch::model::{CgroupMemory, CgroupName, Counter, Pid};
use leakwatch::outcome::findings;
use leakwatch::session::SessionPlan;
use leakwatch::source::Selector;

use crate::script::*;

/// Returns the memory of a group. tmpfs fills up, the kernel kills two processes, and the group disappears for 3 s.
fn memory_at(second: u64) -> Option<CgroupMemory> {
    let shmem = (10 << 20) + second * 131_072;
    let memory = CgroupMemory {
        current: Some((600 << 20) + shmem),
        anon: Some(100 << 20),
        file: Some((500 << 20) + shmem),
        shmem: Some(shmem),
        inactive_file: Some(400 << 20),
        swap: Some(0),
        oom_kills: Some(if second < 30 { 7 } else { 9 }),
        ..CgroupMemory::default()
    };
    (!(1000..1003).contains(&second)).then_some(memory)
}

#[test]
fn a_control_group_is_a_target() {
    let growing = Process { rss: |second| (50 << 20) + second * 65_536, ..process(7, 1, 0, 9999) };
    let other = Process { rss: |second| (50 << 20) + second * 131_072, ..process(9, 1, 0, 9999) };
    let mut script = Script::new(vec![growing, process(8, 1, 0, 9999), other]);
    script.cgroup = Some(memory_at);
    let selector = Selector { cgroups: vec![CgroupName::Unit("shop".to_owned())], ..Selector::default() };
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, SessionPlan { selector, ..plan(1200) }, rules(), &mut collected);
    let groups: Vec<_> =
        watch.targets().iter().filter(|target| matches!(target.kind, TargetKind::Cgroup { members: 2 })).collect();
    assert_eq!(groups.len(), 2);
    assert!(groups[0].lifetime.ended.is_some() && groups[1].lifetime.ended.is_none());
    assert_eq!(groups[0].assessment.verdict.status, Status::Leaking, "{:?}", groups[0].assessment.verdict);
    assert_eq!(
        groups[0].current.reading.value(Counter::Rss),
        groups[0].current.cgroup.as_ref().and_then(|cgroup| cgroup.memory().working_set())
    );
    let kills = collected.alerts.iter().filter(|alert| alert.0 == AlertKind::OomKill).count();
    assert_eq!(kills, 1);
    let growing_members =
        groups[0].attribution.as_ref().map(|known| known.members.iter().map(|member| member.pid).collect::<Vec<_>>());
    assert_eq!(growing_members, Some(vec![Some(Pid(7))]), "one of the two members grows");
    assert!(collected.samples.iter().all(|(key, _)| [7, 8, 9].contains(&key.pid.0)));
}

/// Returns the memory of a group whose processes grow by 64 KiB/s in all.
fn leaking_group(second: u64) -> Option<CgroupMemory> {
    let anon = Some((100 << 20) + second * 65_536);
    Some(CgroupMemory { current: anon, anon, ..CgroupMemory::default() })
}

/// Watches processes in a group that leaks, and a database outside of it. Checks that they have one finding.
/// Returns the number of targets that show it, and of its alerts.
fn targets_of_one_leak(in_group: Vec<Process>) -> (usize, usize) {
    let database = Process { name: "database", ..process(9, 1, 0, 9999) };
    let mut script = Script::new(in_group.into_iter().chain([database]).collect());
    script.cgroup = Some(leaking_group);
    let selector = Selector { cgroups: vec![CgroupName::Unit("shop".to_owned())], ..Selector::default() };
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, SessionPlan { selector, ..plan(1200) }, rules(), &mut collected);
    let found = findings(watch.targets());
    let suspects = watch.targets().iter().filter(|target| target.assessment.verdict.status >= Status::Suspect);
    let named: Vec<_> = suspects.map(|target| (target.describe(), target.assessment.verdict.status)).collect();
    assert_eq!(found.len(), 1, "{found:?} of {named:?}");
    let alerts = collected.alerts.iter().filter(|alert| alert.0 == AlertKind::Leak && alert.1 == AlertState::Firing);
    (found[0].others.len() + 1, alerts.count())
}

#[test]
fn a_leak_in_a_process_its_pool_its_group_and_the_sum_of_all_is_one_finding() {
    let leaking = |pid| Process { rss: |second| (50 << 20) + second * 65_536, ..process(pid, 1, 0, 9999) };
    let constant = |pid| process(pid, 1, 0, 9999);
    let slow = |pid| Process { rss: |second| (50 << 20) + second * 16_384, ..process(pid, 1, 0, 9999) };
    assert_eq!(targets_of_one_leak(vec![leaking(7), constant(8)]), (4, 1), "process, pool, group and sum");
    assert_eq!(targets_of_one_leak((4..9).map(slow).collect()), (8, 1), "five processes, pool, group and sum");
    let exits = Process { to: 1100, ..leaking(7) };
    assert_eq!(targets_of_one_leak(vec![exits, constant(8)]).0, 2, "the process that exited, and the group");
}
