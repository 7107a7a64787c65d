//! The specification of a definition: group, scope, versions with what each has, conversion.

use super::read::{check_simple_path, items, text};
use super::{expressions, names, openapi, structural, versions};
use kinds::{Errors, Path, dns_1035_label, dns_subdomain};
use serde_json::Value;

/// What is wrong with it.
pub fn check(spec: &Value, errors: &mut Errors) {
    let at = Path::root("spec");
    check_group(&at, text(spec, "group"), errors);
    check_scope(&at, text(spec, "scope"), errors);
    check_pruning(&at, spec, errors);
    let all = items(spec, "versions");
    let list = at.child("versions");
    check_schemas_given(&list, all, errors);
    for (index, version) in all.iter().enumerate() {
        let here = list.index(index);
        check_label(&here.child("name"), text(version, "name"), errors);
        check_own_parts(&here, all, version, errors);
    }
    versions::check(&list, all, errors);
    if let Some(first) = all.first() {
        // Compat: the first version is also told of under the name the field had before there were several.
        check_label(&at.child("version"), text(first, "name"), errors);
    }
    names::check_names(&at.child("names"), &spec["names"], errors);
    check_shared_parts(&at, all, errors);
    check_conversion(&at.child("conversion"), spec.get("conversion").unwrap_or(&Value::Null), errors);
}

fn check_group(at: &Path<'_>, group: &str, errors: &mut Errors) {
    let at = at.child("group");
    if group.is_empty() {
        errors.required(&at, "");
        return;
    }
    let problems = dns_subdomain(group);
    if !problems.is_empty() {
        errors.invalid_text(&at, group, problems.join(","));
    } else if !group.contains('.') {
        errors.invalid_text(&at, group, "should be a domain with at least one dot");
    }
}

fn check_scope(at: &Path<'_>, scope: &str, errors: &mut Errors) {
    let at = at.child("scope");
    match scope {
        "" => errors.required(&at, ""),
        "Cluster" | "Namespaced" => {}
        other => errors.not_supported(&at, other, &["Cluster", "Namespaced"]),
    }
}

fn check_pruning(at: &Path<'_>, spec: &Value, errors: &mut Errors) {
    if spec["preserveUnknownFields"] == true {
        let detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema \
                      instead";
        errors.invalid(&at.child("preserveUnknownFields"), &Value::Bool(true), detail);
    }
}

fn check_schemas_given(at: &Path<'_>, versions: &[Value], errors: &mut Errors) {
    for (index, version) in versions.iter().enumerate() {
        if version.pointer("/schema/openAPIV3Schema").is_none_or(Value::is_null) {
            errors.required(&at.index(index).child("schema").child("openAPIV3Schema"), "");
        }
    }
}

fn check_label(at: &Path<'_>, name: &str, errors: &mut Errors) {
    let problems = dns_1035_label(name);
    if !problems.is_empty() {
        errors.invalid_text(at, name, problems.join(","));
    }
}

/// What a version has for itself. What all have alike is looked at once, in `check_shared_parts`.
fn check_own_parts(at: &Path<'_>, all: &[Value], version: &Value, errors: &mut Errors) {
    let own = |field: &str| version.get(field).filter(|_| versions::shared(all, field).is_none());
    if let Some(schema) = own("schema") {
        check_schema(&at.child("schema"), schema, errors);
    }
    if let Some(subresources) = own("subresources") {
        check_subresources(&at.child("subresources"), subresources, errors);
    }
    if let Some(columns) = own("additionalPrinterColumns") {
        check_columns(&at.child("additionalPrinterColumns"), columns, errors);
    }
}

fn check_shared_parts(at: &Path<'_>, all: &[Value], errors: &mut Errors) {
    if let Some(schema) = versions::shared(all, "schema") {
        check_schema(&at.child("validation"), schema, errors);
    }
    if let Some(subresources) = versions::shared(all, "subresources") {
        check_subresources(&at.child("subresources"), subresources, errors);
    }
    if let Some(columns) = versions::shared(all, "additionalPrinterColumns") {
        check_columns(&at.child("additionalPrinterColumns"), columns, errors);
    }
}

/// A schema: first word by word, then, when every word is right, whether it is structural.
fn check_schema(at: &Path<'_>, validation: &Value, errors: &mut Errors) {
    let Some(schema) = validation.get("openAPIV3Schema").filter(|schema| schema.is_object()) else { return };
    let at = at.child("openAPIV3Schema");
    let before = errors.len();
    openapi::check(&at, schema, errors);
    if errors.len() == before {
        expressions::check(&at, schema, errors);
        structural::check(&at, schema, errors);
    }
    if errors.len() == before {
        structural::check_defaults(&at, schema, errors);
    }
}

fn check_subresources(at: &Path<'_>, subresources: &Value, errors: &mut Errors) {
    let Some(scale) = subresources.get("scale").filter(|scale| scale.is_object()) else { return };
    let at = at.child("scale");
    for (field, below) in [("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")] {
        check_replicas_path(&at.child(field), text(scale, field), below, errors);
    }
    let selector = text(scale, "labelSelectorPath");
    if !selector.is_empty() {
        let here = at.child("labelSelectorPath");
        check_simple_path(&here, selector, errors);
        let belongs = [".spec.", ".status."].iter().any(|below| selector.starts_with(below));
        if selector.starts_with('.') && !belongs {
            errors.invalid_text(&here, selector, "should be a json path under either .spec or .status");
        }
    }
}

fn check_replicas_path(at: &Path<'_>, path: &str, below: &str, errors: &mut Errors) {
    check_simple_path(at, path, errors);
    if path.starts_with('.') && !path.starts_with(below) {
        let parent = below.trim_end_matches('.');
        errors.invalid_text(at, path, format!("should be a json path under {parent}"));
    }
}

fn check_columns(at: &Path<'_>, columns: &Value, errors: &mut Errors) {
    const TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
    const FORMATS: [&str; 8] = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
    for (index, column) in columns.as_array().into_iter().flatten().enumerate() {
        let at = at.index(index);
        if text(column, "name").is_empty() {
            errors.required(&at.child("name"), "");
        }
        let kind = text(column, "type");
        if kind.is_empty() {
            errors.required(&at.child("type"), format!("must be one of {}", TYPES.join(",")));
        } else if !TYPES.contains(&kind) {
            errors.invalid_text(&at.child("type"), kind, format!("must be one of {}", TYPES.join(",")));
        }
        let format = text(column, "format");
        if !format.is_empty() && !FORMATS.contains(&format) {
            errors.invalid_text(&at.child("format"), format, format!("must be one of {}", FORMATS.join(",")));
        }
        check_simple_path(&at.child("JSONPath"), text(column, "jsonPath"), errors);
    }
}

fn check_conversion(at: &Path<'_>, conversion: &Value, errors: &mut Errors) {
    let webhook = conversion.get("webhook").filter(|webhook| webhook.is_object());
    match text(conversion, "strategy") {
        "" | "None" => {
            if webhook.is_some() {
                let detail = "should not be set when strategy is not set to Webhook";
                errors.forbidden(&at.child("webhookClientConfig"), detail);
            }
        }
        "Webhook" => {
            if webhook.and_then(|webhook| webhook.get("clientConfig")).is_none() {
                errors.required(&at.child("webhookClientConfig"), "required when strategy is set to Webhook");
            }
            if webhook.is_none_or(|webhook| items(webhook, "conversionReviewVersions").is_empty()) {
                errors.required(&at.child("conversionReviewVersions"), "");
            }
        }
        other => errors.not_supported(&at.child("strategy"), other, &["None", "Webhook"]),
    }
}
