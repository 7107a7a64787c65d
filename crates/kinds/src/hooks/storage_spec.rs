//! What volumes and claims have in common, and the specification of a claim wherever it stands.

use crate::checks::quantities;
use crate::checks::text::{dns_subdomain, invalid_each};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// Access modes: there must be some, and they must be known.
pub fn access_modes(spec: &Value, message: &str, path: &Path<'_>, errors: &mut Errors) {
    let place = path.child("accessModes");
    let modes: Vec<&str> = read::list(spec, "accessModes").iter().filter_map(Value::as_str).collect();
    if modes.is_empty() {
        errors.required(&place, message);
    }
    for mode in modes.iter().filter(|mode| !ACCESS_MODES.contains(*mode)) {
        errors.not_supported(&place, mode, ACCESS_MODES);
    }
    if modes.len() > 1 && modes.contains(&"ReadWriteOncePod") {
        errors.forbidden(&place, "may not use ReadWriteOncePod with other access modes");
    }
}

/// How a volume is used.
pub fn volume_mode(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let mode = read::text(spec, "volumeMode");
    if !matches!(mode, "" | "Block" | "Filesystem") {
        errors.not_supported(&path.child("volumeMode"), mode, &["Block", "Filesystem"]);
    }
}

/// The specification of a claim, of its own or in a template.
pub fn claim_spec(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    access_modes(spec, "at least 1 access mode is required", path, errors);
    let resources = path.child("resources");
    match read::map(read::at(spec, "resources"), "requests").and_then(|requests| requests.get("storage")) {
        None => errors.required(&resources.key("storage"), ""),
        Some(amount) => quantities::positive(&resources.key("storage"), amount, errors),
    }
    let class = read::text(spec, "storageClassName");
    if !class.is_empty() {
        invalid_each(&path.child("storageClassName"), class, dns_subdomain(class), errors);
    }
    volume_mode(spec, path, errors);
    let source = path.child("dataSource");
    if let Some(given) = read::given(spec, "dataSource") {
        for field in ["name", "kind"] {
            if read::text(given, field).is_empty() {
                errors.required(&source.child(field), "");
            }
        }
    }
}
