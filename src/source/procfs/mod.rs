//! Processes of Linux, from `/proc` and the control group files.
//!
//! `Census` knows who runs and whom the selection means; `Reader` reads the counters of one process;
//! `Limits` tells what will end its growth. All of them see files only relative to two folders, so that
//! another `/proc`, or one made of ordinary files, reads the same way. Nothing here asks for the time of day.

mod census;
mod cgroup;
mod counters;
mod descriptors;
mod exactness;
mod groups;
mod identity;
mod limits;
#[cfg(test)]
mod live_tests;
mod look;
mod parse;
mod portrait;
#[cfg(test)]
mod portrait_tests;
mod root;
mod smaps;
mod sockets;
mod standing;
mod system;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rustix::io::Errno;

pub use counters::StatusCadence;

use census::Census;
use counters::Reader;
use groups::Groups;
use limits::{Belonging, Limits};
use look::Look;
use root::ProcRoot;

use super::{
    Counting, Depth, ExactMemory, Found, GroupSeen, Observation, ProcessSource, ReadError, Selection, Surroundings,
};
use crate::model::{Aspects, Portrait, ProcessKey};

/// Where `/proc` is mounted.
pub const PROC_ROOT: &str = "/proc";

/// Where the control groups are mounted.
pub const CGROUP_ROOT: &str = "/sys/fs/cgroup";

/// The processes that `/proc` shows.
#[derive(Debug)]
pub struct ProcfsSource {
    root: ProcRoot,
    census: Census,
    reader: Reader,
    limits: Limits,
    groups: Groups,
    counter_error_bytes: u64,
}

impl ProcfsSource {
    /// Reads the processes under `proc_root` and their limits under `cgroup_root`.
    ///
    /// # Errors
    /// When `proc_root` cannot be opened.
    pub fn new(proc_root: &Path, cgroup_root: PathBuf) -> Result<Self, ReadError> {
        let root = ProcRoot::open(proc_root)?;
        let census = Census::new(&root);
        let reader = Reader::new(root.is_kernel());
        let counter_error_bytes = exactness::counter_error_bytes(&root, rustix::param::page_size() as u64);
        Ok(Self {
            root,
            census,
            reader,
            limits: Limits::new(cgroup_root.clone()),
            groups: Groups::new(cgroup_root),
            counter_error_bytes,
        })
    }

    /// How often the dear counters are read.
    #[must_use]
    pub fn with_status_cadence(mut self, cadence: StatusCadence) -> Self {
        self.reader.set_cadence(cadence);
        self
    }

    /// Which counts are read besides memory.
    #[must_use]
    pub fn with_counting(mut self, counting: Counting) -> Self {
        self.reader.set_counting(counting);
        self
    }

    fn look_around(&mut self, selection: &Selection) -> Result<(), ReadError> {
        self.limits.expire();
        self.reader.begin_round(&self.root);
        let members = self.groups.take(&selection.groups)?;
        self.census.take(&self.root, selection, members)
    }

    fn observe(&mut self, key: ProcessKey, depth: Depth) -> Result<Observation, ReadError> {
        let mut place = self.census.meant(key).map(|meant| &mut meant.kept);
        if let Some(Some(kept)) = &mut place {
            let (mut observation, is_past_exec) = self.reader.again(kept, depth)?;
            if is_past_exec {
                observation.program = self.census.label_again(&self.root, key);
            }
            return Ok(observation);
        }
        let look = Look::same(&self.root, key)?;
        let (observation, kept) = self.reader.first(look.into_folder(), depth)?;
        if let Some(place) = place {
            *place = kept;
        }
        Ok(observation)
    }
}

impl ProcessSource for ProcfsSource {
    fn find(&mut self, selection: &Selection) -> Result<Vec<Found>, ReadError> {
        self.look_around(selection)?;
        Ok(self.census.found())
    }

    fn find_changed(&mut self, selection: &Selection) -> Result<Option<Vec<Found>>, ReadError> {
        self.look_around(selection)?;
        Ok(self.census.has_changed().then(|| self.census.found()))
    }

    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<Observation, ReadError> {
        let outcome = self.observe(key, depth);
        if outcome == Err(ReadError::Gone) {
            self.census.forget(key);
        }
        outcome
    }

    fn count_pages(&mut self, key: ProcessKey) -> Result<ExactMemory, ReadError> {
        let folder = Look::same(&self.root, key)?.into_folder();
        let mut buffer = Vec::new();
        match root::read(&folder, c"smaps_rollup", &mut buffer) {
            Ok(rollup) => exactness::exact_memory(rollup).ok_or(ReadError::Gone),
            Err(Errno::ACCESS | Errno::PERM) => Err(ReadError::Denied { right: root::RIGHT_TO_LOOK_INSIDE }),
            Err(errno) => Err(root::why(errno, "smaps_rollup")),
        }
    }

    fn portray(&mut self, key: ProcessKey, aspects: Aspects) -> Result<Portrait, ReadError> {
        portrait::portray(&Look::same(&self.root, key)?.into_folder(), aspects)
    }

    fn read_groups(&mut self) -> Vec<GroupSeen> {
        self.groups.read()
    }

    fn counter_error_bytes(&self) -> u64 {
        self.counter_error_bytes
    }

    fn surroundings(&mut self, key: ProcessKey) -> Surroundings {
        let (mut none, root) = (Belonging::default(), &self.root);
        let belonging = self.census.meant(key).map_or(&mut none, |meant| &mut meant.belonging);
        self.limits.around(root, belonging, || Look::same(root, key).map(Look::into_folder).ok())
    }
}
