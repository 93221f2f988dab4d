//! Notices: one-off messages about the session itself.

use crate::model::{ProcessKey, ProcessLabel};
use crate::units::{Span, short_span};

/// A one-off message. The session goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Number of ticks that were missed because the work before them took too long.
    MissedTicks(u64),
    /// Number of ticks that were missed because leakwatch was stopped, or got no processor, for the given seconds.
    Stopped(u64, f64),
    /// Seconds for which the host was suspended.
    Suspended(f64),
    /// Seconds by which the wall clock was set. The times of the session continue unbroken.
    ClockJumped(f64),
    /// Matched process that cannot be read at all, with the reason.
    Unreadable(ProcessLabel, ProcessKey, String),
    /// Saving to stay within `--max-overhead`: the share of a core that was used, and a description of the saving.
    BackedOff(f64, String),
    /// Extension of a session whose results are open: its planned and its longest duration, in seconds.
    Extended(f64, f64),
    /// Output that was given up, with the reason.
    OutputLost(String),
    /// Skipped rows of a recording: its name, their number and the first reason.
    RowsSkipped(String, u64, String),
    /// Format and columns of a recording: its name and a sentence.
    Recognised(String, String),
    /// Further fact about a recording: its name and the fact.
    Recording(String, String),
}

impl Notice {
    /// Returns the kind as reports name it, and one sentence. Escape the sentence: processes choose their names.
    #[must_use]
    pub fn sentence(&self) -> (&'static str, String) {
        match self {
            Self::MissedTicks(1) => ("missed_ticks", "1 tick missed: the work before it took too long".to_owned()),
            Self::MissedTicks(count) => {
                ("missed_ticks", format!("{count} ticks missed: the work before them took too long"))
            }
            Self::Stopped(count, seconds) => {
                let ticks = if *count == 1 { "1 tick".to_owned() } else { format!("{count} ticks") };
                let why = format!("leakwatch was stopped, or got no processor, for {}", short_span(*seconds));
                ("missed_ticks", format!("{ticks} missed: {why}"))
            }
            Self::Suspended(seconds) => ("suspended", format!("the host was suspended for {}", Span(*seconds))),
            Self::ClockJumped(seconds) => {
                let direction = if *seconds < 0.0 { "back" } else { "forward" };
                let by = Span(seconds.abs());
                (
                    "clock_jumped",
                    format!("the wall clock was set {direction} by {by}; the times of this session continue unbroken"),
                )
            }
            Self::Unreadable(label, key, reason) => {
                ("unreadable", format!("cannot watch '{}' (pid {}): {reason}", label.name, key.pid))
            }
            Self::BackedOff(share, what) => (
                "backed_off",
                format!("leakwatch used {:.2} % of a core, which exceeds --max-overhead: {what}", 100.0 * share),
            ),
            Self::Extended(planned, longest) => (
                "extended",
                format!("undecided after {}; the run goes on for up to {} in all", Span(*planned), Span(*longest)),
            ),
            Self::OutputLost(why) => {
                ("output_lost", format!("{why}: this output stays incomplete, the watch continues"))
            }
            Self::RowsSkipped(source, 1, first) => ("rows_skipped", format!("'{source}': 1 row skipped: {first}")),
            Self::RowsSkipped(source, count, first) => {
                ("rows_skipped", format!("'{source}': {count} rows skipped; first reason: {first}"))
            }
            Self::Recognised(source, text) => ("recognised", format!("'{source}': {text}")),
            Self::Recording(source, text) => ("recording", format!("'{source}': {text}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_stop_is_given_in_milliseconds() {
        let said = |seconds| Notice::Stopped(1, seconds).sentence().1;
        assert!(said(0.012).ends_with("for 12 ms") && said(3.0).ends_with("for 3 s"), "{}", said(0.012));
    }
}
