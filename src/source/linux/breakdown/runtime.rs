//! Recognition of the runtime and the allocator of a process, from the names of its mappings and the head of its
//! executable.

use memchr::memmem;

use crate::model::{Allocator, Runtime, RuntimeIdentity};

/// Bytes of an executable that are searched for the note of Go: linkers put notes right behind the headers.
pub(super) const HEAD_BYTES: usize = 16 << 10;
/// End of the header of an ELF note of type 4 (build id), and its owner (cmd/internal/buildid of Go).
const GO_NOTE: &[u8] = b"\x04\0\0\0Go\0\0";

/// Shared libraries that implement a runtime; the earlier one wins if a process has loaded several.
const LIBRARIES: [(&str, Runtime); 6] = [
    ("libjvm.so", Runtime::Jvm),
    ("libcoreclr.so", Runtime::DotNet),
    ("libpython", Runtime::CPython),
    ("libnode.so", Runtime::Node),
    ("libruby", Runtime::Ruby),
    ("libphp", Runtime::Php),
];

/// Executables that contain their runtime.
const PROGRAMS: [(&str, Runtime); 5] = [
    ("python", Runtime::CPython),
    ("node", Runtime::Node),
    ("ruby", Runtime::Ruby),
    ("php", Runtime::Php),
    ("dotnet", Runtime::DotNet),
];

/// Executables of runtimes that are not recognised here: they are not "native".
const UNRECOGNISED: [&str; 10] = ["beam", "bun", "deno", "erl", "guile", "julia", "lua", "perl", "pypy", "qemu"];

/// Shared libraries that implement `malloc`; the earlier one wins. The first three replace libc.
const ALLOCATORS: [(&str, Allocator); 6] = [
    ("libjemalloc", Allocator::Jemalloc),
    ("libmimalloc", Allocator::Mimalloc),
    ("libtcmalloc", Allocator::Tcmalloc),
    ("ld-musl-", Allocator::Musl),
    ("libc.so.6", Allocator::Glibc),
    ("libc-2.", Allocator::Glibc),
];

/// Number of entries of [`ALLOCATORS`] that replace libc.
const REPLACEMENTS: usize = 3;

/// Names that allocators give to their memory, each with its place in [`ALLOCATORS`].
const NAMED_BY: [(&str, usize); 2] = [("[anon:jemalloc", 0), ("[anon:tcmalloc", 2)];

/// Allocator found among the mappings.
#[derive(Debug)]
struct FoundAllocator {
    /// Place in [`ALLOCATORS`].
    rank: usize,
    /// Path of the library, unless it is libc: a tracer needs it to find `malloc`.
    file: Option<String>,
}

/// Clues to the runtime and the allocator, collected from mappings.
#[derive(Debug, Default)]
pub(super) struct RuntimeClues {
    /// Place in [`LIBRARIES`].
    library: Option<usize>,
    allocator: Option<FoundAllocator>,
}

impl RuntimeClues {
    /// Adds the name of one mapping.
    pub(super) fn add_mapping(&mut self, name: &str) {
        let found = match file_name(name) {
            Some(file) => {
                let library = LIBRARIES.iter().position(|(known, _)| file.starts_with(known));
                self.library = [self.library, library].into_iter().flatten().min();
                ALLOCATORS
                    .iter()
                    .position(|(known, _)| file.starts_with(known))
                    .map(|rank| FoundAllocator { rank, file: (rank < REPLACEMENTS).then(|| name.to_owned()) })
            }
            None => NAMED_BY
                .iter()
                .find(|(known, _)| name.starts_with(known))
                .map(|&(_, rank)| FoundAllocator { rank, file: None }),
        };
        if let Some(found) = found
            && self.allocator.as_ref().is_none_or(|known| found.rank < known.rank)
        {
            self.allocator = Some(found);
        }
    }

    /// Returns the identity. `program` is the path of the executable, `head` its first bytes, as far as readable.
    pub(super) fn into_identity(self, program: Option<&str>, head: &[u8]) -> RuntimeIdentity {
        let program = program.map(|path| path.strip_suffix(" (deleted)").unwrap_or(path));
        let file = program.and_then(file_name).unwrap_or_default();
        let runtime = runtime_of_executable(file)
            .or_else(|| self.library.map(|library| LIBRARIES[library].1))
            .or_else(|| compiled_runtime(file, head));
        let (rank, allocator_file) = self.allocator.map_or((None, None), |found| (Some(found.rank), found.file));
        RuntimeIdentity { runtime, allocator: rank.map(|rank| ALLOCATORS[rank].1), allocator_file }
    }
}

/// Recognises an executable that contains its runtime.
fn runtime_of_executable(file: &str) -> Option<Runtime> {
    PROGRAMS.iter().find(|(known, _)| is_version_of(file, known)).map(|&(_, runtime)| runtime)
}

/// Recognises machine code by the head of its executable.
fn compiled_runtime(file: &str, head: &[u8]) -> Option<Runtime> {
    if memmem::find(head, GO_NOTE).is_some() {
        return Some(Runtime::Go);
    }
    let is_unrecognised = UNRECOGNISED.iter().any(|known| is_version_of(file, known));
    (head.starts_with(b"\x7fELF") && !is_unrecognised).then_some(Runtime::Native)
}

/// Returns the last component of an absolute path; `None` for other names.
fn file_name(path: &str) -> Option<&str> {
    path.starts_with('/').then(|| path.rsplit('/').next()).flatten()
}

/// True for a version of a known program: `python3.11`, `php-fpm8.2`, `nodejs`, `beam.smp`, but not `nodetool`.
fn is_version_of(file: &str, known: &str) -> bool {
    let Some(rest) = file.strip_prefix(known) else { return false };
    let rest = rest.trim_start_matches("js").trim_start_matches("-fpm").trim_start_matches("-cgi");
    !rest.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && !rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(program: &str, mappings: &[&str], head: &[u8]) -> (Option<Runtime>, Option<Allocator>) {
        let mut clues = RuntimeClues::default();
        mappings.iter().for_each(|name| clues.add_mapping(name));
        let found = clues.into_identity(Some(program), head);
        (found.runtime, found.allocator)
    }

    #[test]
    fn runtimes_are_recognised_by_library_name_and_note() {
        let libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";
        let elf = b"\x7fELF\x02";
        let runtime = |program: &str, library: &str| identity(program, &[libc, library], elf).0;
        assert_eq!(runtime("/usr/bin/python3.11", ""), Some(Runtime::CPython));
        assert_eq!(runtime("/usr/sbin/uwsgi", "/usr/lib/libpython3.11.so.1.0"), Some(Runtime::CPython));
        assert_eq!(runtime("/opt/node-v20/bin/node (deleted)", ""), Some(Runtime::Node));
        assert_eq!(runtime("/usr/bin/nodetool", ""), Some(Runtime::Native));
        assert_eq!(runtime("/usr/lib/jvm/bin/java", "/usr/lib/jvm/lib/server/libjvm.so"), Some(Runtime::Jvm));
        assert_eq!(runtime("/usr/sbin/php-fpm8.2", ""), Some(Runtime::Php));
        assert_eq!(runtime("/usr/sbin/apache2", "/usr/lib/apache2/modules/libphp8.2.so"), Some(Runtime::Php));
        assert_eq!(runtime("/usr/bin/ruby3.1", "/usr/lib/libruby-3.1.so.3.1"), Some(Runtime::Ruby));
        assert_eq!(runtime("/usr/lib/erlang/bin/beam.smp", ""), None);
        assert_eq!(
            identity("/srv/api", &[], b"\x7fELF\x02..\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0id").0,
            Some(Runtime::Go)
        );
        assert_eq!(identity("/srv/api", &[libc], b"").0, None);
    }

    #[test]
    fn a_loaded_allocator_replaces_that_of_libc() {
        let mut clues = RuntimeClues::default();
        for name in ["/usr/lib/libc.so.6", "/usr/lib/libjemalloc.so.2", "/usr/lib/libc.so.6", "[heap]"] {
            clues.add_mapping(name);
        }
        let found = clues.into_identity(None, b"");
        assert_eq!(found.allocator, Some(Allocator::Jemalloc));
        assert_eq!(found.allocator_file.as_deref(), Some("/usr/lib/libjemalloc.so.2"));
        assert_eq!(identity("/bin/x", &["[anon:tcmalloc_region_NORMAL]"], b"").1, Some(Allocator::Tcmalloc));
        assert_eq!(
            identity("/bin/x", &["/lib/ld-musl-x86_64.so.1"], b"\x7fELF"),
            (Some(Runtime::Native), Some(Allocator::Musl))
        );
    }
}
