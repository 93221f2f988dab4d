//! Portable source: processes of every system that `sysinfo` supports, in place of `/proc`.
//!
//! It reads RSS and the address space, and threads and descriptors where the system shows them. PSS, the parts of RSS
//! and limits other than the memory of the host are unknown. Start times are whole seconds: a process number that is
//! reused within the second in which its first process started goes unnoticed.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use super::process_source::{Depth, MatchedProcess, OptionalCounters, ProcessLimits, ProcessReading, ProcessSource};
use super::read_error::ReadError;
use super::selector::{Candidate, Selector};
use crate::model::{Counter, HostMemory, Pid, ProcessKey, ProcessLabel, StartTime};

/// Longest chain of ancestors: a reused number could close a circle.
const MAX_ANCESTORS: usize = 1000;

/// Source of the processes that `sysinfo` shows.
pub struct PortableSource {
    system: System,
    own_pid: Option<Pid>,
    /// Matches of the last call: a descendant keeps matching after its parent exits.
    matched: HashSet<ProcessKey>,
    selector: Selector,
    optional: OptionalCounters,
}

impl PortableSource {
    /// Opens the processes of this system.
    ///
    /// # Errors
    /// Returns an error if `sysinfo` does not support this system.
    pub fn new() -> Result<Self, ReadError> {
        let system =
            System::new().map_err(|error| ReadError::Io { file: "the system".into(), reason: error.to_string() })?;
        Ok(Self {
            system,
            own_pid: sysinfo::get_current_pid().ok().map(|pid| Pid(pid.as_u32())),
            matched: HashSet::new(),
            selector: Selector::default(),
            optional: OptionalCounters::default(),
        })
    }

    /// Sets the counters that are read besides memory.
    #[must_use]
    pub fn with_optional_counters(mut self, optional: OptionalCounters) -> Self {
        self.optional = optional;
        self
    }

    /// True for a process that can be watched: no thread, no kernel thread, not ended, and not leakwatch.
    fn is_watchable(&self, process: &sysinfo::Process) -> bool {
        let is_thread = process.thread_kind().is_some();
        let is_kernel = process.memory() == 0 && process.cmd().is_empty();
        let is_own = Some(Pid(process.pid().as_u32())) == self.own_pid;
        !is_thread && !has_exited(process) && !is_kernel && !is_own
    }

    /// Returns leakwatch and its ancestors, nearest first.
    fn lineage(&self) -> Vec<sysinfo::Pid> {
        let own = self.own_pid.map(|Pid(pid)| sysinfo::Pid::from_u32(pid));
        std::iter::successors(own, |pid| self.system.process(*pid).and_then(sysinfo::Process::parent))
            .take(MAX_ANCESTORS)
            .collect()
    }

    /// Returns the key of the parent. A parent that is younger than its child has only inherited the number.
    fn parent_key(&self, child: &ListedProcess<'_>) -> Option<ProcessKey> {
        let parent = child.process.parent().and_then(|parent| self.system.process(parent)).map(key_of);
        parent.filter(|parent| parent.start <= key_of(child.process).start)
    }

    /// Compares every process with the selector, and adds descendants until no more are found.
    fn match_processes(&mut self, selector: &Selector) -> BTreeMap<ProcessKey, MatchedProcess> {
        let lineage = self.lineage();
        let mut matched = BTreeMap::new();
        let mut unmatched = Vec::new();
        for process in self.system.processes().values().filter(|process| self.is_watchable(process)) {
            let key = key_of(process);
            let mut candidate = ListedProcess::new(process, lineage.contains(&process.pid()));
            let keeps_matching = selector.tree && self.matched.contains(&key);
            if keeps_matching || selector.matches(&mut candidate) {
                matched.insert(key, candidate.into_matched());
            } else if selector.tree {
                unmatched.push((key, candidate));
            }
        }
        loop {
            let (children, rest): (Vec<_>, Vec<_>) = unmatched.into_iter().partition(|(_, candidate)| {
                self.parent_key(candidate).is_some_and(|parent| matched.contains_key(&parent))
            });
            unmatched = rest;
            if children.is_empty() {
                break;
            }
            matched.extend(children.into_iter().map(|(key, candidate)| (key, candidate.into_matched())));
        }
        self.matched = matched.keys().copied().collect();
        matched
    }
}

impl fmt::Debug for PortableSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortableSource").field("own_pid", &self.own_pid).finish_non_exhaustive()
    }
}

impl ProcessSource for PortableSource {
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        if self.selector != *selector {
            self.selector = selector.clone();
            self.matched.clear();
        }
        // An exec changes the name together with the command line: the command line is read each time.
        let refresh = ProcessRefreshKind::nothing()
            .with_memory()
            .with_exe(UpdateKind::OnlyIfNotSet)
            .with_user(UpdateKind::OnlyIfNotSet)
            .with_cmd(UpdateKind::Always);
        self.system.refresh_processes_specifics(ProcessesToUpdate::All, true, refresh);
        Ok(self.match_processes(selector).into_values().collect())
    }

    fn read(&mut self, key: ProcessKey, _depth: Depth) -> Result<ProcessReading, ReadError> {
        let pid = sysinfo::Pid::from_u32(key.pid.0);
        let refresh = ProcessRefreshKind::nothing().with_memory().with_tasks();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, refresh);
        let process = self.system.process(pid).filter(|process| key_of(process) == key && !has_exited(process));
        let process = process.ok_or(ReadError::Gone)?;
        let mut result = ProcessReading::default();
        result.reading.set(Counter::Rss, Some(process.memory()));
        result.reading.set(Counter::Vsize, Some(process.virtual_memory()));
        if self.optional.threads {
            // `tasks` does not list the main thread.
            result
                .reading
                .set(Counter::Threads, process.tasks().and_then(|others| u64::try_from(others.len() + 1).ok()));
        }
        if self.optional.fds {
            result.reading.set(Counter::Fds, process.open_files().and_then(|count| u64::try_from(count).ok()));
        }
        Ok(result)
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

fn has_exited(process: &sysinfo::Process) -> bool {
    matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

fn key_of(process: &sysinfo::Process) -> ProcessKey {
    ProcessKey { pid: Pid(process.pid().as_u32()), start: StartTime(process.start_time()) }
}

/// Listed process with its attributes as text.
struct ListedProcess<'a> {
    process: &'a sysinfo::Process,
    is_ancestor: bool,
    name: String,
    argv0: Option<String>,
    exe: Option<String>,
    cmdline: String,
}

impl<'a> ListedProcess<'a> {
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

    fn into_matched(mut self) -> MatchedProcess {
        let uid = self.uid();
        #[expect(clippy::cast_precision_loss, reason = "seconds of one process")]
        // Without a start time the run time is that since 1970.
        let age_s = (self.process.start_time() > 0).then(|| self.process.run_time() as f64);
        MatchedProcess {
            key: key_of(self.process),
            parent: self.process.parent().map(|pid| Pid(pid.as_u32())),
            label: ProcessLabel { name: self.name, cmdline: self.cmdline, uid }.into(),
            age_s,
        }
    }
}

impl Candidate for ListedProcess<'_> {
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
        // Windows users have no numeric id, so that none matches.
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

    /// Child process that is killed at the end of the test.
    struct KilledChild(Child);

    impl Drop for KilledChild {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_child_is_found_read_and_gone_after_its_exit() {
        let mut child = KilledChild(Command::new("sleep").arg("1000").spawn().expect("started"));
        let pid = child.0.id();
        let mut source = PortableSource::new().expect("a supported system");
        let selector = Selector { pids: vec![Pid(pid)], ..Selector::default() };
        let found = source.find(&selector).expect("listed");
        assert_eq!(found.iter().map(|found| found.key.pid.0).collect::<Vec<_>>(), [pid]);
        assert_eq!(found[0].parent, Some(Pid(std::process::id())));
        let reading = source.read(found[0].key, Depth::WithPss).expect("read").reading;
        assert!(
            reading.value(Counter::Rss) > Some(0)
                && reading.value(Counter::Vsize) >= reading.value(Counter::Rss)
                && reading.value(Counter::Pss).is_none(),
            "{reading:?}"
        );
        if cfg!(target_os = "linux") {
            assert_eq!(
                (reading.value(Counter::Threads), reading.value(Counter::Fds) > Some(0)),
                (Some(1), true),
                "{reading:?}"
            );
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
    fn leakwatch_never_matches_itself() {
        let all = Selector { cmdline: Some(Regex::new("").expect("valid")), ..Selector::default() };
        let mut source = PortableSource::new().expect("a supported system");
        let found = source.find(&all).expect("listed");
        assert!(found.iter().all(|found| found.key.pid.0 != std::process::id()));
        assert!(found.is_sorted_by_key(|found| found.key));
    }
}
