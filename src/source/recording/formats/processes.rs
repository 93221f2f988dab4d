//! Tables of processes: the output of `ps`, `top` in batch mode, and `pidstat`.

use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::TableRows;
use super::words::{Tool, WordSplitter};

/// Times of the processor and of the start.
const NO_TIMES: &[&str] = &["TIME", "TIME+", "START", "STIME", "STARTED", "ELAPSED"];
/// All count in KiB (ps(1), top(1), pidstat(1)); `top` marks larger units with a letter.
const PS: Tool = Tool {
    header: &["RSS"],
    unit_bytes: Some(1024.0),
    ignored: NO_TIMES,
    has_wide_names: false,
    has_narrow_rows: false,
    has_sections: false,
    renamed: &[],
};
const TOP: Tool = Tool { header: &["PID", "RES"], ..PS };
const SAR: Tool = Tool {
    header: &["kbmemfree", "kbmemused"],
    has_sections: true,
    renamed: &[("kbmemused", "memory used"), ("kbmemfree", "left")],
    ..PS
};
/// `top` of macOS: a plus marks a value that grew.
const MAC_TOP: Tool = Tool { header: &["PID", "#TH", "MEM"], unit_bytes: None, ..PS };
/// `systemd-cgtop -b`.
const CGTOP: Tool = Tool {
    header: &["Control Group", "Memory"],
    has_wide_names: true,
    has_narrow_rows: true,
    renamed: &[("Control Group", "service")],
    unit_bytes: None,
    ..PS
};
const PIDSTAT: Tool = Tool { header: &["PID", "minflt/s", "RSS"], has_sections: true, ignored: &[], ..PS };

/// Output of `ps`.
pub(in super::super) struct Ps;
/// Output of `top -b`.
pub(in super::super) struct Top;

impl RecordingFormat for Ps {
    fn name(&self) -> &'static str {
        "ps"
    }

    fn about(&self) -> &'static str {
        "output of ps or smem with a column RSS, as 'ps aux' after 'date'"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        has_table(head, &PS).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        open_table("ps", PS, lines, head, layout)
    }
}

impl RecordingFormat for Top {
    fn name(&self) -> &'static str {
        "top"
    }

    fn about(&self) -> &'static str {
        "output of 'top -b', a copied htop, or 'top -l 0' of macOS"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        [TOP, MAC_TOP].iter().any(|tool| has_table(head, tool)).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        open_table("top", if has_table(head, &TOP) { TOP } else { MAC_TOP }, lines, head, layout)
    }
}

/// Output of `sar -r`.
pub(in super::super) struct Sar;

impl RecordingFormat for Sar {
    fn name(&self) -> &'static str {
        "sar"
    }

    fn about(&self) -> &'static str {
        "output of 'sar -r', the memory of a host"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        has_table(head, &SAR).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        open_table("sar", SAR, lines, head, layout)
    }
}

/// Output of `systemd-cgtop`.
pub(in super::super) struct Cgtop;

impl RecordingFormat for Cgtop {
    fn name(&self) -> &'static str {
        "cgtop"
    }

    fn about(&self) -> &'static str {
        "output of 'systemd-cgtop -b'"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        has_table(head, &CGTOP).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        open_table("systemd-cgtop", CGTOP, lines, head, layout)
    }
}

/// Output of `pidstat -r`.
pub(in super::super) struct Pidstat;

impl RecordingFormat for Pidstat {
    fn name(&self) -> &'static str {
        "pidstat"
    }

    fn about(&self) -> &'static str {
        "output of 'pidstat -r', with or without -h"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        has_table(head, &PIDSTAT).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        open_table("pidstat", PIDSTAT, lines, head, layout)
    }
}

/// True if the beginning has the header of a tool.
pub(super) fn has_table(head: &Head, tool: &Tool) -> bool {
    head.filled_lines().any(|line| WordSplitter::header(tool, line).is_some())
}

/// Opens the tables of a tool.
pub(super) fn open_table(
    format: &'static str,
    tool: Tool,
    lines: &mut Lines,
    head: &Head,
    layout: &Layout,
) -> Result<Box<dyn RowReader>, RecordingError> {
    let splitter = || Box::new(WordSplitter::new(tool, head));
    Ok(Box::new(TableRows::open(format, head, splitter(), splitter(), layout, lines.file())?))
}
