//! Processes that run another program after exec.

use leakwatch::alert::AlertKind;
use leakwatch::analysis::Status;

use crate::script::*;

#[test]
fn memory_before_exec_is_not_charged_to_the_program() {
    let starter = Process {
        rss: |second| if second < 40 { 2 << 20 } else { 300 << 20 },
        becomes: Some((40, "service")),
        ..process(7, 1, 0, 1000)
    };
    let mut seen = Collected::default();
    let (_, watch) = run(&mut Script::new(vec![starter]), plan(100), rules(), &mut seen);
    let [target] = watch.targets() else { panic!("one process is one target") };
    assert_eq!((target.label.name.as_str(), target.program, target.lifetime.ended), ("service", 1, None));
    assert_eq!(target.lifetime.last_seen.seconds_since(target.lifetime.first_seen), 60.0);
    assert!(target.trace.points().all(|bytes| bytes >= 300 << 20));
    let growth = [AlertKind::Spike, AlertKind::RapidGrowth, AlertKind::ConsistentGrowth, AlertKind::Leak];
    assert!(seen.alerts.iter().all(|(kind, _)| !growth.contains(kind)), "{:?}", seen.messages);
}

#[test]
fn each_program_joins_the_pool_of_its_name() {
    let start = |pid| Process { becomes: Some((u64::from(pid), "service")), ..process(pid, 1, 0, 1000) };
    let mut script = Script::new((10..13).map(start).collect());
    let (_, watch) = run(&mut script, plan(100), rules(), &mut Collected::default());
    let service: Vec<_> = watch.targets().iter().filter(|target| target.label.name == "service").collect();
    assert_eq!(service.len(), 4, "three processes and their sum");
    let workers = watch.targets().iter().filter(|target| target.label.name == "worker");
    assert!(workers.clone().all(|target| target.key.is_none()), "only the pool of the old name remains");
    assert_eq!(workers.count(), 1);
}

#[test]
fn a_leak_before_exec_stays_in_the_report() {
    let leaky = Process {
        rss: |second| (50 << 20) + if second < 1500 { second << 16 } else { 0 },
        becomes: Some((1500, "service")),
        ..process(7, 1, 0, 10_000)
    };
    let mut collected = Collected::default();
    let (_, watch) = run(&mut Script::new(vec![leaky]), plan(1600), rules(), &mut collected);
    let ends = |text: &String| text.ends_with(", because its process runs another program");
    assert!(collected.messages.iter().any(ends), "{:?}", collected.messages);
    assert!(
        !collected.messages.iter().any(|text| text.contains("has ended")),
        "the process still runs: {:?}",
        collected.messages
    );
    let mut seen: Vec<_> = watch
        .targets()
        .iter()
        .map(|target| {
            (
                target.program,
                target.label.name.as_str(),
                target.lifetime.ended.is_some(),
                target.assessment.verdict.status,
            )
        })
        .collect();
    seen.sort_unstable_by_key(|seen| seen.0);
    assert_eq!(seen[0], (0, "worker", true, Status::Leaking));
    assert_eq!((seen.len(), seen[1].1, seen[1].2), (2, "service", false));
    assert_ne!(seen[1].3, Status::Leaking);
    assert_eq!(watch.targets().iter().map(|target| target.number).collect::<std::collections::HashSet<_>>().len(), 2);
}
