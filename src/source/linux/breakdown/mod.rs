//! A look at what a process consists of: dear, and only taken of those that may leak.

use std::fs::File;
use std::io::{BufReader, Read};
use std::os::fd::OwnedFd;

use rustix::fs::readlinkat;
use rustix::io::Errno;

mod descriptors;
mod runtime;
mod smaps;
mod sockets;

use super::proc_root::{self, RIGHT_TO_LOOK_INSIDE};
use crate::model::{Inspection, InspectionScope, RuntimeIdentity};
use crate::source::ReadError;
use runtime::{Clues, HEAD_BYTES};
use smaps::Mappings;

/// The kernel fills at most so much at once.
const BUFFER: usize = 1 << 16;

/// Looks at the process of this folder.
pub(super) fn inspect(folder: &OwnedFd, aspects: InspectionScope) -> Result<Inspection, ReadError> {
    let mut clues = Clues::default();
    // Only `smaps` walks the pages; `maps` tells the names alone.
    let name = if aspects.mappings { c"smaps" } else { c"maps" };
    let file = proc_root::open(folder, name).map_err(|errno| refused(errno, "smaps"))?;
    let file = BufReader::with_capacity(BUFFER, File::from(file));
    let mappings = Mappings::read(file, &mut clues)
        .map_err(|error| refused(Errno::from_io_error(&error).unwrap_or(Errno::IO), "smaps"))?;
    let threads = proc_root::open_folder(folder, c"task").and_then(proc_root::count_entries).unwrap_or(1);
    Ok(Inspection {
        identity: identity(folder, clues),
        mappings: aspects.mappings.then(|| mappings.finish(threads)),
        descriptors: aspects.descriptors.then(|| descriptors::descriptors(folder).ok()).flatten(),
        threads: aspects.threads.then(|| descriptors::threads(folder).ok()).flatten(),
    })
}

fn identity(folder: &OwnedFd, clues: Clues) -> RuntimeIdentity {
    let program = readlinkat(folder, c"exe", Vec::new()).ok().map(|path| path.to_string_lossy().into_owned());
    let mut head = Vec::new();
    // One that cannot be read has no head, and is then not recognised by it.
    if let Ok(file) = proc_root::open(folder, c"exe") {
        drop(File::from(file).take(HEAD_BYTES as u64).read_to_end(&mut head));
    }
    clues.identity(program.as_deref(), &head)
}

fn refused(errno: Errno, file: &str) -> ReadError {
    match errno {
        Errno::ACCESS | Errno::PERM => ReadError::Denied { right: RIGHT_TO_LOOK_INSIDE },
        errno => proc_root::why(errno, file),
    }
}
