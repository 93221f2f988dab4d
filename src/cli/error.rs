//! What ends the program early: its kind, what caused it, and the way out.

use std::error::Error as StdError;
use std::fmt;

/// An error that ends the program, with a hint for whoever reads it.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of error it is: decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was typed or configured cannot be used.
    Usage,
    /// The system or a file failed.
    Failed,
    /// Nothing matched the selection.
    NothingMatched,
}

impl Error {
    /// An error of a kind with a message: a lower-case fragment with its subject in single quotes.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, cause: None }
    }

    /// What was typed cannot be used.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Wraps what another module says.
    pub fn from_cause(kind: Kind, cause: impl StdError + Send + Sync + 'static) -> Self {
        let inner = cause.source().map(ToString::to_string);
        let mut error = Self::new(kind, cause.to_string());
        error.cause = inner.map(Into::into);
        error
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong and why, without the hint.
    pub fn in_one_line(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message.clone(),
        }
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.in_one_line())?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl StdError for Error {}
