//! One form for what says the same: numbers, quantities and times, Secrets, roles, Endpoints, ignored fields.

mod endpoints;
mod known_fields;
mod numbers;
mod role;
pub(crate) mod secret;

use crate::restrict::restrict;
use crate::rules::Rules;
use object::{Gvk, pointer_remove};
use serde_json::Value;

/// The object as it is compared. `is_known` says whether its kind is compared by type.
pub(crate) fn normalize(gvk: &Gvk, mut value: Value, is_known: Known, rules: &Rules) -> Value {
    numbers::unify(&mut value);
    if is_known == Known::Yes {
        value = remarshal(gvk, value);
    }
    known_fields::normalize(gvk, &mut value, &rules.settings().known_type_fields);
    tidy(gvk, &mut value, rules);
    value
}

/// Whether a kind is compared by type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Yes,
    No,
}

/// Everything but the way through the type, which the last applied manifest does not take.
pub(crate) fn tidy(gvk: &Gvk, value: &mut Value, rules: &Rules) {
    let _ = pointer_remove(value, "/metadata/creationTimestamp");
    match (&*gvk.group, &*gvk.kind) {
        ("", "Secret") => secret::normalize(value),
        ("", "Endpoints") => endpoints::normalize(value),
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => {
            role::normalize(value, rules.settings().aggregated_roles);
        }
        _ => {}
    }
    rules.remove_ignored(gvk, value);
}

/// The object as Kubernetes would write it after reading it into its type, without anything it did not have before.
/// One field the type does not know, or one of another type, leaves the whole object as it is.
fn remarshal(gvk: &Gvk, value: Value) -> Value {
    match defaults::decode_value(gvk, value.clone()) {
        Ok(decoded) if decoded.strict.is_empty() => {
            let mut canonical = decoded.value;
            defaults::canonicalize(gvk, &mut canonical);
            restrict(&value, canonical)
        }
        _ => value,
    }
}
