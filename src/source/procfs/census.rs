//! Who runs now, and which of them the selection means.
//!
//! A process is looked at when it appears and again while it is young: it forks under the name of its parent
//! and gets its own with `exec`. After that, a tick costs one that is meant nothing but its entry in the list of
//! processes: the inode number there is a new one when the process number was handed out again, and its readings
//! tell of a later `exec`. Others are looked at ever more seldom: what starts a service may wait before it becomes it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::counters::Kept;
use super::look::Look;
use super::parse::{labelled, last_pid, uptime_s};
use super::root::{self, Listed, ProcRoot};
use crate::model::{Pid, ProcessKey, ProcessLabel, StartTime};
use crate::source::selector::Candidate;
use crate::source::{Found, ReadError, Selection};

/// A process this old, in seconds, has its name: what a shell or a pool forks calls `exec` within milliseconds.
const GROWN_UP_S: f64 = 5.0;

/// A process is looked at again when it has become older by this share of its age.
const LOOK_AGAIN_AFTER: f64 = 0.25;

/// While no process is created, rounds between two questions whether somebody old is due: who waits to become a service
/// starts others meanwhile, mostly.
const CALM_ROUNDS: u32 = 8;

/// Seconds between two looks at a process that is not meant, at most.
const LOOK_AGAIN_S: f64 = 60.0;

/// What is known of all processes.
#[derive(Debug)]
pub(super) struct Census {
    known: BTreeMap<Pid, Entry>,
    selection: Selection,
    /// Processes of the control groups that are meant, in ascending order.
    members: Vec<Pid>,
    /// We and the processes we descend from, nearest first.
    lineage: Vec<ProcessKey>,
    system: SystemFiles,
    ticks_per_s: f64,
    /// The task created last when the list was read; `None` when it has to be read again.
    listed_up_to: Option<u64>,
    listed: Vec<Listed>,
    /// When somebody is to be looked at again, in seconds since boot.
    due_s: f64,
    /// Whether one of those is young.
    has_young: bool,
    round: u32,
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
    /// The round in which it was last listed.
    round: u32,
    standing: Standing,
}

#[derive(Debug)]
enum Standing {
    /// A kernel thread, a zombie, or leakwatch.
    Never,
    /// Not meant, unless one of its ancestors is.
    Passed,
    Meant(Box<Meant>),
}

impl Standing {
    /// After how many seconds a process of this age is to be looked at again; never is infinite.
    ///
    /// One that is not meant may become so, where it `depends_on_program` who is; one that is says so itself once it has
    /// its name. One whose age nobody tells (`/proc` may be mounted without `uptime`) may be young at every tick.
    fn look_again_in_s(&self, age_s: Option<f64>, depends_on_program: bool) -> f64 {
        let can_change = match self {
            Self::Never => false,
            Self::Meant(_) => age_s.is_some_and(|age_s| age_s <= GROWN_UP_S),
            Self::Passed => depends_on_program,
        };
        if can_change { (age_s.unwrap_or(0.0) * LOOK_AGAIN_AFTER).min(LOOK_AGAIN_S) } else { f64::INFINITY }
    }
}

/// A process that the selection means.
#[derive(Debug)]
struct Meant {
    label: Arc<ProcessLabel>,
    kept: Option<Kept>,
}

/// Files of the system that are read at every tick.
#[derive(Debug)]
struct SystemFiles {
    uptime: Option<OwnedFd>,
    /// What it said in this round; `None` when nobody has asked yet.
    uptime_s: Option<Option<f64>>,
    /// `None` where the last process number is not that of this `/proc`.
    loadavg: Option<OwnedFd>,
    buffer: Vec<u8>,
}

impl Census {
    pub(super) fn new(root: &ProcRoot) -> Self {
        Self {
            known: BTreeMap::new(),
            selection: Selection::default(),
            members: Vec::new(),
            lineage: lineage(root),
            system: SystemFiles::open(root),
            #[expect(clippy::cast_precision_loss, reason = "100, on every system there is")]
            ticks_per_s: rustix::param::clock_ticks_per_second() as f64,
            listed_up_to: None,
            listed: Vec::new(),
            due_s: f64::INFINITY,
            has_young: false,
            round: 0,
        }
    }

    /// Brings the census up to date and lists whom the selection means, in ascending order. `members` are in the
    /// control groups that it names.
    pub(super) fn take(
        &mut self,
        root: &ProcRoot,
        selection: &Selection,
        members: &[Pid],
    ) -> Result<Vec<Found>, ReadError> {
        if self.selection != *selection {
            self.selection = selection.clone();
            self.known.clear();
            self.listed_up_to = None;
        }
        if self.members != members {
            self.members.clear();
            self.members.extend_from_slice(members);
            self.listed_up_to = None;
        }
        self.system.uptime_s = None;
        self.round = self.round.wrapping_add(1);
        if selection.is_by_list_only() {
            self.list_selected(root);
        } else if !self.nothing_was_created() {
            root.list(&mut self.listed)?;
        } else {
            return Ok(self.found());
        }
        let listed = std::mem::take(&mut self.listed);
        for &one in &listed {
            self.visit(root, one);
        }
        self.listed = listed;
        let round = self.round;
        self.known.retain(|_, entry| entry.round == round);
        self.due_s = self.known.values().map(|entry| entry.due_s).fold(f64::INFINITY, f64::min);
        let is_young = |entry: &Entry| entry.due_s.is_finite() && entry.age_s.is_none_or(|age_s| age_s <= GROWN_UP_S);
        self.has_young = self.known.values().any(is_young);
        if selection.tree {
            self.add_descendants(root);
        }
        Ok(self.found())
    }

    /// The descriptors kept of this process, if it is meant and that is still who it is.
    pub(super) fn kept(&mut self, key: ProcessKey) -> Option<&mut Option<Kept>> {
        let entry = self.known.get_mut(&key.pid).filter(|entry| entry.start == key.start)?;
        match &mut entry.standing {
            Standing::Meant(meant) => Some(&mut meant.kept),
            Standing::Never | Standing::Passed => None,
        }
    }

    /// Forgets a process that has ended; whoever has its number now is looked at.
    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.listed_up_to = None;
        if self.known.get(&key.pid).is_some_and(|entry| entry.start == key.start) {
            self.known.remove(&key.pid);
        }
    }

    /// What a process that is meant is called now: it runs another program than when it was looked at.
    pub(super) fn label_again(&mut self, root: &ProcRoot, key: ProcessKey) -> Option<Arc<ProcessLabel>> {
        let label = Arc::new(Look::same(root, key).ok()?.label());
        let entry = self.known.get_mut(&key.pid).filter(|entry| entry.start == key.start)?;
        let Standing::Meant(meant) = &mut entry.standing else { return None };
        meant.label = Arc::clone(&label);
        Some(label)
    }

    /// Whether the list would be the one read last, as far as new processes go, and nobody is to be looked at again.
    fn nothing_was_created(&mut self) -> bool {
        let newest = self.system.last_pid();
        let same = newest.is_some() && newest == self.listed_up_to;
        self.listed_up_to = newest;
        let may_be_due = self.has_young || self.round.is_multiple_of(CALM_ROUNDS);
        same && !(may_be_due && self.is_due(self.due_s))
    }

    /// Whether a moment has come; asks for the time only where there is one.
    fn is_due(&mut self, due_s: f64) -> bool {
        due_s.is_finite() && self.system.uptime_s().is_none_or(|now_s| now_s >= due_s)
    }

    /// Where only numbers were selected, those are the list. One that is kept open says itself when it ends.
    fn list_selected(&mut self, root: &ProcRoot) {
        self.listed.clear();
        for &pid in self.selection.pids.iter().chain(&self.members) {
            let known = self.known.get(&pid);
            let inode = match known {
                Some(Entry { inode, standing: Standing::Meant(meant), .. }) if meant.kept.is_some() => *inode,
                _ => match root.process(pid).and_then(rustix::fs::fstat) {
                    Ok(folder) => folder.st_ino,
                    Err(_) => continue,
                },
            };
            self.listed.push(Listed { pid, inode });
        }
    }

    /// Looks at a process if it is new, young, or may be another one than before.
    fn visit(&mut self, root: &ProcRoot, Listed { pid, inode }: Listed) {
        if root.is_kernel() && self.is_known(pid, inode) {
            return;
        }
        let Some(mut look) = Look::at(root, pid, &self.lineage) else {
            self.known.remove(&pid);
            return;
        };
        let before = self.known.remove(&pid).filter(|entry| entry.start == look.key.start);
        let now_s = self.system.uptime_s();
        let age_s = age_s(look.key.start, now_s, self.ticks_per_s);
        let comm = BuildHasherDefault::<DefaultHasher>::default().hash_one(look.comm());
        let standing = match before {
            Some(entry) if entry.comm == comm && self.passes_by_name(&entry) => entry.standing,
            before => self.standing(&mut look, before.map(|entry| entry.standing)),
        };
        let due_s = now_s.unwrap_or(0.0) + standing.look_again_in_s(age_s, self.selection.depends_on_program());
        let (start, parent) = (look.key.start, look.parent);
        self.known.insert(pid, Entry { start, inode, comm, parent, due_s, age_s, round: self.round, standing });
    }

    /// Whether a process was passed over for its name alone, and is grown up: one that forks has the name of its parent.
    fn passes_by_name(&self, entry: &Entry) -> bool {
        matches!(entry.standing, Standing::Passed)
            && entry.age_s.is_some_and(|age_s| age_s > GROWN_UP_S)
            && self.selection.cmdline.is_none()
            && self.selection.uid.is_none()
            && self.members.is_empty()
    }

    /// Whether this is still who it was, and need not be looked at again yet.
    fn is_known(&mut self, pid: Pid, inode: u64) -> bool {
        let Some(entry) = self.known.get(&pid).filter(|entry| entry.inode == inode) else { return false };
        let has_joined = matches!(entry.standing, Standing::Passed) && self.members.binary_search(&pid).is_ok();
        if has_joined || self.is_due(entry.due_s) {
            return false;
        }
        if let Some(entry) = self.known.get_mut(&pid) {
            entry.round = self.round;
        }
        true
    }

    fn standing(&self, look: &mut Look<'_>, before: Option<Standing>) -> Standing {
        let is_leakwatch = self.lineage.first() == Some(&look.key);
        if !look.is_watchable || is_leakwatch {
            return Standing::Never;
        }
        let kept = match before {
            // It was chosen, and stays so under another name.
            Some(Standing::Meant(meant)) => meant.kept,
            _ if self.is_member(look) || self.selection.wants(look) => None,
            _ => return Standing::Passed,
        };
        Standing::Meant(Box::new(Meant { label: Arc::new(look.label()), kept }))
    }

    fn is_member(&self, look: &mut Look<'_>) -> bool {
        self.members.binary_search(&look.key.pid).is_ok()
            && self.selection.uid.is_none_or(|uid| look.uid() == Some(uid))
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
                let look = Look::at(root, pid, &self.lineage);
                let Some(entry) = self.known.get_mut(&pid) else { continue };
                entry.standing = match look {
                    Some(mut look) if look.key.start == entry.start => {
                        Standing::Meant(Box::new(Meant { label: Arc::new(look.label()), kept: None }))
                    }
                    // It has ended meanwhile: who has the number now is for the next round.
                    _ => Standing::Never,
                };
            }
        }
    }

    /// A parent is never younger than its child: one that is has only inherited the number.
    fn is_child(&self, entry: &Entry) -> bool {
        matches!(entry.standing, Standing::Passed)
            && entry
                .parent
                .and_then(|parent| self.known.get(&parent))
                .is_some_and(|parent| matches!(parent.standing, Standing::Meant(_)) && parent.start <= entry.start)
    }

    fn found(&self) -> Vec<Found> {
        let meant = self.known.iter().filter_map(|(&pid, entry)| match &entry.standing {
            Standing::Meant(meant) => Some((pid, entry, meant)),
            Standing::Never | Standing::Passed => None,
        });
        meant
            .map(|(pid, entry, meant)| Found {
                key: ProcessKey { pid, start: entry.start },
                parent: entry.parent,
                label: Arc::clone(&meant.label),
                age_s: entry.age_s,
            })
            .collect()
    }
}

impl SystemFiles {
    fn open(root: &ProcRoot) -> Self {
        let mut buffer = Vec::new();
        // `loadavg` speaks of the process numbers of the reader. They are those of the list where the innermost of
        // our own numbers is also the outermost one that is seen there.
        let status = root.read(c"self/status", &mut buffer).unwrap_or_default();
        let numbers = status.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"NSpid:"));
        let one_number = numbers.is_some_and(|numbers| numbers.trim_ascii().iter().all(u8::is_ascii_digit));
        let kept = |name| root.is_kernel().then(|| root.open_file(name).ok()).flatten();
        let loadavg = if one_number && labelled(status, b"NSpid").is_some() { kept(c"loadavg") } else { None };
        Self { uptime: root.open_file(c"uptime").ok(), uptime_s: None, loadavg, buffer }
    }

    fn uptime_s(&mut self) -> Option<f64> {
        if self.uptime_s.is_none() {
            let read = self.uptime.as_ref().and_then(|file| root::read_again(file, &mut self.buffer).ok());
            self.uptime_s = Some(read.and_then(uptime_s));
        }
        self.uptime_s.flatten()
    }

    fn last_pid(&mut self) -> Option<u64> {
        last_pid(root::read_again(self.loadavg.as_ref()?, &mut self.buffer).ok()?)
    }
}

/// We and the processes we descend from. A chain that does not end within this many steps is no chain.
fn lineage(root: &ProcRoot) -> Vec<ProcessKey> {
    const LONGEST: usize = 1000;
    let parent = |look: &Look<'_>| look.parent.and_then(|parent| Look::at(root, parent, &[]));
    let own = root.own_pid().and_then(|pid| Look::at(root, pid, &[]));
    std::iter::successors(own, parent).map(|look| look.key).take(LONGEST).collect()
}

fn age_s(start: StartTime, uptime_s: Option<f64>, ticks_per_s: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "ticks since boot stay far below 2^53")]
    let started_s = start.0 as f64 / ticks_per_s;
    uptime_s.map(|uptime_s| (uptime_s - started_s).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_a_process_the_rarer_it_is_looked_at() {
        let meant = Standing::Meant(Box::new(Meant { label: Arc::default(), kept: None }));
        let never = f64::INFINITY;
        let again =
            |standing: &Standing, by| [0.0, 4.0, 8.0, 1e6].map(|age_s| standing.look_again_in_s(Some(age_s), by));
        assert_eq!(again(&Standing::Passed, true), [0.0, 1.0, 2.0, 60.0]);
        assert_eq!(again(&Standing::Passed, false), [never; 4]);
        assert_eq!(again(&meant, false), [0.0, 1.0, never, never]);
        assert_eq!(again(&Standing::Never, true), [never; 4]);
        assert_eq!([Standing::Passed, meant].map(|unknown| unknown.look_again_in_s(None, true)), [0.0, never]);
    }
}
