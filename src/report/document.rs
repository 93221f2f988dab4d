//! A finished report in any of the formats that are written whole.

use std::io::{self, BufWriter, Write};

use crate::event::Timeline;
use crate::outcome::Outcome;
use crate::schema::Report;

use super::html;
use super::junit::write_junit;
use super::markdown::markdown;
use super::openmetrics::write_openmetrics;
use super::output::OutputFormat;

/// A finished report with its typed outcome and the timelines of its targets.
#[derive(Debug)]
pub struct Document<'a> {
    /// Report without the timelines.
    pub report: &'a Report,
    /// Timelines of the targets of the report, in their order; empty without charts.
    pub timelines: Vec<Option<&'a Timeline>>,
    /// Typed outcome of the session.
    pub outcome: &'a Outcome,
}

impl Document<'_> {
    /// Writes the report in a format. A stream format has nothing to write.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn write(&self, format: OutputFormat, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        match format {
            OutputFormat::Json => {
                serde_json::to_writer_pretty(&mut out, self.report)?;
                out.write_all(b"\n")?;
            }
            OutputFormat::Html => {
                let page = html::page(self.report, &self.timelines).map_err(io::Error::other)?;
                out.write_all(page.as_bytes())?;
            }
            OutputFormat::Svg => out.write_all(html::chart(self.report, &self.timelines).as_bytes())?,
            OutputFormat::Junit => write_junit(&mut out, self)?,
            OutputFormat::Markdown => out.write_all(markdown(self).as_bytes())?,
            OutputFormat::OpenMetrics => write_openmetrics(&mut out, self.report)?,
            OutputFormat::Jsonl | OutputFormat::Csv => {}
        }
        out.flush()
    }
}
