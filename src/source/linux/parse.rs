//! Parsers of the files of `/proc`: pure functions from bytes to numbers.
//!
//! They do no I/O, never panic (a process writes parts of these files itself), and do not allocate for files that are
//! read at every tick. `None` is "not in the format of the kernel". Field numbers and units are those of proc(5).

use crate::model::Pid;

/// Kernel thread (`PF_KTHREAD` of the kernel's `include/linux/sched.h`).
const PF_KTHREAD: u64 = 0x0020_0000;

/// Exiting task, which releases its memory before it becomes a zombie (`PF_EXITING` of the same file).
const PF_EXITING: u64 = 0x4;

/// Length of the longest process name in bytes, without its terminating zero (`TASK_COMM_LEN`).
const COMM_BYTES: usize = 15;

/// Fields of `/proc/PID/statm`, in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Statm {
    /// Size of the address space.
    pub size_pages: u64,
    /// Resident pages of all kinds.
    pub resident_pages: u64,
    /// Resident pages of files and shared memory.
    pub shared_pages: u64,
    /// Size of the program's code: changed by `exec` only.
    pub text_pages: u64,
}

impl Statm {
    /// Parses the first four fields.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (size_pages, rest) = leading_number(bytes)?;
        let (resident_pages, rest) = leading_number(skip_blanks(rest))?;
        let (shared_pages, rest) = leading_number(skip_blanks(rest))?;
        let text_pages = leading_number(skip_blanks(rest)).map_or(0, |(value, _)| value);
        Some(Self { size_pages, resident_pages, shared_pages, text_pages })
    }

    /// Returns the number of resident pages that are not shared.
    pub(super) fn anonymous_pages(&self) -> u64 {
        self.resident_pages.saturating_sub(self.shared_pages)
    }

    /// True in the middle of an `exec`: `load_elf_binary` (`fs/binfmt_elf.c`) sets the code size last.
    pub(super) fn is_in_exec(&self) -> bool {
        self.text_pages == 0
    }

    /// True for a zombie, and for a process at the end of its exit.
    pub(super) fn has_no_memory(&self) -> bool {
        self.size_pages == 0 && self.resident_pages == 0
    }
}

/// Fields of `/proc/PID/stat` that identify a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stat<'a> {
    comm: &'a [u8],
    state: u8,
    parent: u32,
    flags: u64,
    start_ticks: u64,
}

impl<'a> Stat<'a> {
    /// Parses the fields up to number 22.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        // The name may contain parentheses and line feeds, so it extends from the first to the last parenthesis.
        let open = bytes.iter().position(|&byte| byte == b'(')?;
        let close = bytes.iter().rposition(|&byte| byte == b')')?;
        let comm = bytes.get(open + 1..close)?;
        let mut fields = bytes.get(close + 1..)?.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
        let state = *fields.next()?.first()?;
        let parent = u32::try_from(whole_number(fields.next()?)?).ok()?; // field 4
        let flags = whole_number(fields.nth(4)?)?; // field 9
        let start_ticks = whole_number(fields.nth(12)?)?; // field 22
        Some(Self { comm, state, parent, flags, start_ticks })
    }

    /// Returns the short name: up to 15 bytes that the process chooses freely.
    pub(super) fn comm(&self) -> &'a [u8] {
        self.comm
    }

    /// Returns the start time in clock ticks since boot.
    pub(super) fn start_ticks(&self) -> u64 {
        self.start_ticks
    }

    /// Returns the parent process; `None` for the first processes of the system.
    pub(super) fn parent(&self) -> Option<Pid> {
        (self.parent != 0).then_some(Pid(self.parent))
    }

    /// True if the kernel may have truncated the name.
    pub(super) fn is_name_truncated(&self) -> bool {
        self.comm.len() >= COMM_BYTES
    }

    /// True for a kernel thread.
    pub(super) fn is_kernel_thread(&self) -> bool {
        self.flags & PF_KTHREAD != 0
    }

    /// True for an exiting process and for a zombie.
    pub(super) fn has_exited(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x') || self.flags & PF_EXITING != 0
    }
}

/// Fields of `/proc/PID/status` in use here. A zombie has none of the sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Status {
    pub vm_size_kib: Option<u64>,
    pub vm_rss_kib: Option<u64>,
    pub rss_anon_kib: Option<u64>,
    pub rss_file_kib: Option<u64>,
    pub rss_shmem_kib: Option<u64>,
    pub vm_data_kib: Option<u64>,
    pub vm_swap_kib: Option<u64>,
    pub hugetlb_kib: Option<u64>,
    pub threads: Option<u64>,
    /// Effective user id.
    pub uid: Option<u32>,
}

impl Status {
    /// Parses the known lines; missing and malformed ones stay `None`.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        for line in bytes.split(|&byte| byte == b'\n') {
            // The first byte rules out nearly all of the some sixty lines.
            if !matches!(line.first(), Some(b'V' | b'R' | b'T' | b'U' | b'H')) {
                continue;
            }
            let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
            let (label, value) = (&line[..colon], &line[colon + 1..]);
            let slot = match label {
                b"VmSize" => &mut status.vm_size_kib,
                b"VmRSS" => &mut status.vm_rss_kib,
                b"RssAnon" => &mut status.rss_anon_kib,
                b"RssFile" => &mut status.rss_file_kib,
                b"RssShmem" => &mut status.rss_shmem_kib,
                b"VmData" => &mut status.vm_data_kib,
                b"VmSwap" => &mut status.vm_swap_kib,
                b"HugetlbPages" => &mut status.hugetlb_kib,
                b"Threads" => &mut status.threads,
                b"Uid" => {
                    status.uid = effective_uid(value);
                    continue;
                }
                _ => continue,
            };
            *slot = leading_number(skip_blanks(value)).map(|(value, _)| value);
        }
        status
    }
}

/// Returns the second of the four ids behind `Uid:`.
fn effective_uid(ids: &[u8]) -> Option<u32> {
    let effective = ids.split(u8::is_ascii_whitespace).filter(|id| !id.is_empty()).nth(1);
    effective.and_then(whole_number).and_then(|id| u32::try_from(id).ok())
}

/// Sums of `/proc/PID/smaps_rollup` in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rollup {
    /// Proportional set size.
    pub pss_kib: u64,
    /// Unique set size: private pages, clean and dirty.
    pub uss_kib: u64,
}

impl Rollup {
    /// Parses the three sums that it needs, and stops reading behind them.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (mut pss_kib, mut clean_kib, mut dirty_kib) = (None, None, None);
        for line in bytes.split(|&byte| byte == b'\n') {
            let (slot, value) = match line {
                [b'P', b's', b's', b':', value @ ..] => (&mut pss_kib, value),
                _ if line.starts_with(b"Private_Clean:") => (&mut clean_kib, &line[14..]),
                _ if line.starts_with(b"Private_Dirty:") => (&mut dirty_kib, &line[14..]),
                _ => continue,
            };
            *slot = Some(leading_number(skip_blanks(value))?.0);
            if let (Some(pss_kib), Some(clean), Some(dirty)) = (pss_kib, clean_kib, dirty_kib) {
                return Some(Self { pss_kib, uss_kib: u64::checked_add(clean, dirty)? });
            }
        }
        None
    }
}

/// Returns the number behind `label:` at the start of a line, in the unit of the file (`kB` is KiB there).
pub(super) fn labelled_number(bytes: &[u8], label: &[u8]) -> Option<u64> {
    let line = bytes
        .split(|&byte| byte == b'\n')
        .find(|line| line.strip_prefix(label).is_some_and(|rest| matches!(rest.first(), Some(b':' | b' '))))?;
    let value = line.get(label.len() + 1..)?;
    leading_number(skip_blanks(value)).map(|(value, _)| value)
}

/// Returns the number of KiB behind `label:` at the start of a line, in bytes.
pub(super) fn labelled_bytes(bytes: &[u8], label: &[u8]) -> Option<u64> {
    labelled_number(bytes, label).map(|kib| kib.saturating_mul(1024))
}

/// Returns the number of the newest task: the last field of `/proc/loadavg`.
pub(super) fn parse_last_pid(loadavg: &[u8]) -> Option<u64> {
    whole_number(loadavg.trim_ascii_end().rsplit(|&byte| byte == b' ').next()?)
}

/// Returns the seconds since boot: the first field of `/proc/uptime`.
pub(super) fn parse_uptime_s(uptime: &[u8]) -> Option<f64> {
    let first = uptime.split(|&byte| byte == b' ').next()?;
    std::str::from_utf8(first).ok()?.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite())
}

/// Parses all of `bytes` as a decimal number.
pub(super) fn whole_number(bytes: &[u8]) -> Option<u64> {
    leading_number(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// Parses the decimal number at the start of `bytes`, and returns it with the rest.
pub(super) fn leading_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at(length);
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_u64;
    for digit in digits {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some((value, rest))
}

/// Returns `bytes` without leading spaces and tabs.
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
        assert!(!stat.is_kernel_thread() && !stat.has_exited());
    }

    #[test]
    fn kernel_threads_and_zombies_are_recognised() {
        let kernel = STAT.replace("4194560", "2129984");
        assert!(Stat::parse(kernel.as_bytes()).expect("well formed").is_kernel_thread());
        let zombie = STAT.replace(") S ", ") Z ");
        assert!(Stat::parse(zombie.as_bytes()).expect("well formed").has_exited());
    }

    #[test]
    fn statm_of_a_zombie_has_no_memory() {
        let statm = Statm::parse(b"765 440 412 5 0 123 0\n").expect("well formed");
        assert_eq!(statm, Statm { size_pages: 765, resident_pages: 440, shared_pages: 412, text_pages: 5 });
        assert!(Statm::parse(b"0 0 0 0 0 0 0\n").expect("well formed").has_no_memory());
        assert_eq!(Statm::parse(b"765 440"), None);
        assert_eq!(Statm::parse(b"99999999999999999999 1 1"), None);
    }

    #[test]
    fn status_has_sizes_threads_and_the_effective_user() {
        let text = b"Name:\tx\nUid:\t1000\t1001\t0\t0\nVmSize:\t  3060 kB\nVmRSS:\t 1640 kB\nRssAnon:\t 112 kB\nVmSwap:\t0 kB\nHugetlbPages:\t 4096 kB\nThreads:\t3\n";
        let status = Status::parse(text);
        assert_eq!((status.vm_size_kib, status.vm_rss_kib, status.rss_anon_kib), (Some(3060), Some(1640), Some(112)));
        assert_eq!((status.rss_file_kib, status.vm_swap_kib, status.hugetlb_kib), (None, Some(0), Some(4096)));
        assert_eq!((status.threads, status.uid), (Some(3), Some(1001)));
    }

    #[test]
    fn rollup_reads_the_sums_and_not_their_parts() {
        let text = b"55c8-7ffc ---p 00000000 00:00 0  [rollup]\nRss: 1760 kB\nPss_Dirty: 9 kB\nPss: 444 kB\nPrivate_Clean: 40 kB\nPrivate_Dirty: 112 kB\n";
        assert_eq!(Rollup::parse(text), Some(Rollup { pss_kib: 444, uss_kib: 152 }));
    }

    #[test]
    fn system_files_are_parsed() {
        assert_eq!(parse_last_pid(b"0.46 0.30 0.12 3/88 6480\n"), Some(6480));
        assert_eq!(parse_uptime_s(b"350735.47 234388.90\n"), Some(350_735.47));
        assert_eq!(labelled_number(b"MemTotal:   24684084 kB\n", b"MemTotal"), Some(24_684_084));
        assert_eq!(labelled_number(b"inactive_file 4096\n", b"inactive_file"), Some(4096));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (Statm::parse(&bytes), Stat::parse(&bytes), Status::parse(&bytes), Rollup::parse(&bytes));
            let _ = (parse_last_pid(&bytes), parse_uptime_s(&bytes), labelled_number(&bytes, b"Pss"));
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
