//! Error bound of the kernel's cheap memory counters, and the exact count.
//!
//! Linux 6.2 (commit f1a7941243c1) splits each counter of a process into one part per CPU. A part joins the total only
//! at `percpu_counter_batch` = max(32, 2 × CPUs) pages (lib/percpu_counter.c). `statm` and `status` show the total
//! alone, so that each part may be missing. Commit 82241a83cd15 makes both add the parts up. It is in 6.17 and in some
//! stable releases before it, which the version number does not show: the bound is then larger than necessary. Before
//! 6.2, each thread kept up to 64 pages to itself (`TASK_RSS_EVENTS_THRESH` in mm/memory.c).

use super::parse::labelled_bytes;
use super::proc_root::ProcRoot;
use crate::source::process_source::ExactMemory;

/// Kernel versions whose counters miss per-CPU parts: from the first, to before the second.
const APPROXIMATE: [(u32, u32); 2] = [(6, 2), (6, 17)];
/// Pages of one thread that kernels before 6.2 may miss.
const PAGES_PER_THREAD: u64 = 64;

/// Returns the error bound of the kernel under this root, in bytes; 0 if its version is unknown.
pub(super) fn counter_error_bytes(root: &ProcRoot, page_bytes: u64) -> u64 {
    let mut buffer = Vec::new();
    let release = root.read_file(c"sys/kernel/osrelease", &mut buffer).ok().and_then(parse_release);
    let cpus = root.read_file(c"stat", &mut buffer).map_or(1, count_cpus);
    release.map_or(0, |release| error_pages(release, cpus).saturating_mul(page_bytes))
}

fn error_pages(release: (u32, u32), cpus: u64) -> u64 {
    match release {
        // Of one thread: in most processes with moving memory, one thread moves it.
        older if older < APPROXIMATE[0] => PAGES_PER_THREAD,
        newer if newer >= APPROXIMATE[1] => 0,
        _ => (2 * cpus).max(32) * cpus,
    }
}

/// Parses the first two numbers of `6.18.44-generic`.
fn parse_release(release: &[u8]) -> Option<(u32, u32)> {
    let mut numbers = std::str::from_utf8(release).ok()?.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Counts the lines `cpu0`, `cpu1` … of `/proc/stat`: the CPUs that are online.
fn count_cpus(stat: &[u8]) -> u64 {
    let lines = stat.split(|&byte| byte == b'\n');
    let numbers = lines.filter_map(|line| line.strip_prefix(b"cpu")?.first());
    (numbers.filter(|first| first.is_ascii_digit()).count() as u64).max(1)
}

/// Parses the exact count of `smaps_rollup`; `None` for an exited process.
pub(super) fn parse_exact_memory(rollup: &[u8]) -> Option<ExactMemory> {
    Some(ExactMemory {
        anonymous: labelled_bytes(rollup, b"Anonymous")?,
        lazy_free: labelled_bytes(rollup, b"LazyFree").unwrap_or(0),
        swap: labelled_bytes(rollup, b"Swap").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_grows_with_the_square_of_the_cpus() {
        assert_eq!(parse_release(b"6.18.44-fc-v669\n"), Some((6, 18)));
        assert_eq!((parse_release(b"5.4\n"), parse_release(b"six\n")), (Some((5, 4)), None));
        assert_eq!(count_cpus(b"cpu  1 2\ncpu0 1\ncpu1 2\nintr 5\n"), 2);
        let bounds = [((5, 10), 64), ((6, 1), 64), ((6, 2), 64), ((6, 16), 64), ((6, 17), 64), ((7, 0), 64)];
        assert_eq!(bounds.map(|(release, cpus)| error_pages(release, cpus)), [64, 64, 8192, 8192, 0, 0]);
        assert_eq!(error_pages((6, 8), 2), 64);
    }

    #[test]
    fn the_exact_count_is_parsed() {
        let rollup = b"x [rollup]\nRss: 9 kB\nAnonymous:  8 kB\nLazyFree:  4 kB\nSwap:   2 kB\nSwapPss: 1 kB\n";
        assert_eq!(parse_exact_memory(rollup), Some(ExactMemory { anonymous: 8192, lazy_free: 4096, swap: 2048 }));
        assert_eq!(parse_exact_memory(b""), None);
    }
}
