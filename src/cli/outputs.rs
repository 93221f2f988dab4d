//! Standard output and the files of `-o` as sinks of a session, and the report at its end.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::escape;
use crate::event::{EventSink, Fanout, Timelines};
use crate::model::Timestamp;
use crate::report::{
    Document, Earlier, EventJsonl, NamedStream, Output, OutputError, OutputFormat, SampleCsv, WhenFull, has_folder,
    real_path,
};
use crate::terminal::{Priority, for_stderr};
use crate::units::Bytes;

use super::args::{Format, OutputArgs};
use super::error::{Error, Kind};
use super::github;
use super::stream::{StandsFor, Stream};

/// Everything that a session writes besides what people watch.
pub(super) struct Outputs {
    files: Vec<Output>,
    streams: Vec<Stream>,
    /// Where the files among them are, and how they were typed.
    streamed: Vec<(PathBuf, PathBuf)>,
    /// Kept only when a file shows them.
    timelines: Option<Timelines>,
    format: Format,
}

/// The files of `-o`, open and as they were.
pub(super) struct Files {
    files: Vec<Output>,
    format: Format,
    stdout: StandsFor,
}

impl Files {
    /// Opens all files, so that what cannot work fails before the first sample.
    ///
    /// Nothing is overwritten before all of them are known to work, and none of `inputs` ever.
    pub(super) fn open(args: &OutputArgs, inputs: &[PathBuf], stdout: StandsFor) -> Result<Self, Error> {
        let inputs: Vec<PathBuf> = inputs.iter().filter_map(|path| real_path(path)).collect();
        let mut files: Vec<Output> = Vec::new();
        for path in &args.outputs {
            if real_path(path).is_some_and(|path| inputs.contains(&path)) {
                return Err(refused(OutputError::IsInput(path.clone())));
            }
            let file = Output::open(path).map_err(refused)?;
            if let Some(kept) = file.earlier().map(|earlier| earlier.kept_as).filter(|path| inputs.contains(path)) {
                return Err(refused(OutputError::IsInput(kept)));
            }
            if let Some(other) = files.iter().find(|other| other.path() == file.path()) {
                return Err(refused(OutputError::Twice(other.typed().to_owned(), path.clone())));
            }
            files.push(file);
        }
        Ok(Self { files, format: args.format, stdout })
    }

    /// Begins the streams: those that cannot be begun are given up.
    pub(super) fn begin(self, started: Timestamp, interval_seconds: Option<f64>) -> Outputs {
        let Self { files, format, stdout: stands_for } = self;
        let sink = move |format, out: NamedStream| -> io::Result<Box<dyn EventSink>> {
            Ok(match format {
                OutputFormat::Jsonl => Box::new(EventJsonl::new(out, started, interval_seconds)?),
                _ => Box::new(SampleCsv::new(out)?),
            })
        };
        let (streamed, files): (Vec<Output>, Vec<Output>) =
            files.into_iter().partition(|file| file.format().is_stream());
        let shown = files.iter().any(|file| file.format().has_charts()) || github::is_there();
        let places = streamed.iter().map(|file| (file.path().to_owned(), file.typed().to_owned())).collect();
        let mut streams: Vec<Stream> = Vec::new();
        for file in streamed {
            let earlier = file.earlier();
            earlier.iter().for_each(say_earlier);
            // What is there is not given for nothing; what reads along is to see the first line at once.
            let begin = if earlier.is_some() { Stream::waiting } else { Stream::begun };
            streams.push(begin(StandsFor::File, Box::new(move || sink(file.format(), file.stream(earlier.as_ref())?))));
        }
        let stdout = match format {
            Format::Jsonl => Some(OutputFormat::Jsonl),
            Format::Csv => Some(OutputFormat::Csv),
            Format::Json | Format::Table => None,
        };
        let when_full = if stands_for == StandsFor::Everything { WhenFull::Wait } else { WhenFull::Fail };
        streams.extend(stdout.map(|format| {
            Stream::begun(stands_for, Box::new(move || sink(format, NamedStream::stdout_behind(when_full)?)))
        }));
        Outputs { files, streams, streamed: places, timelines: shown.then(Timelines::default), format }
    }
}

impl Outputs {
    /// Adds the streams to the sinks of a session.
    pub(super) fn join<'a>(&'a mut self, fanout: &mut Fanout<'a>) {
        for stream in &mut self.streams {
            fanout.add(stream);
        }
        if let Some(timelines) = &mut self.timelines {
            fanout.add(timelines);
        }
    }

    /// Why streams are incomplete or lost, a sentence for each.
    pub(super) fn incomplete(&self) -> Vec<String> {
        let failed = self.streams.iter().filter_map(Stream::failure).map(|why| format!("{why}: it is incomplete"));
        // What is written to a file that was deleted with its folder is written without an error.
        let lost = self.streamed.iter().filter(|(path, _)| !has_folder(path));
        failed.chain(lost.map(|(_, typed)| format!("'{}' is lost: its folder is gone", typed.display()))).collect()
    }

    /// The timelines of the targets; `None` when nothing shows them.
    pub(super) fn take_timelines(&mut self) -> Option<Timelines> {
        self.timelines.take()
    }

    /// Leaves what stands in the files of reports, for there is nothing to report; their names, in the order they were typed.
    pub(super) fn leave_files(&mut self) -> Vec<String> {
        self.files.drain(..).map(|file| format!("'{}'", file.typed().display())).collect()
    }

    /// Writes the report wherever it was asked for. All files are tried, also after one of them failed.
    pub(super) fn finish(&mut self, document: &Document<'_>) -> Result<(), Error> {
        let files = std::mem::take(&mut self.files);
        let failures: Vec<OutputError> = files.into_iter().filter_map(|file| file.finish(document).err()).collect();
        let mut outcome = all_refused(failures);
        if self.format == Format::Json {
            match document.write(OutputFormat::Json, &mut io::stdout().lock()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    let error = Error::new(Kind::Failed, format!("cannot write standard output: {error}"));
                    outcome = outcome.and(Err(error));
                }
                _ => {}
            }
        }
        outcome
    }
}

/// Restarting a watch must not cost what it has recorded.
fn say_earlier(earlier: &Earlier) {
    let (path, kept, size) = (earlier.shown.display(), earlier.kept_shown.display(), Bytes(earlier.bytes));
    let text = if earlier.can_be_kept {
        let instead =
            if real_path(&earlier.kept_as).is_some() { ", in place of what was kept there before" } else { "" };
        format!(
            "note: '{path}' holds a recording ({size}): it is kept as '{kept}'{instead}, once there is a sample to write"
        )
    } else {
        format!("note: '{path}' holds a recording ({size}): it is replaced once there is a sample to write")
    };
    // Nothing is left to be done when even standard error is closed.
    drop(writeln!(io::stderr(), "{}", Priority::Notice.mark(&for_stderr(&escape::terminal(&text)))));
}

/// One error that names each file.
fn all_refused(mut failures: Vec<OutputError>) -> Result<(), Error> {
    match failures.len() {
        0 => Ok(()),
        1 => Err(refused(failures.remove(0))),
        _ => {
            let messages: Vec<String> = failures.into_iter().map(|failure| refused(failure).in_one_line()).collect();
            Err(Error::new(Kind::Failed, messages.join("; ")))
        }
    }
}

fn refused(error: OutputError) -> Error {
    let hint = match &error {
        OutputError::NoFolder { folder, .. } => Some(format!("create it with 'mkdir -p {}'", folder.display())),
        OutputError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            Some("choose a folder that you may write to".to_owned())
        }
        _ => None,
    };
    let error = Error::from_cause(Kind::Failed, error);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// A stream that cannot be written; the message names it already.
pub(super) fn failed(error: &io::Error) -> Error {
    Error::new(Kind::Failed, error.to_string()).hint("what was written before it failed is still there")
}
