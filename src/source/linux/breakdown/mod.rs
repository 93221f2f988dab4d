//! Breakdown of one suspected process: memory by mapping, descriptors and threads by kind, runtime and allocator.
//!
//! Expensive: reading `smaps` makes the kernel walk the page tables.

mod descriptors;
mod runtime;
mod smaps;
mod sockets;
mod threads;

use std::fs::File;
use std::io::{BufReader, Read};
use std::os::fd::OwnedFd;

use rustix::fs::readlinkat;
use rustix::io::Errno;

use super::proc_root;
use crate::model::{Inspection, InspectionScope, RuntimeIdentity};
use crate::source::read_error::ReadError;

use runtime::{HEAD_BYTES, RuntimeClues};
use smaps::MappingReader;

/// Size of the read buffer: the kernel fills at most this much at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Inspects the process of this folder.
///
/// # Errors
/// Returns an error if the mappings cannot be opened or read.
pub(super) fn inspect(folder: &OwnedFd, scope: InspectionScope) -> Result<Inspection, ReadError> {
    let mut clues = RuntimeClues::default();
    // `maps` shows the names of mappings without walking the page tables.
    let name = if scope.mappings { c"smaps" } else { c"maps" };
    let file = proc_root::open_file(folder, name).map_err(|errno| proc_root::inspection_error(errno, "smaps"))?;
    let file = BufReader::with_capacity(BUFFER_BYTES, File::from(file));
    let mappings = MappingReader::read(file, &mut clues)
        .map_err(|error| proc_root::inspection_error(Errno::from_io_error(&error).unwrap_or(Errno::IO), "smaps"))?;
    let thread_count = proc_root::open_folder(folder, c"task").and_then(proc_root::count_entries).unwrap_or(1);
    Ok(Inspection {
        identity: read_identity(folder, clues),
        mappings: scope.mappings.then(|| mappings.finish(thread_count)),
        descriptors: if scope.descriptors { descriptors::read_descriptors(folder).ok() } else { None },
        threads: if scope.threads { threads::read_threads(folder).ok() } else { None },
    })
}

fn read_identity(folder: &OwnedFd, clues: RuntimeClues) -> RuntimeIdentity {
    let program = readlinkat(folder, c"exe", Vec::new()).ok().map(|path| path.to_string_lossy().into_owned());
    let mut head = Vec::new();
    // An unreadable executable stays without a head, and is then recognised by names only.
    if let Ok(file) = proc_root::open_file(folder, c"exe") {
        drop(File::from(file).take(HEAD_BYTES as u64).read_to_end(&mut head));
    }
    clues.into_identity(program.as_deref(), &head)
}
