//! Probes and lifecycle handlers.

use crate::checks::numbers;
use crate::checks::text::{header_name, invalid_each};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// Problems of a container's probes and lifecycle.
pub fn of_container(path: &Path<'_>, container: &Value, errors: &mut Errors) {
    if let Some(lifecycle) = read::given(container, "lifecycle") {
        let place = path.child("lifecycle");
        for field in ["postStart", "preStop"] {
            if let Some(action) = read::given(lifecycle, field) {
                handler(&place.child(field), action, errors);
            }
        }
    }
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(given) = read::given(container, field) {
            probe(&path.child(field), given, errors);
            let threshold = read::number(given, "successThreshold");
            if field != "readinessProbe" && threshold != 1 {
                errors.invalid_number(&path.child(field).child("successThreshold"), threshold, "must be 1");
            }
        }
    }
    let place = path.child("readinessProbe");
    if let Some(given) = read::given(container, "readinessProbe")
        && read::given(given, "terminationGracePeriodSeconds").is_some()
    {
        let seconds = read::at(given, "terminationGracePeriodSeconds");
        errors.invalid(&place.child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes");
    }
}

fn probe(path: &Path<'_>, probe: &Value, errors: &mut Errors) {
    handler(path, probe, errors);
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        numbers::not_negative_at(path, probe, field, errors);
    }
    if let Some(seconds) = read::given_number(probe, "terminationGracePeriodSeconds").filter(|seconds| *seconds <= 0) {
        errors.invalid_number(&path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0");
    }
}

fn handler(path: &Path<'_>, handler: &Value, errors: &mut Errors) {
    let mut handlers = 0;
    for field in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let Some(action) = read::given(handler, field) else { continue };
        let place = path.child(field);
        handlers += 1;
        if handlers > 1 {
            errors.forbidden(&place, "may not specify more than 1 handler type");
            continue;
        }
        match field {
            "exec" if read::list(action, "command").is_empty() => errors.required(&place.child("command"), ""),
            "httpGet" => http_get(&place, action, errors),
            "tcpSocket" => numbers::port_or_name(&place.child("port"), read::at(action, "port"), errors),
            "grpc" => numbers::port(&place.child("port"), read::number(action, "port"), errors),
            _ => (),
        }
    }
    if handlers == 0 {
        errors.required(path, "must specify a handler type");
    }
}

fn http_get(path: &Path<'_>, action: &Value, errors: &mut Errors) {
    if read::text(action, "path").is_empty() {
        errors.required(&path.child("path"), "");
    }
    numbers::port_or_name(&path.child("port"), read::at(action, "port"), errors);
    let scheme = read::text(action, "scheme");
    if !matches!(scheme, "HTTP" | "HTTPS") {
        errors.not_supported(&path.child("scheme"), scheme, &["HTTP", "HTTPS"]);
    }
    for header in read::list(action, "httpHeaders") {
        let name = read::text(header, "name");
        invalid_each(&path.child("httpHeaders"), name, header_name(name), errors);
    }
}
