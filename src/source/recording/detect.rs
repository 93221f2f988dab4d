//! Detection of the format of a recording.

use super::error::RecordingError;
use super::format::{Confidence, RecordingFormat, RowReader};
use super::formats::{Csv, JsonLines, TextLog};
use super::layout::Layout;
use super::lines::Lines;

/// Formats that the content reveals. The first of the most confident ones wins.
const FORMATS: [&dyn RecordingFormat; 2] = [&JsonLines, &Csv];

/// Opens the rows of a recording in the format of its first line.
///
/// A pattern for lines requests the text log format, whatever the content is.
pub(super) fn open_rows(lines: &mut Lines, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
    if layout.line_regex.is_some() {
        return TextLog.open(lines, layout);
    }
    advance_to_content(lines)?;
    let first_line = lines.line();
    let mut best: Option<(Confidence, &dyn RecordingFormat)> = None;
    for format in FORMATS {
        if let Some(confidence) = format.sniff(first_line)
            && best.is_none_or(|(known, _)| confidence > known)
        {
            best = Some((confidence, format));
        }
    }
    // Any text may begin with a header: the error then names its columns.
    let format = best.map_or(&Csv as &dyn RecordingFormat, |(_, format)| format);
    lines.unread();
    format.open(lines, layout)
}

/// Advances to the first line that is neither blank nor a comment.
fn advance_to_content(lines: &mut Lines) -> Result<(), RecordingError> {
    while lines.advance()?.is_some() {
        if lines.line().contains(&0) {
            return Err(RecordingError::Binary { file: lines.file().to_owned(), line: lines.number() });
        }
        let line = lines.line().trim_ascii();
        if !line.is_empty() && line[0] != b'#' {
            return Ok(());
        }
    }
    Err(RecordingError::Empty { file: lines.file().to_owned() })
}
