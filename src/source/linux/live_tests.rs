//! Tests of the whole source over a few live children.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use regex::Regex;

use super::*;
use crate::model::{Counter, Pid};

fn pids(found: &[MatchedProcess]) -> Vec<u32> {
    found.iter().map(|found| found.key.pid.0).collect()
}

/// Live child process that is killed at the end of the test.
struct KilledChild(Child);

impl KilledChild {
    fn sleeping() -> Self {
        Self(Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("started"))
    }

    fn pid(&self) -> Pid {
        Pid(self.0.id())
    }
}

impl Drop for KilledChild {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn open_source() -> LinuxSource {
    LinuxSource::new(Path::new(PROC_ROOT), PathBuf::from(CGROUP_ROOT)).expect("opened")
}

#[test]
fn a_child_is_found_read_and_gone_after_its_exit() {
    let mut child = KilledChild::sleeping();
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let mut source = open_source();
    let found = source.find(&selector).expect("listed");
    assert_eq!(pids(&found), [child.pid().0]);
    for depth in [Depth::Counters, Depth::WithPss] {
        let seen = source.read(found[0].key, depth).expect("read");
        assert!(
            seen.reading.value(Counter::Rss) > Some(0)
                && seen.reading.value(Counter::Vsize) >= seen.reading.value(Counter::Rss),
            "{seen:?}"
        );
        assert_eq!(
            (seen.reading.value(Counter::Threads), seen.reading.value(Counter::Fds) > Some(0)),
            (Some(1), true),
            "{seen:?}"
        );
    }
    assert!(source.count_pages(found[0].key).expect("counted").anonymous > 0);
    assert!(source.limits(found[0].key).ceiling.is_some());
    child.0.kill().expect("killed");
    child.0.wait().expect("waited for");
    assert_eq!(source.read(found[0].key, Depth::Counters), Err(ReadError::Gone));
    assert_eq!(source.find(&selector), Ok(vec![]));
}

#[test]
fn a_zombie_is_gone() {
    let mut child = KilledChild::sleeping();
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let mut source = open_source();
    let found = source.find(&selector).expect("listed");
    source.read(found[0].key, Depth::Counters).expect("read");
    child.0.kill().expect("killed");
    // Without a wait it stays a zombie until the end of the test.
    let mut reading = source.read(found[0].key, Depth::Counters);
    for _ in 0..1_000_000 {
        if reading.is_err() {
            break;
        }
        std::thread::yield_now();
        reading = source.read(found[0].key, Depth::Counters);
    }
    assert_eq!(reading, Err(ReadError::Gone));
    assert_eq!(source.find(&selector), Ok(vec![]));
}

#[test]
fn the_cadence_when_needed_misses_only_swap() {
    let child = KilledChild::sleeping();
    let mut source = open_source().with_status_cadence(StatusCadence::WhenNeeded);
    let found = source.find(&Selector { pids: vec![child.pid()], ..Selector::default() }).expect("listed");
    let first = source.read(found[0].key, Depth::Counters).expect("read").reading;
    assert!(first.value(Counter::Swap).is_some() && first.value(Counter::RssFile).is_some());
    for _ in 0..20 {
        let reading = source.read(found[0].key, Depth::Counters).expect("read").reading;
        let counters =
            [Counter::Rss, Counter::RssAnon, Counter::RssFile, Counter::RssShmem, Counter::Vsize, Counter::Fds];
        assert!(counters.iter().all(|&counter| reading.value(counter).is_some()), "{reading:?}");
        assert_eq!(reading.value(Counter::Threads), Some(1));
    }
}

#[test]
fn memory_without_optional_counters_is_read_until_the_exit() {
    let mut child = KilledChild::sleeping();
    let mut source = open_source()
        .with_status_cadence(StatusCadence::WhenNeeded)
        .with_optional_counters(OptionalCounters { fds: false, threads: false });
    let found = source.find(&Selector { pids: vec![child.pid()], ..Selector::default() }).expect("listed");
    for depth in [Depth::Counters, Depth::Counters, Depth::WithPss] {
        let reading = source.read(found[0].key, depth).expect("read").reading;
        assert_eq!((reading.value(Counter::Threads), reading.value(Counter::Fds)), (None, None));
        assert!(reading.value(Counter::Rss) > Some(0) && reading.value(Counter::RssFile).is_some(), "{reading:?}");
        assert_eq!(reading.value(Counter::Pss).is_some(), depth == Depth::WithPss);
    }
    child.0.kill().expect("killed");
    child.0.wait().expect("waited for");
    assert_eq!(source.read(found[0].key, Depth::Counters), Err(ReadError::Gone));
}

/// Updates the list like a session: the latest list holds until it changes.
fn update(source: &mut LinuxSource, selector: &Selector, found: &mut Vec<MatchedProcess>) {
    if let Some(changed) = source.find_if_changed(selector).expect("listed") {
        *found = changed;
    }
}

fn assert_current(found: &[MatchedProcess], children: &[KilledChild], gone: &[ProcessKey]) {
    assert!(children.iter().all(|child| pids(found).contains(&child.pid().0)), "every child is found");
    assert!(found.iter().all(|found| !gone.contains(&found.key)), "no exited child is found");
}

#[test]
fn churn_neither_confuses_processes_nor_leaves_state_behind() {
    let mut source = open_source().with_status_cadence(StatusCadence::WhenNeeded);
    let sleepers = Selector { names: vec!["sleep".into()], exact: true, ..Selector::default() };
    let mut seen = std::collections::BTreeSet::new();
    let (mut ours, mut found, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..60 {
        let mut children: Vec<KilledChild> = (0..5).map(|_| KilledChild::sleeping()).collect();
        ours.extend(children.iter().map(KilledChild::pid));
        if round % 2 == 0 {
            // Some children exit between the search and the reading.
            children.truncate(3);
        }
        update(&mut source, &sleepers, &mut found);
        assert_current(&found, &children, &gone);
        // No child has exited since the search.
        children.push(KilledChild::sleeping());
        ours.extend(children.last().map(KilledChild::pid));
        update(&mut source, &sleepers, &mut found);
        assert_current(&found, &children, &gone);
        drop(children.split_off(2));
        for found in &found {
            match source.read(found.key, Depth::Counters) {
                Ok(seen) => assert!(seen.reading.value(Counter::Rss) > Some(0)),
                Err(error) => {
                    assert_eq!(error, ReadError::Gone);
                    gone.push(found.key);
                }
            }
            seen.insert(found.key);
        }
    }
    // No process is ever read in place of another.
    let remaining = source.find(&sleepers).expect("listed");
    assert!(remaining.iter().all(|found| !ours.contains(&found.key.pid)));
    let ended: Vec<_> = seen.into_iter().filter(|key| ours.contains(&key.pid)).collect();
    assert!(ended.len() > 60, "{}", ended.len());
    for key in ended {
        assert_eq!(source.read(key, Depth::Counters), Err(ReadError::Gone));
        assert!(source.table.matched(key).is_none(), "no state remains");
    }
}

#[test]
fn processes_selected_by_number_are_reported_when_they_change() {
    let mut child = KilledChild::sleeping();
    let mut source = open_source();
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let key = source.find_if_changed(&selector).expect("listed").expect("at first")[0].key;
    source.read(key, Depth::Counters).expect("read");
    // A young process is rechecked, at growing intervals.
    assert!((0..1000).any(|_| source.find_if_changed(&selector) == Ok(None)));
    child.0.kill().and_then(|()| child.0.wait()).expect("it ends");
    assert_eq!(source.read(key, Depth::Counters), Err(ReadError::Gone));
    assert_eq!(source.find_if_changed(&selector), Ok(Some(vec![])));
}

#[test]
fn unmatched_processes_come_and_go_unreported() {
    let mut source = open_source();
    let unmatched = Selector { names: vec!["no such program".into()], ..Selector::default() };
    assert_eq!(source.find_if_changed(&unmatched), Ok(Some(vec![])));
    for _ in 0..10 {
        let child = KilledChild::sleeping();
        assert_eq!(source.find_if_changed(&unmatched), Ok(None));
        drop(child);
        assert_eq!(source.find_if_changed(&unmatched), Ok(None));
    }
}

#[test]
fn leakwatch_never_matches_itself() {
    let all = Selector { cmdline: Some(Regex::new("").expect("valid")), ..Selector::default() };
    let own = std::process::id();
    let found = open_source().find(&all).expect("listed");
    assert!(found.iter().all(|found| found.key.pid.0 != own));
    assert!(found.is_sorted_by_key(|found| found.key));
}

#[test]
fn an_exec_is_reported_once() {
    let mut command = Command::new("sh");
    let mut child =
        KilledChild(command.args(["-c", "read go; exec sleep 1000"]).stdin(Stdio::piped()).spawn().expect("started"));
    let mut source = open_source().with_status_cadence(StatusCadence::WhenNeeded);
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let mut key = None;
    // Before its own exec the child is a copy of the test program.
    while !source.find(&selector).expect("listed").iter().any(|found| {
        key = Some(found.key);
        found.label.cmdline.starts_with("sh ")
    }) {}
    let key = key.expect("found");
    assert_eq!(source.read(key, Depth::Counters).expect("read").program, None);
    child.0.stdin.take().expect("a pipe").write_all(b"\n").expect("it reads");
    let label = loop {
        let seen = source.read(key, Depth::Counters).expect("read");
        assert!(seen.reading.value(Counter::Rss) > Some(0));
        match seen.program {
            Some(label) => break label,
            None => std::thread::yield_now(),
        }
    };
    assert_eq!(label.cmdline, "sleep 1000");
    assert_eq!(source.read(key, Depth::Counters).expect("read").program, None);
    assert_eq!(source.find(&selector).expect("listed")[0].label.cmdline, "sleep 1000");
}
