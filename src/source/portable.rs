//! Processes of any system that `sysinfo` knows: what Linux has `/proc` for.
//!
//! It offers less: RSS, address space, and threads and descriptors where the system tells; no PSS, no parts of
//! RSS, no limits but the memory of the host. Start times are whole seconds, so that a number used again within
//! the second in which the old process started would go unnoticed; no system is that quick.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use super::selector::Candidate;
use super::{
    Depth, MatchedProcess, OptionalCounters, ProcessLimits, ProcessReading, ProcessSource, ReadError, Selector,
};
use crate::model::{HostMemory, Pid, ProcessKey, ProcessLabel, StartTime};

/// The processes that `sysinfo` shows.
pub struct PortableSource {
    system: System,
    own: Option<Pid>,
    /// Whom earlier rounds found: a descendant stays one when its parent ends.
    meant: HashSet<ProcessKey>,
    selector: Selector,
    counting: OptionalCounters,
}

impl PortableSource {
    /// Reads the processes of this system.
    ///
    /// # Errors
    /// When `sysinfo` does not know this system.
    pub fn new() -> Result<Self, ReadError> {
        let unknown = |error: sysinfo::Error| ReadError::Io { file: "the system".into(), reason: error.to_string() };
        let own = sysinfo::get_current_pid().ok().map(|pid| Pid(pid.as_u32()));
        Ok(Self {
            system: System::new().map_err(unknown)?,
            own,
            meant: HashSet::new(),
            selector: Selector::default(),
            counting: OptionalCounters::default(),
        })
    }

    /// Which counts are read besides memory.
    #[must_use]
    pub fn with_optional_counters(mut self, counting: OptionalCounters) -> Self {
        self.counting = counting;
        self
    }

    /// The processes that can be watched at all.
    fn watchable(&self) -> impl Iterator<Item = &sysinfo::Process> {
        let is_thread = |process: &&sysinfo::Process| process.thread_kind().is_some();
        let is_kernel = |process: &&sysinfo::Process| process.memory() == 0 && process.cmd().is_empty();
        let is_own = |process: &&sysinfo::Process| Some(Pid(process.pid().as_u32())) == self.own;
        self.system.processes().values().filter(move |process| {
            !is_thread(process) && !has_ended(process) && !is_kernel(process) && !is_own(process)
        })
    }

    fn ancestors(&self) -> Vec<sysinfo::Pid> {
        let own = self.own.map(|Pid(pid)| sysinfo::Pid::from_u32(pid));
        let parent = |pid: &sysinfo::Pid| self.system.process(*pid).and_then(sysinfo::Process::parent);
        // Longer than any real chain: a number used again could close a circle.
        std::iter::successors(own, parent).take(1000).collect()
    }

    fn decide(&mut self, selector: &Selector) -> BTreeMap<ProcessKey, MatchedProcess> {
        let ancestors = self.ancestors();
        let mut found = BTreeMap::new();
        let mut passed = Vec::new();
        for process in self.watchable() {
            let key = key_of(process);
            let mut candidate = Known::new(process, ancestors.contains(&process.pid()));
            let stays = selector.tree && self.meant.contains(&key);
            if stays || selector.wants(&mut candidate) {
                found.insert(key, candidate.found());
            } else if selector.tree {
                passed.push((key, candidate));
            }
        }
        loop {
            let is_child = |(key, candidate): &(ProcessKey, Known<'_>)| {
                let parent = candidate.process.parent().and_then(|parent| self.system.process(parent)).map(key_of);
                parent.is_some_and(|parent| parent.start <= key.start && found.contains_key(&parent))
            };
            let (children, rest): (Vec<_>, Vec<_>) = passed.into_iter().partition(is_child);
            passed = rest;
            if children.is_empty() {
                break;
            }
            found.extend(children.into_iter().map(|(key, candidate)| (key, candidate.found())));
        }
        self.meant = found.keys().copied().collect();
        found
    }
}

impl fmt::Debug for PortableSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortableSource").field("own", &self.own).finish_non_exhaustive()
    }
}

impl ProcessSource for PortableSource {
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        if self.selector != *selector {
            self.selector = selector.clone();
            self.meant.clear();
        }
        // Names do not change but with `exec`, and then the command line does: it is read again each time.
        let what = ProcessRefreshKind::nothing()
            .with_memory()
            .with_exe(UpdateKind::OnlyIfNotSet)
            .with_user(UpdateKind::OnlyIfNotSet)
            .with_cmd(UpdateKind::Always);
        self.system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        Ok(self.decide(selector).into_values().collect())
    }

    fn read(&mut self, key: ProcessKey, _depth: Depth) -> Result<ProcessReading, ReadError> {
        let pid = sysinfo::Pid::from_u32(key.pid.0);
        let what = ProcessRefreshKind::nothing().with_memory().with_tasks();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
        let process = self.system.process(pid).filter(|process| key_of(process) == key && !has_ended(process));
        let process = process.ok_or(ReadError::Gone)?;
        let count = |number: usize| u64::try_from(number).ok();
        let mut seen = ProcessReading::default();
        seen.reading.rss = Some(process.memory());
        seen.reading.vsize = Some(process.virtual_memory());
        // The main thread is not among them.
        if self.counting.threads {
            seen.reading.threads = process.tasks().and_then(|others| count(others.len() + 1));
        }
        if self.counting.fds {
            seen.reading.fds = process.open_files().and_then(count);
        }
        Ok(seen)
    }

    fn limits(&mut self, _key: ProcessKey) -> ProcessLimits {
        self.system.refresh_memory();
        let (total_bytes, available_bytes) = (self.system.total_memory(), self.system.available_memory());
        if total_bytes == 0 {
            return ProcessLimits::default();
        }
        let host = HostMemory { total_bytes, available_bytes: available_bytes.min(total_bytes) };
        ProcessLimits { ceiling: Some(host.ceiling()), host: Some(host) }
    }
}

fn has_ended(process: &sysinfo::Process) -> bool {
    matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

fn key_of(process: &sysinfo::Process) -> ProcessKey {
    ProcessKey { pid: Pid(process.pid().as_u32()), start: StartTime(process.start_time()) }
}

/// A process with what `sysinfo` has of it as text.
struct Known<'a> {
    process: &'a sysinfo::Process,
    is_ancestor: bool,
    name: String,
    argv0: Option<String>,
    exe: Option<String>,
    cmdline: String,
}

impl<'a> Known<'a> {
    fn new(process: &'a sysinfo::Process, is_ancestor: bool) -> Self {
        let mut words = process.cmd().iter().map(|word| word.to_string_lossy().into_owned());
        let argv0 = words.next();
        let mut cmdline = argv0.clone().unwrap_or_default();
        for word in words {
            cmdline.push(' ');
            cmdline.push_str(&word);
        }
        let exe = process.exe().map(|path| path.to_string_lossy().into_owned());
        Self { process, is_ancestor, name: process.name().to_string_lossy().into_owned(), argv0, exe, cmdline }
    }

    fn found(mut self) -> MatchedProcess {
        let uid = self.uid();
        #[expect(clippy::cast_precision_loss, reason = "seconds of one process")]
        let age_s = Some(self.process.run_time() as f64);
        MatchedProcess {
            key: key_of(self.process),
            parent: self.process.parent().map(|pid| Pid(pid.as_u32())),
            label: ProcessLabel { name: self.name, cmdline: self.cmdline, uid }.into(),
            age_s,
        }
    }
}

impl Candidate for Known<'_> {
    fn pid(&self) -> Pid {
        Pid(self.process.pid().as_u32())
    }

    fn comm(&self) -> &str {
        &self.name
    }

    fn argv0(&mut self) -> Option<&str> {
        self.argv0.as_deref()
    }

    fn exe(&mut self) -> Option<&str> {
        self.exe.as_deref()
    }

    fn cmdline(&mut self) -> Option<&str> {
        Some(&self.cmdline)
    }

    fn uid(&mut self) -> Option<u32> {
        // Users of Windows have no number: none is selected by one.
        self.process.effective_user_id().or(self.process.user_id()).and_then(|uid| uid.to_string().parse().ok())
    }

    fn is_ancestor_of_leakwatch(&self) -> bool {
        self.is_ancestor
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{Child, Command};

    use regex::Regex;

    use super::*;

    /// A shell with one child; both end with the test.
    struct Family(Child);

    impl Drop for Family {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_child_is_found_read_and_missed() {
        let mut child = Family(Command::new("sleep").arg("1000").spawn().expect("started"));
        let pid = child.0.id();
        let mut source = PortableSource::new().expect("a known system");
        let selector = Selector { pids: vec![Pid(pid)], ..Selector::default() };
        let found = source.find(&selector).expect("listed");
        assert_eq!(found.iter().map(|found| found.key.pid.0).collect::<Vec<_>>(), [pid]);
        assert_eq!(found[0].parent, Some(Pid(std::process::id())));
        let reading = source.read(found[0].key, Depth::WithPss).expect("read").reading;
        assert!(reading.rss > Some(0) && reading.vsize >= reading.rss && reading.pss.is_none(), "{reading:?}");
        if cfg!(target_os = "linux") {
            assert_eq!((reading.threads, reading.fds > Some(0)), (Some(1), true), "{reading:?}");
        }
        let other = ProcessKey { start: StartTime(found[0].key.start.0 - 1), ..found[0].key };
        assert_eq!(source.read(other, Depth::Counters), Err(ReadError::Gone));
        assert!(source.limits(found[0].key).host.is_some());
        child.0.kill().expect("killed");
        child.0.wait().expect("waited for");
        assert_eq!(source.read(found[0].key, Depth::Counters), Err(ReadError::Gone));
        assert_eq!(source.find(&selector), Ok(vec![]));
    }

    #[test]
    fn leakwatch_is_not_among_all_the_others() {
        let everybody = Selector { cmdline: Some(Regex::new("").expect("valid")), ..Selector::default() };
        let mut source = PortableSource::new().expect("a known system");
        let found = source.find(&everybody).expect("listed");
        assert!(found.iter().all(|found| found.key.pid.0 != std::process::id()));
        assert!(found.is_sorted_by_key(|found| found.key));
    }
}
