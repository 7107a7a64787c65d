//! The functions that every template has: Go's own.

mod compare;
mod escape;
mod index;

use crate::format::{sprint, sprint_followed, sprintf, sprintln};
use crate::function::{Definition, FuncMap, Signature};
use crate::text::Text;
use crate::types::Type;
use crate::value::{Args, Call, FuncError, Value};
use std::sync::LazyLock;

pub use escape::{html_escape, js_escape, query_escape};

/// Go's builtins by name.
pub(crate) static BUILTINS: LazyLock<FuncMap> = LazyLock::new(|| {
    let mut functions = FuncMap::default();
    functions.extend(TABLE);
    functions
});

type Result<T> = std::result::Result<T, FuncError>;

const ANY: Type = Type::Any;
const REFLECT: Type = Type::Reflect;
const COMPARISON: Signature = Signature::new(&[REFLECT, REFLECT], Type::Bool);
const ESCAPER: Signature = Signature::variadic(&[], ANY, Type::String);
const DECIDING: Signature = Signature::variadic(&[REFLECT], REFLECT, REFLECT);

const TABLE: &[Definition] = &[
    // The executor runs these three itself.
    Definition { name: "and", signature: DECIDING, body: last },
    Definition { name: "or", signature: DECIDING, body: last },
    Definition { name: "call", signature: DECIDING, body: last },
    Definition { name: "html", signature: ESCAPER, body: |call, args| escaped(call, args, html_escape) },
    Definition { name: "js", signature: ESCAPER, body: |call, args| escaped(call, args, js_escape) },
    Definition { name: "urlquery", signature: ESCAPER, body: |call, args| escaped(call, args, query_escape) },
    Definition { name: "index", signature: DECIDING, body: index::index },
    Definition { name: "slice", signature: DECIDING, body: index::slice },
    Definition { name: "len", signature: Signature::new(&[REFLECT], Type::INT), body: index::len },
    Definition { name: "not", signature: Signature::new(&[REFLECT], Type::Bool), body: not },
    Definition { name: "print", signature: ESCAPER, body: print },
    Definition { name: "printf", signature: Signature::variadic(&[Type::String], ANY, Type::String), body: printf },
    Definition { name: "println", signature: ESCAPER, body: println },
    Definition { name: "eq", signature: DECIDING, body: |_, args| compare::eq(args).map(Value::Bool) },
    Definition { name: "ne", signature: COMPARISON, body: |_, args| Ok(Value::Bool(!compare::eq(args)?)) },
    Definition { name: "lt", signature: COMPARISON, body: |_, args| compare::lt(args).map(Value::Bool) },
    Definition { name: "le", signature: COMPARISON, body: |_, args| compare::le(args).map(Value::Bool) },
    Definition { name: "gt", signature: COMPARISON, body: |_, args| Ok(Value::Bool(!compare::le(args)?)) },
    Definition { name: "ge", signature: COMPARISON, body: |_, args| Ok(Value::Bool(!compare::lt(args)?)) },
];

fn last(_: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    Ok(args.last().cloned().unwrap_or(Value::NoValue))
}

fn not(_: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    Ok(Value::Bool(!args.any(0).is_true()))
}

fn print(call: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    Ok(Value::Str(sprint(&args, call.budget)?))
}

fn println(call: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    Ok(Value::Str(sprintln(&args, call.budget)?))
}

fn printf(call: &mut Call<'_>, args: Args<'_>) -> Result<Value> {
    Ok(Value::Str(sprintf(args.bytes(0), args.from(1), call.budget)?))
}

/// The arguments as `print` joins them, nil as `<no value>`, escaped.
fn escaped(call: &mut Call<'_>, args: Args<'_>, escape: fn(&[u8]) -> Vec<u8>) -> Result<Value> {
    let text = match &*args {
        [Value::Str(text)] => text.clone(),
        _ => {
            let shown = args.iter().map(|value| match value {
                Value::Nil | Value::NoValue => Value::text("<no value>"),
                other => other.clone(),
            });
            sprint_followed(&shown.collect::<Vec<_>>(), call.budget)?
        }
    };
    let escaped = escape(text.as_bytes());
    call.take_bytes(escaped.len())?;
    Ok(Value::Str(Text::from_bytes(escaped)))
}
