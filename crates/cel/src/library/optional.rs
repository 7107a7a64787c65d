//! Values that may be absent. What unwraps an optional only when it must is among the operators.

use crate::error::EvalError;
use crate::value::{Evaluated, Value};

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    Some(match (function, args) {
        ("optional.none", []) => Ok(Value::Optional(None)),
        ("optional.of", [value]) => Ok(Value::some(value.clone())),
        ("optional.ofNonZeroValue", [value]) if value.is_zero() => Ok(Value::Optional(None)),
        ("optional.ofNonZeroValue", [value]) => Ok(Value::some(value.clone())),
        ("hasValue", [Value::Optional(value)]) => Ok(Value::Bool(value.is_some())),
        ("value", [Value::Optional(value)]) => {
            value.as_deref().cloned().ok_or_else(|| EvalError::other("optional.none() dereference"))
        }
        _ => return None,
    })
}
