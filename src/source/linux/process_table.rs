//! Table of all processes, with the match state of each.
//!
//! A process is checked when it appears and again while it is young: a child is forked under the name of its parent
//! and gets its own with `exec`. From then on, a matched process costs a tick only its entry in the list of processes.
//! A new inode number there reveals a reused process number; its readings reveal a later `exec`. The table rechecks
//! unmatched processes at growing intervals, since the launcher of a service may wait before it becomes the service.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use super::match_state::{MatchState, Matched, full_check_in_s};
use super::parse::Stat;
use super::proc_root::{ProcEntry, ProcRoot};
use super::process_info::ProcessInfo;
use super::system::SystemReader;
use crate::model::{Pid, ProcessKey, ProcessLabel, StartTime};
use crate::source::process_source::MatchedProcess;
use crate::source::read_error::ReadError;
use crate::source::selector::{Candidate, Selector};

/// Known processes and their match states.
#[derive(Debug)]
pub(super) struct ProcessTable {
    entries: BTreeMap<Pid, Entry>,
    selector: Selector,
    /// Processes of the selected control groups, in ascending order.
    members: Vec<Pid>,
    /// Leakwatch and its ancestors, nearest first.
    lineage: Vec<ProcessKey>,
    system: SystemReader,
    ticks_per_s: f64,
    /// Number of the newest task at the last listing; `None` if a new listing is needed.
    listed_up_to: Option<u64>,
    /// True if only numbers are selected and files of each process are open: a read then reveals its exit.
    all_are_open: bool,
    listed: Vec<ProcEntry>,
    buffer: Vec<u8>,
    /// Time of the next recheck of any process, in seconds since boot.
    due_s: f64,
    /// True if the matched set, or a name in it, changed since the last call of [`Self::take_changed`].
    has_changed: bool,
}

/// One process.
#[derive(Debug)]
struct Entry {
    start: StartTime,
    inode: u64,
    /// Hash of the short name, which an `exec` usually changes.
    comm_hash: u64,
    parent: Option<Pid>,
    /// Time of the next recheck, in seconds since boot.
    due_s: f64,
    /// Age at the latest check, in seconds.
    age_s: Option<f64>,
    /// Time from which the short name alone no longer suffices, in seconds since boot.
    full_check_due_s: f64,
    state: MatchState,
}

impl Entry {
    /// True if the listed process is still this one and no recheck is due.
    fn is_current(&self, listed: ProcEntry, now_s: Option<f64>, members: &[Pid]) -> bool {
        self.inode == listed.inode && !is_due(self.due_s, now_s) && !self.has_joined(listed.pid, members)
    }

    /// True for an unmatched process that is in a selected control group now.
    fn has_joined(&self, pid: Pid, members: &[Pid]) -> bool {
        matches!(self.state, MatchState::Unmatched) && members.binary_search(&pid).is_ok()
    }

    fn is_matched(&self) -> bool {
        matches!(self.state, MatchState::Matched(_))
    }

    fn is_open(&self) -> bool {
        matches!(&self.state, MatchState::Matched(matched) if matched.is_open())
    }
}

impl ProcessTable {
    /// Creates an empty table.
    pub(super) fn new(root: &ProcRoot) -> Self {
        Self {
            entries: BTreeMap::new(),
            selector: Selector::default(),
            members: Vec::new(),
            lineage: ProcessInfo::read_lineage(root),
            system: SystemReader::open(root),
            #[expect(clippy::cast_precision_loss, reason = "100 on every known system")]
            ticks_per_s: rustix::param::clock_ticks_per_second() as f64,
            listed_up_to: None,
            all_are_open: false,
            listed: Vec::new(),
            buffer: Vec::new(),
            due_s: f64::INFINITY,
            has_changed: true,
        }
    }

    /// Updates the table. `members` lists the processes of the selected control groups, in ascending order.
    pub(super) fn update(&mut self, root: &ProcRoot, selector: &Selector, members: &[Pid]) -> Result<(), ReadError> {
        self.set_selector(selector);
        self.set_members(members);
        self.system.begin_round();
        let is_checked =
            if selector.selects_by_pid_or_cgroup() { self.update_selected(root) } else { self.update_all(root)? };
        if is_checked {
            self.due_s = self.entries.values().map(|entry| entry.due_s).fold(f64::INFINITY, f64::min);
            if selector.tree {
                self.add_descendants(root);
            }
        }
        Ok(())
    }

    fn set_selector(&mut self, selector: &Selector) {
        if self.selector != *selector {
            self.selector = selector.clone();
            self.entries.clear();
            self.require_listing();
            self.has_changed = true;
        }
    }

    fn set_members(&mut self, members: &[Pid]) {
        if self.members != members {
            self.members.clear();
            self.members.extend_from_slice(members);
            self.require_listing();
        }
    }

    /// Makes the next update list the processes again.
    fn require_listing(&mut self) {
        self.listed_up_to = None;
        self.all_are_open = false;
    }

    /// Checks the processes that are selected by number; returns false if nothing was due.
    fn update_selected(&mut self, root: &ProcRoot) -> bool {
        if self.all_are_open && !is_due(self.due_s, self.system.uptime_s()) {
            return false;
        }
        self.list_selected(root);
        self.check_listed(root);
        self.all_are_open = self.selector.pids.iter().chain(&self.members).all(|pid| self.is_open(*pid));
        true
    }

    /// Checks all processes that are new or due; returns false if there was none.
    fn update_all(&mut self, root: &ProcRoot) -> Result<bool, ReadError> {
        let newest = self.system.last_pid();
        if newest.is_some() && newest == self.listed_up_to {
            return Ok(self.check_due(root));
        }
        root.list(&mut self.listed)?;
        // Only after a successful listing: a failed one is repeated.
        self.listed_up_to = newest;
        self.check_listed(root);
        Ok(true)
    }

    /// Returns true if [`Self::matched_processes`] may have changed since the last call.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// Returns the state of the process with this key; `None` unless it matches.
    pub(super) fn matched(&mut self, key: ProcessKey) -> Option<&mut Matched> {
        let entry = self.entries.get_mut(&key.pid).filter(|entry| entry.start == key.start)?;
        match &mut entry.state {
            MatchState::Matched(matched) => Some(matched),
            MatchState::Excluded | MatchState::Unmatched => None,
        }
    }

    /// Removes an exited process; the next update checks the process that has its number then.
    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.require_listing();
        if self.entries.get(&key.pid).is_some_and(|entry| entry.start == key.start) {
            self.has_changed = true;
            self.entries.remove(&key.pid);
        }
    }

    /// Reads and returns the new label of a matched process after an `exec`.
    pub(super) fn refresh_label(&mut self, root: &ProcRoot, key: ProcessKey) -> Option<Arc<ProcessLabel>> {
        let label = Arc::new(ProcessInfo::read_label(root, key).ok()?);
        self.matched(key)?.begin_program(Arc::clone(&label));
        self.has_changed = true;
        Some(label)
    }

    /// Checks listed processes that are new or due, and removes those that are no longer listed.
    fn check_listed(&mut self, root: &ProcRoot) {
        let mut listed = std::mem::take(&mut self.listed);
        listed.sort_unstable_by_key(|one| one.pid);
        listed.dedup_by_key(|one| one.pid);
        let (mut to_check, mut exited) = (Vec::new(), Vec::new());
        let now_s = self.system.uptime_s();
        // Both lists are in ascending order: merging them saves a search for each of thousands of processes.
        let mut entries = self.entries.iter_mut().peekable();
        for &one in &listed {
            while entries.peek().is_some_and(|(pid, _)| **pid < one.pid) {
                exited.extend(entries.next().map(|(&pid, _)| pid));
            }
            match entries.next_if(|(pid, _)| **pid == one.pid) {
                Some((_, entry)) if root.is_kernel() && entry.is_current(one, now_s, &self.members) => {}
                _ => to_check.push(one),
            }
        }
        exited.extend(entries.map(|(&pid, _)| pid));
        for pid in exited {
            self.has_changed |= self.entries.remove(&pid).is_some_and(|entry| entry.is_matched());
        }
        for &one in &to_check {
            self.check(root, one);
        }
        self.listed = listed;
    }

    /// Checks known processes that are due; returns false if there was none.
    ///
    /// As long as no task is created, each process keeps its number.
    fn check_due(&mut self, root: &ProcRoot) -> bool {
        let now_s = self.system.uptime_s();
        if !is_due(self.due_s, now_s) {
            return false;
        }
        let due = self.entries.iter().filter(|(_, entry)| is_due(entry.due_s, now_s));
        let due: Vec<ProcEntry> = due.map(|(&pid, entry)| ProcEntry { pid, inode: entry.inode }).collect();
        due.into_iter().for_each(|one| self.check(root, one));
        true
    }

    /// Lists the processes that are selected by number, with their inode numbers.
    fn list_selected(&mut self, root: &ProcRoot) {
        self.listed.clear();
        for &pid in self.selector.pids.iter().chain(&self.members) {
            let inode = match self.entries.get(&pid) {
                Some(entry) if entry.is_open() => entry.inode,
                _ => match root.open_process(pid).and_then(rustix::fs::fstat) {
                    Ok(folder) => folder.st_ino,
                    Err(_) => continue,
                },
            };
            self.listed.push(ProcEntry { pid, inode });
        }
    }

    fn is_open(&self, pid: Pid) -> bool {
        self.entries.get(&pid).is_some_and(Entry::is_open)
    }

    /// Checks one process that is new, due, or may be another one than before.
    fn check(&mut self, root: &ProcRoot, ProcEntry { pid, inode }: ProcEntry) {
        if self.is_unmatched_by_name(root, pid) {
            return;
        }
        let before = self.entries.remove(&pid);
        self.has_changed |= before.as_ref().is_some_and(Entry::is_matched);
        let Some(mut info) = ProcessInfo::read(root, pid, &self.lineage) else { return };
        let start = info.key().start;
        let before = before.filter(|entry| entry.start == start);
        let state = self.match_process(&mut info, before.map(|entry| entry.state));
        self.has_changed |= matches!(state, MatchState::Matched(_));
        let (parent, comm_hash) = (info.parent(), hash(info.comm().as_bytes()));
        let (due_s, age_s) = self.next_check(pid, start, &state);
        let full_check_due_s =
            self.system.uptime_s().zip(age_s).map_or(0.0, |(now_s, age_s)| now_s + full_check_in_s(age_s));
        self.entries.insert(pid, Entry { start, inode, comm_hash, parent, due_s, age_s, full_check_due_s, state });
    }

    /// True if a process did not match by its short name and still has that name; reschedules it then.
    ///
    /// A truncated name may belong to another program meanwhile. A full check follows from time to time: a process may
    /// keep its short name and change its arguments (`exec -a`, or a title that it sets after the start).
    fn is_unmatched_by_name(&mut self, root: &ProcRoot, pid: Pid) -> bool {
        let by_name_only = self.selector.cmdline.is_none() && self.selector.uid.is_none() && self.members.is_empty();
        let now_s = self.system.uptime_s().unwrap_or(f64::INFINITY);
        let Some(entry) = self.entries.get(&pid) else { return false };
        let suffices = matches!(entry.state, MatchState::Unmatched) && now_s < entry.full_check_due_s;
        if !by_name_only || !suffices {
            return false;
        }
        let (start, comm_hash) = (entry.start, entry.comm_hash);
        let Ok(bytes) = root.read_stat(pid, &mut self.buffer) else { return false };
        let Some(stat) = Stat::parse(bytes) else { return false };
        let is_same = StartTime(stat.start_ticks()) == start && hash(stat.comm()) == comm_hash && !stat.has_exited();
        if !is_same || stat.is_name_truncated() {
            return false;
        }
        let parent = stat.parent();
        let (due_s, age_s) = self.next_check(pid, start, &MatchState::Unmatched);
        if let Some(entry) = self.entries.get_mut(&pid) {
            (entry.parent, entry.due_s, entry.age_s) = (parent, due_s, age_s);
        }
        true
    }

    /// Returns the time of the next check in seconds since boot, and the present age in seconds.
    fn next_check(&mut self, pid: Pid, start: StartTime, state: &MatchState) -> (f64, Option<f64>) {
        let now_s = self.system.uptime_s();
        let age_s = age_s(start, now_s, self.ticks_per_s);
        let recheck_in_s = state.recheck_in_s(pid, age_s, self.selector.depends_on_program());
        (now_s.unwrap_or(0.0) + recheck_in_s, age_s)
    }

    /// Decides the state of a process; `before` is its state so far.
    fn match_process(&self, info: &mut ProcessInfo<'_>, before: Option<MatchState>) -> MatchState {
        let is_leakwatch = self.lineage.first() == Some(&info.key());
        if !info.is_watchable() || is_leakwatch {
            return MatchState::Excluded;
        }
        match before {
            // A process that matched once keeps matching under another name.
            Some(MatchState::Matched(mut matched)) => {
                matched.update_label(info.label());
                MatchState::Matched(matched)
            }
            _ if self.is_member(info) || self.selector.matches(info) => MatchState::new_matched(info.label()),
            _ => MatchState::Unmatched,
        }
    }

    fn is_member(&self, info: &mut ProcessInfo<'_>) -> bool {
        self.members.binary_search(&info.key().pid).is_ok()
            && self.selector.uid.is_none_or(|uid| info.uid() == Some(uid))
    }

    /// Adds children of matched processes until no more are found: a child may have a lower number than its parent.
    fn add_descendants(&mut self, root: &ProcRoot) {
        loop {
            let children: Vec<Pid> =
                self.entries.iter().filter(|(_, entry)| self.is_child(entry)).map(|(&pid, _)| pid).collect();
            if children.is_empty() {
                return;
            }
            for pid in children {
                let info = ProcessInfo::read(root, pid, &self.lineage);
                let Some(entry) = self.entries.get_mut(&pid) else { continue };
                self.has_changed = true;
                entry.state = match info {
                    Some(mut info) if info.key().start == entry.start => MatchState::new_matched(info.label()),
                    // It has exited: the next update checks the process that has its number then.
                    _ => MatchState::Excluded,
                };
            }
        }
    }

    /// True for an unmatched child of a matched process. A parent younger than its child has only inherited the number.
    fn is_child(&self, entry: &Entry) -> bool {
        matches!(entry.state, MatchState::Unmatched)
            && entry
                .parent
                .and_then(|parent| self.entries.get(&parent))
                .is_some_and(|parent| parent.is_matched() && parent.start <= entry.start)
    }

    /// Returns the matched processes, in ascending order.
    pub(super) fn matched_processes(&self) -> Vec<MatchedProcess> {
        let mut processes = Vec::new();
        for (&pid, entry) in &self.entries {
            if let MatchState::Matched(matched) = &entry.state {
                processes.push(MatchedProcess {
                    key: ProcessKey { pid, start: entry.start },
                    parent: entry.parent,
                    label: Arc::clone(matched.label()),
                    age_s: entry.age_s,
                });
            }
        }
        processes
    }
}

/// True if a time in seconds since boot has come. Infinity never comes; without a clock any other time has.
fn is_due(due_s: f64, now_s: Option<f64>) -> bool {
    due_s.is_finite() && now_s.is_none_or(|now_s| now_s >= due_s)
}

fn hash(comm: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(comm)
}

fn age_s(start: StartTime, uptime_s: Option<f64>, ticks_per_s: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "ticks since boot stay far below 2^53")]
    let started_s = start.0 as f64 / ticks_per_s;
    uptime_s.map(|uptime_s| (uptime_s - started_s).max(0.0))
}
