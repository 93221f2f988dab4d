//! The counters of a process: the one table from which all readers and writers derive names, units and columns.

/// One counter of a [`Reading`](super::Reading).
///
/// ```
/// use leakwatch::model::Counter;
///
/// assert_eq!(Counter::RssAnon.column(), "rss_anon_bytes");
/// assert_eq!(Counter::from_column("threads"), Some(Counter::Threads));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Counter {
    /// Resident set size.
    Rss,
    /// Proportional set size: shared pages divided by the number of their users.
    Pss,
    /// Unique set size: private pages only.
    Uss,
    /// Resident anonymous memory.
    RssAnon,
    /// Resident file mappings.
    RssFile,
    /// Resident shared memory (System V, tmpfs, shared anonymous mappings).
    RssShmem,
    /// Swapped-out anonymous memory.
    Swap,
    /// Size of the address space.
    Vsize,
    /// Number of threads.
    Threads,
    /// Number of open file descriptors.
    Fds,
    /// Huge pages of hugetlbfs, which no other counter includes (`HugetlbPages`, proc(5)).
    Hugetlb,
}

/// Unit of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterUnit {
    /// Bytes, in steps of a page.
    Bytes,
    /// A number of things.
    Count,
}

/// Part that a counter plays in a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterRole {
    /// Unreclaimable private memory, which is judged.
    PrivateMemory,
    /// Unreclaimable shared memory, which is judged. A sum of processes counts it once, at its largest member.
    SharedMemory,
    /// A count that is judged by itself.
    JudgedCount,
    /// Shown and never judged. A sum of processes adds it up.
    Shown,
    /// Shown and never judged. A sum of processes counts it once, at its largest member.
    ShownShared,
}

/// One row of the table.
struct Row {
    counter: Counter,
    /// Column of the sample CSV, and key in JSON.
    column: &'static str,
    /// Name for people.
    label: &'static str,
    /// Name in threshold expressions; `None` if they cannot use it.
    metric: Option<&'static str>,
    unit: CounterUnit,
    role: CounterRole,
}

/// Returns a row of bytes.
const fn bytes(
    counter: Counter,
    column: &'static str,
    label: &'static str,
    metric: Option<&'static str>,
    role: CounterRole,
) -> Row {
    Row { counter, column, label, metric, unit: CounterUnit::Bytes, role }
}

/// Returns a row of a judged count.
const fn count(counter: Counter, column: &'static str, label: &'static str) -> Row {
    Row { counter, column, label, metric: Some(column), unit: CounterUnit::Count, role: CounterRole::JudgedCount }
}

/// The table, in the order of the sample CSV and of the variants of [`Counter`].
const TABLE: [Row; Counter::COUNT] = [
    bytes(Counter::Rss, "rss_bytes", "RSS", Some("rss"), CounterRole::Shown),
    bytes(Counter::Pss, "pss_bytes", "PSS", Some("pss"), CounterRole::Shown),
    bytes(Counter::Uss, "uss_bytes", "USS", Some("uss"), CounterRole::Shown),
    bytes(Counter::RssAnon, "rss_anon_bytes", "anonymous", Some("anon"), CounterRole::PrivateMemory),
    bytes(Counter::RssFile, "rss_file_bytes", "file mappings", None, CounterRole::ShownShared),
    bytes(Counter::RssShmem, "rss_shmem_bytes", "shared", Some("shmem"), CounterRole::SharedMemory),
    bytes(Counter::Swap, "swap_bytes", "swapped", Some("swap"), CounterRole::PrivateMemory),
    bytes(Counter::Vsize, "vsize_bytes", "address space", Some("vsize"), CounterRole::Shown),
    count(Counter::Threads, "threads", "threads"),
    count(Counter::Fds, "fds", "descriptors"),
    bytes(Counter::Hugetlb, "hugetlb_bytes", "huge pages", Some("hugetlb"), CounterRole::PrivateMemory),
];

impl Counter {
    /// Number of counters.
    pub const COUNT: usize = 11;

    /// Every counter, in the order of the sample CSV.
    pub const ALL: [Self; Self::COUNT] = {
        let mut all = [Self::Rss; Self::COUNT];
        let mut index = 0;
        while index < Self::COUNT {
            all[index] = TABLE[index].counter;
            index += 1;
        }
        all
    };

    /// Number of counters whose columns stand before those of the process in the sample CSV. Later ones stand at its end.
    pub const LEADING: usize = 10;

    const fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Returns the column of the sample CSV, which is the key in JSON too: the name with its unit.
    #[must_use]
    pub const fn column(self) -> &'static str {
        self.row().column
    }

    /// Returns the counter of a column of the sample CSV.
    #[must_use]
    pub fn from_column(column: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.column == column).map(|row| row.counter)
    }

    /// Returns the name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// Returns the name in threshold expressions; `None` if they cannot use the counter.
    #[must_use]
    pub const fn metric(self) -> Option<&'static str> {
        self.row().metric
    }

    /// Returns the unit.
    #[must_use]
    pub const fn unit(self) -> CounterUnit {
        self.row().unit
    }

    /// Returns the part that the counter plays in a verdict.
    #[must_use]
    pub const fn role(self) -> CounterRole {
        self.row().role
    }

    /// True if the counter is a part of the judged memory.
    #[must_use]
    pub const fn is_memory(self) -> bool {
        matches!(self.role(), CounterRole::PrivateMemory | CounterRole::SharedMemory)
    }

    /// True if charts and growth tables show the counter: the parts of memory, and judged counts.
    #[must_use]
    pub const fn is_charted(self) -> bool {
        self.is_memory() || matches!(self.role(), CounterRole::ShownShared | CounterRole::JudgedCount)
    }
}

impl CounterUnit {
    /// Returns the smallest step of a counter: a page, or 1.
    #[must_use]
    pub fn step(self) -> u64 {
        match self {
            Self::Bytes => 4096,
            Self::Count => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_at_the_index_of_their_counter() {
        assert!(TABLE.iter().enumerate().all(|(index, row)| row.counter as usize == index));
        assert_eq!(Counter::ALL.map(|counter| counter as usize), std::array::from_fn(|index| index));
    }

    #[test]
    fn columns_are_distinct_and_sizes_name_their_unit() {
        let columns = Counter::ALL.map(Counter::column);
        assert!(columns.iter().enumerate().all(|(i, column)| !columns[..i].contains(column)));
        for counter in Counter::ALL {
            assert_eq!(counter.column().ends_with("_bytes"), counter.unit() == CounterUnit::Bytes);
            assert_eq!(Counter::from_column(counter.column()), Some(counter));
        }
        assert_eq!(Counter::from_column("bytes"), None);
    }
}
