//! Environment variables and where their values come from.

use crate::checks::text::{config_key, dns_subdomain, environment_name, invalid_each};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// Fields of a pod that a variable can take its value from.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// Fields of a container's resources that a variable can take its value from.
const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// Problems of `env` and `envFrom`.
pub fn validate(path: &Path<'_>, container: &Value, errors: &mut Errors) {
    let place = path.child("env");
    for (index, variable) in read::list(container, "env").iter().enumerate() {
        let place = place.index(index);
        let name = read::text(variable, "name");
        if name.is_empty() {
            errors.required(&place.child("name"), "");
        } else {
            invalid_each(&place.child("name"), name, environment_name(name), errors);
        }
        if let Some(from) = read::given(variable, "valueFrom") {
            source(&place.child("valueFrom"), from, read::text(variable, "value"), errors);
        }
    }
    let place = path.child("envFrom");
    for (index, from) in read::list(container, "envFrom").iter().enumerate() {
        env_from(&place, index, from, errors);
    }
}

fn source(path: &Path<'_>, from: &Value, value: &str, errors: &mut Errors) {
    let mut sources = 0;
    if let Some(field) = read::given(from, "fieldRef") {
        sources += 1;
        field_selector(&path.child("fieldRef"), field, FIELDS, errors);
    }
    if let Some(resource) = read::given(from, "resourceFieldRef") {
        sources += 1;
        resource_selector(&path.child("resourceFieldRef"), resource, errors);
    }
    for name in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(key) = read::given(from, name) {
            sources += 1;
            key_selector(&path.child(name), key, errors);
        }
    }
    if let Some(file) = read::given(from, "fileKeyRef") {
        sources += 1;
        for field in ["volumeName", "path", "key"] {
            if read::text(file, field).is_empty() {
                errors.required(&path.child("fileKeyRef").child(field), "");
            }
        }
    }
    if sources == 0 {
        let message =
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        errors.invalid_text(path, "", message);
    } else if !value.is_empty() {
        errors.invalid_text(path, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        errors.invalid_text(path, "", "may not have more than one field specified at a time");
    }
}

/// A field of the pod itself.
pub fn field_selector(path: &Path<'_>, selector: &Value, supported: &[&str], errors: &mut Errors) {
    let version = read::text(selector, "apiVersion");
    let field = read::text(selector, "fieldPath");
    if version.is_empty() {
        return errors.required(&path.child("apiVersion"), "");
    }
    let place = path.child("fieldPath");
    if field.is_empty() {
        return errors.required(&place, "");
    }
    if let Some((map, key)) = field.strip_suffix(']').and_then(|field| field.split_once("['")) {
        let key = key.trim_end_matches('\'');
        return match map {
            "metadata.annotations" => {
                invalid_each(&place, key, crate::checks::text::qualified_name(&key.to_lowercase()), errors);
            }
            "metadata.labels" => invalid_each(&place, key, crate::checks::text::qualified_name(key), errors),
            _ => errors.invalid_text(&place, map, "does not support subscript"),
        };
    }
    let known = FIELDS.contains(&field) || matches!(field, "metadata.labels" | "metadata.annotations");
    if !known {
        let message = format!("error converting fieldPath: field label not supported: {field}");
        errors.invalid_text(&place, field, message);
    } else if !supported.contains(&field) {
        let mut names = supported.to_vec();
        names.sort_unstable();
        errors.not_supported(&place, field, &names);
    }
}

/// A resource of a container.
pub fn resource_selector(path: &Path<'_>, selector: &Value, errors: &mut Errors) {
    let resource = read::text(selector, "resource");
    let huge = resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
    if resource.is_empty() {
        errors.required(&path.child("resource"), "");
    } else if !RESOURCES.contains(&resource) && !huge {
        errors.not_supported(&path.child("resource"), resource, RESOURCES);
    }
}

fn key_selector(path: &Path<'_>, selector: &Value, errors: &mut Errors) {
    let key = read::text(selector, "key");
    if key.is_empty() {
        errors.required(&path.child("key"), "");
    } else {
        invalid_each(&path.child("key"), key, config_key(key), errors);
    }
}

fn env_from(path: &Path<'_>, index: usize, from: &Value, errors: &mut Errors) {
    let place = path.index(index);
    let prefix = read::text(from, "prefix");
    invalid_each(&place.child("prefix"), prefix, environment_name(prefix), errors);
    let mut sources = 0;
    for name in ["configMapRef", "secretRef"] {
        let Some(reference) = read::given(from, name) else { continue };
        sources += 1;
        let place = place.child(name);
        match read::text(reference, "name") {
            "" => errors.required(&place.child("name"), ""),
            text => invalid_each(&place.child("name"), text, dns_subdomain(text), errors),
        }
    }
    // Compat: both messages name the list, not the item.
    if sources == 0 {
        errors.invalid_text(path, "", "must specify one of: `configMapRef` or `secretRef`");
    } else if sources > 1 {
        errors.invalid_text(path, "", "may not have more than one field specified at a time");
    }
}
