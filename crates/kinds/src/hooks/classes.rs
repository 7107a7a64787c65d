//! Classes: of priority, of storage, of ingresses, of runtimes.

use crate::checks::text::{dns_label, domain_prefixed_path, invalid_each};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// The highest priority users may give.
const USER_PRIORITY_MAX: i64 = 1_000_000_000;
/// Priority classes of the system, with the values they must have.
pub const SYSTEM_PRIORITIES: [(&str, i64); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
/// Longest controller name of an ingress class.
const CONTROLLER_BYTES_MAX: usize = 250;

/// What is special about priority classes.
pub const PRIORITY: Hooks = Hooks {
    validate: priority,
    validate_update: |new, old, errors| {
        if read::number(new, "value") != read::number(old, "value") {
            errors.forbidden(&Path::root("value"), "may not be changed in an update.");
        }
        same("preemptionPolicy", new, old, errors);
    },
    ..PLAIN
};

/// What is special about storage classes.
pub const STORAGE: Hooks = Hooks {
    validate: storage,
    validate_update: |new, old, errors| {
        storage(new, errors);
        for field in ["parameters", "provisioner"] {
            if new.get(field) != old.get(field) {
                errors.forbidden(&Path::root(field), format!("updates to {field} are forbidden."));
            }
        }
        same("reclaimPolicy", new, old, errors);
        same("volumeBindingMode", new, old, errors);
    },
    ..PLAIN
};

/// What is special about ingress classes.
pub const INGRESS: Hooks = Hooks {
    validate: ingress,
    validate_update: |new, old, errors| {
        const SPEC: Path<'static> = Path::root("spec");
        let controller = |class| read::at(read::at(class, "spec"), "controller").clone();
        if controller(new) != controller(old) {
            errors.invalid(&SPEC.child("controller"), &controller(new), "field is immutable");
        }
        ingress(new, errors);
    },
    ..PLAIN
};

/// What is special about runtime classes.
pub const RUNTIME: Hooks = Hooks {
    validate: |class, errors| {
        let handler = read::text(class, "handler");
        invalid_each(&Path::root("handler"), handler, dns_label(handler), errors);
    },
    validate_update: |new, old, errors| same("handler", new, old, errors),
    ..PLAIN
};

fn same(field: &str, new: &Value, old: &Value, errors: &mut Errors) {
    if new.get(field) != old.get(field) {
        errors.invalid(&Path::root(field), read::at(new, field), "field is immutable");
    }
}

fn priority(class: &Value, errors: &mut Errors) {
    const METADATA: Path<'static> = Path::root("metadata");
    let name = read::text(read::at(class, "metadata"), "name");
    let value = read::number(class, "value");
    if name.starts_with("system-") {
        let known = SYSTEM_PRIORITIES.iter().find(|(known, _)| *known == name);
        let problem = match known {
            None => Some(format!("{name} is not a known system priority class")),
            Some((_, expected)) if *expected != value => {
                Some(format!("value of {name} PriorityClass must be {expected}"))
            }
            Some(_) => None,
        };
        if let Some(problem) = problem {
            let message = format!(
                "priority class names with 'system-' prefix are reserved for system use only. error: {problem}"
            );
            errors.forbidden(&METADATA.child("name"), message);
        }
    } else if value > USER_PRIORITY_MAX {
        let message = format!("maximum allowed value of a user defined priority is {USER_PRIORITY_MAX}");
        errors.forbidden(&Path::root("value"), message);
    }
    if let Some(policy) = class.get("preemptionPolicy").and_then(Value::as_str)
        && !matches!(policy, "Never" | "PreemptLowerPriority")
    {
        errors.not_supported(&Path::root("preemptionPolicy"), policy, &["Never", "PreemptLowerPriority"]);
    }
}

fn storage(class: &Value, errors: &mut Errors) {
    let path = Path::root("provisioner");
    let provisioner = read::text(class, "provisioner");
    if provisioner.is_empty() {
        errors.required(&path, "");
    } else {
        let lower = provisioner.to_lowercase();
        invalid_each(&path, provisioner, crate::checks::text::qualified_name(&lower), errors);
    }
    for (field, supported) in
        [("reclaimPolicy", ["Delete", "Retain"]), ("volumeBindingMode", ["Immediate", "WaitForFirstConsumer"])]
    {
        match class.get(field).and_then(Value::as_str) {
            Some(text) if !supported.contains(&text) => errors.not_supported(&Path::root(field), text, &supported),
            None => errors.required(&Path::root(field), ""),
            Some(_) => (),
        }
    }
}

fn ingress(class: &Value, errors: &mut Errors) {
    const SPEC: Path<'static> = Path::root("spec");
    let spec = read::at(class, "spec");
    let controller = read::text(spec, "controller");
    let path = SPEC.child("controller");
    if controller.len() > CONTROLLER_BYTES_MAX {
        errors.too_long(&path, CONTROLLER_BYTES_MAX);
    }
    domain_prefixed_path(&path, controller, errors);
    let Some(parameters) = read::given(spec, "parameters") else { return };
    let path = SPEC.child("parameters");
    for field in ["kind", "name"] {
        if read::text(parameters, field).is_empty() {
            errors.required(&path.child(field), "");
        }
    }
    let scope = read::text(parameters, "scope");
    let namespace = read::text(parameters, "namespace");
    match scope {
        "Namespace" if namespace.is_empty() => {
            errors.required(&path.child("namespace"), "`parameters.scope` is set to 'Namespace'");
        }
        "Cluster" if !namespace.is_empty() => {
            errors.forbidden(&path.child("namespace"), "`parameters.scope` is set to 'Cluster'");
        }
        "Namespace" | "Cluster" => (),
        _ => errors.not_supported(&path.child("scope"), scope, &["Cluster", "Namespace"]),
    }
}
