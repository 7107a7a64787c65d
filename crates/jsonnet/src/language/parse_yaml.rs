//! `std.parseYaml` as the original has it: the documents are read as Kubernetes' tools read YAML.

use budget::{Budget, Limits};
use rsjsonnet_lang::program::{Program, Value};
use serde_json::Value as Json;
use yaml::Dialect;

/// Process and processor bound an evaluation; these only keep one text from growing before they do, and its nesting
/// from using up the stack.
const LIMITS: Limits = Limits { fuel: 50_000_000, bytes: 64 << 20, depth: 500 };

/// The document in `text`, an array of them when there is a document marker, null when there is nothing.
pub(super) fn parse_yaml<'p>(program: &mut Program<'p>, text: &str) -> Result<Value<'p>, String> {
    let mut documents = Vec::new();
    yaml::parse_until(text.as_bytes(), Dialect::V2, &mut Budget::new(LIMITS), &mut documents)
        .map_err(|error| format!("std.parseYaml: {error}"))?;
    let mut values: Vec<Value<'p>> = Vec::with_capacity(documents.len());
    for document in &documents {
        values.push(value(program, &document.value));
    }
    // Compat: a marker anywhere makes it a stream, also when only one document is in it.
    let is_stream = text.lines().any(is_marker);
    Ok(if is_stream { program.make_array(&values) } else { values.into_iter().next().unwrap_or_else(Value::null) })
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

fn value<'p>(program: &mut Program<'p>, json: &Json) -> Value<'p> {
    match json {
        Json::Null => Value::null(),
        Json::Bool(value) => Value::bool(*value),
        Json::Number(value) => Value::number(value.as_f64().unwrap_or_default()),
        Json::String(value) => Value::string(value),
        Json::Array(items) => {
            let items: Vec<Value<'p>> = items.iter().map(|item| value(program, item)).collect();
            program.make_array(&items)
        }
        Json::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, field)| (program.intern_str(name), value(program, field))).collect();
            program.make_object(&fields)
        }
    }
}
