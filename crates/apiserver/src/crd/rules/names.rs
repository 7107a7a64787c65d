//! The name of a definition, the names of what it defines, and the groups that need approval.

use super::read::{items, text};
use kinds::{Errors, Path, dns_1035_label};
use serde_json::Value;

const APPROVED: &str = "api-approved.kubernetes.io";

/// A definition's name follows from what it defines.
pub fn check_own_name(definition: &Value, spec: &Value, errors: &mut Errors) {
    let (name, names) = (definition.pointer("/metadata/name").and_then(Value::as_str), &spec["names"]);
    let name = name.unwrap_or_default();
    if name != format!("{}.{}", text(names, "plural"), text(spec, "group")) {
        let detail = "must be spec.names.plural+\".\"+spec.group";
        errors.invalid_text(&Path::root("metadata").child("name"), name, detail);
    }
}

/// Groups of the Kubernetes community carry the address of the review that let them in.
pub fn check_approval(definition: &Value, spec: &Value, errors: &mut Errors) {
    let group = text(spec, "group");
    let protected = ["k8s.io", "kubernetes.io"];
    let is_protected = protected.iter().any(|suffix| group == *suffix || group.ends_with(&format!(".{suffix}")));
    if !is_protected {
        return;
    }
    let annotations = Path::root("metadata");
    let annotations = annotations.child("annotations");
    let at = annotations.key(APPROVED);
    let approval = definition.pointer("/metadata/annotations").map_or("", |map| text(map, APPROVED));
    if approval.is_empty() {
        let detail = format!(
            "protected groups must have approval annotation \"{APPROVED}\", \
             see https://github.com/kubernetes/enhancements/pull/1111"
        );
        errors.required(&at, detail);
    } else if !approval.starts_with("http") && !approval.starts_with("unapproved") {
        let detail = "protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL \
                      or a reason starting with \"unapproved\", \
                      see https://github.com/kubernetes/enhancements/pull/1111";
        errors.invalid_text(&at, approval, detail);
    }
}

/// The names under which objects are served.
pub fn check_names(at: &Path<'_>, names: &Value, errors: &mut Errors) {
    for field in ["plural", "singular", "kind", "listKind"] {
        if text(names, field).is_empty() {
            errors.required(&at.child(field), "");
        }
    }
    for field in ["plural", "singular"] {
        check_label(&at.child(field), text(names, field), errors);
    }
    for field in ["kind", "listKind"] {
        check_mixed_case(&at.child(field), text(names, field), errors);
    }
    for field in ["shortNames", "categories"] {
        for (index, name) in items(names, field).iter().enumerate() {
            check_label(&at.child(field).index(index), name.as_str().unwrap_or_default(), errors);
        }
    }
    let (kind, list_kind) = (text(names, "kind"), text(names, "listKind"));
    if !kind.is_empty() && kind == list_kind {
        errors.invalid_text(&at.child("listKind"), list_kind, "kind and listKind may not be the same");
    }
}

fn check_label(at: &Path<'_>, name: &str, errors: &mut Errors) {
    let problems = if name.is_empty() { Vec::new() } else { dns_1035_label(name) };
    if !problems.is_empty() {
        errors.invalid_text(at, name, problems.join(","));
    }
}

fn check_mixed_case(at: &Path<'_>, name: &str, errors: &mut Errors) {
    let problems = if name.is_empty() { Vec::new() } else { dns_1035_label(&name.to_ascii_lowercase()) };
    if !problems.is_empty() {
        let detail = format!("may have mixed case, but should otherwise match: {}", problems.join(","));
        errors.invalid_text(at, name, detail);
    }
}
