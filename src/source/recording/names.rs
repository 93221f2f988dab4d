//! Meaning of a column or field by its name, as monitoring scripts write them: `rss_kb`, `WorkingSetMB`, `RSS(MB)`.

use crate::model::Counter;
use crate::units::WorkUnit;

use super::unit::unit_name;
use super::vocabulary::{ELAPSED, IN_USE, LEFT, MEMORY, NAMES, NO_LEVEL, PEAK, SHARE, TIME};

/// Meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// Time of a clock, or of unknown kind: its values decide.
    Time,
    /// Time since a start, with the seconds of its unit if the name states it.
    Elapsed(Option<f64>),
    Pid,
    /// Name that distinguishes series.
    Name,
    Cmdline,
    /// Memory in use.
    Memory(Memory),
    /// Memory that is left: it falls as memory is used.
    Available,
    /// Memory in percent of a total.
    Share,
    /// Memory limit of a process or container.
    Limit,
    /// Number of things that are judged by themselves.
    Count(Counter),
    /// Number of restarts.
    Restarts,
    /// Counter of work done.
    Work(WorkUnit),
    /// Anything else.
    Other,
}

/// Column of memory in use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    /// Plausibility as the memory of a process: the largest of a file is judged.
    pub rank: u8,
    /// Bytes of the unit in the name.
    pub unit_bytes: Option<f64>,
}

/// Least rank that is judged without a question. Below are peaks and address space.
pub(super) const MIN_JUDGED_RANK: u8 = 40;

/// Returns the meaning of a column by its name.
pub(super) fn meaning_of(name: &str) -> Meaning {
    // 'MEM USAGE / LIMIT' has the usage before the limit.
    let words = words_of(name.split(" / ").next().unwrap_or(name));
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let last = words.last().map_or("", String::as_str);
    if words.is_empty() {
        return Meaning::Other;
    }
    if has(&["pid", "processid", "vpid"]) && !has(&["count", "total"]) {
        return Meaning::Pid;
    }
    if has(&["restarts", "restart", "restartcount"]) {
        return Meaning::Restarts;
    }
    if has(&["cmdline", "command", "commandline", "cmd", "args"]) {
        return Meaning::Cmdline;
    }
    if name.contains('%') || has(SHARE) {
        let is_memory = has(MEMORY) || words[0].starts_with("memory");
        return if is_memory && !has(&["cpu", "swap"]) { Meaning::Share } else { Meaning::Other };
    }
    if let Some(counter) = count_of(&words) {
        return Meaning::Count(counter);
    }
    if let Some(memory) = memory_of(&words) {
        return memory;
    }
    if let Some(seconds) = elapsed_of(&words) {
        return Meaning::Elapsed(seconds);
    }
    if has(TIME) {
        return Meaning::Time;
    }
    if let Some(unit) = WorkUnit::of_words(&words) {
        return Meaning::Work(unit);
    }
    if NAMES.contains(&last) || words.iter().all(|word| NAMES.contains(&word.as_str()) || word == "id") {
        return Meaning::Name;
    }
    Meaning::Other
}

/// Splits a name into lower-case words: at punctuation, and where upper case begins.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            is_open = false;
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| letters.get(before)).copied().unwrap_or(' ');
        let after = letters.get(at + 1).copied().unwrap_or(' ');
        // 'WorkingSetMB' and 'RSSBytes' have three and two words; the plural in 'FDs' is none.
        let begins = letter.is_uppercase()
            && (before.is_lowercase() || before.is_uppercase() && after.is_lowercase() && after != 's');
        if !is_open || begins {
            words.push(String::new());
        }
        is_open = true;
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    // 'KiB' and 'MiB' are one word each.
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut() {
            Some(before) if word == "b" && matches!(before.as_str(), "ki" | "mi" | "gi" | "k" | "m" | "g") => {
                before.push('b');
            }
            _ => joined.push(word),
        }
    }
    joined
}

/// True for a word that says which memory a column holds, or in which unit.
pub(super) fn is_memory_word(word: &str) -> bool {
    const KINDS: [&str; 16] = [
        "heap",
        "nonheap",
        "private",
        "paged",
        "nonpaged",
        "working",
        "set",
        "workingset",
        "total",
        "size",
        "active",
        "inactive",
        "system",
        "process",
        "anon",
        "committed",
    ];
    unit_name(word).is_some()
        || [MEMORY, IN_USE, LEFT, PEAK, NO_LEVEL, &KINDS].iter().any(|known| known.contains(&word))
}

/// Returns the bytes of the unit of memory among the words of a name.
fn unit_of(words: &[String]) -> Option<f64> {
    words.iter().rev().find_map(|word| unit_name(word))
}

/// Returns the counter of a name such as `fd_count`, `Handles` or `num_threads`.
fn count_of(words: &[String]) -> Option<Counter> {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if unit_of(words).is_some() || has(&["max", "limit", "rate"]) {
        return None;
    }
    if has(&["fd", "fds", "handles", "handle", "nofile", "descriptors", "filedescriptors"])
        || has(&["open"]) && has(&["files", "file"])
    {
        return Some(Counter::Fds);
    }
    has(&["threads", "nlwp", "goroutines", "thread"]).then_some(Counter::Threads)
}

/// Returns the rank of a heap, or of a field of Go's MemStats; `None` for another name.
fn heap_rank(words: &[String]) -> Option<u8> {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_heap = has(&["heap", "heapused", "heapinuse", "heapalloc"]);
    let is_used = has(&["used", "after", "live", "inuse", "alloc", "allocated", "heapused"]);
    if is_heap && is_used || has(&["heapinuse", "heapalloc"]) {
        Some(65)
    } else if is_heap && has(&["total", "size", "committed", "sys", "capacity"]) {
        Some(55)
    } else if is_heap {
        Some(60)
    } else if words.len() == 1 && has(&["alloc", "allocated", "inuse"]) {
        Some(62)
    } else {
        (words.len() == 1 && has(&["sys"])).then_some(45)
    }
}

/// Returns the meaning of a name about memory; `None` if it is not about memory.
fn memory_of(words: &[String]) -> Option<Meaning> {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let unit_bytes = unit_of(words);
    let is_memory = has(MEMORY);
    let is_address_space = has(&["vsz", "virt", "vms", "virtual", "vmsize", "vsize"]);
    if has(LEFT) && (is_memory || unit_bytes.is_some() || words.len() == 1) {
        return Some(Meaning::Available);
    }
    // 'Max Memory Used' is a peak, other maxima are limits.
    let is_limit = has(&["limit", "quota", "maxmemory"]) || has(&["max"]) && !has(&["used"]);
    if is_limit && (is_memory || unit_bytes.is_some() || has(&["maxmemory"])) {
        return Some(Meaning::Limit);
    }
    let rank = if is_address_space {
        10
    } else if has(&["rss", "resident", "vmrss", "res", "resset", "maxrss"]) {
        100
    } else if has(&["real"]) && unit_bytes.is_some() {
        99
    } else if has(&["uss", "pss"]) {
        92
    } else if has(&["workingset", "workingset64", "ws"]) || has(&["working"]) && has(&["set", "set64"]) {
        90
    } else if has(&["anon"]) {
        88
    } else if is_memory && has(&["max"]) {
        // The largest of an invocation: AWS Lambda reports no other.
        44
    } else if is_memory && has(&["size"]) {
        42
    } else if is_memory && has(IN_USE) {
        80
    } else if let Some(rank) = heap_rank(words) {
        rank
    } else if is_memory && has(&["total"]) {
        return Some(Meaning::Limit);
    } else if is_memory {
        78
    } else if has(&["private", "commit", "memusage"]) {
        70
    } else if has(&["used", "usage"]) && (words.len() == 1 || unit_bytes.is_some()) {
        50
    } else {
        return None;
    };
    let rank = match rank {
        11.. if has(NO_LEVEL) => return Some(Meaning::Other),
        11.. if has(PEAK) => 20,
        rank => rank,
    };
    Some(Meaning::Memory(Memory { rank, unit_bytes }))
}

/// Returns the seconds of the unit of an elapsed time; `None` if the name is not one.
#[expect(clippy::option_option, reason = "no elapsed time, and an elapsed time without a unit")]
fn elapsed_of(words: &[String]) -> Option<Option<f64>> {
    let unit = words.iter().rev().find_map(|word| match word.as_str() {
        "ms" | "millis" | "milliseconds" | "msec" => Some(0.001),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1.0),
        "min" | "mins" | "minute" | "minutes" | "minuten" => Some(60.0),
        "h" | "hour" | "hours" | "hr" | "hrs" | "stunden" => Some(3600.0),
        "day" | "days" | "tage" => Some(86_400.0),
        _ => None,
    });
    let is_elapsed = words.iter().any(|word| ELAPSED.contains(&word.as_str()));
    let is_unit_alone = words.len() == 1 && unit.is_some();
    let is_time_with_unit = unit.is_some() && words.iter().any(|word| TIME.contains(&word.as_str()));
    (is_elapsed || is_unit_alone || is_time_with_unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(rank: u8, unit_bytes: Option<f64>) -> Meaning {
        Meaning::Memory(Memory { rank, unit_bytes })
    }

    #[test]
    fn names_are_split_at_punctuation_and_upper_case() {
        for (name, words) in [
            ("WorkingSetMB", "working set mb"),
            ("mem_usage_mb", "mem usage mb"),
            ("RSS(MB)", "rss mb"),
            ("heapUsed", "heap used"),
            ("RSS_MiB", "rss mib"),
            ("@timestamp", "timestamp"),
            ("openFDs", "open fds"),
        ] {
            assert_eq!(words_of(name).join(" "), words, "{name}");
        }
    }

    #[test]
    fn memory_is_ranked_by_its_name() {
        for (name, expected) in [
            ("rss", memory(100, None)),
            ("rss_kb", memory(100, Some(1000.0))),
            ("Real (MB)", memory(99, Some(1e6))),
            ("WorkingSetMB", memory(90, Some(1e6))),
            ("WorkingSet64", memory(90, None)),
            ("mem_usage_mb", memory(80, Some(1e6))),
            ("current_memory_mb", memory(80, Some(1e6))),
            ("memory_bytes", memory(78, Some(1.0))),
            ("heapUsed", memory(65, None)),
            ("heapTotal", memory(55, None)),
            ("peak_memory_mb", memory(20, Some(1e6))),
            ("VSZ", memory(10, None)),
            ("process_virtual_memory_bytes", memory(10, Some(1.0))),
            ("Arbeitsspeicher (MB)", memory(78, Some(1e6))),
            ("Mémoire utilisée (Mo)", memory(80, Some(1e6))),
            ("Max Memory Used", memory(44, None)),
            ("ru_maxrss", memory(20, None)),
            ("Maximum resident set size (kbytes)", memory(20, Some(1024.0))),
        ] {
            assert_eq!(meaning_of(name), expected, "{name}");
        }
    }

    #[test]
    fn other_columns_are_no_memory() {
        for name in [
            "cpu_percent",
            "net_io",
            "block_io",
            "wal_bytes",
            "usage_percentage",
            "used_memory_rss_human",
            "rss_delta_mb",
            "CPU%",
        ] {
            assert_eq!(meaning_of(name), Meaning::Other, "{name}");
        }
        for name in ["mem_perc", "%MEM", "MemoryUtilization", "memory_utilization"] {
            assert_eq!(meaning_of(name), Meaning::Share, "{name}");
        }
        for name in ["mem_limit_mb", "memory max"] {
            assert_eq!(meaning_of(name), Meaning::Limit, "{name}");
        }
        assert_eq!(meaning_of("available"), Meaning::Available);
        assert_eq!(meaning_of("fd_count"), Meaning::Count(Counter::Fds));
        assert_eq!(meaning_of("Threads"), Meaning::Count(Counter::Threads));
        assert_eq!(meaning_of("Pid"), Meaning::Pid);
        assert_eq!(meaning_of("Target"), Meaning::Name);
    }

    #[test]
    fn times_name_their_unit() {
        for (name, expected) in [
            ("elapsed_min", Meaning::Elapsed(Some(60.0))),
            ("elapsed_secs", Meaning::Elapsed(Some(1.0))),
            ("Elapsed time", Meaning::Elapsed(None)),
            ("minutes", Meaning::Elapsed(Some(60.0))),
            ("timestamp", Meaning::Time),
            ("Zeit", Meaning::Time),
            ("time_ms", Meaning::Elapsed(Some(0.001))),
        ] {
            assert_eq!(meaning_of(name), expected, "{name}");
        }
    }
}
