//! Where a value goes: entries of maps and items of lists, made when they are missing.

use super::error::StrvalsError;
use super::limits::{INDEX_MAX, ITEMS_MAX};
use serde_json::{Map, Value};

/// Why reading stopped before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text ended where it may.
    End,
    Error(StrvalsError),
}

impl<E: Into<StrvalsError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(error.into())
    }
}

/// Sets an entry; one without a name is dropped.
pub(super) fn set(data: &mut Map<String, Value>, key: String, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

/// What the panic of a failed type assertion says, as Helm passes it on.
pub(super) fn wrong_type(found: &Value, wanted: &str) -> StrvalsError {
    let found = match found {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    };
    format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}").into()
}

/// How many items lists may still be filled up with.
pub(super) struct Items(usize);

impl Items {
    pub(super) fn new() -> Self {
        Items(ITEMS_MAX)
    }

    /// Sets an item; what is missing before it becomes null.
    pub(super) fn set(&mut self, list: &mut Vec<Value>, index: usize, value: Value) -> Result<(), StrvalsError> {
        if index > INDEX_MAX {
            let told = format!("index of {index} is greater than maximum supported index of {INDEX_MAX}");
            return Err(told.into());
        }
        if list.len() <= index {
            let missing = index + 1 - list.len();
            self.0 = self.0.checked_sub(missing).ok_or_else(|| {
                format!("lists are filled up with more than {ITEMS_MAX} items (limit: items {ITEMS_MAX})")
            })?;
            list.resize(index + 1, Value::Null);
        }
        list[index] = value;
        Ok(())
    }
}

/// The number between brackets, as Go's `strconv.Atoi` reads it.
pub(super) fn index(text: &str) -> Result<i64, StrvalsError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let problem = if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        "invalid syntax"
    } else {
        match text.parse() {
            Ok(index) => return Ok(index),
            Err(_) => "value out of range",
        }
    };
    Err(format!("error parsing index: strconv.Atoi: parsing {text:?}: {problem}").into())
}

/// A valid index, or Helm's refusal.
pub(super) fn not_negative(index: i64) -> Result<usize, StrvalsError> {
    usize::try_from(index).map_err(|_| format!("negative {index} index not allowed").into())
}

/// Go's `%q` of characters.
pub(super) fn quoted_characters(text: &str) -> String {
    let quoted: Vec<String> = text.chars().map(|c| format!("{c:?}")).collect();
    format!("[{}]", quoted.join(" "))
}
