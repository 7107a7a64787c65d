//! JSON as Go writes it: numbers as `float64`, and the three characters that HTML minds escaped.

use serde_json::Value as Json;

/// The text of a value that was read as Go reads JSON into `interface{}`.
pub(super) fn text(value: &Json) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Recursion is bounded: `serde_json` reads nothing that is nested deeper than 128 levels.
fn write(value: &Json, out: &mut String) {
    match value {
        Json::Number(number) => out.push_str(&sprig::json::float(number.as_f64().unwrap_or(f64::NAN))),
        Json::String(text) => write_text(text, out),
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(entries) => {
            out.push('{');
            for (at, (key, item)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_text(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        Json::Null | Json::Bool(_) => out.push_str(&value.to_string()),
    }
}

fn write_text(text: &str, out: &mut String) {
    for c in Json::from(text).to_string().chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_marks_are_gos() {
        let value = json!({"b": [1.0, 1e21, 0.25], "a": "<b> & c", "n": null, "t": true});
        let text = text(&value);
        assert_eq!(text, r#"{"a":"\u003cb\u003e \u0026 c","b":[1,1e+21,0.25],"n":null,"t":true}"#);
    }
}
