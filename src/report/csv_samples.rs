//! Samples as CSV, a row as it is read.

use std::io::{self, Write};

use crate::escape;
use crate::event::{Event, EventSink, TargetKind};
use crate::model::{Counter, Sample};
use crate::schema::SAMPLE_COLUMNS;

/// Writes each sample as one row; flushed at each tick, so that a kill loses at most the row being written.
pub struct SampleCsv<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> SampleCsv<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(SAMPLE_COLUMNS)?;
        writer.flush()?;
        Ok(Self { writer })
    }

    fn row(&mut self, pid: Option<u32>, name: &str, sample: &Sample) -> csv::Result<()> {
        self.writer.write_field(sample.at.to_string())?;
        self.writer.write_field(pid.map(|pid| pid.to_string()).unwrap_or_default())?;
        self.writer.write_field(escape::csv_text(name).as_bytes())?;
        for counter in Counter::ALL {
            match sample.reading.value(counter) {
                Some(value) => self.writer.write_field(value.to_string())?,
                None => self.writer.write_field("")?,
            }
        }
        self.writer.write_record(None::<&[u8]>)
    }
}

impl<W: Write> EventSink for SampleCsv<W> {
    fn wants_samples(&self) -> bool {
        true
    }

    fn take(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Sampled(target, sample) if target.kind == TargetKind::Process => {
                Ok(self.row(super::convert::pid(target.key), &target.label.name, sample)?)
            }
            Event::Ticked(..) => self.writer.flush(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reading, Timestamp};

    #[test]
    fn unknown_is_an_empty_field_and_no_name_is_a_formula() {
        let mut out = Vec::new();
        let mut rows = SampleCsv::new(&mut out).expect("a header");
        let reading = Reading { rss: Some(4096), fds: Some(3), ..Reading::default() };
        rows.row(Some(7), "=a,\"b\"\n", &Sample { at: Timestamp(0), reading }).expect("a row");
        drop(rows);
        let text = String::from_utf8(out).expect("text");
        let row = text.lines().nth(1).expect("a row");
        assert_eq!(row, r#"1970-01-01T00:00:00.000Z,7,"'=a,""b""\n",4096,,,,,,,,,3"#);
    }

    #[test]
    fn the_columns_are_the_counters() {
        let counters: Vec<_> = Counter::ALL.iter().map(|counter| counter.column()).collect();
        assert_eq!(counters, SAMPLE_COLUMNS[3..]);
    }
}
