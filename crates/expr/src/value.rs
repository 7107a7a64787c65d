//! Values as expressions compute with them: Go's, with their types.

use crate::types::{IntKind, ListType, MapType, Signature, Type};
use gotemplate::Text;
use sprig::time::{Time, Zone};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How deep lists and maps may lie in each other: what compares, prints and drops them goes down with them.
pub const VALUE_DEPTH_MAX: u16 = 256;

/// A value. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Value {
    /// `nil`.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(Integer),
    /// A `float64`.
    Float(f64),
    /// A string: bytes that are mostly UTF-8.
    String(Text),
    /// Bytes.
    Bytes(Text),
    /// An instant and the zone it is shown in.
    Time(Arc<Time>),
    /// Nanoseconds.
    Duration(i64),
    /// A month, from 1.
    Month(i64),
    /// A weekday; Sunday is 0.
    Weekday(i64),
    /// A time zone.
    Zone(Arc<Zone>),
    /// A list.
    List(Arc<List>),
    /// A map.
    Map(Arc<Map>),
    /// A function.
    Function(Function),
}

/// An integer of one of Go's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Integer {
    /// Its value; of a `uint64` beyond the range, what Go makes of it as an `int`.
    pub value: i64,
    /// Its type.
    pub kind: IntKind,
}

/// A list.
#[derive(Debug, Clone)]
pub struct List {
    ty: ListType,
    items: Vec<Value>,
    depth: u16,
}

/// A map, sorted by its keys.
#[derive(Debug, Clone)]
pub struct Map {
    ty: MapType,
    entries: BTreeMap<Key, Value>,
    depth: u16,
}

/// A value as a key of a map: ordered, and equal only to one of the same type.
#[derive(Debug, Clone)]
pub struct Key(Value);

type Body = dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync;

/// A function as a value.
#[derive(Clone)]
pub struct Function {
    signature: Arc<Signature>,
    calling: Calling,
    body: Arc<Body>,
}

/// How the original calls it, which shows in what it says of arguments of a wrong type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calling {
    /// By its own type: `func(float64) bool` and other common ones.
    Direct,
    /// By reflection.
    Reflected,
}

impl Function {
    /// A function of that signature. What `body` gives as an error is the message.
    pub fn new(
        signature: Signature,
        calling: Calling,
        body: impl Fn(&[Value]) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        Function { signature: Arc::new(signature), calling, body: Arc::new(body) }
    }

    pub(crate) fn calling(&self) -> Calling {
        self.calling
    }

    /// What it does, with arguments that were checked.
    pub(crate) fn run(&self, arguments: &[Value]) -> Result<Value, String> {
        (self.body)(arguments)
    }

    /// What it takes and gives.
    #[must_use]
    pub fn signature(&self) -> Arc<Signature> {
        self.signature.clone()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.signature)
    }
}

/// Lists and maps lie in each other deeper than [`VALUE_DEPTH_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("values nested deeper than {VALUE_DEPTH_MAX} levels (limit: value depth {VALUE_DEPTH_MAX})")]
pub struct TooDeep;

impl Value {
    /// An `int`.
    #[must_use]
    pub const fn int(value: i64) -> Value {
        Value::Int(Integer { value, kind: IntKind::Int })
    }

    /// An `int64`.
    #[must_use]
    pub const fn int64(value: i64) -> Value {
        Value::Int(Integer { value, kind: IntKind::Int64 })
    }

    /// A list.
    ///
    /// # Errors
    /// When its items are nested too deep already.
    pub fn list(ty: ListType, items: Vec<Value>) -> Result<Value, TooDeep> {
        let depth = depth_of(items.iter())?;
        Ok(Value::List(Arc::new(List { ty, items, depth })))
    }

    /// A map.
    ///
    /// # Errors
    /// When its values are nested too deep already.
    pub fn map(ty: MapType, entries: BTreeMap<Key, Value>) -> Result<Value, TooDeep> {
        let depth = depth_of(entries.values())?;
        Ok(Value::Map(Arc::new(Map { ty, entries, depth })))
    }

    /// A `map[string]interface {}` of these.
    ///
    /// # Errors
    /// When the values are nested too deep already.
    pub fn object(entries: impl IntoIterator<Item = (String, Value)>) -> Result<Value, TooDeep> {
        Value::map(MapType::Any, entries.into_iter().map(|(key, value)| (Key::from(key.as_str()), value)).collect())
    }

    /// JSON as Go reads it into `interface{}`: every number is a `float64`.
    ///
    /// # Errors
    /// When it is nested too deep.
    pub fn from_json(json: &serde_json::Value) -> Result<Value, TooDeep> {
        Ok(match json {
            serde_json::Value::Null => Value::Nil,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Value::from(text.as_str()),
            serde_json::Value::Array(items) => {
                Value::list(ListType::Any, items.iter().map(Value::from_json).collect::<Result<_, _>>()?)?
            }
            serde_json::Value::Object(entries) => {
                let entries =
                    entries.iter().map(|(key, value)| Ok((Key::from(key.as_str()), Value::from_json(value)?)));
                Value::map(MapType::Any, entries.collect::<Result<_, TooDeep>>()?)?
            }
        })
    }

    /// Its Go type, as it is known before anything is computed.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            Value::Nil => Type::Nil,
            Value::Bool(_) => Type::Bool,
            Value::Int(integer) => Type::Int(integer.kind),
            Value::Float(_) => Type::Float,
            Value::String(_) => Type::String,
            Value::Bytes(_) => Type::Bytes,
            Value::Time(_) => Type::Time,
            Value::Duration(_) => Type::Duration,
            Value::Month(_) => Type::Month,
            Value::Weekday(_) => Type::Weekday,
            Value::Zone(_) => Type::Zone,
            Value::List(list) => Type::list(list.ty),
            Value::Map(map) => Type::Map(map.ty),
            Value::Function(function) => Type::Function(function.signature()),
        }
    }

    /// The name of its type: Go's `%T`.
    #[must_use]
    pub fn type_name(&self) -> String {
        match self {
            Value::Nil => "<nil>".to_owned(),
            _ => self.ty().to_string(),
        }
    }

    /// Whether it is nil.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// The boolean that it is.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn depth(&self) -> u16 {
        match self {
            Value::List(list) => list.depth,
            Value::Map(map) => map.depth,
            _ => 0,
        }
    }
}

fn depth_of<'v>(values: impl Iterator<Item = &'v Value>) -> Result<u16, TooDeep> {
    let depth = values.map(Value::depth).max().unwrap_or(0) + 1;
    if depth > VALUE_DEPTH_MAX { Err(TooDeep) } else { Ok(depth) }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl List {
    /// Its type.
    #[must_use]
    pub fn list_type(&self) -> ListType {
        self.ty
    }

    /// Its items.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Map {
    /// Its type.
    #[must_use]
    pub fn map_type(&self) -> MapType {
        self.ty
    }

    /// Keys and values, sorted.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&Value, &Value)> {
        self.entries.iter().map(|(key, value)| (&key.0, value))
    }

    /// The value of that key.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.entries.get(&Key(key.clone()))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Key {
    /// `value` as a key; `None` when Go cannot hash it.
    #[must_use]
    pub fn of(value: Value) -> Option<Key> {
        match &value {
            Value::List(list) if list.ty != ListType::Pair => None,
            Value::Map(_) | Value::Bytes(_) | Value::Function(_) => None,
            _ => Some(Key(value)),
        }
    }

    /// The value that it is.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Key(text.into())
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Nil => 0,
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::Float(_) => 3,
        Value::String(_) => 4,
        Value::Bytes(_) => 5,
        Value::Time(_) => 6,
        Value::Duration(_) => 7,
        Value::Month(_) => 8,
        Value::Weekday(_) => 9,
        Value::Zone(_) => 10,
        Value::List(_) => 11,
        Value::Map(_) => 12,
        Value::Function(_) => 13,
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
            (Value::Int(one), Value::Int(other)) => (one.kind, one.value).cmp(&(other.kind, other.value)),
            (Value::Float(one), Value::Float(other)) => (one + 0.0).total_cmp(&(other + 0.0)),
            (Value::String(one), Value::String(other)) => one.as_bytes().cmp(other.as_bytes()),
            (Value::Time(one), Value::Time(other)) => one.compare(other),
            (Value::Duration(one), Value::Duration(other))
            | (Value::Month(one), Value::Month(other))
            | (Value::Weekday(one), Value::Weekday(other)) => one.cmp(other),
            (Value::List(one), Value::List(other)) => {
                one.items.iter().cloned().map(Key).cmp(other.items.iter().cloned().map(Key))
            }
            (one, other) => rank(one).cmp(&rank(other)),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}
