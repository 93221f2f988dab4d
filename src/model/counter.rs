//! The counters of a process, each with its column in the sample CSV.

/// One counter of a [`Reading`](super::Reading).
///
/// ```
/// use leakwatch::model::Counter;
///
/// assert_eq!(Counter::RssAnon.column(), "rss_anon_bytes");
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
}

impl Counter {
    /// Every counter, in the order of the sample CSV.
    pub const ALL: [Self; 10] = [
        Self::Rss,
        Self::Pss,
        Self::Uss,
        Self::RssAnon,
        Self::RssFile,
        Self::RssShmem,
        Self::Swap,
        Self::Vsize,
        Self::Threads,
        Self::Fds,
    ];

    /// Returns the column of the sample CSV: the name with its unit.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Rss => "rss_bytes",
            Self::Pss => "pss_bytes",
            Self::Uss => "uss_bytes",
            Self::RssAnon => "rss_anon_bytes",
            Self::RssFile => "rss_file_bytes",
            Self::RssShmem => "rss_shmem_bytes",
            Self::Swap => "swap_bytes",
            Self::Vsize => "vsize_bytes",
            Self::Threads => "threads",
            Self::Fds => "fds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counter;

    #[test]
    fn columns_are_distinct_and_sizes_name_their_unit() {
        let columns = Counter::ALL.map(Counter::column);
        assert!(columns.iter().enumerate().all(|(i, column)| !columns[..i].contains(column)));
        assert_eq!(columns.iter().filter(|column| column.ends_with("_bytes")).count(), 8);
    }
}
