//! Processes that become another program.

use leakwatch::alert::AlertKind;
use leakwatch::analysis::Status;

use crate::script::*;

#[test]
fn what_was_before_exec_is_no_part_of_the_program() {
    let starter = Process {
        rss: |second| if second < 40 { 2 << 20 } else { 300 << 20 },
        becomes: Some((40, "service")),
        ..process(7, 1, 0, 1000)
    };
    let mut seen = Collected::default();
    let (_, watch) = run(&mut Script::of(vec![starter]), plan(100), rules(), &mut seen);
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
    let mut script = Script::of((10..13).map(start).collect());
    let (_, watch) = run(&mut script, plan(100), rules(), &mut Collected::default());
    let service: Vec<_> = watch.targets().iter().filter(|target| target.label.name == "service").collect();
    assert_eq!(service.len(), 4, "three processes and their sum");
    let workers = watch.targets().iter().filter(|target| target.label.name == "worker");
    assert!(workers.clone().all(|target| target.key.is_none()), "what is left of the old name is its sum");
    assert_eq!(workers.count(), 1);
}

#[test]
fn a_leak_is_not_forgotten_with_the_program_that_had_it() {
    let leaky = Process {
        rss: |second| (50 << 20) + if second < 1500 { second << 16 } else { 0 },
        becomes: Some((1500, "service")),
        ..process(7, 1, 0, 10_000)
    };
    let mut told = Collected::default();
    let (_, watch) = run(&mut Script::of(vec![leaky]), plan(1600), rules(), &mut told);
    let ends = |text: &String| text.contains(": its process runs another program");
    assert!(told.messages.iter().any(ends), "{:?}", told.messages);
    assert!(!told.messages.iter().any(|text| text.contains("has ended")), "nothing has: {:?}", told.messages);
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
