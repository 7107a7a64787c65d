//! Where a walk through a list is. A leaf module but for values.

use crate::builtin::byte_value;
use crate::error::{Outcome, Wrong};
use crate::value::{List, Value};
use std::sync::Arc;

/// The list that a predicate goes through, and where it is.
pub(super) struct Scope {
    pub items: Items,
    pub index: usize,
    pub accumulated: Value,
}

/// What is gone through.
pub(super) enum Items {
    List(Arc<List>),
    Made(Vec<Value>),
    /// A map has a length, but no items.
    Map(Vec<()>),
}

impl Items {
    pub fn of(value: &Value) -> Outcome<Items> {
        let what = match value {
            Value::List(list) => return Ok(Items::List(list.clone())),
            Value::String(text) | Value::Bytes(text) => {
                return Ok(Items::Made(text.as_bytes().iter().map(|byte| byte_value(*byte)).collect()));
            }
            Value::Map(map) => return Ok(Items::Map(vec![(); map.len()])),
            Value::Nil => "zero",
            Value::Bool(_) => "bool",
            Value::Int(integer) => integer.kind.name(),
            Value::Float(_) => "float64",
            Value::Time(_) => "struct",
            Value::Duration(_) => "int64",
            Value::Month(_) | Value::Weekday(_) => "int",
            Value::Zone(_) => "struct",
            Value::Function(_) => "func",
        };
        Err(Wrong::new(format!("reflect: call of reflect.Value.Len on {what} Value")))
    }

    pub fn as_slice(&self) -> &[Value] {
        match self {
            Items::List(list) => list.items(),
            Items::Made(items) => items,
            Items::Map(_) => &[],
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Items::Map(entries) => entries.len(),
            items => items.as_slice().len(),
        }
    }
}
