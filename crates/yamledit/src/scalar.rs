//! Text as a YAML scalar that every reader takes for that text.

use budget::Budget;
use granit_parser::ScalarStyle;
use serde_json::Value;
use yaml::Dialect;

/// `text` in the style that stood there, or in double quotes where that style would make something else of it.
pub(crate) fn write(text: &str, style: ScalarStyle, in_flow: bool) -> String {
    match style {
        ScalarStyle::Plain if is_safe_plain(text, in_flow) => text.to_owned(),
        ScalarStyle::SingleQuoted if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "''")),
        _ => quote(text),
    }
}

/// Whether the plain scalar `text` is read as itself by YAML 1.1 and 1.2 alike, not as a number, a boolean, a date.
pub(crate) fn is_text_when_plain(text: &str) -> bool {
    is_safe_plain(text, false)
}

fn is_safe_plain(text: &str, in_flow: bool) -> bool {
    let first_is_fine =
        text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_') || c > '\u{9f}');
    let inside_is_fine = !text.contains(": ") && !text.contains(" #") && text.chars().all(is_printable);
    let end_is_fine = !text.ends_with([':', ' ']);
    let flow_is_fine = !in_flow || !text.contains([',', '[', ']', '{', '}', ':']);
    first_is_fine
        && inside_is_fine
        && end_is_fine
        && flow_is_fine
        && is_text(text, Dialect::V2)
        && is_text(text, Dialect::V3)
}

fn is_text(text: &str, dialect: Dialect) -> bool {
    // The emitter quotes what would be read differently, dates among it, which the reader gives as text.
    let read = yaml::parse_one(text.as_bytes(), dialect, &mut Budget::default());
    matches!(read, Ok(Value::String(read)) if read == text)
        && !yaml::emit(&Value::String(text.to_owned())).starts_with(['"', '\''])
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// JSON's quotes are YAML's double quotes, but for a few separators that are printable there.
fn quote(text: &str) -> String {
    let quoted = Value::String(text.to_owned()).to_string();
    quoted
        .replace('\u{85}', "\\N")
        .replace('\u{2028}', "\\L")
        .replace('\u{2029}', "\\P")
        .replace('\u{feff}', "\\uFEFF")
        .replace('\u{7f}', "\\x7F")
}
