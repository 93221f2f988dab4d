//! Unit of work: the axis of a recording that counts jobs or requests instead of time.

use std::fmt;

/// Unit of work, by its name in the singular: `job`, `request`.
///
/// ```
/// use leakwatch::units::WorkUnit;
///
/// let unit = WorkUnit::of_words(&["jobs", "total"]).unwrap();
/// assert_eq!(unit.to_string(), "job");
/// assert_eq!(unit.plural(), "jobs");
/// assert_eq!(WorkUnit::READING.to_string(), "reading");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkUnit(u8);

/// Known units, each with its plural and further words for it.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("reading", "readings", &[]),
    ("unit", "units", &["count", "counter", "n", "index", "i", "sample", "samples", "seq", "number", "no"]),
    ("job", "jobs", &[]),
    ("request", "requests", &["reqs", "req"]),
    ("iteration", "iterations", &["iter", "iters", "loop", "loops"]),
    ("batch", "batches", &[]),
    ("task", "tasks", &[]),
    ("message", "messages", &["msgs"]),
    ("file", "files", &[]),
    ("document", "documents", &["docs"]),
    ("item", "items", &[]),
    ("step", "steps", &[]),
    ("epoch", "epochs", &[]),
    ("cycle", "cycles", &[]),
    ("round", "rounds", &["pass", "passes"]),
    ("call", "calls", &[]),
    ("operation", "operations", &["ops"]),
    ("query", "queries", &[]),
    ("event", "events", &[]),
    ("connection", "connections", &[]),
    ("record", "records", &["rows", "row"]),
    ("page", "pages", &[]),
    ("run", "runs", &["attempt", "attempts", "trial", "trials"]),
    ("frame", "frames", &[]),
];

impl WorkUnit {
    /// One reading after the other, without any count of work.
    pub const READING: Self = Self(0);
    /// A count without a name.
    pub const UNIT: Self = Self(1);

    /// Returns the unit that one of the words names, in lower case; the first one decides.
    pub fn of_words<S: AsRef<str>>(words: &[S]) -> Option<Self> {
        words.iter().find_map(|word| {
            let word = word.as_ref();
            let is_named =
                |(one, many, others): &(&str, &str, &[&str])| *one == word || *many == word || others.contains(&word);
            let index = KNOWN.iter().position(is_named)?;
            u8::try_from(index).ok().map(Self)
        })
    }

    /// Returns the name of one.
    #[must_use]
    pub fn singular(self) -> &'static str {
        KNOWN[usize::from(self.0)].0
    }

    /// Returns the name of several.
    #[must_use]
    pub fn plural(self) -> &'static str {
        KNOWN[usize::from(self.0)].1
    }
}

impl fmt::Display for WorkUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.singular())
    }
}
