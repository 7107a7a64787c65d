//! Defaulting of a whole object: first its canonical form, then the rules of every type in it, outermost first, then
//! the zero values of fields that Kubernetes never leaves out.

use crate::canonical;
use crate::rules::{self, Rule};
use crate::types::{self, Field, Form, Shape, Type};
use object::Gvk;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The rule of each type, in the order of the list of types.
static RULES: LazyLock<Vec<Option<Rule>>> =
    LazyLock::new(|| types::all().map(|kind| rules::of_type(kind.name)).collect());

/// Fills in what the API server fills in when it reads an object of this version and kind, and brings it into the
/// server's canonical form. Unknown kinds are left as they are; unknown fields are kept.
///
/// Guarantee: idempotent.
pub fn apply(gvk: &Gvk, value: &mut Value) {
    let (Some(place), Value::Object(object)) = (types::place_of_kind(gvk), value) else { return };
    canonical::clean(types::get(place), object);
    fill(place, object);
}

/// As [`apply`], without the defaults: only the canonical form.
pub fn canonicalize(gvk: &Gvk, value: &mut Value) {
    let (Some(place), Value::Object(object)) = (types::place_of_kind(gvk), value) else { return };
    canonical::clean(types::get(place), object);
    zero(place, object);
}

fn fill(place: usize, object: &mut Map<String, Value>) {
    if let Some(rule) = RULES[place] {
        rule(object);
    }
    let kind = types::get(place);
    below(kind, object, fill);
    zero_values(kind, object);
}

fn zero(place: usize, object: &mut Map<String, Value>) {
    let kind = types::get(place);
    below(kind, object, zero);
    zero_values(kind, object);
}

/// Goes on below each field that holds structs.
fn below(kind: &Type, object: &mut Map<String, Value>, go: fn(usize, &mut Map<String, Value>)) {
    for (name, value) in object.iter_mut().filter(|(_, value)| value.is_object() || value.is_array()) {
        if let Some(field) = kind.field(name) {
            descend(&field.shape, value, go);
        }
    }
}

fn descend(shape: &Shape, value: &mut Value, go: fn(usize, &mut Map<String, Value>)) {
    match (&shape.form, value) {
        (Form::Struct(place), Value::Object(object)) => go(*place, object),
        (Form::Optional(inner), value) => descend(inner, value, go),
        (Form::List(inner), Value::Array(items)) if holds_structs(inner) => {
            items.iter_mut().for_each(|item| descend(inner, item, go));
        }
        (Form::Map(inner), Value::Object(entries)) if holds_structs(inner) => {
            entries.values_mut().for_each(|item| descend(inner, item, go));
        }
        _ => (),
    }
}

fn holds_structs(shape: &Shape) -> bool {
    match &shape.form {
        Form::Struct(_) => true,
        Form::Optional(inner) | Form::List(inner) | Form::Map(inner) => holds_structs(inner),
        _ => false,
    }
}

fn zero_values(kind: &Type, object: &mut Map<String, Value>) {
    for field in kind.always_written().filter(|field| !object.contains_key(field.name)).collect::<Vec<&Field>>() {
        object.insert(field.name.to_owned(), zero_value(&field.shape));
    }
}

fn zero_value(shape: &Shape) -> Value {
    match shape.form {
        Form::Text => Value::String(String::new()),
        Form::Flag => Value::Bool(false),
        Form::Integer(_) | Form::Float | Form::NumberOrText => Value::from(0),
        Form::Quantity => Value::String("0".to_owned()),
        Form::Struct(_) => Value::Object(Map::new()),
        _ => Value::Null,
    }
}
