//! A look at what a process consists of: dear, and only taken of those that may leak.

use std::fs::File;
use std::io::{BufReader, Read};
use std::os::fd::OwnedFd;

use rustix::fs::readlinkat;
use rustix::io::Errno;

use super::descriptors;
use super::identity::{Clues, HEAD_BYTES};
use super::root::{self, RIGHT_TO_LOOK_INSIDE};
use super::smaps::Mappings;
use crate::model::{Aspects, Identity, Portrait};
use crate::source::ReadError;

/// The kernel fills at most so much at once.
const BUFFER: usize = 1 << 16;

/// Looks at the process of this folder.
pub(super) fn portray(folder: &OwnedFd, aspects: Aspects) -> Result<Portrait, ReadError> {
    let mut clues = Clues::default();
    // Only `smaps` walks the pages; `maps` tells the names alone.
    let name = if aspects.mappings { c"smaps" } else { c"maps" };
    let file = root::open(folder, name).map_err(|errno| refused(errno, "smaps"))?;
    let file = BufReader::with_capacity(BUFFER, File::from(file));
    let mappings = Mappings::read(file, &mut clues)
        .map_err(|error| refused(Errno::from_io_error(&error).unwrap_or(Errno::IO), "smaps"))?;
    let threads = root::open_folder(folder, c"task").and_then(root::count_entries).unwrap_or(1);
    Ok(Portrait {
        identity: identity(folder, clues),
        mappings: aspects.mappings.then(|| mappings.finish(threads)),
        descriptors: aspects.descriptors.then(|| descriptors::descriptors(folder).ok()).flatten(),
        threads: aspects.threads.then(|| descriptors::threads(folder).ok()).flatten(),
    })
}

fn identity(folder: &OwnedFd, clues: Clues) -> Identity {
    let program = readlinkat(folder, c"exe", Vec::new()).ok().map(|path| path.to_string_lossy().into_owned());
    let mut head = Vec::new();
    // One that cannot be read has no head, and is then not recognised by it.
    if let Ok(file) = root::open(folder, c"exe") {
        drop(File::from(file).take(HEAD_BYTES as u64).read_to_end(&mut head));
    }
    clues.identity(program.as_deref(), &head)
}

fn refused(errno: Errno, file: &str) -> ReadError {
    match errno {
        Errno::ACCESS | Errno::PERM => ReadError::Denied { right: RIGHT_TO_LOOK_INSIDE },
        errno => root::why(errno, file),
    }
}
