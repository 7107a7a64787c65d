//! Ingresses.

use crate::checks::numbers;
use crate::checks::text::{dns_label, dns_subdomain, invalid_each, port_name, wildcard_subdomain};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;
use std::net::IpAddr;

/// What is special about ingresses.
pub const HOOKS: Hooks = Hooks {
    validate,
    validate_update: |new, _, errors| validate(new, errors),
    warnings: |ingress, _| warnings(ingress),
    ..PLAIN
};

const SPEC: Path<'static> = Path::root("spec");
/// The annotation that named a class before there was a field for it.
const OLD_CLASS: &str = "kubernetes.io/ingress.class";

fn warnings(ingress: &Value) -> Vec<String> {
    let annotations = read::map(read::at(ingress, "metadata"), "annotations");
    if annotations.is_none_or(|map| !map.contains_key(OLD_CLASS)) {
        return Vec::new();
    }
    vec![format!("annotation \"{OLD_CLASS}\" is deprecated, please use 'spec.ingressClassName' instead")]
}

fn validate(ingress: &Value, errors: &mut Errors) {
    let spec = read::at(ingress, "spec");
    let rules = read::list(spec, "rules");
    let default = read::given(spec, "defaultBackend");
    if rules.is_empty() && default.is_none() {
        errors.invalid(&SPEC, read::at(spec, "rules"), "either `defaultBackend` or `rules` must be specified");
    }
    if let Some(default) = default {
        backend(&SPEC.child("defaultBackend"), default, errors);
    }
    let path = SPEC.child("rules");
    for (index, one) in rules.iter().enumerate() {
        rule(&path.index(index), one, errors);
    }
    tls(&SPEC.child("tls"), read::list(spec, "tls"), errors);
    if let Some(class) = spec.get("ingressClassName").and_then(Value::as_str) {
        invalid_each(&SPEC.child("ingressClassName"), class, dns_subdomain(class), errors);
    }
    load_balancer_class(ingress, errors);
}

/// A class by annotation and by field at once is one too many.
fn load_balancer_class(ingress: &Value, errors: &mut Errors) {
    let metadata = read::at(ingress, "metadata");
    let old = read::map(metadata, "annotations").and_then(|map| map.get(OLD_CLASS)).and_then(Value::as_str);
    let new = read::at(ingress, "spec").get("ingressClassName").and_then(Value::as_str);
    if let (Some(old), Some(new)) = (old, new)
        && old != new
        && read::text(metadata, "resourceVersion").is_empty()
    {
        let path = Path::root("annotations");
        errors.invalid_text(&path.child(OLD_CLASS), old, "must match `ingressClassName` when both are specified");
    }
}

fn host(path: &Path<'_>, host: &str, errors: &mut Errors) {
    if host.is_empty() {
        return;
    }
    if host.parse::<IpAddr>().is_ok() {
        errors.invalid_text(path, host, "must be a DNS name, not an IP address");
    }
    let problems = if host.contains('*') { wildcard_subdomain(host) } else { dns_subdomain(host) };
    invalid_each(path, host, problems, errors);
}

fn rule(path: &Path<'_>, rule: &Value, errors: &mut Errors) {
    host(&path.child("host"), read::text(rule, "host"), errors);
    let Some(http) = read::given(rule, "http") else { return };
    let place = path.child("http");
    let paths = place.child("paths");
    let list = read::list(http, "paths");
    if list.is_empty() {
        errors.required(&paths, "");
    }
    for (index, one) in list.iter().enumerate() {
        http_path(&paths.index(index), one, errors);
    }
}

fn http_path(path: &Path<'_>, one: &Value, errors: &mut Errors) {
    let Some(kind) = one.get("pathType").and_then(Value::as_str) else {
        return errors.required(&path.child("pathType"), "pathType must be specified");
    };
    let text = read::text(one, "path");
    let place = path.child("path");
    match kind {
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                errors.invalid_text(&place, text, "must be an absolute path");
            }
            for part in ["//", "/./", "/../", "%2f", "%2F"].iter().filter(|part| text.contains(*part)) {
                errors.invalid_text(&place, text, format!("must not contain '{part}'"));
            }
            for end in ["/..", "/."].iter().filter(|end| text.ends_with(*end)) {
                errors.invalid_text(&place, text, format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" if !text.is_empty() && !text.starts_with('/') => {
            errors.invalid_text(&place, text, "must be an absolute path");
        }
        "ImplementationSpecific" => (),
        _ => errors.not_supported(&path.child("pathType"), kind, &["Exact", "ImplementationSpecific", "Prefix"]),
    }
    backend(&path.child("backend"), read::at(one, "backend"), errors);
}

fn backend(path: &Path<'_>, backend: &Value, errors: &mut Errors) {
    match (read::given(backend, "service"), read::given(backend, "resource")) {
        (Some(_), Some(_)) => errors.invalid_text(path, "", "cannot set both resource and service backends"),
        (None, None) => errors.invalid_text(path, "", "resource or service backend is required"),
        (None, Some(resource)) => {
            let place = path.child("resource");
            for field in ["kind", "name"] {
                if read::text(resource, field).is_empty() {
                    errors.required(&place.child(field), "");
                }
            }
        }
        (Some(service), None) => service_backend(path, service, errors),
    }
}

fn service_backend(path: &Path<'_>, service: &Value, errors: &mut Errors) {
    let place = path.child("service");
    match read::text(service, "name") {
        "" => errors.required(&place.child("name"), ""),
        name => invalid_each(&place.child("name"), name, dns_label(name), errors),
    }
    let port = read::at(service, "port");
    let place = place.child("port");
    match (read::text(port, "name"), read::number(port, "number")) {
        ("", 0) => errors.required(path, "port name or number is required"),
        ("", number) => numbers::port(&place.child("number"), number, errors),
        (name, 0) => invalid_each(&place.child("name"), name, port_name(name), errors),
        _ => errors.invalid_text(path, "", "cannot set both port name & port number"),
    }
}

fn tls(path: &Path<'_>, entries: &[Value], errors: &mut Errors) {
    for (index, entry) in entries.iter().enumerate() {
        let place = path.index(index);
        let hosts = place.child("hosts");
        for (index, name) in read::list(entry, "hosts").iter().filter_map(Value::as_str).enumerate() {
            let problems = if name.contains('*') { wildcard_subdomain(name) } else { dns_subdomain(name) };
            invalid_each(&hosts.index(index), name, problems, errors);
        }
        let secret = read::text(entry, "secretName");
        if !secret.is_empty() {
            invalid_each(&place.child("secretName"), secret, dns_subdomain(secret), errors);
        }
    }
}
