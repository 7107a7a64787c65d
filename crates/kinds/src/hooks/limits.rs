//! Resource quotas and limit ranges.

use crate::checks::quantities;
use crate::checks::text::{invalid_each, qualified_name};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is special about resource quotas.
pub const QUOTA: Hooks = Hooks { validate: quota, validate_update: |new, _, errors| quota(new, errors), ..PLAIN };

/// What is special about limit ranges.
pub const RANGE: Hooks = Hooks { validate: range, validate_update: |new, _, errors| range(new, errors), ..PLAIN };

const SPEC: Path<'static> = Path::root("spec");
const SCOPES: &[&str] = &[
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];
const QUOTA_RESOURCES: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];
const RANGE_RESOURCES: &[&str] = &["cpu", "memory", "ephemeral-storage", "storage"];

fn resource_name(path: &Path<'_>, name: &str, known: &[&str], of: &str, errors: &mut Errors) {
    let problems = qualified_name(name);
    let huge = name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
    let standard = QUOTA_RESOURCES.contains(&name) || RANGE_RESOURCES.contains(&name) || huge;
    if problems.is_empty() && !name.contains('/') {
        if !standard {
            errors.invalid_text(path, name, "must be a standard resource type or fully qualified");
        }
        if !known.contains(&name) && !huge {
            errors.invalid_text(path, name, format!("must be a standard resource {of}"));
        }
    }
    invalid_each(path, name, problems, errors);
}

fn quota(quota: &Value, errors: &mut Errors) {
    let spec = read::at(quota, "spec");
    let hard = SPEC.child("hard");
    for (name, amount) in read::entries(spec, "hard") {
        let path = hard.key(name);
        resource_name(&path, name, QUOTA_RESOURCES, "for quota", errors);
        quantities::of_resource(&path, name, amount, errors);
    }
    let scopes = read::list(spec, "scopes");
    let path = SPEC.child("scopes");
    for scope in scopes.iter().filter_map(Value::as_str) {
        if !SCOPES.contains(&scope) {
            errors.invalid(&path, read::at(spec, "scopes"), "unsupported scope");
        }
    }
}

fn range(range: &Value, errors: &mut Errors) {
    let path = SPEC.child("limits");
    let mut kinds = BTreeSet::new();
    for (index, item) in read::list(read::at(range, "spec"), "limits").iter().enumerate() {
        let path = path.index(index);
        let kind = read::text(item, "type");
        let problems = qualified_name(kind);
        if problems.is_empty() && !kind.contains('/') && !matches!(kind, "Pod" | "Container" | "PersistentVolumeClaim")
        {
            errors.invalid_text(&path.child("type"), kind, "must be a standard limit type or fully qualified");
        }
        invalid_each(&path.child("type"), kind, problems, errors);
        if !kinds.insert(kind) {
            errors.duplicate(&path.child("type"), &kind.into());
        }
        amounts(&path, item, errors);
        if kind == "Pod" {
            for field in ["default", "defaultRequest"] {
                if read::map(item, field).is_some() {
                    errors.forbidden(&path.child(field), "may not be specified when `type` is 'Pod'");
                }
            }
        }
        compare_all(&path, item, errors);
    }
}

fn amounts(path: &Path<'_>, item: &Value, errors: &mut Errors) {
    for field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
        let place = path.child(field);
        for (name, amount) in read::entries(item, field) {
            let place = place.key(name);
            resource_name(&place, name, RANGE_RESOURCES, "for limit ranges", errors);
            quantities::of_resource(&place, name, amount, errors);
        }
    }
}

fn compare_all(path: &Path<'_>, item: &Value, errors: &mut Errors) {
    let fields = ["max", "min", "default", "defaultRequest"];
    let names: BTreeSet<&str> =
        fields.into_iter().flat_map(|field| read::entries(item, field)).map(|(name, _)| name).collect();
    for name in names {
        compare(path, item, name, errors);
    }
}

fn compare(path: &Path<'_>, item: &Value, name: &str, errors: &mut Errors) {
    let amount = |field: &str| read::map(item, field).and_then(|map| map.get(name)).map(quantities::of);
    // Which may not be greater than which, where that is said, which of the two is shown, and how they are called.
    let rules = [
        ("min", "max", "min", "min", "min value", "max value"),
        ("min", "defaultRequest", "defaultRequest", "defaultRequest", "min value", "default request value"),
        ("defaultRequest", "max", "defaultRequest", "defaultRequest", "default request value", "max value"),
        (
            "defaultRequest",
            "default",
            "defaultRequest",
            "defaultRequest",
            "default request value",
            "default limit value",
        ),
        ("min", "default", "default", "min", "min value", "default value"),
        ("default", "max", "default", "max", "default value", "max value"),
    ];
    for (small, large, at, shown, small_name, large_name) in rules {
        let (Some(less), Some(more)) = (amount(small), amount(large)) else { continue };
        if less > more {
            let value = amount(shown).unwrap_or(less).to_string();
            let place = path.child(at);
            let message = format!("{small_name} {less} is greater than {large_name} {more}");
            errors.invalid_text(&place.key(name), &value, message);
        }
    }
}
