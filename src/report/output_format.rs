//! Formats of outputs, by the ending of a file.

use std::path::Path;

/// Format of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// `.json`: the report.
    Json,
    /// `.jsonl`: events.
    Jsonl,
    /// `.csv`: samples.
    Csv,
    /// `.html`: the report as a page.
    Html,
    /// `.svg`: one chart.
    Svg,
    /// `.xml`: JUnit.
    Junit,
    /// `.md`: a summary in Markdown.
    Markdown,
    /// `.txt`: OpenMetrics.
    OpenMetrics,
}

impl OutputFormat {
    /// Returns the format of a file; `None` for an unknown ending.
    #[must_use]
    pub fn from_ending(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "json" => Some(Self::Json),
            "jsonl" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "html" | "htm" => Some(Self::Html),
            "svg" => Some(Self::Svg),
            "xml" => Some(Self::Junit),
            "md" => Some(Self::Markdown),
            "txt" => Some(Self::OpenMetrics),
            _ => None,
        }
    }

    /// True if the output is written as events happen; false if it is written as a whole at the end.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv)
    }

    /// True if the format shows timelines.
    #[must_use]
    pub fn has_charts(self) -> bool {
        matches!(self, Self::Html | Self::Svg | Self::Markdown)
    }
}
