//! Detection of the format of a recording.

use super::error::RecordingError;
use super::format::{Confidence, RecordingFormat, RowReader};
use super::formats::{FORMATS, TextLog, not_recognised};
use super::head::{HEAD_BYTES, Head};
use super::layout::Layout;
use super::lines::Lines;

/// Opens the rows of a recording in the format of its beginning, or in that of the layout.
///
/// A pattern for lines requests the text log format, whatever the content is.
pub(super) fn open_rows(lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
    if layout.line_regex.is_some() {
        return TextLog.open(lines, head, layout);
    }
    if head.filled_lines().next().is_none() {
        return Err(RecordingError::Empty { file: lines.file().to_owned() });
    }
    if let Some(wanted) = &layout.input_format {
        return find_format(wanted)?.open(lines, head, layout);
    }
    let mut found: Vec<(Confidence, &dyn RecordingFormat)> =
        FORMATS.iter().filter_map(|&format| Some((format.sniff(head)?, format))).collect();
    // The sort is stable: of equally confident formats the first of the list wins.
    found.sort_by_key(|(confidence, _)| std::cmp::Reverse(*confidence));
    let Some(&(_, format)) = found.first() else {
        return Err(not_recognised(head, lines.file()));
    };
    format.open(lines, head, layout)
}

/// Reads the beginning of a recording.
pub(super) fn read_head(lines: &mut Lines) -> Result<Head, RecordingError> {
    let file = lines.file().to_owned();
    let bytes = lines.peek(HEAD_BYTES)?.len().min(HEAD_BYTES);
    let is_whole = lines.is_at_end() && lines.peek(0)?.len() <= HEAD_BYTES;
    let bytes = &lines.peek(0)?[..bytes];
    let mut lines_of_head = (1..).zip(bytes.split(|&byte| byte == b'\n'));
    let first = lines_of_head.find(|(_, line)| !line.trim_ascii().is_empty());
    if let Some((line, _)) = first.filter(|(_, text)| text.contains(&0)) {
        return Err(RecordingError::Binary { file, line });
    }
    Ok(Head::new(bytes, is_whole))
}

/// Returns the format of a name.
pub(super) fn find_format(name: &str) -> Result<&'static dyn RecordingFormat, RecordingError> {
    FORMATS
        .iter()
        .find(|format| format.name().eq_ignore_ascii_case(name))
        .copied()
        .ok_or_else(|| RecordingError::UnknownFormat { given: name.to_owned() })
}

/// Returns the name of each format and a line about it.
#[must_use]
pub fn input_formats() -> Vec<(&'static str, &'static str)> {
    FORMATS.iter().map(|format| (format.name(), format.about())).collect()
}
