//! What is wrong with an expression, with the place as the original shows it.

use budget::Exceeded;
use std::fmt;

/// An expression that cannot be compiled, or whose evaluation failed. Displays as the original does: the message, line
/// and column, the line itself and a mark below the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong, without the place.
    pub message: String,
    /// Where; `None` when the source says nothing there.
    pub place: Option<Place>,
    /// The limit that stopped the work, when it was one.
    pub exceeded: Option<Exceeded>,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Characters before it in its line.
    pub column: usize,
    /// The line.
    pub text: String,
}

impl Place {
    /// The place `at` characters from the beginning of `source`; `None` in an empty line.
    pub(crate) fn find(source: &str, at: usize) -> Option<Place> {
        let (mut line, mut column, mut start) = (1, 0, 0);
        for (index, found) in source.char_indices().take(at) {
            if found == '\n' {
                (line, column, start) = (line + 1, 0, index + 1);
            } else {
                column += 1;
            }
        }
        let text = source[start..].split('\n').next().unwrap_or_default();
        (!text.is_empty()).then(|| Place { line, column, text: text.to_owned() })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else { return f.write_str(&self.message) };
        let Place { line, column, text } = place;
        write!(f, "{} ({line}:{})", self.message, column + 1)?;
        write!(f, "\n | {}\n | {}^", text.replace('\t', " "), ".".repeat(*column))
    }
}

impl std::error::Error for Error {}

/// Something wrong at a place that is not yet looked up in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub message: String,
    /// Characters before it; `None` when it has no place.
    pub at: Option<u32>,
    pub exceeded: Option<Exceeded>,
}

/// What evaluates to something, or is wrong.
pub(crate) type Outcome<T> = Result<T, Wrong>;

impl Wrong {
    pub fn at(at: u32, message: impl Into<String>) -> Self {
        Wrong { message: message.into(), at: Some(at), exceeded: None }
    }

    /// Without a place so far: whoever knows it adds it.
    pub fn new(message: impl Into<String>) -> Self {
        Wrong { message: message.into(), at: None, exceeded: None }
    }

    /// The same, here unless it says where.
    pub fn or_at(mut self, at: u32) -> Self {
        self.at = self.at.or(Some(at));
        self
    }

    pub fn in_source(self, source: &str) -> Error {
        let place = self.at.and_then(|at| Place::find(source, at as usize));
        Error { message: self.message, place, exceeded: self.exceeded }
    }
}

impl From<Exceeded> for Wrong {
    fn from(exceeded: Exceeded) -> Self {
        Wrong { message: exceeded.to_string(), at: None, exceeded: Some(exceeded) }
    }
}

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Wrong::new(message)
    }
}
