//! Comparing an answer with the recorded one.

use crate::placeholder::Bindings;
use serde_json::Value;

/// The first difference between a recorded answer and the given one, as a path and both sides; `None` when there is
/// none.
pub fn difference(expected: &Value, actual: &Value, bindings: &mut Bindings) -> Option<String> {
    compare("", expected, actual, bindings)
}

fn compare(path: &str, expected: &Value, actual: &Value, bindings: &mut Bindings) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (key, expected) in expected {
                let key = &bindings.fill(key);
                let path = format!("{path}/{key}");
                let Some(actual) = actual.get(key) else {
                    return Some(format!("{path}: missing, expected {}", shown(expected)));
                };
                if let Some(difference) = compare(&path, expected, actual, bindings) {
                    return Some(difference);
                }
            }
            let filled: Vec<String> = expected.keys().map(|key| bindings.fill(key)).collect();
            let extra = actual.iter().find(|(key, _)| !filled.contains(key));
            extra.map(|(key, value)| format!("{path}/{key}: not expected, got {}", shown(value)))
        }
        (Value::Array(expected), Value::Array(actual)) => {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                if let Some(difference) = compare(&format!("{path}/{index}"), expected, actual, bindings) {
                    return Some(difference);
                }
            }
            (expected.len() != actual.len()).then(|| {
                let beyond = expected.get(actual.len()).or_else(|| actual.get(expected.len()));
                let beyond = beyond.map(shown).unwrap_or_default();
                format!("{path}: expected {} items, got {}; first beyond: {beyond}", expected.len(), actual.len())
            })
        }
        (Value::String(expected), Value::String(actual)) => {
            (!texts_agree(expected, actual, bindings)).then(|| format!("{path}: expected {expected:?}, got {actual:?}"))
        }
        // A port that was allocated is a placeholder in the recording and a number here.
        (Value::String(expected), Value::Number(actual)) => (!bindings.matches(expected, &actual.to_string()))
            .then(|| format!("{path}: expected {expected:?}, got {actual}")),
        (expected, actual) => {
            (expected != actual).then(|| format!("{path}: expected {}, got {}", shown(expected), shown(actual)))
        }
    }
}

fn texts_agree(expected: &str, actual: &str, bindings: &mut Bindings) -> bool {
    bindings.matches(expected, actual) || without_revisions(expected) == without_revisions(actual)
}

/// Messages name revisions of the recorded server that no answer shows; they are compared without them.
fn without_revisions(text: &str) -> Option<String> {
    let mut rest = text;
    let mut cleaned = String::new();
    let mut found = false;
    while let Some((at, marker)) =
        ["current: ", "in record ("].iter().filter_map(|marker| rest.find(marker).map(|at| (at, marker))).min()
    {
        let after = at + marker.len();
        cleaned.push_str(&rest[..after]);
        let digits = rest[after..].len() - rest[after..].trim_start_matches(|c: char| c.is_ascii_digit()).len();
        found |= digits > 0;
        rest = &rest[after + digits..];
    }
    cleaned.push_str(rest);
    found.then_some(cleaned)
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
