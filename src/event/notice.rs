//! What went not quite as planned, and how that is said.

use crate::model::{ProcessKey, ProcessLabel};
use crate::units::{Span, short_span};

/// Something went not quite as planned; the session goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Ticks were skipped because the work before them took too long.
    MissedTicks(u64),
    /// The same because leakwatch was stopped, or got no processor, for so many seconds while it waited for a tick.
    Stopped(u64, f64),
    /// The host was suspended for so many seconds.
    Suspended(f64),
    /// The wall clock was set by so many seconds; the times of the session go on unbroken.
    ClockJumped(f64),
    /// A matching process cannot be read at all, for the reason in the text.
    Unreadable(ProcessLabel, ProcessKey, String),
    /// Something was given up to stay within `--max-overhead`: the share of a core that was used, and what it was.
    BackedOff(f64, String),
    /// An output cannot be written and was given up; which, and why.
    OutputLost(String),
    /// Rows of a recording were left out: where, how many, and the first reason.
    RowsSkipped(String, u64, String),
    /// Anything about a recording that its reader should know.
    Recording(String, String),
}

impl Notice {
    /// Its kind in reports, and one sentence. Names in it are as the process chose them: escape them.
    #[must_use]
    pub fn sentence(&self) -> (&'static str, String) {
        match self {
            Self::MissedTicks(1) => {
                ("missed_ticks", "one tick was skipped: the work before it took too long".to_owned())
            }
            Self::MissedTicks(count) => {
                ("missed_ticks", format!("{count} ticks were skipped: the work before them took too long"))
            }
            Self::Stopped(count, seconds) => {
                let ticks = if *count == 1 { "one tick was".to_owned() } else { format!("{count} ticks were") };
                let why = format!("leakwatch was stopped, or got no processor, for {}", short_span(*seconds));
                ("missed_ticks", format!("{ticks} skipped: {why}"))
            }
            Self::Suspended(seconds) => ("suspended", format!("the host was suspended for {}", Span(*seconds))),
            Self::ClockJumped(seconds) => {
                let direction = if *seconds < 0.0 { "back" } else { "forward" };
                let by = Span(seconds.abs());
                ("clock_jumped", format!("the wall clock was set {direction} by {by}; the times here go on unbroken"))
            }
            Self::Unreadable(label, key, reason) => {
                ("unreadable", format!("cannot watch '{}' (pid {}): {reason}", label.name, key.pid))
            }
            Self::BackedOff(share, what) => {
                ("backed_off", format!("leakwatch used {:.2} % of a core, more than is allowed: {what}", 100.0 * share))
            }
            Self::OutputLost(why) => ("output_lost", format!("{why}: given up, it stays incomplete; the rest goes on")),
            Self::RowsSkipped(source, 1, first) => ("rows_skipped", format!("'{source}': one row left out: {first}")),
            Self::RowsSkipped(source, count, first) => {
                ("rows_skipped", format!("'{source}': {count} rows left out; the first: {first}"))
            }
            Self::Recording(source, text) => ("recording", format!("'{source}': {text}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_stop_is_told_in_milliseconds() {
        let said = |seconds| Notice::Stopped(1, seconds).sentence().1;
        assert!(said(0.012).ends_with("for 12 ms") && said(3.0).ends_with("for 3 s"), "{}", said(0.012));
    }
}
