//! Outputs of a session: standard output and the files of `-o`, as streams and as reports at its end.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::background_writer::WhenFull;
use crate::escape;
use crate::event::{Fanout, Timelines};
use crate::model::Timestamp;
use crate::report::{
    Document, EarlierRecording, EventJsonl, NamedStream, Output, OutputError, OutputFormat, SampleCsv, StreamSink,
    has_folder, real_path, write_document,
};
use crate::schema::EndLine;
use crate::terminal::{Priority, wrap_for_stderr};
use crate::units::Bytes;

use crate::cli::args::{Format, OutputArgs};
use crate::cli::error::{Error, Kind};
use crate::cli::github;
use crate::cli::stream::{OutputRole, Stream};

/// Outputs of a running session.
pub(crate) struct Outputs {
    files: Vec<Output>,
    streams: Vec<Stream>,
    /// Paths of the streamed files: resolved, and as the user typed them.
    streamed: Vec<(PathBuf, PathBuf)>,
    /// Kept only if an output shows them.
    timelines: Option<Timelines>,
    format: Format,
}

/// The files of `-o`: checked, and not changed yet.
pub(crate) struct Files {
    files: Vec<Output>,
    format: Format,
    stdout: OutputRole,
}

impl Files {
    /// Opens all files, so that a fault ends the session before its first sample.
    ///
    /// No file is overwritten before all are known to work, and none of `inputs` ever is.
    pub(crate) fn open(args: &OutputArgs, inputs: &[PathBuf], stdout: OutputRole) -> Result<Self, Error> {
        let inputs: Vec<PathBuf> = inputs.iter().filter_map(|path| real_path(path)).collect();
        let mut files: Vec<Output> = Vec::new();
        for path in &args.outputs {
            if real_path(path).is_some_and(|path| inputs.contains(&path)) {
                return Err(output_error(OutputError::IsInput(path.clone())));
            }
            let file = Output::open(path).map_err(output_error)?;
            if let Some(kept) = file.earlier().map(|earlier| earlier.kept_as).filter(|path| inputs.contains(path)) {
                return Err(output_error(OutputError::IsInput(kept)));
            }
            if let Some(other) = files.iter().find(|other| other.path() == file.path()) {
                return Err(output_error(OutputError::Twice(other.typed().to_owned(), path.clone())));
            }
            files.push(file);
        }
        Ok(Self { files, format: args.format, stdout })
    }

    /// Begins the streams. A stream that cannot be opened is given up.
    pub(crate) fn begin(self, started: Timestamp, interval_seconds: Option<f64>) -> Outputs {
        let Self { files, format, stdout: role } = self;
        let sink = move |format, out: NamedStream| -> io::Result<Box<dyn StreamSink>> {
            Ok(match format {
                OutputFormat::Jsonl => Box::new(EventJsonl::new(out, started, interval_seconds)?),
                _ => Box::new(SampleCsv::new(out)?),
            })
        };
        let (streamed, files): (Vec<Output>, Vec<Output>) =
            files.into_iter().partition(|file| file.format().is_stream());
        let shown = files.iter().any(|file| file.format().has_charts()) || github::is_active();
        let places = streamed.iter().map(|file| (file.path().to_owned(), file.typed().to_owned())).collect();
        let mut streams: Vec<Stream> = Vec::new();
        for file in streamed {
            let earlier = file.earlier();
            earlier.iter().for_each(note_earlier);
            // An earlier recording is replaced only for a sample. A new file has its first line at once.
            let begin = if earlier.is_some() { Stream::begin_later } else { Stream::begin_now };
            streams
                .push(begin(OutputRole::File, Box::new(move || sink(file.format(), file.stream(earlier.as_ref())?))));
        }
        let stdout = match format {
            Format::Jsonl => Some(OutputFormat::Jsonl),
            Format::Csv => Some(OutputFormat::Csv),
            Format::Json | Format::Table => None,
        };
        let when_full = if role == OutputRole::Everything { WhenFull::Wait } else { WhenFull::Fail };
        streams.extend(stdout.map(|format| {
            Stream::begin_now(role, Box::new(move || sink(format, NamedStream::stdout_in_background(when_full)?)))
        }));
        Outputs { files, streams, streamed: places, timelines: shown.then(Timelines::default), format }
    }
}

impl Outputs {
    /// Adds the streams to the sinks of a session.
    pub(crate) fn join<'a>(&'a mut self, fanout: &mut Fanout<'a>) {
        for stream in &mut self.streams {
            fanout.add(stream);
        }
        if let Some(timelines) = &mut self.timelines {
            fanout.add(timelines);
        }
    }

    /// Returns a sentence for each stream that is incomplete or lost.
    pub(crate) fn incomplete(&self) -> Vec<String> {
        let failed =
            self.streams.iter().filter_map(Stream::failure).map(|why| format!("{why}: this output is incomplete"));
        // Writes to a file that was deleted with its folder succeed.
        let lost = self.streamed.iter().filter(|(path, _)| !has_folder(path));
        failed.chain(lost.map(|(_, typed)| format!("'{}' is lost: its folder was removed", typed.display()))).collect()
    }

    /// Writes the outcome of the session to the streams. Returns the first failure that was not reported before.
    pub(crate) fn end_streams(&mut self, end: &EndLine) -> Result<(), Error> {
        let mut ended_all = Ok(());
        for stream in self.streams.iter_mut().filter(|stream| stream.failure().is_none()) {
            let ended = match stream.end(end) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(stream_error(&error)),
                _ => Ok(()),
            };
            let failed =
                stream.failure().map(|why| Error::new(Kind::Failed, format!("{why}: this output is incomplete")));
            ended_all = ended_all.and(ended).and(failed.map_or(Ok(()), Err));
        }
        ended_all
    }

    /// Returns the timelines of the targets; `None` if no output shows them.
    pub(crate) fn take_timelines(&mut self) -> Option<Timelines> {
        self.timelines.take()
    }

    /// Leaves the files of reports unchanged. Returns their names in the order of the arguments.
    pub(crate) fn leave_files(&mut self) -> Vec<String> {
        self.files.drain(..).map(|file| format!("'{}'", file.typed().display())).collect()
    }

    /// Writes all reports, also after one of them failed.
    pub(crate) fn finish(&mut self, document: &Document<'_>) -> Result<(), Error> {
        let files = std::mem::take(&mut self.files);
        let failures: Vec<OutputError> = files.into_iter().filter_map(|file| file.finish(document).err()).collect();
        let mut written = joined_error(failures);
        if self.format == Format::Json {
            match write_document(document, OutputFormat::Json, &mut io::stdout().lock()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    let error = Error::new(Kind::Failed, format!("cannot write standard output: {error}"));
                    written = written.and(Err(error));
                }
                _ => {}
            }
        }
        written
    }
}

/// Prints a note about an earlier recording in the place of an output. It is kept beside the new one.
fn note_earlier(earlier: &EarlierRecording) {
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
    // A closed standard error cannot be reported.
    drop(writeln!(io::stderr(), "{}", Priority::Notice.mark(&wrap_for_stderr(&escape::terminal(&text)))));
}

/// Joins failures to one error that names each file.
fn joined_error(mut failures: Vec<OutputError>) -> Result<(), Error> {
    match failures.len() {
        0 => Ok(()),
        1 => Err(output_error(failures.remove(0))),
        _ => {
            let messages: Vec<String> =
                failures.into_iter().map(|failure| output_error(failure).in_one_line()).collect();
            Err(Error::new(Kind::Failed, messages.join("; ")))
        }
    }
}

/// Returns the error of a file with the way out.
fn output_error(error: OutputError) -> Error {
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

/// Returns the error of a stream that ended the session. Its message names the stream.
pub(crate) fn stream_error(error: &io::Error) -> Error {
    Error::new(Kind::Failed, error.to_string()).hint("everything written before the failure is kept")
}
