//! Lists the processes that a selector matches now, without sampling.

use crate::model::Counter;
use crate::schema;
use crate::source::{Depth, MatchedProcess, OptionalCounters, ReadError, find_user_name};
use crate::terminal::{ListedProcess, Style, format_process_list};

use crate::cli::args::{ListArgs, ListFormat};
use crate::cli::error::{Error, Kind};
use crate::cli::print::{print, warn};
use crate::cli::select::{self, Purpose};
use crate::cli::terminal_size::summary_width;
use crate::outcome::ExitStatus;

/// Prints the matching processes and their denied counters.
pub(crate) fn run(args: &ListArgs) -> Result<u8, Error> {
    let selector = select::selector(&args.select)?;
    let mut source = select::source(&args.select, OptionalCounters::default())?;
    let found = source.find(&selector).map_err(|error| select::list_error(&error))?;
    select::unmatched(source.as_mut(), &selector, &found).iter().for_each(|text| warn(text));
    let mut denied = Vec::new();
    let mut readable = 0;
    let mut listed = Vec::new();
    for found in found {
        let rss_bytes = match source.read(found.key, Depth::Counters) {
            Err(ReadError::Gone) => continue,
            Ok(observation) => {
                readable += 1;
                denied.extend(observation.denied.iter().map(|denied| {
                    format!("{} of pid {}: requires {}", denied.counter.label(), found.key.pid, denied.right)
                }));
                observation.reading.value(Counter::Rss)
            }
            Err(error) => {
                denied.push(format!("pid {}: {error}", found.key.pid));
                None
            }
        };
        listed.push((found, rss_bytes));
    }
    if listed.is_empty() {
        return Err(select::no_match(source.as_mut(), &args.select, &selector, Purpose::List));
    }
    match args.format {
        ListFormat::Table => print_table(&listed, &denied)?,
        ListFormat::Json => {
            let entries: Vec<schema::ListedProcess> =
                listed.iter().map(|(found, rss)| json_entry(found, *rss)).collect();
            let text =
                serde_json::to_string_pretty(&entries).map_err(|error| Error::from_cause(Kind::Failed, error))?;
            print(&(text + "\n"))?;
            denied.iter().for_each(|text| warn(&format!("not readable: {text}")));
        }
    }
    Ok(if readable == 0 { ExitStatus::NothingMatched.code() } else { ExitStatus::Clean.code() })
}

/// Prints the processes as a table, with the denied counters below it.
fn print_table(listed: &[(MatchedProcess, Option<u64>)], denied: &[String]) -> Result<(), Error> {
    let rows: Vec<ListedProcess> = listed.iter().map(|(found, rss)| table_row(found, *rss)).collect();
    let mut text = format_process_list(&rows, summary_width(), Style::stdout());
    text.push('\n');
    if !denied.is_empty() {
        text.push_str(&format!("\nnot readable:\n{}\n", denied.join("\n")));
    }
    print(&text).map(drop)
}

fn table_row(found: &MatchedProcess, rss_bytes: Option<u64>) -> ListedProcess {
    ListedProcess {
        pid: found.key.pid.0,
        user: user_of(found),
        age_s: found.age_s,
        rss_bytes,
        title: found.label.title(),
        cmdline: found.label.cmdline.clone(),
    }
}

fn json_entry(found: &MatchedProcess, rss_bytes: Option<u64>) -> schema::ListedProcess {
    schema::ListedProcess {
        pid: found.key.pid.0,
        name: found.label.name.clone(),
        title: found.label.title(),
        cmdline: found.label.cmdline.clone(),
        user: user_of(found),
        rss_bytes,
        age_seconds: found.age_s,
    }
}

/// Returns the name of the user of a process, else the number.
fn user_of(found: &MatchedProcess) -> Option<String> {
    found.label.uid.map(|uid| find_user_name(uid).unwrap_or_else(|| uid.to_string()))
}
