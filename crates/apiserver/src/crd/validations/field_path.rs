//! `fieldPath` of a rule: where below the data its error is reported, such as `.spec['a.b'].c`.

use serde_json::Value;

/// The path as it is appended to that of the data; `None` when it names nothing the schema declares.
pub fn parse(path: &str, schema: &Value) -> Option<String> {
    let mut at = schema;
    let mut written = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (name, after) = match rest.strip_prefix('.') {
            Some(after) => {
                let end = after.find(['.', '[', ']']).unwrap_or(after.len());
                (after[..end].to_owned(), &after[end..])
            }
            None => quoted(rest.strip_prefix('[')?)?,
        };
        if name.is_empty() {
            return None;
        }
        at = if at["properties"].is_object() {
            written = format!("{written}.{name}");
            at["properties"].get(&name)?
        } else {
            written = format!("{written}[{name}]");
            at.get("additionalProperties").filter(|additional| additional.is_object())?
        };
        rest = after;
    }
    Some(written)
}

/// `'name']` and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('\'')?;
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return text[at + 1..].strip_prefix(']').map(|rest| (name, rest)),
            '\\' => name.push(match chars.next()?.1 {
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{b}',
                escaped @ ('\'' | '\\') => escaped,
                _ => return None,
            }),
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_schema_declares_has_a_path() {
        let schema = json!({"properties": {
            "b": {"type": "integer"},
            "m": {"additionalProperties": {"properties": {"a.b": {"type": "string"}}}},
        }});
        let cases = [
            (".b", Some(".b")),
            (".m['k'].x", None),
            (".m['it\\'s']['a.b']", Some(".m[it's].a.b")),
            (".c", None),
            ("b", None),
            (".m['k", None),
        ];
        for (path, expected) in cases {
            assert_eq!(parse(path, &schema).as_deref(), expected, "{path}");
        }
    }
}
