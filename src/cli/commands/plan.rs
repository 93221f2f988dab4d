//! `plan`: computes the length of a run that detects a leak of some rate over some noise.

use crate::analysis::{decidable_rate, seconds_to_decide, seconds_to_exclude};
use std::time::Duration;

use crate::escape;
use crate::units::{ByteRate, Bytes, Span};

use crate::cli::args::PlanArgs;
use crate::cli::error::Error;
use crate::cli::noise::{self, MeasuredNoise};
use crate::cli::print::print;
use crate::cli::settings;

/// The smallest step of memory, in bytes: a page.
const PAGE: f64 = 4096.0;

/// Longest useful run, in seconds: 30 days.
const LONGEST_S: f64 = 30.0 * 86_400.0;

/// Time between samples without `--interval` and `--from`.
const INTERVAL: Duration = Duration::from_secs(10);

/// Noise and interval of the planned run.
struct Sampling {
    noise: f64,
    interval: Duration,
    /// Sentence on the origin of the noise; empty if the user gave it.
    origin: String,
}

/// Prints the plan.
pub(crate) fn run(args: &PlanArgs) -> Result<u8, Error> {
    if args.rate.0 <= 0.0 {
        return Err(Error::usage("the rate must be more than 0").hint("such as '--rate 1MiB/h'"));
    }
    let sampling = sampling(args)?;
    let (noise, interval) = (sampling.noise, sampling.interval.as_secs_f64());
    // With the limit half-way both answers are clear of it: one of the rate itself would lie within the interval.
    let limit = args.rate.0 / 2.0;
    let passes_s = seconds_to_exclude(limit, noise, PAGE, interval);
    let decides_s = seconds_to_decide(limit, noise, PAGE, interval);
    if decides_s > LONGEST_S {
        return Err(Error::usage(format!(
            "a leak of {} cannot be seen: with noise of {} and a sample every {} it would take {}",
            plain(args.rate.0),
            size(noise),
            humantime::format_duration(sampling.interval),
            Span(decides_s),
        ))
        .hint(format!(
            "within {} a leak of {} can be told from no growth; less noise or more samples show smaller ones",
            Span(LONGEST_S),
            plain(2.0 * decidable_rate(noise, PAGE, interval, LONGEST_S)),
        )));
    }
    let plan = plan(args.rate.0, &sampling, passes_s, decides_s);
    print(&format!("{}{plan}{}", sampling.origin, table(&sampling, decides_s)))
}

/// Returns the noise and the interval that the arguments give.
fn sampling(args: &PlanArgs) -> Result<Sampling, Error> {
    #[expect(clippy::cast_precision_loss, reason = "an amount of noise")]
    let given = args.noise.unwrap_or(Bytes(0)).0 as f64;
    let Some(path) = &args.from else {
        return Ok(Sampling { noise: given, interval: args.interval.unwrap_or(INTERVAL), origin: String::new() });
    };
    let MeasuredNoise { title, bytes, pause_s, observed_s } = noise::read(path, args.name.as_deref())?;
    let interval = args.interval.unwrap_or(Duration::from_secs_f64(pause_s));
    // Samples closer than those of the run may repeat its noise, so that their average is no better.
    let noise = bytes * (pause_s / interval.as_secs_f64()).max(1.0).sqrt();
    let origin = format!(
        "Noise of {} from {} of {}: {} at a sample every {}.\n\n",
        escape::terminal(&title),
        Span(observed_s),
        escape::terminal(&path.display().to_string()),
        size(bytes),
        humantime::format_duration(Duration::from_secs_f64(pause_s)),
    );
    Ok(Sampling { noise, interval, origin })
}

/// Returns the times of both answers, and the command.
fn plan(rate: f64, sampling: &Sampling, passes_s: f64, decides_s: f64) -> String {
    let limit = plain(rate / 2.0).replace(' ', "");
    let duration = (passes_s / (1.0 - settings::WARMUP_PART)).ceil();
    let interval = humantime::format_duration(sampling.interval).to_string();
    let longest = (decides_s + settings::WARMUP_PART * duration).ceil().max(duration);
    let until_decided = if longest > duration { format!(" --until-decided {}", typed(longest)) } else { String::new() };
    format!(
        "With noise of {} and a sample every {}, nine times of ten\n  \
         memory that does not grow passes after {},\n  \
         a leak of {} is proved after {}.\n\n\
         leakwatch run --interval {} --duration {}{until_decided} \\\n    --fail-if 'growth(memory) > {limit}' -- CMD\n\n\
         (The limit is half the rate: a leak of the rate then lies clearly above it, and no growth clearly below. The\n\
         first tenth of the duration is the warm-up.)\n",
        size(sampling.noise),
        interval,
        Span(passes_s),
        plain(rate),
        Span(decides_s),
        interval.replace(' ', ""),
        typed(duration),
    )
}

/// Returns the rates that other lengths decide.
fn table(sampling: &Sampling, decides_s: f64) -> String {
    let interval = sampling.interval.as_secs_f64();
    let mut text = format!("\n{:>12}  {}\n", "AFTER", "CAN BE TOLD FROM NO GROWTH");
    for part in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let span = decides_s * part;
        if span < 48.0 * interval {
            continue;
        }
        let rate = plain(2.0 * decidable_rate(sampling.noise, PAGE, interval, span));
        text.push_str(&format!("{:>12}  {rate}\n", Span(span).to_string()));
    }
    text
}

/// Formats a rate without its sign.
fn plain(rate: f64) -> String {
    ByteRate(rate).to_string().trim_start_matches('+').to_owned()
}

/// Formats an amount of noise.
fn size(noise: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let bytes = Bytes(noise.round() as u64);
    bytes.to_string()
}

/// Formats a length as an argument.
fn typed(seconds: f64) -> String {
    humantime::format_duration(Duration::from_secs_f64(seconds)).to_string().replace(' ', "")
}
