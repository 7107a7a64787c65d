//! Values as expressions of JavaScript: JSON that can stand anywhere in a script.

use super::content::{Safe, SafeIn, safe};
use super::scan::{find, folded_prefix};
use super::slash::is_name_part;
use crate::format::sprint_followed;
use crate::json::{Layout, encode};
use crate::runes::decode;
use crate::value::{FuncError, Value};
use budget::{Budget, Exceeded};

/// The expression that stands for the arguments.
pub(super) fn written(args: &[Value], budget: &mut Budget) -> Result<Vec<u8>, Exceeded> {
    let value = match args {
        [value] => match safe(value) {
            Some(Safe { safe_in: SafeIn::Js, text }) => return Ok(text.as_bytes().to_vec()),
            Some(Safe { safe_in: SafeIn::JsStr, text }) => return Ok([b"\"", text.as_bytes(), b"\""].concat()),
            _ => shown(value),
        },
        _ => Value::Str(sprint_followed(args, budget)?),
    };
    match encode(&value, Layout::Compact, budget) {
        Ok(json) => Ok(apart(json)),
        Err(FuncError::Limit(exceeded)) => Err(exceeded),
        Err(FuncError::Message(message)) => Ok(explained(&message)),
    }
}

/// What is written of a value: its text when it has a method for that and none for JSON.
fn shown(value: &Value) -> Value {
    if let Value::Object(object) = value
        && object.to_json().is_none()
        && let Some(text) = object.text()
    {
        return Value::Str(text);
    }
    value.clone()
}

/// With space around it where it could run together with a keyword.
fn apart(json: String) -> Vec<u8> {
    let touches = |found: Option<char>| found.is_some_and(is_name_part);
    if touches(json.chars().next()) || touches(json.chars().next_back()) {
        return format!(" {json} ").into();
    }
    json.into()
}

/// Why there is no value, in a comment that ends neither itself nor the script.
fn explained(message: &str) -> Vec<u8> {
    let mut out = b" /* ".to_vec();
    let mut rest = message.as_bytes();
    while !rest.is_empty() {
        let (shown, read): (&[u8], usize) = if rest.starts_with(b"*/") {
            (b"* /", 2)
        } else if rest.starts_with(b"<") && opens_script(rest) {
            (b"\\x3C", 1)
        } else {
            let len = decode(rest).1.max(1);
            (&rest[..len], len)
        };
        out.extend_from_slice(shown);
        rest = &rest[read..];
    }
    out.extend_from_slice(b" */null ");
    out
}

/// Whether `<` at the beginning of `text` begins a comment or a tag of a script.
pub(super) fn opens_script(text: &[u8]) -> bool {
    let behind = &text[1..];
    behind.starts_with(b"!--")
        || folded_prefix(behind, "script").is_some()
        || behind.starts_with(b"/") && folded_prefix(&behind[1..], "script").is_some()
}

/// `text` with every `<` that begins a comment or a tag of a script taken apart; nothing when there is none.
pub(super) fn without_script_tags(text: &[u8]) -> Option<Vec<u8>> {
    let first = text.iter().enumerate().position(|(at, byte)| *byte == b'<' && opens_script(&text[at..]))?;
    let mut out = text[..first].to_vec();
    let mut rest = &text[first..];
    while let Some(at) = find(rest, b"<") {
        out.extend_from_slice(&rest[..at]);
        let shown: &[u8] = if opens_script(&rest[at..]) { b"\\x3C" } else { b"<" };
        out.extend_from_slice(shown);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    Some(out)
}
