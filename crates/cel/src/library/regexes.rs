//! Regular expressions, in RE2's syntax.

use crate::error::EvalError;
use crate::value::{Evaluated, Value};
use regex::{Regex, RegexBuilder};

/// Largest compiled expression.
const COMPILED_BYTES_MAX: usize = 1 << 20;

/// A compiled expression.
///
/// # Errors
/// When it is none, or one too large.
pub(crate) fn compile(pattern: &str) -> Result<Regex, EvalError> {
    RegexBuilder::new(pattern)
        .size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|_| EvalError::other(format!("error parsing regexp: {pattern}")))
}

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    let [Value::Text(text), Value::Text(pattern), limit @ ..] = args else { return None };
    let found = |find: &dyn Fn(&Regex) -> Value| compile(pattern).map(|regex| find(&regex));
    match (function, limit) {
        ("matches", []) => Some(found(&|regex| Value::Bool(regex.is_match(text)))),
        ("find", []) => {
            Some(found(&|regex| Value::text(regex.find(text).map(|found| found.as_str()).unwrap_or_default())))
        }
        ("findAll", []) => Some(found(&|regex| all(regex, text, usize::MAX))),
        ("findAll", [Value::Int(limit)]) => {
            let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
            Some(found(&|regex| all(regex, text, limit)))
        }
        _ => None,
    }
}

fn all(regex: &Regex, text: &str, limit: usize) -> Value {
    Value::list(regex.find_iter(text).take(limit).map(|found| Value::text(found.as_str())).collect())
}
