//! The grammar of `--set`: `a.b=c,d[0]=e,f={g,h}`, and its relatives that take strings, JSON, files or the rest of the
//! line. Written into a map that may hold values already.
//!
//! Compat: quirks of the original that its users lean on are kept; each has a row in this crate's tests.

mod error;
mod limits;
mod literal;
mod parser;
mod place;
mod reader;

pub use error::StrvalsError;

use parser::{Parser, Reading};
use serde_json::{Map, Value};

/// `--set`: booleans, null and integers are told apart from strings.
pub(crate) fn parse_typed(text: &str, into: &mut Map<String, Value>) -> Result<(), StrvalsError> {
    Parser::new(text, Reading::Typed).parse(into)
}

/// `--set-string`.
pub(crate) fn parse_strings(text: &str, into: &mut Map<String, Value>) -> Result<(), StrvalsError> {
    Parser::new(text, Reading::Strings).parse(into)
}

/// `--set-file`: a value is the path of a file among `files`.
pub(crate) fn parse_files(
    text: &str,
    files: &[(String, String)],
    into: &mut Map<String, Value>,
) -> Result<(), StrvalsError> {
    Parser::new(text, Reading::Files(files)).parse(into)
}

/// `--set-json`.
pub(crate) fn parse_json(text: &str, into: &mut Map<String, Value>) -> Result<(), StrvalsError> {
    Parser::new(text, Reading::Json).parse(into)
}

/// `--set-literal`: the rest of the line is the value.
pub(crate) fn parse_literal(text: &str, into: &mut Map<String, Value>) -> Result<(), StrvalsError> {
    literal::parse(text, into)
}

/// The paths that a `--set-file` text names, for the caller to read.
///
/// # Errors
/// When the text is not of the grammar.
pub fn files_named(text: &str) -> Result<Vec<String>, StrvalsError> {
    let mut values = Map::new();
    parse_strings(text, &mut values)?;
    let mut paths = Vec::new();
    let mut pending: Vec<Value> = values.into_iter().map(|(_, value)| value).collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::String(path) => paths.push(path),
            Value::Array(items) => pending.extend(items),
            Value::Object(map) => pending.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}
