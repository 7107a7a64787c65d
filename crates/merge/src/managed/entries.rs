//! `metadata.managedFields`, read and written.

use crate::fields::{FieldsError, Set, from_fields_v1, to_fields_v1};
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How a manager writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// In any other way.
    Update,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        }
    }
}

/// What identifies a manager.
///
/// Compat: orders as Kubernetes' text form of it does, in which those of a subresource stand before those of none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// The name it gives itself.
    pub name: String,
    /// How it writes.
    pub operation: Operation,
    /// The version it writes in; empty for appliers, who are one manager in all versions.
    pub api_version: String,
    /// The subresource it writes to; empty for the object itself.
    pub subresource: String,
}

impl Manager {
    fn order(&self) -> (&str, Operation, &str, bool, &str) {
        let Manager { name, operation, api_version, subresource } = self;
        (name, *operation, api_version, subresource.is_empty(), subresource)
    }
}

impl Ord for Manager {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Manager {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a manager owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The fields.
    pub set: Set,
    /// The version the fields are named in.
    pub api_version: String,
    /// When it last changed something, in RFC 3339.
    pub time: Option<String>,
}

/// All managers of an object.
pub type Managers = BTreeMap<Manager, Owned>;

/// Why `managedFields` cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// An operation other than the two.
    #[error("operation must be `Apply` or `Update`")]
    Operation,
    /// No version.
    #[error("apiVersion must not be empty")]
    ApiVersion,
    /// No kind of fields.
    #[error("missing fieldsType in managed fields entry {0}")]
    NoFieldsType(usize),
    /// A kind of fields nobody knows.
    #[error("invalid fieldsType {1:?} in managed fields entry {0}")]
    FieldsType(usize, String),
    /// Fields that cannot be read.
    #[error("error decoding set: {0}")]
    Fields(#[from] FieldsError),
}

/// Reads the entries of `metadata.managedFields`.
///
/// # Errors
/// When one cannot be read.
pub fn decode(entries: &[Value]) -> Result<Managers, EntryError> {
    let mut managers = Managers::new();
    for (index, entry) in entries.iter().enumerate() {
        let (manager, owned) = decode_entry(index, entry)?;
        managers.insert(manager, owned);
    }
    Ok(managers)
}

fn decode_entry(index: usize, entry: &Value) -> Result<(Manager, Owned), EntryError> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    let operation = match text("operation") {
        "Apply" => Operation::Apply,
        "Update" => Operation::Update,
        _ => return Err(EntryError::Operation),
    };
    let api_version = text("apiVersion").to_owned();
    if api_version.is_empty() {
        return Err(EntryError::ApiVersion);
    }
    match text("fieldsType") {
        "FieldsV1" => {}
        "" => return Err(EntryError::NoFieldsType(index)),
        other => return Err(EntryError::FieldsType(index, other.to_owned())),
    }
    let manager = Manager {
        name: text("manager").to_owned(),
        operation,
        api_version: if operation == Operation::Apply { String::new() } else { api_version.clone() },
        subresource: text("subresource").to_owned(),
    };
    let set = entry.get("fieldsV1").map_or(Ok(Set::new()), from_fields_v1)?;
    let time = entry.get("time").and_then(Value::as_str).map(ToOwned::to_owned);
    Ok((manager, Owned { set, api_version, time }))
}

/// The entries of `metadata.managedFields` in Kubernetes' order: appliers first, then by time, name, version and
/// subresource.
#[must_use]
pub fn encode(managers: &Managers) -> Vec<Value> {
    let mut sorted: Vec<(&Manager, &Owned)> = managers.iter().collect();
    sorted.sort_by(|(a, owned_a), (b, owned_b)| {
        let key = |manager: &Manager, owned: &Owned| {
            (manager.operation, owned.time.clone(), manager.name.clone(), owned.api_version.clone())
        };
        key(a, owned_a).cmp(&key(b, owned_b)).then_with(|| a.subresource.cmp(&b.subresource))
    });
    sorted.into_iter().map(|(manager, owned)| encode_entry(manager, owned)).collect()
}

fn encode_entry(manager: &Manager, owned: &Owned) -> Value {
    let mut entry = Map::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            entry.insert(key.to_owned(), Value::from(value));
        }
    };
    put("manager", &manager.name);
    put("operation", manager.operation.name());
    put("apiVersion", &owned.api_version);
    put("time", owned.time.as_deref().unwrap_or_default());
    put("fieldsType", "FieldsV1");
    put("subresource", &manager.subresource);
    entry.insert("fieldsV1".to_owned(), to_fields_v1(&owned.set));
    Value::Object(entry)
}

/// The entries of an object; `None` when it has no `managedFields` or null.
pub(super) fn entries_of(object: &Value) -> Option<&[Value]> {
    object.get("metadata")?.get("managedFields")?.as_array().map(Vec::as_slice)
}

/// Replaces the `managedFields` of an object; no managers, no field.
pub fn set_entries(object: &mut Value, managers: &Managers) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if managers.is_empty() {
        metadata.remove("managedFields");
    } else {
        metadata.insert("managedFields".to_owned(), Value::Array(encode(managers)));
    }
}

/// Takes the `managedFields` away.
pub(super) fn strip_entries(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
}

/// A copy of the object without the `managedFields`, which are often the larger part of it.
pub(super) fn without_entries(object: &Value) -> Value {
    let Some(map) = object.as_object() else { return object.clone() };
    let kept = |metadata: &Map<String, Value>| -> Value {
        let fields = metadata.iter().filter(|(name, _)| *name != "managedFields");
        fields.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let field = |(name, value): (&String, &Value)| match value {
        Value::Object(metadata) if name == "metadata" => (name.clone(), kept(metadata)),
        value => (name.clone(), value.clone()),
    };
    map.iter().map(field).collect()
}
