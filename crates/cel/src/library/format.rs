//! Functions of named formats.

use crate::things::Format;
use crate::value::{Evaluated, Library, Value};

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    let wrapped = |format: Format| Value::library(Library::Format(format));
    match (function, args) {
        ("format.named", [Value::Text(name)]) => {
            Some(Ok(Value::Optional(Format::named(name).map(|format| wrapped(format).into()))))
        }
        ("validate", [Value::Library(format), Value::Text(text)]) => {
            let Library::Format(format) = &**format else { return None };
            let problems = format.problems(text);
            if problems.is_empty() {
                return Some(Ok(Value::Optional(None)));
            }
            Some(Ok(Value::some(Value::list(problems.into_iter().map(Value::text).collect()))))
        }
        (function, []) => function.strip_prefix("format.").and_then(Format::named).map(|format| Ok(wrapped(format))),
        _ => None,
    }
}
