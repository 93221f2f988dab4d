//! Lists the processes that a selector matches now, without sampling.

use crate::model::Counter;
use crate::source::{Depth, MatchedProcess, OptionalCounters, ReadError, find_user_name};
use crate::terminal::{Listed, Style, listing};
use crate::units::{Bytes, Span};

use crate::cli::app::print;
use crate::cli::args::ListArgs;
use crate::cli::assembly::summary_width;
use crate::cli::error::Error;
use crate::cli::select;
use crate::outcome::ExitStatus;

/// Prints the matching processes and their denied counters.
pub(crate) fn run(args: &ListArgs) -> Result<u8, Error> {
    let selector = select::selector(&args.select)?;
    let mut source = select::source(&args.select, OptionalCounters::default())?;
    let found = source.find(&selector).map_err(|error| select::list_error(&error))?;
    select::unmatched(source.as_mut(), &selector, &found).iter().for_each(|text| crate::cli::app::warn(text));
    let mut denied = Vec::new();
    let mut readable = 0;
    let mut rows = Vec::new();
    for found in found {
        let outcome = source.read(found.key, Depth::Counters);
        if outcome == Err(ReadError::Gone) {
            continue;
        }
        readable += usize::from(outcome.is_ok());
        let rss = match outcome {
            Ok(observation) => {
                denied.extend(observation.denied.iter().map(|denied| {
                    format!("{} of pid {}: needs {}\n", denied.counter.column(), found.key.pid, denied.right)
                }));
                observation.reading.value(Counter::Rss).map_or_else(|| "-".to_owned(), |rss| Bytes(rss).to_string())
            }
            Err(error) => {
                denied.push(format!("pid {}: {error}\n", found.key.pid));
                "-".to_owned()
            }
        };
        rows.push(row(&found, rss));
    }
    if rows.is_empty() {
        return Err(select::no_match(&args.select, None));
    }
    let mut text = listing(&rows, summary_width(), Style::stdout());
    text.push('\n');
    if !denied.is_empty() {
        text.push_str("\ncould not be read:\n");
        text.extend(denied);
    }
    print(&text)?;
    Ok(if readable == 0 { ExitStatus::NothingMatched.code() } else { ExitStatus::Clean.code() })
}

fn row(found: &MatchedProcess, rss: String) -> Listed {
    Listed {
        pid: found.key.pid.0,
        user: found
            .label
            .uid
            .map_or_else(|| "-".to_owned(), |uid| find_user_name(uid).unwrap_or_else(|| uid.to_string())),
        age: found.age_s.map_or_else(|| "-".to_owned(), |age| Span(age.round()).to_string()),
        rss,
        name: found.label.name.clone(),
        cmdline: found.label.cmdline.clone(),
    }
}
