//! Reading single fields of an object the way Go's typed structs do: what is absent is zero.

use serde_json::Value;

/// The string at a JSON pointer, empty when there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The integer at a JSON pointer, `None` when there is none. Go's decoder also takes integers written as floats.
pub(crate) fn integer(value: &Value, pointer: &str) -> Option<i64> {
    let found = value.pointer(pointer)?;
    #[expect(clippy::cast_possible_truncation, reason = "only numbers without fraction are taken")]
    let whole = || found.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64);
    found.as_i64().or_else(whole)
}

/// The integer at a JSON pointer, 0 when there is none.
pub(crate) fn count(value: &Value, pointer: &str) -> i64 {
    integer(value, pointer).unwrap_or_default()
}

/// Whether the boolean at a JSON pointer is there and true.
pub(crate) fn is_true(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// The list at a JSON pointer, empty when there is none.
pub(crate) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The first status condition of a type.
pub(crate) fn condition<'v>(value: &'v Value, condition_type: &str) -> Option<&'v Value> {
    list(value, "/status/conditions").iter().find(|condition| text(condition, "/type") == condition_type)
}
