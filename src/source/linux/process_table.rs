//! Who runs now, and which of them the selector means.
//!
//! A process is looked at when it appears and again while it is young: it forks under the name of its parent
//! and gets its own with `exec`. After that, a tick costs one that is meant nothing but its entry in the list of
//! processes: the inode number there is a new one when the process number was handed out again, and its readings
//! tell of a later `exec`. Others are looked at ever more seldom: what starts a service may wait before it becomes it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use super::limits::Belonging;
use super::match_state::{MatchState, Matched, whole_again_in_s};
use super::parse::Stat;
use super::proc_root::{Listed, ProcRoot};
use super::process_info::ProcessInfo;
use super::system::System;
use crate::model::{Pid, ProcessKey, ProcessLabel, StartTime};
use crate::source::selector::Candidate;
use crate::source::{MatchedProcess, ReadError, Selector};

/// What is known of all processes.
#[derive(Debug)]
pub(super) struct ProcessTable {
    known: BTreeMap<Pid, Entry>,
    selector: Selector,
    /// Processes of the control groups that are meant, in ascending order.
    members: Vec<Pid>,
    /// We and the processes we descend from, nearest first.
    lineage: Vec<ProcessKey>,
    system: System,
    ticks_per_s: f64,
    /// The task created last when the list was read; `None` when it has to be read again.
    listed_up_to: Option<u64>,
    /// Whether only numbers were selected, and each is kept open: then it says itself when it ends.
    all_are_kept: bool,
    listed: Vec<Listed>,
    buffer: Vec<u8>,
    /// When somebody is to be looked at again, in seconds since boot.
    due_s: f64,
    /// Whether somebody who is meant came, went or is called something else since it was asked last.
    has_changed: bool,
}

/// One process.
#[derive(Debug)]
struct Entry {
    start: StartTime,
    inode: u64,
    /// A hash of its short name: while that stays it is no other program.
    comm: u64,
    parent: Option<Pid>,
    /// When it is to be looked at again, in seconds since boot.
    due_s: f64,
    /// Its age when it was looked at last, in seconds.
    age_s: Option<f64>,
    /// When its name alone is not enough any more, in seconds since boot.
    whole_due_s: f64,
    standing: MatchState,
}

impl Entry {
    /// Whether this is still who it was, and need not be looked at again yet.
    fn stays(&self, listed: Listed, now_s: Option<f64>, members: &[Pid]) -> bool {
        let has_joined =
            || matches!(self.standing, MatchState::Unmatched) && members.binary_search(&listed.pid).is_ok();
        self.inode == listed.inode && !has_come(self.due_s, now_s) && !has_joined()
    }

    fn is_meant(&self) -> bool {
        matches!(self.standing, MatchState::Matched(_))
    }

    fn is_kept(&self) -> bool {
        matches!(&self.standing, MatchState::Matched(meant) if meant.kept.is_some())
    }
}

impl ProcessTable {
    pub(super) fn new(root: &ProcRoot) -> Self {
        Self {
            known: BTreeMap::new(),
            selector: Selector::default(),
            members: Vec::new(),
            lineage: lineage(root),
            system: System::open(root),
            #[expect(clippy::cast_precision_loss, reason = "100, on every system there is")]
            ticks_per_s: rustix::param::clock_ticks_per_second() as f64,
            listed_up_to: None,
            all_are_kept: false,
            listed: Vec::new(),
            buffer: Vec::new(),
            due_s: f64::INFINITY,
            has_changed: true,
        }
    }

    /// Brings the census up to date with who runs. `members` are in the control groups that the selector names.
    pub(super) fn take(&mut self, root: &ProcRoot, selector: &Selector, members: &[Pid]) -> Result<(), ReadError> {
        if self.selector != *selector {
            self.selector = selector.clone();
            self.known.clear();
            self.listed_up_to = None;
            self.all_are_kept = false;
            self.has_changed = true;
        }
        if self.members != members {
            self.members.clear();
            self.members.extend_from_slice(members);
            self.listed_up_to = None;
            self.all_are_kept = false;
        }
        self.system.begin_round();
        if selector.selects_by_pid_or_cgroup() {
            if self.all_are_kept && !has_come(self.due_s, self.system.uptime_s()) {
                return Ok(());
            }
            self.list_selected(root);
            self.visit_listed(root);
            self.all_are_kept = selector.pids.iter().chain(members).all(|pid| self.is_kept(*pid));
        } else {
            let newest = self.system.last_pid();
            if newest.is_none() || newest != self.listed_up_to {
                root.list(&mut self.listed)?;
                // Not before: a list that could not be read is asked for again.
                self.listed_up_to = newest;
                self.visit_listed(root);
            } else if !self.visit_due(root) {
                return Ok(());
            }
        }
        self.due_s = self.known.values().map(|entry| entry.due_s).fold(f64::INFINITY, f64::min);
        if selector.tree {
            self.add_descendants(root);
        }
        Ok(())
    }

    /// Whether [`Self::found`] may say something else than when this was asked last.
    pub(super) fn has_changed(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// What is kept of this process, if it is meant and that is still who it is.
    pub(super) fn meant(&mut self, key: ProcessKey) -> Option<&mut Matched> {
        let entry = self.known.get_mut(&key.pid).filter(|entry| entry.start == key.start)?;
        match &mut entry.standing {
            MatchState::Matched(meant) => Some(meant),
            MatchState::Excluded | MatchState::Unmatched => None,
        }
    }

    /// Forgets a process that has ended; whoever has its number now is looked at.
    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.listed_up_to = None;
        self.all_are_kept = false;
        if self.known.get(&key.pid).is_some_and(|entry| entry.start == key.start) {
            self.has_changed = true;
            self.known.remove(&key.pid);
        }
    }

    /// What a process that is meant is called now: it runs another program than when it was looked at.
    pub(super) fn label_again(&mut self, root: &ProcRoot, key: ProcessKey) -> Option<Arc<ProcessLabel>> {
        let label = Arc::new(ProcessInfo::same(root, key).ok()?.label());
        let meant = self.meant(key)?;
        meant.label = Arc::clone(&label);
        meant.belonging = Belonging::default();
        self.has_changed = true;
        Some(label)
    }

    /// Visits those who are listed and are new or due; who is not listed has ended.
    fn visit_listed(&mut self, root: &ProcRoot) {
        let mut listed = std::mem::take(&mut self.listed);
        listed.sort_unstable_by_key(|one| one.pid);
        listed.dedup_by_key(|one| one.pid);
        let (mut others, mut ended) = (Vec::new(), Vec::new());
        let now_s = self.system.uptime_s();
        // Both are in ascending order (so is `/proc`): no look-up for each of thousands.
        let mut known = self.known.iter_mut().peekable();
        for &one in &listed {
            while known.peek().is_some_and(|(pid, _)| **pid < one.pid) {
                ended.extend(known.next().map(|(&pid, _)| pid));
            }
            match known.next_if(|(pid, _)| **pid == one.pid) {
                Some((_, entry)) if root.is_kernel() && entry.stays(one, now_s, &self.members) => {}
                _ => others.push(one),
            }
        }
        ended.extend(known.map(|(&pid, _)| pid));
        for pid in ended {
            self.remove(pid);
        }
        for &one in &others {
            self.visit(root, one);
        }
        self.listed = listed;
    }

    /// Forgets who has this number.
    fn remove(&mut self, pid: Pid) {
        self.has_changed |= self.known.remove(&pid).is_some_and(|entry| entry.is_meant());
    }

    /// Visits those who are to be looked at again, and tells whether there was one. While nobody is created each has the
    /// number that it had.
    fn visit_due(&mut self, root: &ProcRoot) -> bool {
        let now_s = self.system.uptime_s();
        if !has_come(self.due_s, now_s) {
            return false;
        }
        let due = self.known.iter().filter(|(_, entry)| has_come(entry.due_s, now_s));
        let due: Vec<Listed> = due.map(|(&pid, entry)| Listed { pid, inode: entry.inode }).collect();
        due.into_iter().for_each(|one| self.visit(root, one));
        true
    }

    /// Where only numbers were selected, those are the list.
    fn list_selected(&mut self, root: &ProcRoot) {
        self.listed.clear();
        for &pid in self.selector.pids.iter().chain(&self.members) {
            let inode = match self.known.get(&pid) {
                Some(entry) if entry.is_kept() => entry.inode,
                _ => match root.process(pid).and_then(rustix::fs::fstat) {
                    Ok(folder) => folder.st_ino,
                    Err(_) => continue,
                },
            };
            self.listed.push(Listed { pid, inode });
        }
    }

    fn is_kept(&self, pid: Pid) -> bool {
        self.known.get(&pid).is_some_and(Entry::is_kept)
    }

    /// Looks at a process that is new or due, or may be another one than before.
    fn visit(&mut self, root: &ProcRoot, Listed { pid, inode }: Listed) {
        if self.still_passes_by_name(root, pid) {
            return;
        }
        let before = self.known.remove(&pid);
        self.has_changed |= before.as_ref().is_some_and(Entry::is_meant);
        let Some(mut look) = ProcessInfo::at(root, pid, &self.lineage) else { return };
        let before = before.filter(|entry| entry.start == look.key.start);
        let standing = self.standing(&mut look, before.map(|entry| entry.standing));
        self.has_changed |= matches!(standing, MatchState::Matched(_));
        let (start, parent, comm) = (look.key.start, look.parent, hash(look.comm().as_bytes()));
        let (due_s, age_s) = self.next_look(pid, start, &standing);
        let whole_due_s =
            self.system.uptime_s().zip(age_s).map_or(0.0, |(now_s, age_s)| now_s + whole_again_in_s(age_s));
        self.known.insert(pid, Entry { start, inode, comm, parent, due_s, age_s, whole_due_s, standing });
    }

    /// Whether a process was passed over for its name, and has it still: enough for now.
    ///
    /// Of one that is cut off the rest may be another one. Now and then each is looked at as a whole: it may go by the same
    /// short name and call itself something else in its arguments (`exec -a`, a title that is set after the start).
    fn still_passes_by_name(&mut self, root: &ProcRoot, pid: Pid) -> bool {
        let by_name = self.selector.cmdline.is_none() && self.selector.uid.is_none() && self.members.is_empty();
        let now_s = self.system.uptime_s().unwrap_or(f64::INFINITY);
        let passed = |entry: &Entry| matches!(entry.standing, MatchState::Unmatched) && now_s < entry.whole_due_s;
        let known = self.known.get(&pid).filter(|entry| by_name && passed(entry));
        let Some(&Entry { start, comm, .. }) = known else { return false };
        let Ok(bytes) = root.read_stat(pid, &mut self.buffer) else { return false };
        let Some(stat) = Stat::parse(bytes) else { return false };
        let is_same = StartTime(stat.start_ticks) == start && hash(stat.comm) == comm && !stat.has_ended();
        if !is_same || stat.is_cut_off() {
            return false;
        }
        let parent = stat.parent();
        let (due_s, age_s) = self.next_look(pid, start, &MatchState::Unmatched);
        if let Some(entry) = self.known.get_mut(&pid) {
            (entry.parent, entry.due_s, entry.age_s) = (parent, due_s, age_s);
        }
        true
    }

    /// When a process is due again, in seconds since boot, and its age now.
    fn next_look(&mut self, pid: Pid, start: StartTime, standing: &MatchState) -> (f64, Option<f64>) {
        let now_s = self.system.uptime_s();
        let age_s = age_s(start, now_s, self.ticks_per_s);
        let again_in_s = standing.look_again_in_s(pid, age_s, self.selector.depends_on_program());
        (now_s.unwrap_or(0.0) + again_in_s, age_s)
    }

    fn standing(&self, look: &mut ProcessInfo<'_>, before: Option<MatchState>) -> MatchState {
        let is_leakwatch = self.lineage.first() == Some(&look.key);
        if !look.is_watchable || is_leakwatch {
            return MatchState::Excluded;
        }
        match before {
            // It was chosen, and stays so under another name.
            Some(MatchState::Matched(meant)) => {
                let label = look.label();
                let label = if *meant.label == label { meant.label } else { Arc::new(label) };
                MatchState::Matched(Box::new(Matched { label, ..*meant }))
            }
            _ if self.is_member(look) || self.selector.matches(look) => MatchState::meant(look.label()),
            _ => MatchState::Unmatched,
        }
    }

    fn is_member(&self, look: &mut ProcessInfo<'_>) -> bool {
        self.members.binary_search(&look.key.pid).is_ok() && self.selector.uid.is_none_or(|uid| look.uid() == Some(uid))
    }

    /// Adds children of what is meant until no more are found: a child may have a lower number than its parent.
    fn add_descendants(&mut self, root: &ProcRoot) {
        loop {
            let children: Vec<Pid> =
                self.known.iter().filter(|(_, entry)| self.is_child(entry)).map(|(&pid, _)| pid).collect();
            if children.is_empty() {
                return;
            }
            for pid in children {
                let look = ProcessInfo::at(root, pid, &self.lineage);
                let Some(entry) = self.known.get_mut(&pid) else { continue };
                self.has_changed = true;
                entry.standing = match look {
                    Some(mut look) if look.key.start == entry.start => MatchState::meant(look.label()),
                    // It has ended meanwhile: who has the number now is for the next round.
                    _ => MatchState::Excluded,
                };
            }
        }
    }

    /// A parent is never younger than its child: one that is has only inherited the number.
    fn is_child(&self, entry: &Entry) -> bool {
        matches!(entry.standing, MatchState::Unmatched)
            && entry
                .parent
                .and_then(|parent| self.known.get(&parent))
                .is_some_and(|parent| parent.is_meant() && parent.start <= entry.start)
    }

    /// Whom the selector means, in ascending order.
    pub(super) fn found(&self) -> Vec<MatchedProcess> {
        let meant = self.known.iter().filter_map(|(&pid, entry)| match &entry.standing {
            MatchState::Matched(meant) => Some((pid, entry, meant)),
            MatchState::Excluded | MatchState::Unmatched => None,
        });
        meant
            .map(|(pid, entry, meant)| MatchedProcess {
                key: ProcessKey { pid, start: entry.start },
                parent: entry.parent,
                label: Arc::clone(&meant.label),
                age_s: entry.age_s,
            })
            .collect()
    }
}

/// We and the processes we descend from. A chain that does not end within this many steps is no chain.
fn lineage(root: &ProcRoot) -> Vec<ProcessKey> {
    const LONGEST: usize = 1000;
    let parent = |look: &ProcessInfo<'_>| look.parent.and_then(|parent| ProcessInfo::at(root, parent, &[]));
    let own = root.own_pid().and_then(|pid| ProcessInfo::at(root, pid, &[]));
    std::iter::successors(own, parent).map(|look| look.key).take(LONGEST).collect()
}

/// Whether a moment has come, in seconds since boot; infinite is never. Where nobody tells the time, any other has.
fn has_come(due_s: f64, now_s: Option<f64>) -> bool {
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
