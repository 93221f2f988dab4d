//! Tables of processes: the output of `ps`, `top` in batch mode, `pidstat`, `sar` and `systemd-cgtop`.

use super::word_table::WordTable;
use super::words::Tool;

/// Times of the processor and of the start.
const NO_TIMES: &[&str] = &["TIME", "TIME+", "START", "STIME", "STARTED", "ELAPSED"];
/// All count in KiB (ps(1), top(1), pidstat(1)); `top` marks larger units with a letter.
const KIB: Tool = Tool { unit_bytes: Some(1024.0), ignored: NO_TIMES, ..Tool::PLAIN };
/// `top` of Linux.
const LINUX_TOP: Tool = Tool { header: &["PID", "RES"], ..KIB };
/// `top` of macOS: a plus marks a value that grew.
const MAC_TOP: Tool = Tool { header: &["PID", "#TH", "MEM"], unit_bytes: None, ..KIB };

/// Output of `ps`.
pub(in super::super) const PS: WordTable = WordTable {
    name: "ps",
    title: "ps",
    about: "output of ps or smem with a column RSS, as 'ps aux' after 'date'",
    tools: &[Tool { header: &["RSS"], ..KIB }],
};

/// Output of `top -b`.
pub(in super::super) const TOP: WordTable = WordTable {
    name: "top",
    title: "top",
    about: "output of 'top -b', a copied htop, or 'top -l 0' of macOS",
    tools: &[LINUX_TOP, MAC_TOP],
};

/// Output of `sar -r`.
pub(in super::super) const SAR: WordTable = WordTable {
    name: "sar",
    title: "sar",
    about: "output of 'sar -r', the memory of a host",
    tools: &[Tool {
        header: &["kbmemfree", "kbmemused"],
        has_sections: true,
        renamed: &[("kbmemused", "memory used"), ("kbmemfree", "left")],
        ..KIB
    }],
};

/// Output of `systemd-cgtop`.
pub(in super::super) const CGTOP: WordTable = WordTable {
    name: "cgtop",
    title: "systemd-cgtop",
    about: "output of 'systemd-cgtop -b'",
    tools: &[Tool {
        header: &["Control Group", "Memory"],
        has_wide_names: true,
        has_narrow_rows: true,
        renamed: &[("Control Group", "service")],
        unit_bytes: None,
        ..KIB
    }],
};

/// Output of `pidstat -r`.
pub(in super::super) const PIDSTAT: WordTable = WordTable {
    name: "pidstat",
    title: "pidstat",
    about: "output of 'pidstat -r', with or without -h",
    tools: &[Tool { header: &["PID", "minflt/s", "RSS"], has_sections: true, ignored: &[], ..KIB }],
};
