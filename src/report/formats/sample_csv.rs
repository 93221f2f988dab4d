//! Samples as CSV rows, written as they are read.

use std::io::{self, Write};

use crate::escape;
use crate::event::{Event, EventSink, TargetKind};
use crate::model::{Counter, ProcessKey, Sample};
use crate::report::build::{pid, start_ticks};
use crate::schema::sample_columns;

use super::stream_sink::StreamSink;

/// Stream with one row for each sample. It is flushed at each tick, so that a kill loses one tick at most.
pub struct SampleCsv<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> SampleCsv<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// If the header cannot be written.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(sample_columns())?;
        writer.flush()?;
        Ok(Self { writer })
    }

    fn row(&mut self, key: Option<ProcessKey>, name: &str, program: u32, sample: &Sample) -> csv::Result<()> {
        self.writer.write_field(sample.at.to_string())?;
        self.number(pid(key))?;
        self.writer.write_field(escape::csv_cell(name).as_bytes())?;
        let (leading, added) = Counter::ALL.split_at(Counter::LEADING);
        for &counter in leading {
            self.number(sample.reading.value(counter))?;
        }
        self.number(start_ticks(key))?;
        self.number(key.map(|_| program))?;
        for &counter in added {
            self.number(sample.reading.value(counter))?;
        }
        self.writer.write_record(None::<&[u8]>)
    }

    /// Writes a number; an empty field for an unknown one.
    fn number(&mut self, value: Option<impl ToString>) -> csv::Result<()> {
        self.writer.write_field(value.map(|value| value.to_string()).unwrap_or_default())
    }
}

impl<W: Write> EventSink for SampleCsv<W> {
    fn wants_samples(&self) -> bool {
        true
    }

    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Sampled(target, sample) if target.kind == TargetKind::Process => {
                Ok(self.row(target.key, &target.label.name, target.program, sample)?)
            }
            Event::Ticked(..) => self.writer.flush(),
            _ => Ok(()),
        }
    }
}

// Each row is a sample, so that the outcome has no place in it.
impl<W: Write> StreamSink for SampleCsv<W> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pid, Reading, StartTime, Timestamp};

    #[test]
    fn an_unknown_value_is_an_empty_field_and_a_name_is_not_a_formula() {
        let mut out = Vec::new();
        let mut rows = SampleCsv::new(&mut out).expect("a header");
        let reading = Reading::default().with(Counter::Rss, 4096).with(Counter::Fds, 3);
        let sample = Sample { at: Timestamp(0), reading };
        let key = ProcessKey { pid: Pid(7), start: StartTime(99) };
        rows.row(Some(key), "=a,\"b\"\n", 1, &sample).expect("a row");
        rows.row(None, "a", 0, &sample).expect("a row");
        drop(rows);
        let text = String::from_utf8(out).expect("text");
        let rows: Vec<&str> = text.lines().skip(1).collect();
        let first = r#"1970-01-01T00:00:00.000Z,7,"'=a,""b""\n",4096,,,,,,,,,3,99,1,"#;
        assert_eq!(rows, [first, "1970-01-01T00:00:00.000Z,,a,4096,,,,,,,,,3,,,"]);
    }

    #[test]
    fn the_order_of_the_first_columns_is_stable() {
        let columns = "timestamp,pid,name,rss_bytes,pss_bytes,uss_bytes,rss_anon_bytes,rss_file_bytes,rss_shmem_bytes,\
                       swap_bytes,vsize_bytes,threads,fds,start_ticks,program";
        assert!(sample_columns().join(",").starts_with(columns));
    }
}
