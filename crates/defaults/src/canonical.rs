//! The canonical form of an object: what a value looks like after Kubernetes read it into its own types and wrote it
//! again. Nulls and empty optional values go, structs that are always there come, quantities and times take their one
//! spelling. Values of another type than their field's are left alone.

use crate::quantity::Quantity;
use crate::types::{self, Form, Shape, Type};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Cleans a struct and everything below it.
pub fn clean(kind: &Type, object: &mut Map<String, Value>) {
    object.retain(|name, value| match kind.field(name) {
        Some(field) => {
            clean_value(&field.shape, value);
            let left_out = field.omit_empty || field.omit_zero;
            // An empty list where a list is always written is stored as none.
            !(value.is_null() || is_empty_list(&field.shape, value) || (left_out && is_empty(&field.shape, value)))
        }
        None => true,
    });
    for field in kind.structs() {
        if !object.contains_key(field.name) {
            let mut inner = Map::new();
            if let Form::Struct(place) = field.shape.form {
                clean(types::get(place), &mut inner);
            }
            object.insert(field.name.to_owned(), Value::Object(inner));
        }
    }
}

fn clean_value(shape: &Shape, value: &mut Value) {
    match (&shape.form, value) {
        (_, Value::Null) | (Form::Raw | Form::SchemaOrPlain, _) => (),
        (Form::Struct(place), Value::Object(object)) => clean(types::get(*place), object),
        (Form::Optional(inner), value) => clean_value(inner, value),
        (Form::List(inner), Value::Array(items)) => items.iter_mut().for_each(|item| clean_item(inner, item)),
        (Form::Map(inner), Value::Object(entries)) => {
            entries.values_mut().for_each(|item| clean_item(inner, item));
            if shape.go_name == Some("v1.ResourceList") {
                entries.values_mut().for_each(round_to_millis);
            }
        }
        (Form::Quantity, value) => respell_quantity(value),
        (Form::Time, Value::String(text)) => respell_time(text, 0),
        (Form::MicroTime, Value::String(text)) => respell_time(text, 6),
        (Form::Bytes, Value::String(text)) => text.retain(|character| character != '\n' && character != '\r'),
        _ => (),
    }
}

/// Nulls among items and entries read as zero values.
fn clean_item(shape: &Shape, value: &mut Value) {
    if value.is_null() {
        match &shape.form {
            Form::Struct(_) => *value = Value::Object(Map::new()),
            Form::Text => *value = Value::String(String::new()),
            _ => (),
        }
    }
    clean_value(shape, value);
}

/// Whether Go's encoder leaves the value out; structs and what is made of them it never does.
fn is_empty(shape: &Shape, value: &Value) -> bool {
    match shape.form {
        Form::Text | Form::Bytes => value.as_str().is_some_and(str::is_empty),
        Form::Flag => value.as_bool() == Some(false),
        Form::Integer(_) | Form::Float => value.as_f64() == Some(0.0),
        Form::Map(_) => value.as_object().is_some_and(Map::is_empty),
        _ => false,
    }
}

fn is_empty_list(shape: &Shape, value: &Value) -> bool {
    matches!(shape.form, Form::List(_)) && value.as_array().is_some_and(Vec::is_empty)
}

fn respell_quantity(value: &mut Value) {
    let parsed = match &*value {
        Value::String(text) => Quantity::parse(text),
        Value::Number(number) => Quantity::parse(&number.to_string()),
        _ => return,
    };
    if let Ok(quantity) = parsed {
        *value = Value::String(quantity.to_string());
    }
}

fn round_to_millis(value: &mut Value) {
    if let Some(Ok(quantity)) = value.as_str().map(Quantity::parse) {
        *value = Value::String(quantity.rounded_to_millis().to_string());
    }
}

fn respell_time(text: &mut String, digits: i16) {
    if let Ok(time) = text.parse::<Timestamp>() {
        let whole = time.strftime("%Y-%m-%dT%H:%M:%S");
        let micros = time.subsec_nanosecond() / 1000;
        *text = if digits == 0 { format!("{whole}Z") } else { format!("{whole}.{micros:06}Z") };
    }
}
