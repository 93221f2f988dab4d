//! Pools and selections, and their evidence about members.

use leakwatch::alert::AlertKind;
use leakwatch::analysis::{Rule, Status};
use leakwatch::event::{Target, TargetKind};
use leakwatch::model::{Ceiling, CeilingKind, Counter};

use crate::script::*;

/// Returns workers that live for 300 s, grow by 64 KiB/s and are replaced. Two of them run at a time, 150 s apart.
fn recycled(until: u64) -> Vec<Process> {
    let grown: fn(u64) -> u64 = |second| (50 << 20) + (second % 300) * 65_536;
    let shifted: fn(u64) -> u64 = |second| (50 << 20) + ((second + 150) % 300) * 65_536;
    let worker = |n: u32| {
        let (rss, from) = if n.is_multiple_of(2) { (grown, u64::from(n) * 150) } else { (shifted, u64::from(n) * 150) };
        Process { rss, ..process(100 + n, 1, from, from + 300) }
    };
    (0..).map(worker).take_while(|worker| worker.from < until).collect()
}

#[test]
fn growing_workers_that_are_replaced_are_no_leak_of_the_pool() {
    let mut script = Script::new(recycled(9000));
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, plan(9000), rules(), &mut collected);
    let pool = watch.targets().iter().find(|target| target.key.is_none()).expect("a pool");
    assert_eq!(pool.assessment.verdict.status, Status::Stable, "{:?}", pool.assessment.verdict);
    let with_status = |status| {
        let members = watch.targets().iter().filter(|target| target.key.is_some());
        members.filter(|target| target.assessment.verdict.status == status).collect::<Vec<_>>()
    };
    // The first workers stay leaking: they exited before the pool could be judged.
    let (leaking, suspect) = (with_status(Status::Leaking), with_status(Status::Suspect));
    assert!(suspect.len() > 40 && leaking.len() < 15, "{} {}", suspect.len(), leaking.len());
    let is_recycled =
        |target: &&&Target| target.assessment.verdict.reasons.iter().any(|reason| reason.rule == Rule::Pool);
    assert!(suspect.iter().filter(is_recycled).count() > 40);
    let alerts = collected.alerts.iter().filter(|alert| alert.0 == AlertKind::Leak).count();
    assert!(alerts < 30, "{alerts}");
}

#[test]
fn one_leak_has_one_alert() {
    let leaking = |pid| Process { rss: |second| (50 << 20) + second * 65_536, ..process(pid, 1, 0, 9999) };
    let other = || Process { name: "database", ..process(9, 1, 0, 9999) };
    for (processes, suspects) in
        [(vec![leaking(7), process(8, 1, 0, 9999), other()], 3), (vec![leaking(7), leaking(8), other()], 4)]
    {
        let mut collected = Collected::default();
        let (_, targets) = run(&mut Script::new(processes), plan(1200), rules(), &mut collected);
        let leaks = targets.targets().iter().filter(|target| target.assessment.verdict.status == Status::Leaking);
        assert_eq!(leaks.count(), suspects, "the processes, their pool and the sum of all leak");
        let alerts = collected.alerts.iter().filter(|alert| alert.0 == AlertKind::Leak).count();
        assert_eq!(alerts, 1, "{:?}", collected.alerts);
        let names_the_member =
            collected.messages.iter().any(|message| message.ends_with("; fastest member: worker (7)"));
        assert!(names_the_member, "{:?}", collected.messages);
    }
}

#[test]
fn a_leaking_pool_does_not_weaken_its_members() {
    let leaking = |pid| Process { rss: |second| (50 << 20) + second * 65_536, ..process(pid, 1, 0, 9999) };
    let mut script = Script::new(vec![leaking(7), leaking(8)]);
    let (_, watch) = run(&mut script, plan(1200), rules(), &mut Collected::default());
    let statuses: Vec<_> = watch.targets().iter().map(|target| target.assessment.verdict.status).collect();
    assert_eq!(statuses, [Status::Leaking; 3]);
}

#[test]
fn a_member_fills_the_host_no_later_than_its_pool() {
    let leaking = |pid| Process { rss: |second| (50 << 20) + second * 65_536, ..process(pid, 1, 0, 9999) };
    let mut script = Script::new((7..11).map(leaking).collect());
    script.host_total = 32 << 30;
    script.host_free = 24 << 30;
    script.ceiling = Some(Ceiling { kind: CeilingKind::Host, limit_bytes: 32 << 30, used_bytes: 8 << 30 });
    let (_, watch) = run(&mut script, plan(1200), rules(), &mut Collected::default());
    let full = |target: &Target| target.assessment.forecast.not_before_s.expect("a forecast");
    let pool = watch.targets().iter().find(|target| target.key.is_none()).expect("a pool");
    // 24 GiB at four times 64 KiB a second.
    assert!((90_000.0..100_000.0).contains(&full(pool)), "{:?}", pool.assessment.forecast);
    assert!(watch.targets().iter().all(|target| full(target) <= full(pool) + 1.0));
}

#[test]
fn a_noisy_sum_does_not_change_the_forecast_of_its_member() {
    let leaking = Process { rss: |second| (50 << 20) + second * 65_536, ..process(7, 1, 0, 9999) };
    let noisy = Process { rss: |second| (50 << 20) + (second * 7919 % 2003) * 65_536, ..process(8, 1, 0, 9999) };
    let forecast = |processes: Vec<Process>| {
        let mut script = Script::new(processes);
        script.host_total = 32 << 30;
        script.host_free = 24 << 30;
        script.ceiling = Some(Ceiling { kind: CeilingKind::Host, limit_bytes: 32 << 30, used_bytes: 8 << 30 });
        let (_, watch) = run(&mut script, plan(1200), rules(), &mut Collected::default());
        let growth = |target: &Target| target.assessment.growth.ci_high.expect("an interval");
        let sums: Vec<f64> = watch.targets().iter().filter(|target| target.key.is_none()).map(growth).collect();
        let member = watch.targets().iter().find(|target| target.key.is_some_and(|key| key.pid.0 == 7));
        let member = &member.expect("the member").assessment;
        assert_eq!(member.verdict.status, Status::Leaking);
        assert!(sums.iter().all(|&high| high > 1.2 * member.growth.ci_high.expect("an interval")), "{sums:?}");
        member.forecast
    };
    let (alone, beside) = (forecast(vec![leaking.clone()]), forecast(vec![leaking, noisy]));
    assert_eq!(beside, alone, "the member has its own forecast");
}

/// Returns the sums of all in a session of two processes, and the number of its targets.
fn selections(names: [&'static str; 2]) -> (Vec<Target>, usize) {
    let named = |(pid, name)| Process { name, ..process(pid, 1, 0, 100) };
    let mut script = Script::new([7, 8].into_iter().zip(names).map(named).collect());
    let (_, watch) = run(&mut script, plan(30), rules(), &mut Collected::default());
    let is_selection = |target: &&Target| matches!(target.kind, TargetKind::Selection { members: 2 });
    (watch.targets().iter().filter(is_selection).cloned().collect(), watch.targets().len())
}

#[test]
fn processes_of_several_names_have_one_sum() {
    let (sums, targets) = selections(["worker", "helper"]);
    assert_eq!((sums.len(), targets), (1, 3));
    assert_eq!((sums[0].current.reading.value(Counter::RssAnon), sums[0].assessment.samples), (Some(100 << 20), 31));
    let (sums, targets) = selections(["worker", "worker"]);
    assert_eq!((sums.len(), targets), (0, 3));
}
