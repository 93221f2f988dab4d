//! `/proc/PID/smaps`: how much memory each kind of mapping holds.
//!
//! Read line by line and with bounded memory: a process may have 65,530 mappings (`vm.max_map_count`) with names it
//! chooses, and each takes some thirty lines. Fields and names are those of the kernel's `filesystems/proc.rst`.

use std::io::{self, BufRead};

use super::super::parse::{number, skip_blanks};
use super::runtime::Clues;
use crate::model::MappingKind;
use crate::model::{Breakdown, BreakdownBuilder};

/// Arenas of glibc besides the main one begin at a multiple of this (`HEAP_MAX_SIZE`), stacks do so by chance.
const ARENA_BYTES: u64 = 64 << 20;
/// A guard below a stack is no larger; the unused rest of an arena usually is.
const GUARD_BYTES: u64 = 1 << 20;

/// The names under which the kernel shows memory that has no file to go back to.
const SHARED: [&str; 5] = ["/dev/shm/", "/memfd:", "/SYSV", "/dev/zero", "/anon_hugepage"];

/// One mapping.
#[derive(Debug, Default)]
struct Mapping {
    start: u64,
    end: u64,
    permissions: [u8; 4],
    name: String,
    /// In KiB, as all of these.
    rss: u64,
    anonymous: u64,
    lazy_free: u64,
    swap: u64,
}

/// What mappings consist of, and which files are among them.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    builder: BreakdownBuilder<MappingKind>,
    /// What looks like the stack of a thread: how many, and their memory.
    stacks: (u64, u64),
    before: Option<(u64, u64, bool)>,
}

impl Mappings {
    /// Reads `smaps`, or `maps`, whose mappings hold nothing that is known.
    pub(super) fn read(mut file: impl BufRead, clues: &mut Clues) -> io::Result<Self> {
        let mut mappings = Self::default();
        let mut open: Option<Mapping> = None;
        let mut line = Vec::new();
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            match line.first() {
                // Fields begin with a capital letter, mappings with a hexadecimal digit, which is a small one.
                Some(b'A'..=b'Z') => {
                    if let Some(mapping) = &mut open {
                        mapping.field(&line);
                    }
                }
                _ => {
                    let next = Mapping::parse(&line);
                    if let Some(mapping) = std::mem::replace(&mut open, next) {
                        mappings.add(&mapping, clues);
                    }
                }
            }
        }
        if let Some(mapping) = open {
            mappings.add(&mapping, clues);
        }
        Ok(mappings)
    }

    fn add(&mut self, mapping: &Mapping, clues: &mut Clues) {
        clues.mapping(&mapping.name);
        let below = self.before.replace((mapping.start, mapping.end, mapping.is_closed()));
        let guarded = below.is_some_and(|(start, end, closed)| {
            closed && end == mapping.start && end.saturating_sub(start) <= GUARD_BYTES
        });
        let (kind, name) = mapping.kind();
        let bytes = 1024 * mapping.held_kib(kind);
        let may_be_stack = kind == MappingKind::Anonymous && guarded && mapping.permissions == *b"rw-p";
        if may_be_stack && !mapping.start.is_multiple_of(ARENA_BYTES) {
            self.stacks = (self.stacks.0 + 1, self.stacks.1.saturating_add(bytes));
        } else {
            self.builder.add(kind, &name, bytes);
        }
    }

    /// The sums. Allocators guard blocks too: more "stacks" than a process with so many threads has are none. (glibc
    /// keeps some of threads that have ended.)
    pub(super) fn finish(mut self, threads: u64) -> Breakdown<MappingKind> {
        let (count, bytes) = self.stacks;
        let kind = if count <= 2 * threads + 16 { MappingKind::Stack } else { MappingKind::Anonymous };
        self.builder.add(kind, "", bytes);
        self.builder.finish()
    }
}

impl Mapping {
    /// `7f1c9c000000-7f1c9c021000 rw-p 00000000 00:00 0      [heap]`
    fn parse(line: &[u8]) -> Option<Self> {
        let mut rest = line.strip_suffix(b"\n").unwrap_or(line);
        let mut word = || {
            let end = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = skip_blanks(after);
            word
        };
        let (addresses, permissions) = (word(), word());
        for _ in ["offset", "device", "inode"] {
            word();
        }
        let mut ends = std::str::from_utf8(addresses).ok()?.split('-').map(|end| u64::from_str_radix(end, 16));
        Some(Self {
            start: ends.next()?.ok()?,
            end: ends.next()?.ok()?,
            permissions: permissions.try_into().ok()?,
            name: String::from_utf8_lossy(rest).into_owned(),
            ..Self::default()
        })
    }

    fn field(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return };
        let slot = match &line[..colon] {
            b"Rss" => &mut self.rss,
            b"Anonymous" => &mut self.anonymous,
            b"LazyFree" => &mut self.lazy_free,
            b"Swap" => &mut self.swap,
            _ => return,
        };
        *slot = number(skip_blanks(&line[colon + 1..])).map_or(0, |(value, _)| value);
    }

    fn is_closed(&self) -> bool {
        self.permissions == *b"---p" && self.name.is_empty()
    }

    /// What the kernel cannot simply take back. Pages of a file that were only read are not among it.
    fn held_kib(&self, kind: MappingKind) -> u64 {
        let resident = if kind == MappingKind::Shared { self.rss } else { self.anonymous };
        resident.saturating_sub(self.lazy_free).saturating_add(self.swap)
    }

    fn kind(&self) -> (MappingKind, String) {
        let name = self.name.strip_suffix(" (deleted)").unwrap_or(&self.name);
        let plain = |kind| (kind, String::new());
        if let Some(inner) = name.strip_prefix("[anon:").and_then(|rest| rest.strip_suffix(']')) {
            // glibc names its own with `glibc.mem.decorate_maps`, the thread with its number.
            return match inner.contains("pthread stack") {
                true => plain(MappingKind::Stack),
                false => (MappingKind::NamedAnonymous, inner.trim().to_owned()),
            };
        }
        if let Some(inner) = name.strip_prefix("[anon_shmem:").and_then(|rest| rest.strip_suffix(']')) {
            return (MappingKind::Shared, inner.to_owned());
        }
        match name {
            "[heap]" => plain(MappingKind::Heap),
            "[stack]" => plain(MappingKind::Stack),
            "" if self.permissions[2] == b'x' => plain(MappingKind::Jit),
            "" => plain(MappingKind::Anonymous),
            "/dev/zero" => (MappingKind::Shared, "shared anonymous memory".to_owned()),
            _ if SHARED.iter().any(|shared| name.starts_with(shared)) => (MappingKind::Shared, without_digits(name)),
            _ => (MappingKind::File, name.to_owned()),
        }
    }
}

/// `worker-17` and `worker-4` are of one sort: `worker-#`.
pub(super) fn without_digits(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(smaps: &str, threads: u64) -> Vec<(MappingKind, String, u64)> {
        let mappings = Mappings::read(smaps.as_bytes(), &mut Clues::default()).expect("memory reads");
        let tally = mappings.finish(threads);
        tally.parts().iter().map(|part| (part.kind, part.name.clone(), part.amount / 1024)).collect()
    }

    fn mapping(range: &str, permissions: &str, name: &str, fields: &str) -> String {
        format!(
            "{range} {permissions} 00000000 00:00 0                          {name}\n{fields}VmFlags: rd wr mr mw\n"
        )
    }

    #[test]
    fn each_kind_is_told_apart() {
        let anonymous = |kib: u64| format!("Rss: {kib} kB\nAnonymous: {kib} kB\nSwap: 0 kB\n");
        let smaps = [
            mapping("1000-2000", "rw-p", "[heap]", &anonymous(1)),
            mapping("10000-20000", "rw-p", "", "Rss: 9 kB\nAnonymous: 8 kB\nLazyFree: 3 kB\nSwap: 4 kB\n"),
            mapping("30000-40000", "rwxp", "", &anonymous(2)),
            mapping("50000-51000", "---p", "", ""),
            mapping("51000-60000", "rw-p", "", &anonymous(5)),
            mapping("70000-80000", "rw-p", "[anon:Go: heap]", &anonymous(6)),
            mapping("80000-90000", "rw-p", "[anon: glibc: pthread stack: 812]", &anonymous(7)),
            mapping("a0000-b0000", "rw-s", "/dev/shm/queue-77 (deleted)", "Rss: 10 kB\nAnonymous: 0 kB\nSwap: 1 kB\n"),
            mapping("b0000-c0000", "r--p", "/usr/lib/libx.so", "Rss: 100 kB\nAnonymous: 3 kB\n"),
            mapping("c0000-d0000", "r--p", "/usr/lib/liby.so", "Rss: 100 kB\nAnonymous: 0 kB\n"),
        ];
        use MappingKind::{Anonymous, File, Heap, Jit, NamedAnonymous, Shared, Stack};
        let named = |kind, name: &str, kib| (kind, name.to_owned(), kib);
        assert_eq!(
            parts(&smaps.concat(), 1),
            [
                named(Stack, "", 12),
                named(Shared, "/dev/shm/queue-#", 11),
                named(Anonymous, "", 9),
                named(NamedAnonymous, "Go: heap", 6),
                named(File, "/usr/lib/libx.so", 3),
                named(Jit, "", 2),
                named(Heap, "", 1),
            ]
        );
    }

    #[test]
    fn guarded_blocks_of_an_allocator_are_no_stacks() {
        let block = |n: u64| {
            let (guard, start, end) = (n << 20, (n << 20) + 0x1000, (n << 20) + 0x8000);
            mapping(&format!("{guard:x}-{start:x}"), "---p", "", "")
                + &mapping(&format!("{start:x}-{end:x}"), "rw-p", "", "Rss: 4 kB\nAnonymous: 4 kB\n")
        };
        let smaps: String = (1..40).map(block).collect();
        assert_eq!(parts(&smaps, 30), [(MappingKind::Stack, String::new(), 156)]);
        assert_eq!(parts(&smaps, 2), [(MappingKind::Anonymous, String::new(), 156)]);
    }

    #[test]
    fn whatever_the_bytes_are_nothing_breaks() {
        for hostile in
            ["", "Rss: 1 kB\n", "x-y rw-p\n", "1-2\n", "1-2 rw-p 0 0 0 /SYSV\n", "1-2 rw-p 0 0 0 [anon:]\nRss:\n"]
        {
            assert!(parts(hostile, 1).is_empty(), "{hostile}");
        }
        let mut bytes = b"1000-2000 rw-p 0 00:00 0 /dev/shm/\xff\x1b[31m\n".to_vec();
        bytes.extend_from_slice(b"Rss: 99999999999999999999999 kB\nSwap: 8 kB\n");
        let tally = Mappings::read(&*bytes, &mut Clues::default()).expect("memory reads").finish(1);
        assert_eq!(tally.parts()[0].name, "/dev/shm/\u{fffd}\u{1b}[#m");
    }
}
