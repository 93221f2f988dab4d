//! Errors that end the program: kind, cause and way out.

use std::error::Error as StdError;
use std::fmt;

/// An error that ends the program, with a hint.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// Kind of an error, which decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unusable arguments or settings.
    Usage,
    /// Failure of the system or a file.
    Failed,
    /// No match of the selector.
    NothingMatched,
}

impl Error {
    /// An error of a kind with a message: a lower-case fragment with its subject in single quotes.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, cause: None }
    }

    /// An error of the arguments.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// An error of another module.
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

    /// Returns the message with its cause, without the hint.
    pub fn in_one_line(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message.clone(),
        }
    }

    /// Returns the kind.
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
