//! Embedding of the library in twenty lines: judges a series of numbers and prints the verdict with its reasons.
//!
//! ```sh
//! seq 100000000 50000 130000000 | cargo run --example embed -- 10
//! ```
//!
//! Standard input has one number of bytes a line, the argument is the seconds between two numbers (10 by default).

#![expect(clippy::print_stdout, reason = "the verdict is the output of this example")]

use std::io;

use leakwatch::analysis::{Resource, Settings, Tracker};
use leakwatch::model::{Counter, Reading, Sample, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let interval_ms = 1000 * std::env::args().nth(1).map_or(Ok(10), |seconds| seconds.parse())?;
    let settings = Settings::default();
    let mut tracker = Tracker::new(&settings, None);
    for (i, line) in (0..).zip(io::stdin().lines()) {
        let reading = Reading::default().with(Counter::Rss, line?.trim().parse::<u64>()?);
        tracker.push(&Sample { at: Timestamp(i * interval_ms), reading });
    }
    let verdict = tracker.assess(&settings, None).verdict;
    println!("{} {}", verdict.status.label(), verdict.resource.map_or("", Resource::name));
    for reason in &verdict.reasons {
        println!("  {}: {reason}", reason.rule.name());
    }
    Ok(())
}
