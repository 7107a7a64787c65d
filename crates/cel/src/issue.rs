//! What is wrong with the text of an expression, shown as upstream's compiler shows it.

use std::fmt;

/// One problem and the place it is at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// Character offset into the expression.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

/// Why an expression does not compile. Shows every problem with its line and a mark below the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issues {
    source: String,
    issues: Vec<Issue>,
}

impl std::error::Error for Issues {}

impl Issues {
    pub(crate) fn new(source: &str, mut issues: Vec<Issue>) -> Self {
        issues.sort();
        issues.dedup();
        Issues { source: source.to_owned(), issues }
    }
}

impl fmt::Display for Issues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, issue) in self.issues.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let (line, column, text) = place(&self.source, issue.at);
            write!(
                f,
                "ERROR: <input>:{line}:{}: {}\n | {text}\n | {}^",
                column + 1,
                issue.message,
                ".".repeat(column)
            )?;
        }
        Ok(())
    }
}

/// Line from 1, column from 0 and the line's text.
fn place(source: &str, at: usize) -> (usize, usize, String) {
    let mut left = at;
    let mut last = (1, 0, String::new());
    for (index, line) in source.split('\n').enumerate() {
        let length = line.chars().count();
        last = (index + 1, left.min(length), line.to_owned());
        if left <= length {
            return last;
        }
        left -= length + 1;
    }
    last
}
