//! Values of expressions.

use crate::error::EvalError;
use crate::things::{Cidr, Format, Ip, Quantity, Semver, Url};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value, or why there is none.
pub(crate) type Evaluated = Result<Value, EvalError>;

/// A value. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `uint`.
    Uint(u64),
    /// `double`.
    Double(f64),
    /// `string`.
    Text(Arc<str>),
    /// `bytes`.
    Bytes(Arc<[u8]>),
    /// `list`.
    List(Arc<List>),
    /// `map`.
    Map(Arc<BTreeMap<Key, Value>>),
    /// An object's fields, by the names expressions use.
    Object(Arc<BTreeMap<String, Value>>),
    /// `timestamp`.
    Timestamp(jiff::Timestamp),
    /// `duration`, in nanoseconds.
    Duration(i64),
    /// A type, by name.
    Type(Arc<str>),
    /// An optional.
    Optional(Option<Arc<Value>>),
    /// A value of a library.
    Library(Arc<Library>),
}

/// A list, and by what its items are told apart.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// The items in their order.
    pub items: Vec<Value>,
    /// How two such lists are compared and added.
    pub identity: Identity,
}

/// By what items of a list are told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Identity {
    /// By their places.
    #[default]
    Place,
    /// By their values: `x-kubernetes-list-type: set`.
    Value,
    /// By some of their fields: `x-kubernetes-list-type: map`.
    Fields(Arc<[String]>),
}

/// Values of Kubernetes' libraries.
#[derive(Debug, Clone)]
pub enum Library {
    /// A quantity.
    Quantity(Quantity),
    /// A URL.
    Url(Url),
    /// An address.
    Ip(Ip),
    /// A network.
    Cidr(Cidr),
    /// A named format.
    Format(Format),
    /// A semantic version.
    Semver(Semver),
}

/// A key of a map. Numbers are equal whatever their type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `false`, `true`.
    Bool(bool),
    /// `int` and `uint`.
    Number(i128),
    /// `string`.
    Text(Arc<str>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Value::Text(text.into())
    }

    /// A list without identities.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Value::List(Arc::new(List { items, identity: Identity::Place }))
    }

    pub(crate) fn library(value: Library) -> Self {
        Value::Library(Arc::new(value))
    }

    pub(crate) fn some(value: Value) -> Self {
        Value::Optional(Some(Arc::new(value)))
    }

    /// The name of its type, as `type()` gives it.
    pub(crate) fn type_name(&self) -> Arc<str> {
        Arc::from(match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::Text(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Object(_) => "object",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Type(_) => "type",
            Value::Optional(_) => "optional_type",
            Value::Library(value) => match &**value {
                Library::Quantity(_) => crate::functions::QUANTITY,
                Library::Url(_) => crate::functions::URL,
                Library::Ip(_) => crate::functions::IP,
                Library::Cidr(_) => crate::functions::CIDR,
                Library::Format(_) => crate::functions::FORMAT,
                Library::Semver(_) => crate::functions::SEMVER,
            },
        })
    }

    /// How large it is, as costs count.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Value::Text(text) => text.chars().count() as u64,
            Value::Bytes(bytes) => bytes.len() as u64,
            Value::List(list) => list.items.len() as u64,
            Value::Map(map) => map.len() as u64,
            Value::Object(fields) => fields.len() as u64,
            Value::Optional(Some(value)) => value.size(),
            Value::Library(value) => match &**value {
                Library::Ip(ip) => ip.size(),
                Library::Cidr(cidr) => cidr.size(),
                _ => 1,
            },
            _ => 1,
        }
    }

    /// Whether it is empty or zero.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Value::Null | Value::Bool(false) | Value::Int(0) | Value::Uint(0) | Value::Duration(0) => true,
            Value::Double(value) => *value == 0.0,
            Value::Text(text) => text.is_empty(),
            Value::Bytes(bytes) => bytes.is_empty(),
            Value::List(list) => list.items.is_empty(),
            Value::Map(map) => map.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Optional(value) => value.is_none(),
            _ => false,
        }
    }
}

impl Key {
    /// The key that a value is; `None` when it can be none.
    pub(crate) fn of(value: &Value) -> Option<Key> {
        match value {
            Value::Bool(value) => Some(Key::Bool(*value)),
            Value::Int(value) => Some(Key::Number(i128::from(*value))),
            Value::Uint(value) => Some(Key::Number(i128::from(*value))),
            #[expect(clippy::cast_possible_truncation)]
            Value::Double(value) if value.fract() == 0.0 => Some(Key::Number(*value as i128)),
            Value::Text(text) => Some(Key::Text(Arc::clone(text))),
            _ => None,
        }
    }

    /// The value of a key.
    pub(crate) fn value(&self) -> Value {
        match self {
            Key::Bool(value) => Value::Bool(*value),
            Key::Number(value) => match i64::try_from(*value) {
                Ok(value) => Value::Int(value),
                Err(_) => Value::Uint(u64::try_from(*value).unwrap_or(u64::MAX)),
            },
            Key::Text(text) => Value::Text(Arc::clone(text)),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Text(one), Value::Text(other)) | (Value::Type(one), Value::Type(other)) => one == other,
            (Value::Bytes(one), Value::Bytes(other)) => one == other,
            (Value::List(one), Value::List(other)) => same_lists(one, other),
            (Value::Map(one), Value::Map(other)) => one == other,
            (Value::Object(one), Value::Object(other)) => one == other,
            (Value::Object(fields), Value::Map(map)) | (Value::Map(map), Value::Object(fields)) => {
                fields.len() == map.len()
                    && fields.iter().all(|(name, value)| map.get(&Key::Text(name.as_str().into())) == Some(value))
            }
            (Value::Timestamp(one), Value::Timestamp(other)) => one == other,
            (Value::Duration(one), Value::Duration(other)) => one == other,
            (Value::Optional(one), Value::Optional(other)) => one == other,
            (Value::Library(one), Value::Library(other)) => same_of_library(one, other),
            (one, other) => compare_numbers(one, other) == Some(Ordering::Equal),
        }
    }
}

fn same_lists(one: &List, other: &List) -> bool {
    if one.items.len() != other.items.len() {
        return false;
    }
    match &one.identity {
        Identity::Place => one.items == other.items,
        Identity::Value => one.items.iter().all(|item| other.items.contains(item)),
        Identity::Fields(fields) => one.items.iter().all(|item| {
            let found = other.items.iter().find(|candidate| is_same_item(fields, item, candidate));
            found == Some(item)
        }),
    }
}

/// Whether two items are the same one, whatever else they hold.
pub(crate) fn is_same_item(fields: &[String], one: &Value, other: &Value) -> bool {
    let field = |item: &Value, name: &String| match item {
        Value::Object(fields) => fields.get(name).cloned(),
        _ => None,
    };
    fields.iter().all(|name| field(one, name) == field(other, name))
}

fn same_of_library(one: &Library, other: &Library) -> bool {
    match (one, other) {
        (Library::Quantity(one), Library::Quantity(other)) => one == other,
        (Library::Url(one), Library::Url(other)) => one == other,
        (Library::Ip(one), Library::Ip(other)) => one == other,
        (Library::Cidr(one), Library::Cidr(other)) => one == other,
        (Library::Format(one), Library::Format(other)) => one == other,
        (Library::Semver(one), Library::Semver(other)) => one == other,
        _ => false,
    }
}

/// The order of two numbers, whatever their types; `None` when one is none or not a number.
pub(crate) fn compare_numbers(one: &Value, other: &Value) -> Option<Ordering> {
    let whole = |value: &Value| match value {
        Value::Int(value) => Some(i128::from(*value)),
        Value::Uint(value) => Some(i128::from(*value)),
        _ => None,
    };
    if let (Some(one), Some(other)) = (whole(one), whole(other)) {
        return Some(one.cmp(&other));
    }
    #[expect(clippy::cast_precision_loss)]
    let float = |value: &Value| match value {
        Value::Double(value) => Some(*value),
        value => whole(value).map(|value| value as f64),
    };
    float(one)?.partial_cmp(&float(other)?)
}
