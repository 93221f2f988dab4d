//! Units of the limits in expressions, by the dimension of the metric.

/// Dimension of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::thresholds) enum Dimension {
    /// Bytes.
    Bytes,
    /// Bytes per second.
    ByteRate,
    /// A count per second.
    CountRate,
    /// A plain number.
    Plain,
}

const SIZES: [(&str, f64); 10] = [
    ("B", 1.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("KiB", 1024.0),
    ("MB", 1e6),
    ("MiB", 1_048_576.0),
    ("GB", 1e9),
    ("GiB", 1_073_741_824.0),
    ("TB", 1e12),
    ("TiB", 1_099_511_627_776.0),
];
/// Size units that messages name. The others are alternative spellings.
const NAMED: &str = "B, kB, KiB, MB, MiB, GB, GiB, TB, TiB";
const TIMES: [(&str, f64); 7] =
    [("s", 1.0), ("m", 60.0), ("min", 60.0), ("h", 3600.0), ("hour", 3600.0), ("d", 86_400.0), ("day", 86_400.0)];

impl Dimension {
    /// True if the limit has a unit of size.
    pub(super) fn has_size(self) -> bool {
        matches!(self, Self::Bytes | Self::ByteRate)
    }

    /// True if the limit is a rate.
    pub(super) fn has_time(self) -> bool {
        matches!(self, Self::ByteRate | Self::CountRate)
    }

    /// Returns an example of such a limit.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Bytes => "a size such as '64MiB' (units: B, kB, KiB, MB, MiB, GB, GiB, TB, TiB)",
            Self::ByteRate => {
                "a rate such as '2MiB/h' (units: B, kB, KiB, MB, MiB, GB, GiB, TB, TiB, each by s, min, h or d)"
            }
            Self::CountRate => "a rate such as '10/h' (a number by s, min, h or d)",
            Self::Plain => "a plain number such as '64' or '1.2'",
        }
    }
}

/// Returns the bytes of a unit of size.
pub(super) fn size_unit(name: &str) -> Result<f64, String> {
    let unit = SIZES.iter().find(|(known, _)| *known == name);
    unit.map(|(_, bytes)| *bytes).ok_or_else(|| format!("unknown unit '{name}'; known are {NAMED}"))
}

/// Returns the seconds of a unit of time.
pub(super) fn time_unit(name: &str) -> Result<f64, String> {
    let unit = TIMES.iter().find(|(known, _)| *known == name);
    unit.map(|(_, seconds)| *seconds).ok_or_else(|| format!("unknown unit of time '{name}'; known are s, min, h, d"))
}
