//! Rules for `metadata` that hold for every kind, custom ones included: names, labels, annotations, owners, finalizers.

use crate::field::Errors;
use crate::kind::{NameRule, Scope};
use serde_json::Value;

/// Problems of the metadata of a new object.
pub fn validate_create(object: &Value, scope: Scope, names: NameRule, errors: &mut Errors) {
    let _ = (object, scope, names, errors);
}

/// Problems of a change of metadata.
pub fn validate_update(new: &Value, old: &Value, scope: Scope, errors: &mut Errors) {
    let _ = (new, old, scope, errors);
}
