//! A report with the timelines of its targets, in any of the formats that are written whole.

use std::io::{self, BufWriter, Write};

use crate::event::Timeline;
use crate::schema::Report;

use super::html;
use super::junit::write_junit;
use super::markdown::markdown;
use super::openmetrics::write_openmetrics;
use super::output::OutputFormat;

/// What the end of a session knows.
#[derive(Debug)]
pub struct Document<'a> {
    /// Everything but the timelines.
    pub report: &'a Report,
    /// The timelines of the targets of the report, in their order; empty when nobody asked for charts.
    pub timelines: Vec<Option<&'a Timeline>>,
}

impl Document<'_> {
    /// Writes it in a format; a format of streams has nothing to write.
    ///
    /// # Errors
    /// When `out` cannot take it.
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
            OutputFormat::Junit => write_junit(&mut out, self.report)?,
            OutputFormat::Markdown => out.write_all(markdown(self.report, &self.timelines).as_bytes())?,
            OutputFormat::OpenMetrics => write_openmetrics(&mut out, self.report)?,
            OutputFormat::Jsonl | OutputFormat::Csv => {}
        }
        out.flush()
    }
}
