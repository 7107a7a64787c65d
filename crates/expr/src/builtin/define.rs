//! What a builtin is made of. A leaf module but for values.

use crate::error::{Outcome, Wrong};
use crate::types::{ListType, Type};
use crate::value::Value;
use budget::Budget;
use gotemplate::Text;
use jiff::Timestamp;

/// How much lists and maps may hold that one evaluation makes; the original's limit, and its words.
const MEMORY_MAX: u64 = 1_000_000;

/// One builtin.
pub(crate) struct Definition {
    pub name: &'static str,
    pub checking: Checking,
    pub call: fn(&[Value], &mut Call<'_>) -> Outcome<Value>,
}

/// How its arguments are checked before anything is computed.
pub(crate) enum Checking {
    /// One of these must fit; each with what it gives.
    Overloads(&'static [(&'static [Sort], Sort)]),
    /// By a rule of its own, which gives what it gives or the message.
    Rule(fn(&[Type]) -> Result<Type, String>),
    /// As `get` does.
    Get,
}

/// A type in a table.
#[derive(Clone, Copy)]
pub(crate) enum Sort {
    Any,
    Bool,
    Int,
    String,
    Duration,
    Zone,
    List(ListType),
}

impl Sort {
    pub fn ty(self) -> Type {
        match self {
            Sort::Any => Type::Any,
            Sort::Bool => Type::Bool,
            Sort::Int => Type::INT,
            Sort::String => Type::String,
            Sort::Duration => Type::Duration,
            Sort::Zone => Type::Zone,
            Sort::List(ty) => Type::list(ty),
        }
    }
}

/// What a builtin may use.
pub(crate) struct Call<'b> {
    pub now: Timestamp,
    pub budget: &'b mut Budget,
    memory: u64,
}

impl<'b> Call<'b> {
    pub fn new(now: Timestamp, budget: &'b mut Budget) -> Self {
        Call { now, budget, memory: 0 }
    }

    /// Counts what lists and maps will hold.
    pub fn grow(&mut self, count: u64) -> Outcome<()> {
        self.memory = self.memory.saturating_add(count);
        if self.memory >= MEMORY_MAX {
            return Err(Wrong::new("memory budget exceeded"));
        }
        Ok(self.budget.spend(count)?)
    }

    /// A text that was made.
    pub fn text(&mut self, bytes: Vec<u8>) -> Outcome<Value> {
        self.budget.take_bytes(bytes.len() as u64)?;
        Ok(Value::String(Text::from_bytes(bytes)))
    }

    /// A list that was made.
    pub fn list(&mut self, ty: ListType, items: Vec<Value>) -> Outcome<Value> {
        self.budget.spend(items.len() as u64)?;
        Ok(Value::list(ty, items)?)
    }
}

impl From<crate::value::TooDeep> for Wrong {
    fn from(error: crate::value::TooDeep) -> Self {
        Wrong::new(error.to_string())
    }
}

/// What Go says when a value is not of the type that a function takes for granted.
pub(crate) fn mistyped(value: &Value, wanted: &str) -> Wrong {
    let name = match value {
        Value::Nil => "nil".to_owned(),
        _ => value.type_name(),
    };
    Wrong::new(format!("interface conversion: interface {{}} is {name}, not {wanted}"))
}

/// The text that `value` must be.
pub(crate) fn text(value: &Value) -> Outcome<&Text> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(mistyped(value, "string")),
    }
}

/// What `reflect.Kind` calls it.
pub(crate) fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(integer) => integer.kind.name(),
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Bytes(_) => "slice",
        Value::Time(_) => "struct",
        Value::Duration(_) => "int64",
        Value::Month(_) | Value::Weekday(_) => "int",
        Value::Zone(_) => "ptr",
        Value::List(list) if list.list_type() == ListType::Pair => "array",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Function(_) => "func",
    }
}

/// The items of a list or of bytes.
pub(crate) fn items(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::List(list) => Some(list.items().to_vec()),
        Value::Bytes(bytes) => Some(bytes.as_bytes().iter().map(|byte| byte_value(*byte)).collect()),
        _ => None,
    }
}

/// A byte as Go's `uint8`.
pub(crate) fn byte_value(byte: u8) -> Value {
    Value::Int(crate::value::Integer { value: i64::from(byte), kind: crate::types::IntKind::Uint8 })
}

/// That there are not `wanted` arguments.
pub(crate) fn wrong_count(wanted: &str, given: usize) -> String {
    format!("invalid number of arguments (expected {wanted}, got {given})")
}

/// The one argument.
pub(crate) fn one(types: &[Type]) -> Result<&Type, String> {
    match types {
        [one] => Ok(one),
        _ => Err(wrong_count("1", types.len())),
    }
}
