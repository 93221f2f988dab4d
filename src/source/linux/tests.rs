//! Tests of the whole source over ordinary files with the layout of `/proc`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use regex::Regex;
use tempfile::TempDir;

use super::*;
use crate::model::{CeilingKind, CgroupName, Counter, Pid, StartTime};

/// Folder of ordinary files with the layout of `/proc`.
struct FakeProc {
    folder: TempDir,
}

impl FakeProc {
    fn new() -> Self {
        let fake = Self { folder: tempfile::tempdir().expect("created") };
        fake.write("uptime", "1000.00 900.00\n");
        fake.write("meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n");
        fake
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("created");
        fs::write(path, text).expect("written");
    }

    /// Writes a process with 300 KiB resident (100 of them file pages), one thread and two descriptors.
    fn process(&self, pid: u32, parent: u32, start: u64, comm: impl AsRef<[u8]>, arguments: &[&str]) -> &Self {
        self.process_in_state(pid, parent, start, comm, arguments, "S", 0x40_0040)
    }

    #[expect(clippy::too_many_arguments, reason = "one for each field of the file")]
    fn process_in_state(
        &self,
        pid: u32,
        parent: u32,
        start: u64,
        comm: impl AsRef<[u8]>,
        arguments: &[&str],
        state: &str,
        flags: u64,
    ) -> &Self {
        let mut stat = format!("{pid} (").into_bytes();
        stat.extend_from_slice(comm.as_ref());
        let rest = format!(") {state} {parent} 1 1 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0\n");
        stat.extend_from_slice(rest.as_bytes());
        self.write(&format!("{pid}/stat"), stat);
        self.write(&format!("{pid}/statm"), "500 75 25 1 0 60 0\n");
        self.write(
            &format!("{pid}/status"),
            "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nVmSize:\t2000 kB\nVmRSS:\t300 kB\nRssAnon:\t200 kB\nRssFile:\t90 kB\nRssShmem:\t10 kB\nVmData:\t240 kB\nVmSwap:\t8 kB\nThreads:\t1\n",
        );
        let cmdline: String = arguments.iter().map(|argument| format!("{argument}\0")).collect();
        self.write(&format!("{pid}/cmdline"), cmdline);
        self.write(
            &format!("{pid}/smaps_rollup"),
            "x [rollup]\nPss: 150 kB\nPrivate_Clean: 20 kB\nPrivate_Dirty: 100 kB\n",
        );
        self.write(&format!("{pid}/fd/0"), "");
        self.write(&format!("{pid}/fd/1"), "");
        self
    }

    fn remove(&self, pid: u32) {
        fs::remove_dir_all(self.folder.path().join(pid.to_string())).expect("removed");
    }

    fn set_own_pid(&self, pid: u32) {
        symlink(pid.to_string(), self.folder.path().join("self")).expect("linked");
    }

    fn source(&self) -> LinuxSource {
        LinuxSource::new(self.folder.path(), self.folder.path().join("cgroup")).expect("opened")
    }
}

fn key(pid: u32, start: u64) -> ProcessKey {
    ProcessKey { pid: Pid(pid), start: StartTime(start) }
}

fn by_name(name: &str) -> Selector {
    Selector { names: vec![name.into()], ..Selector::default() }
}

fn by_cmdline(pattern: &str) -> Selector {
    Selector { cmdline: Some(Regex::new(pattern).expect("valid")), ..Selector::default() }
}

fn pids(found: &[MatchedProcess]) -> Vec<u32> {
    found.iter().map(|found| found.key.pid.0).collect()
}

#[test]
fn a_process_is_found_and_read_in_full() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "python3", &["/usr/bin/python3", "server.py"]).process(3, 1, 10, "bash", &["-bash"]);
    let mut source = fake.source();
    let found = source.find(&by_name("PYTHON")).expect("listed");
    assert_eq!(pids(&found), [20]);
    let label = &found[0].label;
    assert_eq!((&*label.name, &*label.cmdline, label.uid), ("python3", "/usr/bin/python3 server.py", Some(1000)));
    assert_eq!((found[0].parent, found[0].age_s), (Some(Pid(1)), Some(950.0)));
    let reading = source.read(found[0].key, Depth::WithPss).expect("read").reading;
    let in_kib = |counter| reading.value(counter).map(|bytes| bytes / 1024);
    let expected = [
        (Counter::Rss, 300),
        (Counter::Pss, 150),
        (Counter::Uss, 120),
        (Counter::RssAnon, 200),
        (Counter::RssFile, 90),
        (Counter::RssShmem, 10),
        (Counter::Swap, 8),
        (Counter::Vsize, 2000),
    ];
    for (counter, kib) in expected {
        assert_eq!(in_kib(counter), Some(kib), "{counter:?}");
    }
    assert_eq!((reading.value(Counter::Threads), reading.value(Counter::Fds)), (Some(1), Some(2)));
    assert_eq!(source.read(found[0].key, Depth::Counters).expect("read").reading.value(Counter::Pss), None);
}

#[test]
fn a_number_used_again_is_another_process() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "worker", &["worker"]);
    let mut source = fake.source();
    for selector in [by_name("worker"), Selector { pids: vec![Pid(20)], ..Selector::default() }] {
        fake.remove(20);
        fake.process(20, 1, 5000, "worker", &["worker"]);
        let old = source.find(&selector).expect("listed")[0].key;
        assert!(source.read(old, Depth::Counters).is_ok());
        fake.remove(20);
        fake.process(20, 1, 9000, "worker", &["worker"]);
        assert_eq!(source.read(old, Depth::Counters), Err(ReadError::Gone));
        let new = source.find(&selector).expect("listed")[0].key;
        assert_eq!(new, key(20, 9000));
        assert!(source.read(new, Depth::Counters).is_ok());
        assert_eq!(source.read(old, Depth::Counters), Err(ReadError::Gone));
    }
}

#[test]
fn an_exited_process_is_gone() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "worker", &["worker"]);
    let mut source = fake.source();
    source.find(&by_name("worker")).expect("listed");
    fake.remove(20);
    assert_eq!(source.read(key(20, 5000), Depth::Counters), Err(ReadError::Gone));
    assert_eq!(source.find(&by_name("worker")), Ok(vec![]));
}

#[test]
fn a_process_that_becomes_a_zombie_is_gone() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "worker", &["worker"]);
    let mut source = fake.source();
    source.find(&by_name("worker")).expect("listed");
    fake.write("20/statm", "0 0 0 0 0 0 0\n");
    assert_eq!(source.read(key(20, 5000), Depth::Counters), Err(ReadError::Gone));
}

#[test]
fn kernel_threads_and_zombies_never_match() {
    let fake = FakeProc::new();
    fake.process_in_state(2, 0, 1, "worker", &[], "S", 0x0020_8040)
        .process_in_state(9, 1, 2, "worker", &[], "Z", 0x40_0044)
        .process(11, 1, 3, "worker", &["worker"]);
    let by_name_or_pid = Selector { pids: vec![Pid(2), Pid(9), Pid(11)], ..by_name("worker") };
    assert_eq!(pids(&fake.source().find(&by_name_or_pid).expect("listed")), [11]);
    let by_pid = Selector { names: vec![], ..by_name_or_pid };
    assert_eq!(pids(&fake.source().find(&by_pid).expect("listed")), [11]);
}

#[test]
fn a_hostile_name_is_data() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "a) R 1 (\n\u{1b}[2J", &["x", "line\nend"]).process(21, 1, 5001, b"\xff\xfe", &["y"]);
    let found = fake.source().find(&Selector { pids: vec![Pid(20), Pid(21)], ..Selector::default() }).expect("listed");
    assert_eq!(found[0].label.name, "a) R 1 (\n\u{1b}[2J");
    assert_eq!((found[0].key, found[0].parent), (key(20, 5000), Some(Pid(1))));
    assert_eq!(found[0].label.cmdline, "x line\nend");
    assert_eq!(found[1].label.name, "\u{fffd}\u{fffd}");
}

#[test]
fn a_young_process_gets_its_name_with_exec() {
    let fake = FakeProc::new();
    fake.process(20, 1, 99_900, "bash", &["bash"]);
    let mut source = fake.source();
    assert_eq!(source.find(&by_name("server")), Ok(vec![]));
    fake.process(20, 1, 99_900, "server", &["server", "--port"]);
    assert_eq!(pids(&source.find(&by_name("server")).expect("listed")), [20]);
    fake.process(20, 1, 99_900, "other", &["other"]);
    let found = source.find(&by_name("server")).expect("listed");
    assert_eq!(
        (pids(&found), found[0].label.name.as_str()),
        (vec![20], "other"),
        "a match keeps matching under another name"
    );
}

#[test]
fn a_truncated_name_may_belong_to_another_program() {
    let fake = FakeProc::new();
    fake.process(20, 1, 99_900, "orders-service-", &["sh", "orders-service-start"]);
    let mut source = fake.source();
    assert_eq!(source.find(&by_name("orders-service-main")), Ok(vec![]));
    fake.process(20, 1, 99_900, "orders-service-", &["orders-service-main"]);
    assert_eq!(pids(&source.find(&by_name("orders-service-main")).expect("listed")), [20]);
}

#[test]
fn a_process_that_renames_itself_later_is_found() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "ruby", &["ruby", "start.rb"]);
    let mut source = fake.source();
    assert_eq!(source.find(&by_name("sidekiq")), Ok(vec![]));
    fake.process(20, 1, 5000, "ruby", &["sidekiq 7.2 shop [0 of 5 busy]"]);
    assert_eq!(source.find(&by_name("sidekiq")), Ok(vec![]), "an old process is not checked in full at every tick");
    fake.write("uptime", "1300.00 900.00\n");
    assert_eq!(pids(&source.find(&by_name("sidekiq")).expect("listed")), [20]);
}

#[test]
fn a_tree_includes_all_descendants_and_keeps_them() {
    let fake = FakeProc::new();
    fake.process(30, 1, 100, "pool", &["pool"])
        .process(40, 30, 200, "worker", &["worker"])
        .process(7, 40, 300, "helper", &["helper"])
        .process(41, 1, 200, "stranger", &["stranger"])
        .process(42, 30, 50, "older than its parent's number", &["x"]);
    let mut source = fake.source();
    let tree = Selector { tree: true, ..by_name("pool") };
    assert_eq!(pids(&source.find(&tree).expect("listed")), [7, 30, 40]);
    fake.remove(30);
    fake.process(40, 1, 200, "worker", &["worker"]);
    assert_eq!(pids(&source.find(&tree).expect("listed")), [7, 40]);
    assert!(source.read(key(7, 300), Depth::Counters).is_ok());
}

#[test]
fn leakwatch_never_matches_itself_nor_its_shells_by_command_line() {
    let fake = FakeProc::new();
    fake.process(10, 1, 100, "bash", &["bash", "-c", "leakwatch --cmdline server"])
        .process(11, 10, 200, "leakwatch", &["leakwatch", "--cmdline", "server"])
        .process(12, 11, 300, "child", &["child"])
        .process(13, 1, 300, "server", &["server"]);
    fake.set_own_pid(11);
    let mut source = fake.source();
    assert_eq!(pids(&source.find(&by_cmdline("server")).expect("listed")), [13]);
    assert_eq!(pids(&source.find(&by_name("bash")).expect("listed")), [10]);
    assert_eq!(source.find(&Selector { pids: vec![Pid(11)], ..Selector::default() }), Ok(vec![]));
    let below_the_shell = Selector { tree: true, ..by_name("bash") };
    assert_eq!(pids(&source.find(&below_the_shell).expect("listed")), [10]);
}

#[test]
fn a_changed_selector_is_matched_anew() {
    let fake = FakeProc::new();
    fake.process(20, 1, 100, "python3", &["python3"]).process(21, 1, 100, "node", &["node"]);
    let mut source = fake.source();
    assert_eq!(pids(&source.find(&by_name("python")).expect("listed")), [20]);
    assert_eq!(pids(&source.find(&by_name("node")).expect("listed")), [21]);
    let of_user = |uid| Selector { uid: Some(uid), ..Selector::default() };
    assert_eq!(pids(&source.find(&of_user(1000)).expect("listed")), [20, 21]);
    assert_eq!(source.find(&of_user(0)), Ok(vec![]));
}

#[test]
fn malformed_files_of_one_process_leave_the_others_alone() {
    let fake = FakeProc::new();
    fake.process(20, 1, 100, "worker", &["worker"]).process(21, 1, 100, "worker", &["worker"]);
    fake.process(22, 1, 100, "worker", &["worker"]);
    fake.write("20/stat", b"\x00\xff(((");
    fake.write("22/statm", "many pages");
    let mut source = fake.source();
    assert_eq!(pids(&source.find(&by_name("worker")).expect("listed")), [21, 22]);
    assert!(matches!(source.read(key(22, 100), Depth::Counters), Err(ReadError::Malformed { .. })));
    assert!(source.read(key(21, 100), Depth::WithPss).is_ok());
}

#[test]
fn the_limit_with_the_least_headroom_is_found() {
    let fake = FakeProc::new();
    fake.process(20, 1, 100, "worker", &["worker"]);
    let mut source = fake.source();
    source.find(&by_name("worker")).expect("listed");
    // The control group is unreadable at first: the failure is not cached.
    let host = source.limits(key(20, 100));
    assert_eq!(
        host.ceiling.map(|ceiling| (ceiling.kind, ceiling.limit_bytes, ceiling.used_bytes)),
        Some((CeilingKind::Host, 1_024_000, 614_400))
    );
    fake.write("20/cgroup", "0::/service\n");
    fake.write("cgroup/service/memory.max", "700000\n");
    fake.write("cgroup/service/memory.current", "600000\n");
    source.find(&by_name("worker")).expect("listed");
    let grouped = source.limits(key(20, 100)).ceiling.expect("found");
    assert_eq!((grouped.kind, grouped.limit_bytes), (CeilingKind::CgroupMax, 700_000));
    assert_eq!(source.limits(key(99, 1)).host, host.host);
}

#[test]
fn a_missing_root_is_named_in_the_error() {
    let error = LinuxSource::new(Path::new("/nonexistent/proc"), PathBuf::new()).expect_err("refused");
    assert_eq!(error.to_string(), "cannot read '/nonexistent/proc': no such directory");
}

#[test]
fn counters_that_are_not_requested_are_unknown() {
    let fake = FakeProc::new();
    fake.process(20, 1, 5000, "worker", &["worker"]);
    for (fds, threads) in [(false, false), (true, false), (false, true)] {
        let mut source = fake.source().with_optional_counters(OptionalCounters { fds, threads });
        let reading = source.read(key(20, 5000), Depth::Counters).expect("read").reading;
        assert_eq!(
            (reading.value(Counter::Fds), reading.value(Counter::Threads)),
            (fds.then_some(2), threads.then_some(1))
        );
        assert_eq!(reading.value(Counter::Rss), Some(300 << 10));
    }
}

#[test]
fn the_host_of_the_fixtures_is_read_in_full() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/proc");
    let mut source = LinuxSource::new(&fixtures.join("service"), fixtures.join("service-cgroup")).expect("opened");
    let all = source.find(&by_cmdline("")).expect("listed");
    assert_eq!(pids(&all), [1, 4100, 4101, 4102, 4200, 4201]);
    let workers = Selector { tree: true, pids: vec![Pid(4100)], ..Selector::default() };
    assert_eq!(pids(&source.find(&workers).expect("listed")), [4100, 4101, 4102]);
    let reading = source.read(key(4102, 7_000_000), Depth::WithPss).expect("read").reading;
    assert!(Counter::ALL.iter().all(|&counter| reading.value(counter).is_some()), "{reading:?}");
    let ceiling = source.limits(key(4102, 7_000_000)).ceiling.expect("found");
    assert_eq!((ceiling.kind, ceiling.limit_bytes, ceiling.used_bytes), (CeilingKind::CgroupMax, 256 << 20, 172 << 20));
    let unit = Selector { cgroups: vec![CgroupName::Unit("orders".to_owned())], ..Selector::default() };
    assert_eq!(pids(&source.find(&unit).expect("listed")), [4100, 4101, 4102]);
    let group = source.read_cgroups().remove(0);
    assert_eq!((&*group.path, group.members.len(), group.ceiling), ("/system.slice/orders.service", 3, Some(ceiling)));
    let of_group = Selector { names: vec!["no such name".to_owned()], ..unit };
    assert_eq!(pids(&source.find(&of_group).expect("listed")), [4100, 4101, 4102]);
}
