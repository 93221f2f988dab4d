//! What the files of `/proc/PID` say: pure functions from their bytes to numbers.
//!
//! No I/O here, no allocation where a file is read at every tick, and no panic whatever the bytes are: a
//! process writes parts of these files itself. `None` is "this is not what the kernel writes". The field
//! numbers and units are those of proc(5).

use crate::model::Pid;

/// `PF_KTHREAD` of the kernel's `sched.h`: the task is a kernel thread.
const PF_KTHREAD: u64 = 0x0020_0000;

/// `PF_EXITING` of the same file: it has begun to end, and gives up its memory before it becomes a zombie.
const PF_EXITING: u64 = 0x4;

/// `/proc/PID/statm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Statm {
    /// Size of the address space.
    pub(super) size_pages: u64,
    /// Resident pages of all kinds.
    pub(super) resident_pages: u64,
    /// Resident pages of files and shared memory.
    pub(super) shared_pages: u64,
    /// Size of the code of the program: set by `exec` and by nothing else.
    pub(super) text_pages: u64,
}

impl Statm {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut next = || {
            let (value, after) = number(rest)?;
            rest = skip_blanks(after);
            Some(value)
        };
        let (size_pages, resident_pages, shared_pages) = (next()?, next()?, next()?);
        Some(Self { size_pages, resident_pages, shared_pages, text_pages: next().unwrap_or(0) })
    }

    /// Resident pages that are not shared.
    pub(super) fn anonymous_pages(&self) -> u64 {
        self.resident_pages.saturating_sub(self.shared_pages)
    }

    /// The kernel fills in the code last, after name and arguments: `load_elf_binary` of its `fs/binfmt_elf.c`.
    pub(super) fn is_in_exec(&self) -> bool {
        self.text_pages == 0
    }

    /// A zombie has no memory left, and neither has a process that is just ending.
    pub(super) fn has_no_memory(&self) -> bool {
        self.size_pages == 0 && self.resident_pages == 0
    }
}

/// As long as the name of a process is at most, without the zero at its end (`TASK_COMM_LEN`).
const COMM_BYTES: usize = 15;

/// The fields of `/proc/PID/stat` that tell who a process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stat<'a> {
    /// Up to [`COMM_BYTES`] bytes that the process chooses freely.
    pub(super) comm: &'a [u8],
    state: u8,
    parent: u32,
    flags: u64,
    /// Since boot.
    pub(super) start_ticks: u64,
}

impl<'a> Stat<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        // The name may hold parentheses and line ends itself, so it reaches from the first to the last one.
        let open = bytes.iter().position(|&byte| byte == b'(')?;
        let close = bytes.iter().rposition(|&byte| byte == b')')?;
        let comm = bytes.get(open + 1..close)?;
        let mut fields = bytes.get(close + 1..)?.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
        let state = *fields.next()?.first()?;
        let mut field = |skipped: usize| whole_number(fields.nth(skipped)?);
        let parent = u32::try_from(field(0)?).ok()?; // 4
        let flags = field(4)?; // 9
        let start_ticks = field(12)?; // 22
        Some(Self { comm, state, parent, flags, start_ticks })
    }

    /// Who started it; nobody did the first processes.
    pub(super) fn parent(&self) -> Option<Pid> {
        (self.parent != 0).then_some(Pid(self.parent))
    }

    /// Whether the name may have been longer.
    pub(super) fn is_cut_off(&self) -> bool {
        self.comm.len() >= COMM_BYTES
    }

    pub(super) fn is_kernel_thread(&self) -> bool {
        self.flags & PF_KTHREAD != 0
    }

    /// Ending, or ended and waiting for its parent to notice.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x') || self.flags & PF_EXITING != 0
    }
}

/// The fields of `/proc/PID/status` in use here. A zombie has none of the sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Status {
    pub(super) vm_size_kib: Option<u64>,
    pub(super) vm_rss_kib: Option<u64>,
    pub(super) rss_anon_kib: Option<u64>,
    pub(super) rss_file_kib: Option<u64>,
    pub(super) rss_shmem_kib: Option<u64>,
    pub(super) vm_data_kib: Option<u64>,
    pub(super) vm_swap_kib: Option<u64>,
    pub(super) threads: Option<u64>,
    /// The effective one.
    pub(super) uid: Option<u32>,
}

impl Status {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        for line in bytes.split(|&byte| byte == b'\n') {
            // Most of some sixty lines are of no interest here: the first byte tells nearly all of them.
            if !matches!(line.first(), Some(b'V' | b'R' | b'T' | b'U')) {
                continue;
            }
            let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
            let (label, value) = line.split_at(colon);
            let slot = match label {
                b"VmSize" => &mut status.vm_size_kib,
                b"VmRSS" => &mut status.vm_rss_kib,
                b"RssAnon" => &mut status.rss_anon_kib,
                b"RssFile" => &mut status.rss_file_kib,
                b"RssShmem" => &mut status.rss_shmem_kib,
                b"VmData" => &mut status.vm_data_kib,
                b"VmSwap" => &mut status.vm_swap_kib,
                b"Threads" => &mut status.threads,
                b"Uid" => {
                    let effective = value[1..].split(u8::is_ascii_whitespace).filter(|id| !id.is_empty()).nth(1);
                    status.uid = effective.and_then(whole_number).and_then(|id| u32::try_from(id).ok());
                    continue;
                }
                _ => continue,
            };
            *slot = number(skip_blanks(&value[1..])).map(|(value, _)| value);
        }
        status
    }
}

/// The sums of `/proc/PID/smaps_rollup` in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rollup {
    pub(super) pss_kib: u64,
    /// Private pages, clean and dirty.
    pub(super) uss_kib: u64,
}

impl Rollup {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (mut pss_kib, mut clean_kib, mut dirty_kib) = (None, None, None);
        // The sums come early, and the rest of the file is not looked at.
        for line in bytes.split(|&byte| byte == b'\n') {
            let (slot, value) = match line {
                [b'P', b's', b's', b':', value @ ..] => (&mut pss_kib, value),
                _ if line.starts_with(b"Private_Clean:") => (&mut clean_kib, &line[14..]),
                _ if line.starts_with(b"Private_Dirty:") => (&mut dirty_kib, &line[14..]),
                _ => continue,
            };
            *slot = Some(number(skip_blanks(value))?.0);
            if let (Some(pss_kib), Some(clean), Some(dirty)) = (pss_kib, clean_kib, dirty_kib) {
                return Some(Self { pss_kib, uss_kib: u64::checked_add(clean, dirty)? });
            }
        }
        None
    }
}

/// The number behind `label:` at the start of a line, in the unit of the file (`kB` is KiB there).
pub(super) fn labelled(bytes: &[u8], label: &[u8]) -> Option<u64> {
    let line = bytes
        .split(|&byte| byte == b'\n')
        .find(|line| line.strip_prefix(label).is_some_and(|rest| matches!(rest.first(), Some(b':' | b' '))))?;
    let value = line.get(label.len() + 1..)?;
    number(skip_blanks(value)).map(|(value, _)| value)
}

/// The number of the task created last, at the end of `/proc/loadavg`.
pub(super) fn last_pid(loadavg: &[u8]) -> Option<u64> {
    whole_number(loadavg.trim_ascii_end().rsplit(|&byte| byte == b' ').next()?)
}

/// Seconds since boot, from `/proc/uptime`.
pub(super) fn uptime_s(uptime: &[u8]) -> Option<f64> {
    let first = uptime.split(|&byte| byte == b' ').next()?;
    std::str::from_utf8(first).ok()?.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite())
}

/// All of `bytes` as a decimal number.
pub(super) fn whole_number(bytes: &[u8]) -> Option<u64> {
    number(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// The decimal number that `bytes` starts with, and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at(length);
    if digits.is_empty() {
        return None;
    }
    let add = |value: u64, digit: &u8| value.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
    digits.iter().try_fold(0, add).map(|value| (value, rest))
}

pub(super) fn skip_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &bytes[blanks..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAT: &str = "4321 (a) R 1 (x\n) S 17 4321 4321 0 -1 4194560 1 0 0 0 2 3 0 0 20 0 5 0 987654 \
                        1000 200 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0";

    #[test]
    fn a_name_may_look_like_the_rest_of_the_line() {
        let stat = Stat::parse(STAT.as_bytes()).expect("well formed");
        assert_eq!((stat.comm, stat.parent, stat.start_ticks), (&b"a) R 1 (x\n"[..], 17, 987_654));
        assert!(!stat.is_kernel_thread() && !stat.has_ended());
    }

    #[test]
    fn kernel_threads_and_zombies_are_told() {
        let kernel = STAT.replace("4194560", "2129984");
        assert!(Stat::parse(kernel.as_bytes()).expect("well formed").is_kernel_thread());
        let zombie = STAT.replace(") S ", ") Z ");
        assert!(Stat::parse(zombie.as_bytes()).expect("well formed").has_ended());
    }

    #[test]
    fn statm_is_three_numbers_and_zeros_of_a_zombie() {
        let statm = Statm::parse(b"765 440 412 5 0 123 0\n").expect("well formed");
        assert_eq!(statm, Statm { size_pages: 765, resident_pages: 440, shared_pages: 412, text_pages: 5 });
        assert!(Statm::parse(b"0 0 0 0 0 0 0\n").expect("well formed").has_no_memory());
        assert_eq!(Statm::parse(b"765 440"), None);
        assert_eq!(Statm::parse(b"99999999999999999999 1 1"), None);
    }

    #[test]
    fn status_has_sizes_threads_and_the_effective_user() {
        let text = b"Name:\tx\nUid:\t1000\t1001\t0\t0\nVmSize:\t  3060 kB\nVmRSS:\t 1640 kB\nRssAnon:\t 112 kB\nVmSwap:\t0 kB\nThreads:\t3\n";
        let status = Status::parse(text);
        assert_eq!((status.vm_size_kib, status.vm_rss_kib, status.rss_anon_kib), (Some(3060), Some(1640), Some(112)));
        assert_eq!((status.rss_file_kib, status.vm_swap_kib), (None, Some(0)));
        assert_eq!((status.threads, status.uid), (Some(3), Some(1001)));
    }

    #[test]
    fn rollup_takes_the_sums_and_not_their_parts() {
        let text = b"55c8-7ffc ---p 00000000 00:00 0  [rollup]\nRss: 1760 kB\nPss_Dirty: 9 kB\nPss: 444 kB\nPrivate_Clean: 40 kB\nPrivate_Dirty: 112 kB\n";
        assert_eq!(Rollup::parse(text), Some(Rollup { pss_kib: 444, uss_kib: 152 }));
    }

    #[test]
    fn the_system_files_are_read() {
        assert_eq!(last_pid(b"0.46 0.30 0.12 3/88 6480\n"), Some(6480));
        assert_eq!(uptime_s(b"350735.47 234388.90\n"), Some(350_735.47));
        assert_eq!(labelled(b"MemTotal:   24684084 kB\n", b"MemTotal"), Some(24_684_084));
        assert_eq!(labelled(b"inactive_file 4096\n", b"inactive_file"), Some(4096));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (Statm::parse(&bytes), Stat::parse(&bytes), Status::parse(&bytes), Rollup::parse(&bytes));
            let _ = (last_pid(&bytes), uptime_s(&bytes), labelled(&bytes, b"Pss"));
        }

        #[test]
        fn any_name_leaves_the_numbers_alone(comm in proptest::collection::vec(any::<u8>(), 0..16), start in any::<u64>()) {
            let mut line = b"12 (".to_vec();
            line.extend_from_slice(&comm);
            line.extend_from_slice(format!(") R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 {start} 20\n").as_bytes());
            let stat = Stat::parse(&line).expect("well formed");
            prop_assert_eq!((stat.comm, stat.start_ticks), (&comm[..], start));
        }
    }
}
