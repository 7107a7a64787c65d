//! What a definition must hold itself to: names, versions, columns, and schemas that are structural.
//!
//! Upstream source: `apiextensions-apiserver`'s `validation.go` and `schema/validation.go`. Start at [`validate_create`].

mod expressions;
mod formats;
mod names;
mod openapi;
mod pattern;
mod read;
mod spec;
mod structural;
mod versions;

pub use formats::warnings;
use kinds::{Errors, FieldError};
use serde_json::Value;

/// What is wrong with a new definition, in upstream's order.
pub fn validate_create(definition: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    let spec = definition.get("spec").unwrap_or(&Value::Null);
    names::check_own_name(definition, spec, &mut errors);
    names::check_approval(definition, spec, &mut errors);
    spec::check(spec, &mut errors);
    versions::check_stored(definition, spec, &mut errors);
    errors.into_vec()
}

/// What is wrong with a change. What was wrong before stays allowed, so that a definition taken over from elsewhere can
/// be changed in other places.
pub fn validate_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = validate_create(new);
    if !errors.is_empty() {
        let before = validate_create(old);
        errors.retain(|error| !before.contains(error));
    }
    errors
}
