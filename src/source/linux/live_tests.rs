//! The whole source against a few live children.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use regex::Regex;

use super::*;
use crate::model::{Counter, Pid};

fn pids(found: &[MatchedProcess]) -> Vec<u32> {
    found.iter().map(|found| found.key.pid.0).collect()
}

/// A real child that ends with the test.
struct Live(Child);

impl Live {
    fn sleeping() -> Self {
        Self(Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("started"))
    }

    fn pid(&self) -> Pid {
        Pid(self.0.id())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn live() -> LinuxSource {
    LinuxSource::new(Path::new(PROC_ROOT), PathBuf::from(CGROUP_ROOT)).expect("opened")
}

#[test]
fn a_real_child_is_found_read_and_missed() {
    let mut child = Live::sleeping();
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let mut source = live();
    let found = source.find(&selector).expect("listed");
    assert_eq!(pids(&found), [child.pid().0]);
    for depth in [Depth::Counters, Depth::WithPss] {
        let seen = source.read(found[0].key, depth).expect("read");
        assert!(seen.reading.rss > Some(0) && seen.reading.vsize >= seen.reading.rss, "{seen:?}");
        assert_eq!((seen.reading.threads, seen.reading.fds > Some(0)), (Some(1), true), "{seen:?}");
    }
    assert!(source.count_pages(found[0].key).expect("counted").anonymous > 0);
    assert!(source.limits(found[0].key).ceiling.is_some());
    child.0.kill().expect("killed");
    child.0.wait().expect("waited for");
    assert_eq!(source.read(found[0].key, Depth::Counters), Err(ReadError::Gone));
    assert_eq!(source.find(&selector), Ok(vec![]));
}

#[test]
fn a_real_zombie_is_gone() {
    let mut child = Live::sleeping();
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let mut source = live();
    let found = source.find(&selector).expect("listed");
    source.read(found[0].key, Depth::Counters).expect("read");
    child.0.kill().expect("killed");
    // Not waited for: it stays a zombie until the end of the test.
    let mut outcome = source.read(found[0].key, Depth::Counters);
    for _ in 0..1_000_000 {
        if outcome.is_err() {
            break;
        }
        std::thread::yield_now();
        outcome = source.read(found[0].key, Depth::Counters);
    }
    assert_eq!(outcome, Err(ReadError::Gone));
    assert_eq!(source.find(&selector), Ok(vec![]));
}

#[test]
fn the_seldom_pace_misses_nothing_but_swap() {
    let child = Live::sleeping();
    let mut source = live().with_status_cadence(StatusCadence::WhenNeeded);
    let found = source.find(&Selector { pids: vec![child.pid()], ..Selector::default() }).expect("listed");
    let first = source.read(found[0].key, Depth::Counters).expect("read").reading;
    assert!(first.swap.is_some() && first.rss_file.is_some());
    for _ in 0..20 {
        let reading = source.read(found[0].key, Depth::Counters).expect("read").reading;
        let counters =
            [Counter::Rss, Counter::RssAnon, Counter::RssFile, Counter::RssShmem, Counter::Vsize, Counter::Fds];
        assert!(counters.iter().all(|&counter| reading.value(counter).is_some()), "{reading:?}");
        assert_eq!(reading.threads, Some(1));
    }
}

#[test]
fn memory_alone_is_read_to_the_end() {
    let mut child = Live::sleeping();
    let mut source = live()
        .with_status_cadence(StatusCadence::WhenNeeded)
        .with_optional_counters(OptionalCounters { fds: false, threads: false });
    let found = source.find(&Selector { pids: vec![child.pid()], ..Selector::default() }).expect("listed");
    for depth in [Depth::Counters, Depth::Counters, Depth::WithPss] {
        let reading = source.read(found[0].key, depth).expect("read").reading;
        assert_eq!((reading.threads, reading.fds), (None, None));
        assert!(reading.rss > Some(0) && reading.rss_file.is_some(), "{reading:?}");
        assert_eq!(reading.pss.is_some(), depth == Depth::WithPss);
    }
    child.0.kill().expect("killed");
    child.0.wait().expect("waited for");
    assert_eq!(source.read(found[0].key, Depth::Counters), Err(ReadError::Gone));
}

#[test]
fn coming_and_going_pairs_nobody_wrongly_and_leaves_nothing() {
    let mut source = live().with_status_cadence(StatusCadence::WhenNeeded);
    let sleepers = Selector { names: vec!["sleep".into()], exact: true, ..Selector::default() };
    let mut seen = std::collections::BTreeSet::new();
    let (mut ours, mut found, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..60 {
        let mut children: Vec<Live> = (0..5).map(|_| Live::sleeping()).collect();
        ours.extend(children.iter().map(Live::pid));
        if round % 2 == 0 {
            // Some end between being found and being read.
            children.truncate(3);
        }
        // As a session does: what was said last holds until something else is said.
        let mut follow = |source: &mut LinuxSource, children: &[Live]| {
            if let Some(changed) = source.find_if_changed(&sleepers).expect("listed") {
                found = changed;
            }
            assert!(children.iter().all(|child| pids(&found).contains(&child.pid().0)), "none is missed");
            assert!(gone.iter().all(|gone| found.iter().all(|found| found.key != *gone)), "none stays");
        };
        follow(&mut source, &children);
        // Now nobody has ended.
        children.push(Live::sleeping());
        ours.extend(children.last().map(Live::pid));
        follow(&mut source, &children);
        drop(children.split_off(2));
        for found in &found {
            match source.read(found.key, Depth::Counters) {
                Ok(seen) => assert!(seen.reading.rss > Some(0)),
                Err(error) => {
                    assert_eq!(error, ReadError::Gone);
                    gone.push(found.key);
                }
            }
            seen.insert(found.key);
        }
    }
    // Every one of them answers for itself to the end: none is read in place of another.
    let left = source.find(&sleepers).expect("listed");
    assert!(left.iter().all(|found| !ours.contains(&found.key.pid)));
    let ended: Vec<_> = seen.into_iter().filter(|key| ours.contains(&key.pid)).collect();
    assert!(ended.len() > 60, "{}", ended.len());
    for key in ended {
        assert_eq!(source.read(key, Depth::Counters), Err(ReadError::Gone));
        assert!(source.census.meant(key).is_none(), "nothing is kept of it");
    }
}

#[test]
fn who_is_selected_by_number_is_told_of_when_something_changes() {
    let mut child = Live::sleeping();
    let mut source = live();
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let key = source.find_if_changed(&selector).expect("listed").expect("at first")[0].key;
    source.read(key, Depth::Counters).expect("read");
    // While it is young it is looked at again, ever more seldom.
    assert!((0..1000).any(|_| source.find_if_changed(&selector) == Ok(None)));
    child.0.kill().and_then(|()| child.0.wait()).expect("it ends");
    assert_eq!(source.read(key, Depth::Counters), Err(ReadError::Gone));
    assert_eq!(source.find_if_changed(&selector), Ok(Some(vec![])));
}

#[test]
fn who_is_not_selected_comes_and_goes_without_a_word() {
    let mut source = live();
    let nobody = Selector { names: vec!["no such program".into()], ..Selector::default() };
    assert_eq!(source.find_if_changed(&nobody), Ok(Some(vec![])));
    for _ in 0..10 {
        let child = Live::sleeping();
        assert_eq!(source.find_if_changed(&nobody), Ok(None));
        drop(child);
        assert_eq!(source.find_if_changed(&nobody), Ok(None));
    }
}

#[test]
fn leakwatch_is_not_among_the_live_ones() {
    let everybody = Selector { cmdline: Some(Regex::new("").expect("valid")), ..Selector::default() };
    let own = std::process::id();
    let found = live().find(&everybody).expect("listed");
    assert!(found.iter().all(|found| found.key.pid.0 != own));
    assert!(found.is_sorted_by_key(|found| found.key));
}

#[test]
fn a_process_that_becomes_another_program_says_so_once() {
    let mut command = Command::new("sh");
    let mut child =
        Live(command.args(["-c", "read go; exec sleep 1000"]).stdin(Stdio::piped()).spawn().expect("started"));
    let mut source = live().with_status_cadence(StatusCadence::WhenNeeded);
    let selector = Selector { pids: vec![child.pid()], ..Selector::default() };
    let mut key = None;
    // Until its own exec the child is a copy of this program.
    while !source.find(&selector).expect("listed").iter().any(|found| {
        key = Some(found.key);
        found.label.cmdline.starts_with("sh ")
    }) {}
    let key = key.expect("found");
    assert_eq!(source.read(key, Depth::Counters).expect("read").program, None);
    child.0.stdin.take().expect("a pipe").write_all(b"\n").expect("it reads");
    let label = loop {
        let seen = source.read(key, Depth::Counters).expect("read");
        assert!(seen.reading.rss > Some(0));
        match seen.program {
            Some(label) => break label,
            None => std::thread::yield_now(),
        }
    };
    assert_eq!(label.cmdline, "sleep 1000");
    assert_eq!(source.read(key, Depth::Counters).expect("read").program, None);
    assert_eq!(source.find(&selector).expect("listed")[0].label.cmdline, "sleep 1000");
}
