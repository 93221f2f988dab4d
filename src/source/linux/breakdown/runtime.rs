//! Which runtime and which allocator a process uses: from the names of what it has mapped, and the first page of its
//! executable.

use memchr::memmem;

use crate::model::{Allocator, Runtime, RuntimeIdentity};

/// Bytes of an executable in which the note of Go is looked for: linkers put notes right behind the headers.
pub(super) const HEAD_BYTES: usize = 16 << 10;
/// End of the header of an ELF note of type 4 (build id) and its owner (cmd/internal/buildid of Go).
const GO_NOTE: &[u8] = b"\x04\0\0\0Go\0\0";

/// Libraries that are a runtime; the earlier one wins where a process has loaded several.
const LIBRARIES: [(&str, Runtime); 6] = [
    ("libjvm.so", Runtime::Jvm),
    ("libcoreclr.so", Runtime::DotNet),
    ("libpython", Runtime::CPython),
    ("libnode.so", Runtime::Node),
    ("libruby", Runtime::Ruby),
    ("libphp", Runtime::Php),
];

/// Programs that have their runtime in them.
const PROGRAMS: [(&str, Runtime); 5] = [
    ("python", Runtime::CPython),
    ("node", Runtime::Node),
    ("ruby", Runtime::Ruby),
    ("php", Runtime::Php),
    ("dotnet", Runtime::DotNet),
];

/// Programs that run other code in a way that is not recognised here: what they are is not "native".
const OTHERS: [&str; 10] = ["beam", "bun", "deno", "erl", "guile", "julia", "lua", "perl", "pypy", "qemu"];

const ALLOCATORS: [(&str, Allocator); 6] = [
    ("libjemalloc", Allocator::Jemalloc),
    ("libmimalloc", Allocator::Mimalloc),
    ("libtcmalloc", Allocator::Tcmalloc),
    ("ld-musl-", Allocator::Musl),
    ("libc.so.6", Allocator::Glibc),
    ("libc-2.", Allocator::Glibc),
];

/// Names that allocators give to their memory.
const NAMED_BY: [(&str, Allocator); 2] =
    [("[anon:jemalloc", Allocator::Jemalloc), ("[anon:tcmalloc", Allocator::Tcmalloc)];

/// What points to a runtime or an allocator.
#[derive(Debug, Default)]
pub(super) struct Clues {
    library: Option<usize>,
    allocator: Option<(usize, Option<String>)>,
}

impl Clues {
    /// Takes the name of one mapping.
    pub(super) fn mapping(&mut self, name: &str) {
        let found = match file_name(name) {
            Some(file) => {
                let library = LIBRARIES.iter().position(|(known, _)| file.starts_with(known));
                self.library = [self.library, library].into_iter().flatten().min();
                // Its path tells a tracer where `malloc` is; that of libc is known to everybody.
                let rank = ALLOCATORS.iter().position(|(known, _)| file.starts_with(known));
                rank.map(|rank| (rank, (rank < 3).then(|| name.to_owned())))
            }
            None => NAMED_BY
                .iter()
                .find(|(known, _)| name.starts_with(known))
                .map(|(_, allocator)| (ALLOCATORS.iter().position(|(_, known)| known == allocator).unwrap_or(0), None)),
        };
        if let Some(found) = found
            && self.allocator.as_ref().is_none_or(|known| found.0 < known.0)
        {
            self.allocator = Some(found);
        }
    }

    /// Who it is. `program` is the path of the executable, `head` its first bytes, as far as they could be read.
    pub(super) fn identity(self, program: Option<&str>, head: &[u8]) -> RuntimeIdentity {
        let program = program.map(|path| path.strip_suffix(" (deleted)").unwrap_or(path));
        let file = program.and_then(file_name).unwrap_or_default();
        let by_name = PROGRAMS.iter().find(|(known, _)| is_version_of(file, known)).map(|(_, runtime)| *runtime);
        let by_library = self.library.map(|library| LIBRARIES[library].1);
        let is_foreign = || OTHERS.iter().any(|known| is_version_of(file, known));
        let is_go = || memmem::find(head, GO_NOTE).is_some();
        let is_native = || head.starts_with(b"\x7fELF") && !is_foreign();
        let runtime = by_name
            .or(by_library)
            .or_else(|| is_go().then_some(Runtime::Go))
            .or_else(|| is_native().then_some(Runtime::Native));
        let (rank, allocator_file) = self.allocator.map_or((None, None), |(rank, file)| (Some(rank), file));
        RuntimeIdentity { runtime, allocator: rank.map(|rank| ALLOCATORS[rank].1), allocator_file }
    }
}

fn file_name(path: &str) -> Option<&str> {
    path.starts_with('/').then(|| path.rsplit('/').next()).flatten()
}

/// `python3.11`, `php-fpm8.2`, `nodejs` and `beam.smp` are versions of what they begin with; `nodetool` is not.
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
        let mut clues = Clues::default();
        mappings.iter().for_each(|name| clues.mapping(name));
        let found = clues.identity(Some(program), head);
        (found.runtime, found.allocator)
    }

    #[test]
    fn runtimes_are_told_by_library_name_and_note() {
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
    fn an_allocator_that_was_loaded_hides_that_of_libc() {
        let mut clues = Clues::default();
        for name in ["/usr/lib/libc.so.6", "/usr/lib/libjemalloc.so.2", "/usr/lib/libc.so.6", "[heap]"] {
            clues.mapping(name);
        }
        let found = clues.identity(None, b"");
        assert_eq!(found.allocator, Some(Allocator::Jemalloc));
        assert_eq!(found.allocator_file.as_deref(), Some("/usr/lib/libjemalloc.so.2"));
        assert_eq!(identity("/bin/x", &["[anon:tcmalloc_region_NORMAL]"], b"").1, Some(Allocator::Tcmalloc));
        assert_eq!(
            identity("/bin/x", &["/lib/ld-musl-x86_64.so.1"], b"\x7fELF"),
            (Some(Runtime::Native), Some(Allocator::Musl))
        );
    }
}
