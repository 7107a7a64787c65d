//! Whether a value is of a type, as far as server-side apply looks.

use super::error::{TypeError, TypeErrors};
use super::form::{Form, form, is_atomic};
use super::item::item_step;
use crate::fields::PathElement;
use crate::value::{go_type, print, print_syntax};
use schema::{ListType, MapType, Scalar, Type};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether several items of a list may have the same keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// As in objects that somebody wrote without apply.
    Allowed,
    /// As in what is applied.
    Refused,
}

/// Checks that `value` is of type `ty`.
///
/// # Errors
/// With everything that is not, in Kubernetes' words.
pub fn validate(value: &Value, ty: &Type, duplicates: Duplicates) -> Result<(), TypeErrors> {
    let mut walk = Walk { duplicates, path: Vec::new(), errors: Vec::new() };
    walk.value(value, ty);
    if walk.errors.is_empty() { Ok(()) } else { Err(TypeErrors(walk.errors)) }
}

struct Walk {
    duplicates: Duplicates,
    path: Vec<PathElement>,
    errors: Vec<TypeError>,
}

impl Walk {
    fn report(&mut self, message: String) {
        let path = crate::fields::show_path(&self.path);
        self.errors.push(TypeError { path, message });
    }

    fn value(&mut self, value: &Value, ty: &Type) {
        match form(ty, value) {
            None => self.report("schema error: invalid atom: inlined".to_owned()),
            Some(Form::Scalar(scalar)) => {
                if let Err(message) = check_scalar(scalar, value) {
                    self.report(message);
                }
            }
            Some(Form::List(list)) => match value {
                Value::Array(items) => self.list(items, list),
                Value::Null => {}
                _ => self.report(format!("expected list, got &{{{}}}", print(value))),
            },
            Some(Form::Map(map)) => match value {
                Value::Object(entries) => self.map(entries, map),
                Value::Null => {}
                _ => self.report(format!("expected map, got &{{{}}}", print(value))),
            },
        }
    }

    fn list(&mut self, items: &[Value], list: &ListType) {
        let mut seen = BTreeSet::new();
        for (index, item) in (0..).zip(items) {
            let step = if is_atomic(list) {
                PathElement::Index(index)
            } else {
                match item_step(list, item) {
                    Ok(step) => step,
                    Err(message) => return self.report(format!("element {index}: {message}")),
                }
            };
            if !is_atomic(list) && !seen.insert(step.clone()) && self.duplicates == Duplicates::Refused {
                self.report(format!("duplicate entries for key {step}"));
            }
            self.path.push(step);
            self.value(item, &list.items);
            self.path.pop();
        }
    }

    fn map(&mut self, entries: &serde_json::Map<String, Value>, map: &MapType) {
        for (name, value) in entries {
            self.path.push(PathElement::field(name));
            let known = map.child(name);
            match known {
                Some(ty) => self.value(value, ty),
                None => self.report("field not declared in schema".to_owned()),
            }
            self.path.pop();
            if known.is_none() {
                return;
            }
        }
    }
}

/// Whether a scalar is of this kind; null always is.
pub(crate) fn check_scalar(scalar: Scalar, value: &Value) -> Result<(), String> {
    let number = value.is_number();
    let ok = match scalar {
        Scalar::Int32 | Scalar::Int64 | Scalar::Float => number,
        Scalar::String | Scalar::Bytes => value.is_string(),
        Scalar::Boolean => value.is_boolean(),
        Scalar::IntOrString | Scalar::Quantity | Scalar::Time | Scalar::MicroTime | Scalar::Untyped => {
            number || value.is_string() || value.is_boolean()
        }
    };
    if ok || value.is_null() {
        return Ok(());
    }
    Err(match scalar {
        Scalar::Int32 | Scalar::Int64 | Scalar::Float => {
            format!("expected numeric (int or float), got {}", go_type(value))
        }
        Scalar::String | Scalar::Bytes => {
            format!("expected string, got &value.valueUnstructured{{Value:{}}}", print_syntax(value))
        }
        Scalar::Boolean => format!("expected boolean, got &{{{}}}", print(value)),
        _ => format!("expected any scalar, got &{{{}}}", print(value)),
    })
}
