//! `plan`: computes the length of a run that detects a leak of some rate over some noise.

use crate::analysis::{decidable_rate, seconds_to_decide};
use std::time::Duration;

use crate::units::{ByteRate, Span};

use crate::cli::args::PlanArgs;
use crate::cli::error::Error;
use crate::cli::print::print;
use crate::cli::settings;

/// The smallest step of memory, in bytes: a page.
const PAGE: f64 = 4096.0;

/// Longest useful run, in seconds: 30 days.
const LONGEST_S: f64 = 30.0 * 86_400.0;

/// Prints the plan.
pub(crate) fn run(args: &PlanArgs) -> Result<u8, Error> {
    if args.rate.0 <= 0.0 {
        return Err(Error::usage("the rate must be more than 0").hint("such as '--rate 1MiB/h'"));
    }
    #[expect(clippy::cast_precision_loss, reason = "an amount of noise")]
    let noise = args.noise.0 as f64;
    let interval = args.interval.as_secs_f64();
    // With the limit half-way both answers are clear of it: one of the rate itself would lie within the interval.
    let limit = args.rate.0 / 2.0;
    let needed = seconds_to_decide(limit, noise, PAGE, interval);
    let plain = |rate: f64| ByteRate(rate).to_string().trim_start_matches('+').to_owned();
    let told = |span: f64| plain(2.0 * decidable_rate(noise, PAGE, interval, span));
    if needed > LONGEST_S {
        return Err(Error::usage(format!(
            "a leak of {} cannot be seen: with noise of {} and a sample every {} it would take {}",
            plain(args.rate.0),
            args.noise,
            Span(interval),
            Span(needed),
        ))
        .hint(format!(
            "within {} a leak of {} can be told from no growth; less noise or more samples show smaller ones",
            Span(LONGEST_S),
            told(LONGEST_S),
        )));
    }
    let whole = (needed / (1.0 - settings::WARMUP_PART)).ceil();
    let mut text = format!(
        "{} can be told from no growth after {}, with noise of {} and a sample every {}.\n\n\
         leakwatch run --interval {} --duration {} --fail-if 'growth(memory) > {}' -- CMD\n\n\
         (The limit is half the rate: a leak of the rate then lies clearly above it, and no growth clearly below. The\n\
         first tenth of a run is its warm-up.)\n\n{:>12}  {}\n",
        plain(args.rate.0),
        Span(needed),
        args.noise,
        Span(interval),
        typed(args.interval),
        typed(Duration::from_secs_f64(whole)),
        plain(limit).replace(' ', ""),
        "AFTER",
        "CAN BE TOLD FROM NO GROWTH",
    );
    for part in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let span = needed * part;
        if span < 48.0 * interval {
            continue;
        }
        text.push_str(&format!("{:>12}  {}\n", Span(span).to_string(), told(span)));
    }
    print(&text)
}

fn typed(span: Duration) -> String {
    humantime::format_duration(span).to_string().replace(' ', "")
}
