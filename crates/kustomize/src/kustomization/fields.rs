//! Reading an object field by field as Go's JSON decoder does: names in any case, null as the zero of the type, types
//! exactly, and — where that is asked for — no field that nobody reads.

use crate::problem::{Problem, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What becomes of fields nobody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// They are an error.
    Strict,
    /// They are left alone.
    Lenient,
}

/// The fields of an object that nobody has read yet.
pub(crate) struct Fields {
    rest: Map<String, Value>,
    owner: String,
    reading: Reading,
}

impl Fields {
    /// # Errors
    /// When the value is no object.
    pub fn new(value: Value, owner: impl Into<String>, reading: Reading) -> Result<Self> {
        let owner = owner.into();
        match value {
            Value::Object(rest) => Ok(Fields { rest, owner, reading }),
            Value::Null => Ok(Fields { rest: Map::new(), owner, reading }),
            other => Err(Problem::invalid(format!(
                "json: cannot unmarshal {} into Go value of type types.{owner}",
                type_name(&other)
            ))),
        }
    }

    /// The value of a field, if it is there and not null.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let found = match self.rest.remove(name) {
            Some(value) => value,
            None => {
                let other = self.rest.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
                self.rest.remove(&other)?
            }
        };
        (!found.is_null()).then_some(found)
    }

    fn wrong(&self, value: &Value, field: &str, expected: &str) -> Problem {
        Problem::invalid(format!(
            "json: cannot unmarshal {} into Go struct field {}.{field} of type {expected}",
            type_name(value),
            self.owner
        ))
    }

    pub fn string(&mut self, name: &str) -> Result<String> {
        match self.take(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(self.wrong(&other, name, "string")),
        }
    }

    /// A text that may be left out; an empty one is there.
    pub fn optional_string(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(&other, name, "string")),
        }
    }

    pub fn flag(&mut self, name: &str) -> Result<bool> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(self.wrong(&other, name, "bool")),
        }
    }

    pub fn integer(&mut self, name: &str) -> Result<i64> {
        match self.take(name) {
            None => Ok(0),
            Some(value) => value.as_i64().ok_or_else(|| self.wrong(&value, name, "int64")),
        }
    }

    pub fn strings(&mut self, name: &str) -> Result<Vec<String>> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text),
                    Value::Null => Ok(String::new()),
                    other => Err(self.wrong(&other, name, "string")),
                })
                .collect(),
            Some(other) => Err(self.wrong(&other, name, "[]string")),
        }
    }

    pub fn texts(&mut self, name: &str) -> Result<BTreeMap<String, String>> {
        match self.take(name) {
            None => Ok(BTreeMap::new()),
            Some(Value::Object(map)) => map
                .into_iter()
                .map(|(key, value)| match value {
                    Value::String(text) => Ok((key, text)),
                    Value::Null => Ok((key, String::new())),
                    other => Err(self.wrong(&other, name, "string")),
                })
                .collect(),
            Some(other) => Err(self.wrong(&other, name, "map[string]string")),
        }
    }

    pub fn object<T>(&mut self, name: &str, read: fn(&mut Fields) -> Result<T>) -> Result<Option<T>> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => self.inner(name, value, read).map(Some),
        }
    }

    pub fn list<T>(&mut self, name: &str, read: fn(&mut Fields) -> Result<T>) -> Result<Vec<T>> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.into_iter().map(|item| self.inner(name, item, read)).collect(),
            Some(other) => Err(self.wrong(&other, name, "[]")),
        }
    }

    fn inner<T>(&self, name: &str, value: Value, read: fn(&mut Fields) -> Result<T>) -> Result<T> {
        if !value.is_object() && !value.is_null() {
            return Err(self.wrong(&value, name, "object"));
        }
        let mut fields = Fields::new(value, format!("{}.{name}", self.owner), self.reading)?;
        let result = read(&mut fields)?;
        fields.finish()?;
        Ok(result)
    }

    /// # Errors
    /// When strict and something was left unread.
    pub fn finish(&mut self) -> Result<()> {
        match self.rest.keys().next() {
            Some(unknown) if self.reading == Reading::Strict => {
                Err(Problem::invalid(format!("json: unknown field {unknown:?}")))
            }
            _ => Ok(()),
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
