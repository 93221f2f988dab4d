//! Events as JSON lines, written as they happen.

use std::io::{self, Write};

use crate::event::{Event, EventSink, TargetKind};
use crate::model::Timestamp;
use crate::report::build::{alert_entry, growth, pid, sample_line, verdict};
use crate::schema::{EndLine, EventLine, SCHEMA_VERSION};

use super::stream_sink::StreamSink;

/// Stream with one line for each event.
pub struct EventJsonl<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> EventJsonl<W> {
    /// Writes the first line, which names the versions.
    ///
    /// # Errors
    /// If the line cannot be written.
    pub fn new(out: W, started: Timestamp, interval_seconds: Option<f64>) -> io::Result<Self> {
        let mut stream = Self { out, line: Vec::new() };
        stream.write(&EventLine::Session {
            schema_version: SCHEMA_VERSION.to_owned(),
            leakwatch_version: env!("CARGO_PKG_VERSION").to_owned(),
            timestamp: started.to_string(),
            interval_seconds,
        })?;
        Ok(stream)
    }

    fn write(&mut self, line: &EventLine) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        // One write a line: a reader sees half of one only if the process is killed inside the call.
        self.out.write_all(&self.line)?;
        self.out.flush()
    }
}

impl<W: Write> EventSink for EventJsonl<W> {
    fn wants_samples(&self) -> bool {
        true
    }

    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        let line = match event {
            Event::Appeared(target) => EventLine::Target {
                timestamp: target.lifetime.first_seen.to_string(),
                pid: pid(target.key),
                name: target.label.name.clone(),
                cmdline: Some(target.label.cmdline.clone()).filter(|text| !text.is_empty()),
            },
            Event::Sampled(target, sample) if target.kind == TargetKind::Process => {
                EventLine::Sample(sample_line(target, sample))
            }
            Event::VerdictChanged(target, at) => EventLine::Verdict {
                timestamp: at.to_string(),
                pid: pid(target.key),
                name: target.label.name.clone(),
                verdict: verdict(&target.assessment.verdict),
                growth: growth(&target.assessment.growth),
            },
            Event::Alert(target, alert) => EventLine::Alert(alert_entry(target, alert)),
            Event::Exited(target) | Event::ProgramChanged(target) => EventLine::Ended {
                timestamp: target.lifetime.ended.unwrap_or(target.lifetime.last_seen).to_string(),
                pid: pid(target.key),
                name: target.label.name.clone(),
            },
            Event::Notice(at, notice) => EventLine::Notice { timestamp: at.to_string(), message: notice.sentence().1 },
            Event::Sampled(..) | Event::Ticked(..) => return Ok(()),
        };
        self.write(&line)
    }
}

impl<W: Write> StreamSink for EventJsonl<W> {
    fn end(&mut self, end: &EndLine) -> io::Result<()> {
        self.write(&EventLine::End(end.clone()))
    }
}
