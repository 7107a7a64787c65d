//! Rules for `metadata` that hold for every kind, custom ones included: names, labels, annotations, owners, finalizers.

use crate::checks::text::{
    Problems, dns_1035_label, dns_label, dns_subdomain, invalid_each, path_segment, qualified_name,
};
use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{NameRule, Scope};
use crate::read;
use serde_json::Value;
use std::collections::BTreeSet;

/// Bytes that the annotations of one object may take together, keys included.
pub const ANNOTATIONS_BYTES_MAX: usize = 256 * 1024;
/// Characters of a cron job's name: its jobs' names add eleven and must stay within 63.
const CRON_JOB_NAME_MAX: usize = 52;
/// Bytes of the name of a field manager.
const MANAGER_BYTES_MAX: usize = 128;
/// Bytes of the name of a subresource in `managedFields`.
const SUBRESOURCE_BYTES_MAX: usize = 256;

const METADATA: Path<'static> = Path::root("metadata");

/// Problems of the metadata of a new object, whose name was generated already.
pub fn validate_create(object: &Value, scope: Scope, names: NameRule, errors: &mut Errors) {
    let metadata = read::at(object, "metadata");
    let (name, prefix) = (read::text(metadata, "name"), read::text(metadata, "generateName"));
    if !prefix.is_empty() {
        // A name begins with it, so that one hyphen at its end is fine.
        let masked = prefix.strip_suffix('-').filter(|rest| !rest.is_empty()).map(|rest| format!("{rest}a"));
        let problems = names.problems(masked.as_deref().unwrap_or(prefix));
        invalid_each(&METADATA.child("generateName"), prefix, problems, errors);
    }
    if name.is_empty() {
        errors.required(&METADATA.child("name"), "name or generateName is required");
    } else {
        invalid_each(&METADATA.child("name"), name, names.problems(name), errors);
    }
    namespace(metadata, scope, errors);
    numbers::not_negative_at(&METADATA, metadata, "generation", errors);
    written_by_users(metadata, errors);
    let finalizers = METADATA.child("finalizers");
    for finalizer in read::list(metadata, "finalizers").iter().filter_map(Value::as_str) {
        invalid_each(&finalizers, finalizer, qualified_name(finalizer), errors);
    }
    both_propagations(metadata, errors);
    managed_fields(metadata, errors);
}

/// Problems of a change of metadata.
pub fn validate_update(new: &Value, old: &Value, scope: Scope, errors: &mut Errors) {
    let _ = scope;
    let (new, old) = (read::at(new, "metadata"), read::at(old, "metadata"));
    if old.get("deletionTimestamp").is_some() {
        no_new_finalizers(new, old, errors);
    }
    if read::number(new, "generation") < read::number(old, "generation") {
        let generation = read::number(new, "generation");
        errors.invalid_number(&METADATA.child("generation"), generation, "must not be decremented");
    }
    for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        if new.get(field) != old.get(field) {
            errors.invalid(&METADATA.child(field), read::at(new, field), "field is immutable");
        }
    }
    written_by_users(new, errors);
    managed_fields(new, errors);
}

impl NameRule {
    /// What is wrong with a name under this rule.
    #[must_use]
    pub fn problems(self, name: &str) -> Problems {
        match self {
            NameRule::Subdomain => dns_subdomain(name),
            NameRule::Label => dns_label(name),
            NameRule::Label1035 => dns_1035_label(name),
            NameRule::PathSegment => path_segment(name),
            NameRule::CronJob if name.len() > CRON_JOB_NAME_MAX && dns_subdomain(name).is_empty() => {
                vec![format!("must be no more than {CRON_JOB_NAME_MAX} characters")]
            }
            NameRule::CronJob => dns_subdomain(name),
            NameRule::IpAddress if name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_string() == name) => {
                Vec::new()
            }
            NameRule::IpAddress => vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()],
            NameRule::Free => Vec::new(),
        }
    }
}

fn namespace(metadata: &Value, scope: Scope, errors: &mut Errors) {
    let namespace = read::text(metadata, "namespace");
    let path = METADATA.child("namespace");
    match scope {
        Scope::Namespaced if namespace.is_empty() => errors.required(&path, ""),
        Scope::Namespaced => invalid_each(&path, namespace, dns_label(namespace), errors),
        Scope::Cluster if !namespace.is_empty() => errors.forbidden(&path, "not allowed on this type"),
        Scope::Cluster => (),
    }
}

fn written_by_users(metadata: &Value, errors: &mut Errors) {
    labels::labels(&METADATA.child("labels"), read::at(metadata, "labels"), errors);
    annotations(&METADATA.child("annotations"), read::at(metadata, "annotations"), errors);
    owner_references(metadata, errors);
}

/// Keys and size of annotations.
pub fn annotations(path: &Path<'_>, annotations: &Value, errors: &mut Errors) {
    let mut bytes = 0;
    for (key, value) in annotations.as_object().into_iter().flatten() {
        invalid_each(path, key, qualified_name(&key.to_lowercase()), errors);
        bytes += key.len() + value.as_str().map_or(0, str::len);
    }
    if bytes > ANNOTATIONS_BYTES_MAX {
        errors.too_long(path, ANNOTATIONS_BYTES_MAX);
    }
}

fn owner_references(metadata: &Value, errors: &mut Errors) {
    let path = METADATA.child("ownerReferences");
    let mut controller: Option<String> = None;
    for reference in read::list(metadata, "ownerReferences") {
        let api_version = read::text(reference, "apiVersion");
        if api_version.rsplit('/').next().is_none_or(str::is_empty) {
            errors.invalid_text(&path.child("apiVersion"), api_version, "version must not be empty");
        }
        for field in ["kind", "name", "uid"] {
            if read::text(reference, field).is_empty() {
                errors.invalid_text(&path.child(field), "", "must not be empty");
            }
        }
        if api_version == "v1" && read::text(reference, "kind") == "Event" {
            errors.invalid(&path, reference, "/v1, Kind=Event is disallowed from being an owner");
        }
        if read::flag(reference, "controller") {
            let name = format!("{}/{}", read::text(reference, "kind"), read::text(reference, "name"));
            match &controller {
                Some(first) => errors.invalid(
                    &path,
                    read::at(metadata, "ownerReferences"),
                    format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                    ),
                ),
                None => controller = Some(name),
            }
        }
    }
}

fn both_propagations(metadata: &Value, errors: &mut Errors) {
    let finalizers = read::list(metadata, "finalizers");
    let has = |name: &str| finalizers.iter().any(|finalizer| finalizer.as_str() == Some(name));
    if has("orphan") && has("foregroundDeletion") {
        let message = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.invalid(&METADATA.child("finalizers"), read::at(metadata, "finalizers"), message);
    }
}

fn no_new_finalizers(new: &Value, old: &Value, errors: &mut Errors) {
    let names =
        |metadata| -> BTreeSet<&str> { read::list(metadata, "finalizers").iter().filter_map(Value::as_str).collect() };
    let (new, old): (BTreeSet<&str>, BTreeSet<&str>) = (names(new), names(old));
    let added: Vec<String> = new.difference(&old).map(|name| crate::field::quoted(name)).collect();
    if !added.is_empty() {
        let list = format!("[]string{{{}}}", added.join(", "));
        let message =
            format!("no new finalizers can be added if the object is being deleted, found new finalizers {list}");
        errors.forbidden(&METADATA.child("finalizers"), message);
    }
}

fn managed_fields(metadata: &Value, errors: &mut Errors) {
    let path = METADATA.child("managedFields");
    for (index, entry) in read::list(metadata, "managedFields").iter().enumerate() {
        let path = path.index(index);
        let operation = read::text(entry, "operation");
        if !matches!(operation, "Apply" | "Update") {
            errors.invalid_text(&path.child("operation"), operation, "must be `Apply` or `Update`");
        }
        let fields_type = read::text(entry, "fieldsType");
        if !matches!(fields_type, "" | "FieldsV1") {
            errors.invalid_text(&path.child("fieldsType"), fields_type, "must be `FieldsV1`");
        }
        if read::text(entry, "manager").len() > MANAGER_BYTES_MAX {
            errors.too_long(&path.child("manager"), MANAGER_BYTES_MAX);
        }
        if read::text(entry, "subresource").len() > SUBRESOURCE_BYTES_MAX {
            errors.too_long(&path.child("subresource"), SUBRESOURCE_BYTES_MAX);
        }
    }
}
