//! JSON into typed records as Go's `encoding/json` reads it behind `sigs.k8s.io/yaml`: field names match without regard
//! to case, numbers and booleans become text where text is expected, the first mismatch is remembered and the rest is
//! still read. Error texts are Go's.
//!
//! Start reading at [`Decoder`].

use serde_json::{Map, Value};

/// Reads one document; keeps the first thing that did not fit.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The struct whose field is being read, and the names on the way there.
    at: Vec<(&'static str, &'static str)>,
    error: Option<String>,
}

impl Decoder {
    /// What did not fit, in Go's words.
    pub(crate) fn finish(self) -> Result<(), String> {
        self.error.map_or(Ok(()), Err)
    }

    /// Reads the fields of an object. `None` when there is no object: null, or something that does not fit.
    pub(crate) fn object<'v>(&mut self, value: &'v Value, go_type: &str) -> Option<&'v Map<String, Value>> {
        match value {
            Value::Object(map) => Some(map),
            Value::Null => None,
            other => {
                self.mismatch(other, go_type);
                None
            }
        }
    }

    /// Runs `read` for the field `name` of the struct `owner`.
    pub(crate) fn within<T>(
        &mut self,
        owner: &'static str,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.at.push((owner, name));
        let read = read(self);
        self.at.pop();
        read
    }

    pub(crate) fn text(&mut self, value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number_text(number),
            Value::Null => String::new(),
            other => {
                self.mismatch(other, "string");
                String::new()
            }
        }
    }

    pub(crate) fn flag(&mut self, value: &Value) -> bool {
        match value {
            Value::Bool(flag) => *flag,
            Value::Null => false,
            other => {
                self.mismatch(other, "bool");
                false
            }
        }
    }

    /// The items of a list; nothing for null or something else.
    pub(crate) fn items<'v>(&mut self, value: &'v Value, go_type: &str) -> &'v [Value] {
        match value {
            Value::Array(items) => items,
            Value::Null => &[],
            other => {
                self.mismatch(other, go_type);
                &[]
            }
        }
    }

    pub(crate) fn texts(&mut self, value: &Value) -> Vec<String> {
        self.items(value, "[]string").iter().map(|item| self.text(item)).collect()
    }

    fn mismatch(&mut self, value: &Value, go_type: &str) {
        if self.error.is_some() {
            return;
        }
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let place = match self.at.last() {
            Some((owner, _)) => {
                let names: Vec<&str> = self.at.iter().map(|(_, name)| *name).collect();
                format!("Go struct field {owner}.{} of type {go_type}", names.join("."))
            }
            None => format!("Go value of type {go_type}"),
        };
        self.error = Some(format!("json: cannot unmarshal {found} into {place}"));
    }
}

/// The value of the field `name`: Go takes any spelling of it, and the last of several.
pub(crate) fn field<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A number where text is expected, as `sigs.k8s.io/yaml` writes it.
pub(crate) fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => yaml::format_float(float),
        _ => number.to_string(),
    }
}
