//! Deployments, replica sets, stateful sets, daemon sets, replication controllers, pod templates, revisions.

mod daemon_set;
mod deployment;
mod stateful_set;
mod status;

pub use daemon_set::HOOKS as DAEMON_SET;
pub use deployment::HOOKS as DEPLOYMENT;
pub use stateful_set::HOOKS as STATEFUL_SET;

use super::pod::{forbid_deadline, require_restart_policy, template, template_warnings};
use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

const SPEC: Path<'static> = Path::root("spec");
const MISMATCH: &str = "`selector` does not match template `labels`";

/// What is special about replica sets.
pub const REPLICA_SET: Hooks = Hooks {
    validate: validate_replica_set,
    validate_update: |new, old, errors| {
        validate_replica_set(new, errors);
        immutable_selector(new, old, errors);
    },
    validate_status: status::of_replica_set,
    warnings: of_spec_template,
    ..PLAIN
};

/// What is special about replication controllers.
pub const REPLICATION_CONTROLLER: Hooks = Hooks {
    validate: validate_controller,
    validate_update: |new, _, errors| validate_controller(new, errors),
    validate_status: status::of_replica_set,
    warnings: of_spec_template,
    ..PLAIN
};

/// What is special about pod templates.
pub const POD_TEMPLATE: Hooks = Hooks {
    validate: |object, errors| template(&Path::root("template"), read::at(object, "template"), errors),
    validate_update: |new, _, errors| template(&Path::root("template"), read::at(new, "template"), errors),
    ..PLAIN
};

/// What is special about controller revisions.
pub const REVISION: Hooks = Hooks {
    validate: validate_revision,
    validate_update: |new, old, errors| {
        validate_revision(new, errors);
        if new.get("data") != old.get("data") {
            errors.invalid(&Path::root("data"), read::at(new, "data"), "field is immutable");
        }
    },
    ..PLAIN
};

/// Warnings of the template in `spec.template`, when it is new or its specification changed.
pub fn of_spec_template(object: &Value, old: Option<&Value>) -> Vec<String> {
    if old.is_some_and(|old| old.get("spec") == object.get("spec")) {
        return Vec::new();
    }
    template_warnings(&SPEC.child("template"), read::at(read::at(object, "spec"), "template"))
}

fn immutable_selector(new: &Value, old: &Value, errors: &mut Errors) {
    let selector = |object: &Value| read::at(read::at(object, "spec"), "selector").clone();
    if selector(new) != selector(old) {
        errors.invalid(&SPEC.child("selector"), &selector(new), "field is immutable");
    }
}

/// A selector that is given and asks for something; `kind` names what would be invalid.
fn selector(spec: &Value, kind: &str, errors: &mut Errors) {
    let path = SPEC.child("selector");
    let Some(selector) = read::given(spec, "selector") else { return errors.required(&path, "") };
    labels::selector(&path, selector, errors);
    if labels::is_empty(selector) {
        errors.invalid(&path, selector, format!("empty selector is invalid for {kind}"));
    }
}

/// A template whose labels the selector matches.
fn matching_template(spec: &Value, errors: &mut Errors) {
    let path = SPEC.child("template");
    let selector = read::at(spec, "selector");
    let own = read::at(read::at(spec, "template"), "metadata").get("labels").cloned().unwrap_or(Value::Null);
    let asks_nothing = !selector.is_null() && labels::is_empty(selector);
    if !asks_nothing && !labels::matches(selector, &own) {
        errors.invalid(&path.child("metadata").child("labels"), &own, MISMATCH);
    }
    template(&path, read::at(spec, "template"), errors);
}

fn validate_replica_set(set: &Value, errors: &mut Errors) {
    let spec = read::at(set, "spec");
    let path = SPEC.child("template");
    numbers::not_negative_at(&SPEC, spec, "replicas", errors);
    numbers::not_negative_at(&SPEC, spec, "minReadySeconds", errors);
    selector(spec, "deployment", errors);
    if !labels::is_usable(read::at(spec, "selector")) {
        let given = read::at(spec, "selector");
        return errors.invalid(&SPEC.child("selector"), given, "invalid label selector");
    }
    matching_template(spec, errors);
    require_restart_policy(&path, read::at(spec, "template"), "Always", errors);
    forbid_deadline(&path, read::at(spec, "template"), "ReplicaSet", errors);
}

fn validate_controller(controller: &Value, errors: &mut Errors) {
    let spec = read::at(controller, "spec");
    let path = SPEC.child("template");
    numbers::not_negative_at(&SPEC, spec, "minReadySeconds", errors);
    let plain = read::at(spec, "selector");
    if plain.as_object().is_none_or(serde_json::Map::is_empty) {
        errors.required(&SPEC.child("selector"), "");
    }
    numbers::not_negative_at(&SPEC, spec, "replicas", errors);
    let Some(pods) = read::given(spec, "template") else { return errors.required(&path, "") };
    let own = read::at(pods, "metadata").get("labels").cloned().unwrap_or(Value::Null);
    if !labels::matches(&json!({"matchLabels": plain}), &own) {
        errors.invalid(&path.child("metadata").child("labels"), &own, MISMATCH);
    }
    template(&path, pods, errors);
    require_restart_policy(&path, pods, "Always", errors);
    forbid_deadline(&path, pods, "ReplicationController", errors);
}

fn validate_revision(revision: &Value, errors: &mut Errors) {
    if read::given(revision, "data").is_none() {
        errors.required(&Path::root("data"), "data is mandatory");
    }
    numbers::not_negative(&Path::root("revision"), read::number(revision, "revision"), errors);
}
