//! Quantities in maps of resources.

use crate::field::{Errors, Path};
use defaults::Quantity;
use serde_json::Value;

/// The quantity a value holds; zero when it holds none.
pub fn of(value: &Value) -> Quantity {
    value.as_str().and_then(|text| Quantity::parse(text).ok()).unwrap_or_else(Quantity::zero)
}

/// Zero or more.
pub fn not_negative(path: &Path<'_>, value: &Value, errors: &mut Errors) {
    let quantity = of(value);
    if quantity.is_negative() {
        errors.invalid_text(path, &quantity.to_string(), "must be greater than or equal to 0");
    }
}

/// More than zero.
pub fn positive(path: &Path<'_>, value: &Value, errors: &mut Errors) {
    let quantity = of(value);
    if quantity <= Quantity::zero() {
        errors.invalid_text(path, &quantity.to_string(), "must be greater than zero");
    }
}

/// Zero or more, and whole where the resource is counted in whole numbers.
pub fn of_resource(path: &Path<'_>, resource: &str, value: &Value, errors: &mut Errors) {
    not_negative(path, value, errors);
    let counted = is_counted(resource);
    if counted && !of(value).is_whole() {
        errors.invalid_text(path, &of(value).to_string(), "must be an integer");
    }
}

/// Resources of which there are only whole ones.
fn is_counted(resource: &str) -> bool {
    const COUNTED: &[&str] = &[
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    ];
    COUNTED.contains(&resource) || is_extended(resource)
}

/// Resources of a vendor's own, such as `nvidia.com/gpu`.
pub fn is_extended(resource: &str) -> bool {
    !(is_native(resource) || resource.starts_with("requests."))
        && super::text::qualified_name(&format!("requests.{resource}")).is_empty()
}

/// Resources of Kubernetes' own.
pub fn is_native(resource: &str) -> bool {
    !resource.contains('/') || resource.contains("kubernetes.io/")
}
