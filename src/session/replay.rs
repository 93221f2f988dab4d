//! The same watch over a recording: rows instead of ticks.
