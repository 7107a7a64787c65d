//! What can be asked of a [`Value`]: its type and kind, whether it is true, whether it equals another, a deep copy.

use crate::held;
use crate::text::Text;
use crate::types::{IntKind, Kind, ListType, Type};
use crate::value::{GoObject, List, Map, Value};
use budget::{Budget, Exceeded};
use serde_json::Value as Json;
use std::sync::Arc;

/// The deepest nesting of a value that is followed: deeper ones can only be rings or attacks, and every walk over a
/// value costs stack for each level.
pub const VALUE_DEPTH_MAX: u32 = 200;

impl Value {
    /// An `int`.
    #[must_use]
    pub fn int(value: i64) -> Self {
        Value::Int(value, IntKind::Int)
    }

    /// An `int64`.
    #[must_use]
    pub fn int64(value: i64) -> Self {
        Value::Int(value, IntKind::Int64)
    }

    /// A `string`.
    pub fn text(text: impl Into<Text>) -> Self {
        Value::Str(text.into())
    }

    /// A `[]string`.
    pub fn strings<T: Into<Text>>(items: impl IntoIterator<Item = T>) -> Self {
        Value::List(List::typed(ListType::STRINGS, items.into_iter().map(Value::text).collect()))
    }

    /// A `[]interface {}`.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Value::List(List::new(items))
    }

    /// An object.
    pub fn object(object: impl GoObject + 'static) -> Self {
        Value::Object(Arc::new(object))
    }

    /// Its dynamic type; `None` for nil and for no value.
    #[must_use]
    pub fn go_type(&self) -> Option<Type> {
        Some(match self {
            Value::NoValue | Value::Nil => return None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_, kind) => Type::Int(*kind),
            Value::Uint(_, kind) => Type::Uint(*kind),
            Value::Float(_) => Type::Float64,
            Value::Complex(..) => Type::Complex128,
            Value::Str(_) => Type::String,
            Value::Bytes(_) => Type::BYTES,
            Value::List(list) => Type::List(list.list_type()),
            Value::Map(map) => Type::Map(map.map_type()),
            Value::Object(object) => Type::Named(object.type_name()),
            Value::Func(_) => Type::Func,
        })
    }

    /// What Go's `%T` prints: `map[string]interface {}`, `<nil>`.
    #[must_use]
    pub fn type_name(&self) -> String {
        match self {
            Value::Func(function) => function.go_type(),
            _ => self.go_type().map_or_else(|| "<nil>".to_owned(), |go_type| go_type.to_string()),
        }
    }

    /// As [`Value::type_name`], of what a pointer points to.
    pub(crate) fn pointed_type_name(&self) -> String {
        let name = self.type_name();
        name.strip_prefix('*').map_or_else(|| name.clone(), str::to_owned)
    }

    /// Its kind: what `kindOf` gives.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Value::NoValue | Value::Nil => Kind::Invalid,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_, kind) => Kind::Int(*kind),
            Value::Uint(_, kind) => Kind::Uint(*kind),
            Value::Float(_) => Kind::Float64,
            Value::Complex(..) => Kind::Complex128,
            Value::Str(_) => Kind::String,
            Value::Bytes(_) | Value::List(_) => Kind::Slice,
            Value::Map(_) => Kind::Map,
            Value::Object(object) => object.kind(),
            Value::Func(_) => Kind::Func,
        }
    }

    /// Whether `if` takes it for true: not the zero of its type, not empty. Structs always are.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Value::NoValue | Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(value, _) => *value != 0,
            Value::Uint(value, _) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Object(object) => object.underlying().is_none_or(|plain| plain.is_true()),
            Value::Func(_) => true,
        }
    }

    /// Whether it is nil, no value, or the nil map or slice of its type.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        match self {
            Value::NoValue | Value::Nil => true,
            Value::List(list) => list.is_nil(),
            Value::Map(map) => map.is_nil(),
            _ => false,
        }
    }

    /// The plain value behind an object of a named type; itself otherwise.
    #[must_use]
    pub fn plain(&self) -> Value {
        match self {
            Value::Object(object) => object.underlying().unwrap_or_else(|| self.clone()),
            _ => self.clone(),
        }
    }

    /// A copy that shares nothing that can be written to. Costs what has been written, not what was loaded.
    ///
    /// # Errors
    /// When the value is nested too deeply (a ring) or the budget is used up.
    pub fn deep_copy(&self, budget: &mut Budget) -> Result<Value, Exceeded> {
        copy(self, budget, 0)
    }

    /// Go's `reflect.DeepEqual`: equal in type and content, all the way down.
    ///
    /// # Errors
    /// When the values are nested too deeply or the budget is used up.
    pub fn deep_equal(&self, other: &Value, budget: &mut Budget) -> Result<bool, Exceeded> {
        equal(self, other, budget, 0)
    }
}

fn descend(budget: &mut Budget, depth: u32) -> Result<(), Exceeded> {
    if depth >= VALUE_DEPTH_MAX {
        return Err(Exceeded::Depth(VALUE_DEPTH_MAX));
    }
    budget.spend(1)
}

fn copy(value: &Value, budget: &mut Budget, depth: u32) -> Result<Value, Exceeded> {
    descend(budget, depth)?;
    held::check(budget, 0)?;
    Ok(match value {
        Value::Map(map) => Value::Map(map.copied(&mut |below| copy(below, budget, depth + 1))?),
        Value::List(list) => Value::List(list.copied(&mut |below| copy(below, budget, depth + 1))?),
        Value::Object(object) => object.copied().unwrap_or_else(|| value.clone()),
        scalar => scalar.clone(),
    })
}

fn equal(left: &Value, right: &Value, budget: &mut Budget, depth: u32) -> Result<bool, Exceeded> {
    descend(budget, depth)?;
    Ok(match (left, right) {
        (Value::NoValue | Value::Nil, Value::NoValue | Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, of), Value::Int(b, other)) => a == b && of == other,
        (Value::Uint(a, of), Value::Uint(b, other)) => a == b && of == other,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a, i), Value::Complex(b, j)) => a == b && i == j,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => equal_lists(a, b, budget, depth)?,
        (Value::Map(a), Value::Map(b)) => equal_maps(a, b, budget, depth)?,
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a.equal(b.as_ref()),
        _ => false,
    })
}

fn equal_lists(a: &List, b: &List, budget: &mut Budget, depth: u32) -> Result<bool, Exceeded> {
    if a.list_type() != b.list_type() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    if a.same(b) {
        return Ok(true);
    }
    for (left, right) in a.iter().zip(b.iter()) {
        if !equal(&left, &right, budget, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_maps(a: &Map, b: &Map, budget: &mut Budget, depth: u32) -> Result<bool, Exceeded> {
    if a.map_type() != b.map_type() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    if a.same(b) {
        return Ok(true);
    }
    for ((key, left), (other, right)) in a.entries().iter().zip(b.entries().iter()) {
        if key != other || !equal(left, right, budget, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every number becomes a `float64`, as everywhere where Go reads JSON or YAML for templates.
impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        Value::from(&crate::frozen::Frozen::from(json))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::text(text)
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Value::Str(text)
    }
}
