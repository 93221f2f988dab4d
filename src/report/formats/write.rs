//! Writes a finished report in any format that is written as a whole.

use std::io::{self, BufWriter, Write};

use crate::report::document::Document;
use crate::report::output_format::OutputFormat;

use super::html;
use super::junit::write_junit;
use super::markdown::markdown;
use super::openmetrics::write_openmetrics;

/// Writes a report. The formats of streams have nothing to write at the end.
///
/// # Errors
/// If `out` fails.
pub fn write_document(document: &Document<'_>, format: OutputFormat, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        OutputFormat::Json => {
            serde_json::to_writer_pretty(&mut out, document.report)?;
            out.write_all(b"\n")?;
        }
        OutputFormat::Html => out.write_all(html::page(document).map_err(io::Error::other)?.as_bytes())?,
        OutputFormat::Svg => out.write_all(html::single_chart(document).as_bytes())?,
        OutputFormat::Junit => write_junit(&mut out, document)?,
        OutputFormat::Markdown => out.write_all(markdown(document).as_bytes())?,
        OutputFormat::OpenMetrics => write_openmetrics(&mut out, document.report)?,
        OutputFormat::Jsonl | OutputFormat::Csv => {}
    }
    out.flush()
}
