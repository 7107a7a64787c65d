//! JSON read with Go's words for what is wrong with it.

use serde_json::Value;

/// One JSON value.
pub(crate) fn json(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(text).map_err(|error| told(text, &error))
}

/// Go's message for a syntax error at the place where it was found.
fn told(text: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let line_start = text.split(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(|line| line.len() + 1);
    let at = line_start.sum::<usize>() + error.column().saturating_sub(1);
    let found = text.get(at).copied().map_or('\0', char::from);
    let context = match error.to_string() {
        message if message.starts_with("trailing characters") => "after top-level value",
        message if message.starts_with("expected `:`") => "after object key",
        message if message.starts_with("expected `,` or `}`") => "after object key:value pair",
        message if message.starts_with("expected `,` or `]`") => "after array element",
        message if message.starts_with("key must be a string") => "looking for beginning of object key string",
        _ => "looking for beginning of value",
    };
    format!("invalid character {found:?} {context}")
}
