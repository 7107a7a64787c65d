//! The reader itself: walks the body and the shape of the kind side by side.

use super::mismatch::{go_type, in_text};
use super::place::Place;
use crate::types::{self, Form, Integer, Shape, Type};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// What was found besides the value.
#[derive(Debug, Default)]
pub struct Sink {
    /// Unknown and duplicate fields.
    pub strict: Vec<String>,
    /// The first value of a wrong type.
    pub type_error: Option<String>,
}

/// Reads one value.
pub struct Reader<'a> {
    /// What it should be; `None` for anything.
    pub shape: Option<&'a Shape>,
    /// The struct whose field it belongs to.
    pub context: Option<&'static Type>,
    /// Where it stands.
    pub place: &'a Place<'a>,
    /// Where problems go.
    pub sink: &'a mut Sink,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Reader<'_> {
    /// The form that is wanted, seen through options; `None` for anything.
    fn form(&self) -> Option<&Form> {
        fn plain(shape: &Shape) -> Option<&Form> {
            match &shape.form {
                Form::Optional(inner) => plain(inner),
                Form::Raw | Form::SchemaOrPlain => None,
                form => Some(form),
            }
        }
        self.shape.and_then(plain)
    }

    fn wrong(&mut self, message: String) {
        self.sink.type_error.get_or_insert(message);
    }

    /// Notes that `what` was found instead of the shape.
    fn mismatch(&mut self, what: &str) {
        let Some(shape) = self.shape else { return };
        let message = match self.form() {
            Some(Form::NumberOrText) => format!("json: cannot unmarshal {what} into Go value of type int32"),
            Some(Form::Time | Form::MicroTime) => format!("json: cannot unmarshal {what} into Go value of type string"),
            Some(Form::Quantity) => in_text(&Form::Quantity, "").unwrap_or_default(),
            _ => match self.context {
                Some(context) => {
                    let owner = context.go_name().rsplit('.').next().unwrap_or_default();
                    let (fields, wanted) = (self.place.fields(), go_type(shape));
                    format!("json: cannot unmarshal {what} into Go struct field {owner}.{fields} of type {wanted}")
                }
                None => format!("json: cannot unmarshal {what} into Go value of type {}", go_type(shape)),
            },
        };
        self.wrong(message);
    }

    fn number(mut self, number: Number) -> Value {
        let text = number.to_string();
        match self.form() {
            None | Some(Form::Float | Form::Quantity) => (),
            Some(Form::Integer(size)) if fits(*size, &number) => (),
            Some(Form::NumberOrText) if fits(Integer::I32, &number) => (),
            Some(Form::Integer(_) | Form::NumberOrText) => self.mismatch(&format!("number {text}")),
            Some(_) => self.mismatch("number"),
        }
        Value::Number(number)
    }
}

fn fits(size: Integer, number: &Number) -> bool {
    match size {
        Integer::I32 => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Integer::I64 | Integer::Int => number.is_i64(),
        Integer::U32 => number.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(mut self, flag: bool) -> Result<Value, E> {
        if !matches!(self.form(), None | Some(Form::Flag)) {
            self.mismatch("bool");
        }
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(self.number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(self.number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, |number| self.number(number)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E>(mut self, text: String) -> Result<Value, E> {
        let scalar = match self.form() {
            None | Some(Form::Text | Form::NumberOrText) => None,
            Some(form @ (Form::Quantity | Form::Time | Form::MicroTime | Form::Bytes)) => Some(in_text(form, &text)),
            Some(_) => {
                self.mismatch("string");
                None
            }
        };
        if let Some(message) = scalar.flatten() {
            self.wrong(message);
        }
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let inner = match self.form() {
            None => None,
            Some(Form::List(inner)) => Some(inner.as_ref().clone()),
            Some(_) => {
                self.mismatch("array");
                None
            }
        };
        let mut read = Vec::new();
        loop {
            let place = Place::Index(self.place, read.len());
            let reader = Reader { shape: inner.as_ref(), context: self.context, place: &place, sink: &mut *self.sink };
            match items.next_element_seed(reader)? {
                Some(item) => read.push(item),
                None => return Ok(Value::Array(read)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, entries: A) -> Result<Value, A::Error> {
        match self.form() {
            Some(Form::Struct(place)) => {
                let kind = types::get(*place);
                self.fields(kind, entries)
            }
            Some(Form::Map(inner)) => {
                let inner = inner.as_ref().clone();
                self.entries(Some(&inner), entries)
            }
            None => self.entries(None, entries),
            Some(_) => {
                self.mismatch("object");
                self.entries(None, entries)
            }
        }
    }
}

impl<'a> Reader<'a> {
    fn fields<'de, A: MapAccess<'de>>(self, kind: &'static Type, mut entries: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let place = Place::Field(self.place, &name);
            let Some(field) = kind.field(&name) else {
                self.sink.strict.push(format!("unknown field \"{place}\""));
                entries.next_value::<serde::de::IgnoredAny>()?;
                continue;
            };
            let duplicate = read.contains_key(&name).then(|| format!("duplicate field \"{place}\""));
            self.sink.strict.extend(duplicate);
            let reader =
                Reader { shape: Some(&field.shape), context: Some(kind), place: &place, sink: &mut *self.sink };
            let value = entries.next_value_seed(reader)?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }

    fn entries<'de, A: MapAccess<'de>>(self, inner: Option<&Shape>, mut entries: A) -> Result<Value, A::Error> {
        // Below raw JSON nothing is noted: Kubernetes does not look in there.
        let noted = inner.is_some() || self.shape.is_none();
        let mut read = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let place = Place::Key(self.place, &key);
            if noted && read.contains_key(&key) {
                self.sink.strict.push(format!("duplicate field \"{place}\""));
            }
            let reader = Reader { shape: inner, context: self.context, place: &place, sink: &mut *self.sink };
            let value = entries.next_value_seed(reader)?;
            read.insert(key, value);
        }
        Ok(Value::Object(read))
    }
}
