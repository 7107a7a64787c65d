//! Values as the YAML writers get them: through JSON, where whole numbers are integers whatever they were, or directly,
//! where a float stays one.

use super::base64;
use budget::{Budget, Exceeded};
use gotemplate::{Frozen, FrozenMap, GoObject, Text, VALUE_DEPTH_MAX, Value};
use serde_json::{Map, Number, Value as Json};
use std::sync::Arc;

/// Why a value has no JSON form; the texts are Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EncodeError {
    #[error("json: {0}")]
    Unsupported(String),
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

/// What becomes of a float that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floats {
    /// An integer, as it is when JSON is read again.
    ThroughJson,
    /// Itself.
    Kept,
}

/// The plain form of a value.
pub(crate) fn plain(value: &Value, floats: Floats, budget: &mut Budget) -> Result<Json, EncodeError> {
    let room = budget.limits().bytes / 2;
    Walk { floats, budget, room }.value(value, 0)
}

/// What each value takes, and about what a map takes that is not empty.
const VALUE_BYTES: usize = std::mem::size_of::<Json>();
const MAP_BYTES: usize = 640;

struct Walk<'b> {
    floats: Floats,
    budget: &'b mut Budget,
    /// Bytes that this form may still take. It lives shortly, so they are not taken from the budget: values that share
    /// much become trees that share nothing.
    room: u64,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, depth: u32) -> Result<Json, EncodeError> {
        if depth >= VALUE_DEPTH_MAX {
            return Err(Exceeded::Depth(VALUE_DEPTH_MAX).into());
        }
        self.hold(VALUE_BYTES)?;
        Ok(match value {
            Value::NoValue | Value::Nil => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Int(number, _) => Json::from(*number),
            Value::Uint(number, _) => Json::from(*number),
            Value::Float(number) => self.float(*number)?,
            Value::Complex(..) => return Err(EncodeError::Unsupported("unsupported type: complex128".to_owned())),
            Value::Str(text) => {
                self.make_room(text.as_bytes().len())?;
                Json::String(string(text))
            }
            Value::Bytes(bytes) => Json::String(base64(bytes)),
            Value::List(list) if list.is_nil() => Json::Null,
            Value::List(list) => match list.untouched() {
                Some(data) => self.items(data)?,
                None => list.iter().map(|item| self.value(&item, depth + 1)).collect::<Result<_, _>>()?,
            },
            Value::Map(map) if map.is_nil() => Json::Null,
            Value::Map(map) => match map.untouched() {
                Some(data) => self.entries(data)?,
                None => {
                    self.make_room(MAP_BYTES)?;
                    let mut plain = Map::new();
                    for (key, value) in map.entries() {
                        plain.insert(string(&key), self.value(&value, depth + 1)?);
                    }
                    Json::Object(plain)
                }
            },
            Value::Object(object) => self.object(object, depth)?,
            Value::Func(_) => return Err(EncodeError::Unsupported("unsupported type: func()".to_owned())),
        })
    }

    /// One more value.
    fn hold(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.budget.spend(1)?;
        self.make_room(bytes)
    }

    fn make_room(&mut self, bytes: usize) -> Result<(), Exceeded> {
        let left = self.room.checked_sub(bytes as u64);
        self.room = left.ok_or(Exceeded::Bytes(self.budget.limits().bytes))?;
        Ok(())
    }

    fn object(&mut self, object: &Arc<dyn GoObject>, depth: u32) -> Result<Json, EncodeError> {
        if let Some(json) = object.to_json() {
            return Ok(json);
        }
        if let Some(plain) = object.underlying() {
            return self.value(&plain, depth + 1);
        }
        let mut fields = Map::new();
        for (name, value) in object.fields() {
            fields.insert(name.to_owned(), self.value(&value, depth + 1)?);
        }
        Ok(Json::Object(fields))
    }

    /// Shared data, without making handles for what is in it.
    fn frozen(&mut self, value: &Frozen) -> Result<Json, EncodeError> {
        self.hold(VALUE_BYTES)?;
        Ok(match value {
            Frozen::Nil => Json::Null,
            Frozen::Bool(flag) => Json::Bool(*flag),
            Frozen::Int(number, _) => Json::from(*number),
            Frozen::Float(number) => self.float(*number)?,
            Frozen::Str(text) => Json::String(string(text)),
            Frozen::List(data) => self.items(data)?,
            Frozen::Map(data) => self.entries(data)?,
        })
    }

    fn items(&mut self, data: &[Frozen]) -> Result<Json, EncodeError> {
        data.iter().map(|item| self.frozen(item)).collect()
    }

    fn entries(&mut self, data: &FrozenMap) -> Result<Json, EncodeError> {
        self.make_room(MAP_BYTES)?;
        let mut plain = Map::new();
        for (key, value) in data.entries() {
            plain.insert(string(key), self.frozen(value)?);
        }
        Ok(Json::Object(plain))
    }

    fn float(&self, number: f64) -> Result<Json, EncodeError> {
        match self.floats {
            Floats::ThroughJson => float(number),
            Floats::Kept => exact(number),
        }
    }
}

fn string(text: &Text) -> String {
    text.to_str_lossy().into_owned()
}

/// A float as YAML reads its JSON text again: whole numbers that fit are integers.
fn float(number: f64) -> Result<Json, EncodeError> {
    const EXACT: f64 = 18_446_744_073_709_551_616.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        if number >= 0.0 {
            // The digits that JSON has are the shortest that give the number back, filled up with zeros.
            let text = format!("{number}");
            if let Ok(whole) = text.parse::<u64>() {
                return Ok(Json::from(whole));
            }
        } else if let Ok(whole) = format!("{number}").parse::<i64>() {
            return Ok(Json::from(whole));
        }
    }
    exact(number)
}

fn exact(number: f64) -> Result<Json, EncodeError> {
    Number::from_f64(number).map(Json::Number).ok_or_else(|| {
        let shown = if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        EncodeError::Unsupported(format!("unsupported value: {shown}"))
    })
}
