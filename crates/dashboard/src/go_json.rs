//! JSON as Go writes a struct whose fields are all `omitempty`: what is empty is left out. A leaf module.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// The fields of one object.
#[derive(Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Text, unless it is empty.
    pub fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.put(key, text.into(), text.is_empty())
    }

    /// A number, unless it is 0.
    // Compat: upstream's gateway writes with encoding/json and not with jsonpb, so 64-bit numbers are numbers too.
    pub fn number(&mut self, key: &str, number: i64) -> &mut Self {
        self.put(key, number.into(), number == 0)
    }

    /// A truth, unless it is false.
    pub fn flag(&mut self, key: &str, holds: bool) -> &mut Self {
        self.put(key, holds.into(), !holds)
    }

    /// A list, unless it is empty.
    pub fn list(&mut self, key: &str, items: Vec<Value>) -> &mut Self {
        let is_empty = items.is_empty();
        self.put(key, Value::Array(items), is_empty)
    }

    /// A point in time, unless there is none.
    pub fn time(&mut self, key: &str, time: Option<Timestamp>) -> &mut Self {
        let text = time.map(|time| format!("{time:.0}")).unwrap_or_default();
        self.text(key, &text)
    }

    /// Anything, unless it is null.
    pub fn value(&mut self, key: &str, value: Value) -> &mut Self {
        let is_null = value.is_null();
        self.put(key, value, is_null)
    }

    /// The object.
    pub fn take(&mut self) -> Value {
        Value::Object(std::mem::take(&mut self.0))
    }

    fn put(&mut self, key: &str, value: Value, is_empty: bool) -> &mut Self {
        if !is_empty {
            self.0.insert(key.to_owned(), value);
        }
        self
    }
}
