//! Memory by kind of mapping, from `/proc/PID/smaps`.
//!
//! Read line by line in bounded memory: a process may have 65,530 mappings (`vm.max_map_count`) with names it chooses,
//! of some thirty lines each. Fields and names are those of the kernel's `filesystems/proc.rst`.

use std::io::{self, BufRead};

use super::super::parse::{leading_number, skip_blanks};
use super::runtime::RuntimeClues;
use crate::model::MappingKind;
use crate::model::{Breakdown, BreakdownBuilder};

/// Alignment of the arenas of glibc other than the main one (`HEAP_MAX_SIZE`); stacks are aligned so only by chance.
const ARENA_BYTES: u64 = 64 << 20;
/// Largest guard below a stack; the unused rest of an arena is usually larger.
const GUARD_BYTES: u64 = 1 << 20;

/// Prefixes of shared memory without a file to be written back to.
const SHARED_PREFIXES: [&str; 5] = ["/dev/shm/", "/memfd:", "/SYSV", "/dev/zero", "/anon_hugepage"];

/// One mapping.
#[derive(Debug, Default)]
struct Mapping {
    start: u64,
    end: u64,
    permissions: [u8; 4],
    name: String,
    rss_kib: u64,
    anonymous_kib: u64,
    lazy_free_kib: u64,
    swap_kib: u64,
}

/// Addresses of the mapping below the current one.
#[derive(Debug)]
struct MappingBelow {
    start: u64,
    end: u64,
    is_inaccessible: bool,
}

impl MappingBelow {
    /// True if this is a guard that ends at `start`.
    fn guards(&self, start: u64) -> bool {
        self.is_inaccessible && self.end == start && self.end.saturating_sub(self.start) <= GUARD_BYTES
    }
}

/// Reader that sums up mappings by kind.
#[derive(Debug, Default)]
pub(super) struct MappingReader {
    builder: BreakdownBuilder<MappingKind>,
    /// Number and total bytes of the mappings that look like thread stacks.
    stacks: (u64, u64),
    below: Option<MappingBelow>,
}

impl MappingReader {
    /// Reads `smaps`, or `maps`, which shows names without amounts.
    pub(super) fn read(mut file: impl BufRead, clues: &mut RuntimeClues) -> io::Result<Self> {
        let mut mappings = Self::default();
        let mut open: Option<Mapping> = None;
        let mut line = Vec::new();
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            match line.first() {
                // Fields begin with a capital letter, mappings with a lower-case hexadecimal digit.
                Some(b'A'..=b'Z') => {
                    if let Some(mapping) = &mut open {
                        mapping.parse_field(&line);
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

    fn add(&mut self, mapping: &Mapping, clues: &mut RuntimeClues) {
        clues.add_mapping(&mapping.name);
        let is_inaccessible = mapping.is_inaccessible();
        let below = self.below.replace(MappingBelow { start: mapping.start, end: mapping.end, is_inaccessible });
        let is_guarded = below.is_some_and(|below| below.guards(mapping.start));
        let (kind, name) = mapping.classify();
        let bytes = 1024 * mapping.held_kib(kind);
        let may_be_stack = kind == MappingKind::Anonymous && is_guarded && mapping.permissions == *b"rw-p";
        if may_be_stack && !mapping.start.is_multiple_of(ARENA_BYTES) {
            self.stacks = (self.stacks.0 + 1, self.stacks.1.saturating_add(bytes));
        } else {
            self.builder.add(kind, &name, bytes);
        }
    }

    /// Returns the sums of a process with this number of threads.
    ///
    /// Allocators guard blocks too: far more "stacks" than threads are blocks. glibc keeps some stacks of ended threads.
    pub(super) fn finish(mut self, threads: u64) -> Breakdown<MappingKind> {
        let (count, bytes) = self.stacks;
        let kind = if count <= 2 * threads + 16 { MappingKind::Stack } else { MappingKind::Anonymous };
        self.builder.add(kind, "", bytes);
        self.builder.finish()
    }
}

impl Mapping {
    /// Parses `7f1c9c000000-7f1c9c021000 rw-p 00000000 00:00 0      [heap]`.
    fn parse(line: &[u8]) -> Option<Self> {
        let (addresses, rest) = split_word(line.strip_suffix(b"\n").unwrap_or(line));
        let (permissions, rest) = split_word(rest);
        let (_offset, rest) = split_word(rest);
        let (_device, rest) = split_word(rest);
        let (_inode, name) = split_word(rest);
        let mut ends = std::str::from_utf8(addresses).ok()?.split('-').map(|end| u64::from_str_radix(end, 16));
        Some(Self {
            start: ends.next()?.ok()?,
            end: ends.next()?.ok()?,
            permissions: permissions.try_into().ok()?,
            name: String::from_utf8_lossy(name).into_owned(),
            ..Self::default()
        })
    }

    fn parse_field(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return };
        let slot = match &line[..colon] {
            b"Rss" => &mut self.rss_kib,
            b"Anonymous" => &mut self.anonymous_kib,
            b"LazyFree" => &mut self.lazy_free_kib,
            b"Swap" => &mut self.swap_kib,
            _ => return,
        };
        *slot = leading_number(skip_blanks(&line[colon + 1..])).map_or(0, |(value, _)| value);
    }

    fn is_inaccessible(&self) -> bool {
        self.permissions == *b"---p" && self.name.is_empty()
    }

    /// Returns the unreclaimable memory. It excludes file pages that were only read.
    fn held_kib(&self, kind: MappingKind) -> u64 {
        let resident = if kind == MappingKind::Shared { self.rss_kib } else { self.anonymous_kib };
        resident.saturating_sub(self.lazy_free_kib).saturating_add(self.swap_kib)
    }

    /// Returns kind and name.
    fn classify(&self) -> (MappingKind, String) {
        let name = self.name.strip_suffix(" (deleted)").unwrap_or(&self.name);
        if let Some(inner) = name.strip_prefix("[anon:").and_then(|rest| rest.strip_suffix(']')) {
            // glibc names stacks `[anon: glibc: pthread stack: TID]` with `glibc.mem.decorate_maps`.
            return match inner.contains("pthread stack") {
                true => nameless(MappingKind::Stack),
                false => (MappingKind::NamedAnonymous, inner.trim().to_owned()),
            };
        }
        if let Some(inner) = name.strip_prefix("[anon_shmem:").and_then(|rest| rest.strip_suffix(']')) {
            return (MappingKind::Shared, inner.to_owned());
        }
        match name {
            "[heap]" => nameless(MappingKind::Heap),
            "[stack]" => nameless(MappingKind::Stack),
            "" if self.permissions[2] == b'x' => nameless(MappingKind::Jit),
            "" => nameless(MappingKind::Anonymous),
            "/dev/zero" => (MappingKind::Shared, "shared anonymous memory".to_owned()),
            _ if SHARED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) => {
                (MappingKind::Shared, replace_digits(name))
            }
            _ => (MappingKind::File, name.to_owned()),
        }
    }
}

fn nameless(kind: MappingKind) -> (MappingKind, String) {
    (kind, String::new())
}

/// Returns the first word of a line, and the rest behind the blanks that follow it.
fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    (word, skip_blanks(rest))
}

/// Replaces runs of digits: `worker-17` and `worker-4` both become `worker-#`.
pub(super) fn replace_digits(name: &str) -> String {
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
        let mappings = MappingReader::read(smaps.as_bytes(), &mut RuntimeClues::default()).expect("memory reads");
        let breakdown = mappings.finish(threads);
        breakdown.parts().iter().map(|part| (part.kind, part.name.clone(), part.amount / 1024)).collect()
    }

    fn mapping(range: &str, permissions: &str, name: &str, fields: &str) -> String {
        format!(
            "{range} {permissions} 00000000 00:00 0                          {name}\n{fields}VmFlags: rd wr mr mw\n"
        )
    }

    #[test]
    fn each_kind_is_recognised() {
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

    /// Returns a guard and a block of 4 KiB behind it, at `n` MiB.
    fn guarded_block(n: u64) -> String {
        let (guard, start, end) = (n << 20, (n << 20) + 0x1000, (n << 20) + 0x8000);
        mapping(&format!("{guard:x}-{start:x}"), "---p", "", "")
            + &mapping(&format!("{start:x}-{end:x}"), "rw-p", "", "Rss: 4 kB\nAnonymous: 4 kB\n")
    }

    #[test]
    fn guarded_blocks_of_an_allocator_are_not_stacks() {
        let smaps: String = (1..40).map(guarded_block).collect();
        assert_eq!(parts(&smaps, 30), [(MappingKind::Stack, String::new(), 156)]);
        assert_eq!(parts(&smaps, 2), [(MappingKind::Anonymous, String::new(), 156)]);
    }

    #[test]
    fn hostile_bytes_are_harmless() {
        for hostile in
            ["", "Rss: 1 kB\n", "x-y rw-p\n", "1-2\n", "1-2 rw-p 0 0 0 /SYSV\n", "1-2 rw-p 0 0 0 [anon:]\nRss:\n"]
        {
            assert!(parts(hostile, 1).is_empty(), "{hostile}");
        }
        let mut bytes = b"1000-2000 rw-p 0 00:00 0 /dev/shm/\xff\x1b[31m\n".to_vec();
        bytes.extend_from_slice(b"Rss: 99999999999999999999999 kB\nSwap: 8 kB\n");
        let breakdown = MappingReader::read(&*bytes, &mut RuntimeClues::default()).expect("memory reads").finish(1);
        assert_eq!(breakdown.parts()[0].name, "/dev/shm/\u{fffd}\u{1b}[#m");
    }
}
