//! Volumes and their sources.

use super::environment::{field_selector, resource_selector};
use super::mounts::{descending, no_climbing};
use super::volumes_by_name::Volumes;
use crate::checks::quantities;
use crate::checks::text::{config_key, dns_label, dns_subdomain, invalid_each};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Source types in the order in which Kubernetes looks for them: all but the first are errors.
const SOURCES: &[&str] = &[
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
    "local",
];
/// Fields of a pod that a file can take its content from.
const FILE_FIELDS: &[&str] =
    &["metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"];
/// Highest file mode, 0777.
const MODE_MAX: i64 = 0o777;
/// Seconds a projected token must last and may last.
const TOKEN_SECONDS: (i64, i64) = (600, 1 << 32);

/// Problems of all volumes; gives those without problems by name.
pub fn validate<'v>(path: &Path<'_>, volumes: &'v [Value], errors: &mut Errors) -> Volumes<'v> {
    let mut known: Volumes<'v> = BTreeMap::new();
    for (index, volume) in volumes.iter().enumerate() {
        let place = path.index(index);
        let before = errors.len();
        source(&place, volume, errors);
        let name = read::text(volume, "name");
        if name.is_empty() {
            errors.required(&place.child("name"), "");
        } else {
            invalid_each(&place.child("name"), name, dns_label(name), errors);
        }
        if known.contains_key(name) {
            errors.duplicate(&place.child("name"), &json!(name));
        }
        if errors.len() == before {
            known.insert(name, volume);
        }
    }
    known
}

/// Problems of the source of one volume, persistent ones included.
pub fn source(path: &Path<'_>, volume: &Value, errors: &mut Errors) {
    let mut sources = 0;
    for name in SOURCES {
        let Some(source) = read::given(volume, name) else { continue };
        sources += 1;
        let place = path.child(name);
        if sources > 1 {
            errors.forbidden(&place, "may not specify more than 1 volume type");
        } else {
            one_source(&place, name, source, errors);
        }
    }
    if sources == 0 {
        errors.required(path, "must specify a volume type");
    }
}

fn one_source(path: &Path<'_>, name: &str, source: &Value, errors: &mut Errors) {
    match name {
        "emptyDir" if source.get("sizeLimit").is_some_and(|limit| quantities::of(limit).is_negative()) => {
            errors.forbidden(&path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
        }
        "hostPath" => host_path(path, source, errors),
        "secret" => {
            required(path, source, &["secretName"], errors);
            files(path, source, errors);
        }
        "configMap" => {
            required(path, source, &["name"], errors);
            files(path, source, errors);
        }
        "nfs" => {
            required(path, source, &["server", "path"], errors);
            if !read::text(source, "path").starts_with('/') && !read::text(source, "path").is_empty() {
                errors.invalid_text(&path.child("path"), read::text(source, "path"), "must be an absolute path");
            }
        }
        "persistentVolumeClaim" => required(path, source, &["claimName"], errors),
        "iscsi" => required(path, source, &["targetPortal", "iqn"], errors),
        "csi" => required(path, source, &["driver"], errors),
        "local" => {
            required(path, source, &["path"], errors);
            no_climbing(&path.child("path"), read::text(source, "path"), errors);
        }
        "gitRepo" => required(path, source, &["repository"], errors),
        "rbd" => required(path, source, &["image"], errors),
        "awsElasticBlockStore" | "cinder" => required(path, source, &["volumeID"], errors),
        "gcePersistentDisk" => required(path, source, &["pdName"], errors),
        "glusterfs" => required(path, source, &["endpoints", "path"], errors),
        "azureFile" => required(path, source, &["secretName", "shareName"], errors),
        "azureDisk" => required(path, source, &["diskName", "diskURI"], errors),
        "downwardAPI" => downward(path, read::list(source, "items"), source, errors),
        "projected" => projected(path, source, errors),
        "ephemeral" => ephemeral(path, source, errors),
        _ => (),
    }
}

fn required(path: &Path<'_>, source: &Value, fields: &[&str], errors: &mut Errors) {
    for field in fields.iter().filter(|field| read::text(source, field).is_empty()) {
        errors.required(&path.child(field), "");
    }
}

fn host_path(path: &Path<'_>, source: &Value, errors: &mut Errors) {
    let text = read::text(source, "path");
    if text.is_empty() {
        return errors.required(&path.child("path"), "");
    }
    no_climbing(&path.child("path"), text, errors);
    let kinds = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
    let kind = read::text(source, "type");
    if !kinds.contains(&kind) {
        errors.not_supported(&path.child("type"), kind, &kinds);
    }
}

fn mode(path: &Path<'_>, value: &Value, field: &str, errors: &mut Errors) {
    if let Some(mode) = read::given_number(value, field).filter(|mode| !(0..=MODE_MAX).contains(mode)) {
        let message = "must be a number between 0 and 0777 (octal), both inclusive";
        errors.invalid_number(&path.child(field), mode, message);
    }
}

fn files(path: &Path<'_>, source: &Value, errors: &mut Errors) {
    mode(path, source, "defaultMode", errors);
    items(&path.child("items"), read::list(source, "items"), errors);
}

fn items(path: &Path<'_>, items: &[Value], errors: &mut Errors) {
    for (index, item) in items.iter().enumerate() {
        let place = path.index(index);
        let key = read::text(item, "key");
        if key.is_empty() {
            errors.required(&place.child("key"), "");
        } else {
            invalid_each(&place.child("key"), key, config_key(key), errors);
        }
        file_path(&place, item, errors);
        mode(&place, item, "mode", errors);
    }
}

fn file_path(path: &Path<'_>, item: &Value, errors: &mut Errors) {
    let text = read::text(item, "path");
    if text.is_empty() {
        return errors.required(&path.child("path"), "");
    }
    descending(&path.child("path"), text, errors);
    if text.starts_with("..") && !text.starts_with("../") {
        errors.invalid_text(&path.child("path"), text, "must not start with '..'");
    }
}

fn downward(path: &Path<'_>, files: &[Value], source: &Value, errors: &mut Errors) {
    mode(path, source, "defaultMode", errors);
    for file in files {
        // Compat: problems of the files are reported at the source, without field or index.
        file_path(path, file, errors);
        let (field, resource) = (read::given(file, "fieldRef"), read::given(file, "resourceFieldRef"));
        match (field, resource) {
            (Some(_), Some(_)) => {
                let message = "fieldRef and resourceFieldRef can not be specified simultaneously";
                errors.invalid_text(path, "resource", message);
            }
            (Some(field), None) => field_selector(&path.child("fieldRef"), field, FILE_FIELDS, errors),
            (None, Some(resource)) => resource_selector(&path.child("resourceFieldRef"), resource, errors),
            (None, None) => errors.required(path, "one of fieldRef and resourceFieldRef is required"),
        }
        mode(path, file, "mode", errors);
    }
}

fn projected(path: &Path<'_>, source: &Value, errors: &mut Errors) {
    mode(path, source, "defaultMode", errors);
    let list = path.child("sources");
    for (index, one) in read::list(source, "sources").iter().enumerate() {
        let place = list.index(index);
        let mut sources = 0;
        for name in ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle"] {
            let Some(projection) = read::given(one, name) else { continue };
            sources += 1;
            let place = place.child(name);
            if sources > 1 {
                errors.forbidden(&place, "may not specify more than 1 volume type");
                continue;
            }
            projection_of(&place, name, projection, errors);
        }
        if sources == 0 {
            errors.required(&place, "must specify a source");
        }
    }
}

fn projection_of(path: &Path<'_>, name: &str, projection: &Value, errors: &mut Errors) {
    match name {
        "secret" | "configMap" => {
            required(path, projection, &["name"], errors);
            items(&path.child("items"), read::list(projection, "items"), errors);
        }
        "downwardAPI" => downward(path, read::list(projection, "items"), projection, errors),
        "serviceAccountToken" => {
            let seconds = read::number(projection, "expirationSeconds");
            let (least, most) = TOKEN_SECONDS;
            if seconds < least {
                let message = "may not specify a duration less than 10 minutes";
                errors.invalid_number(&path.child("expirationSeconds"), seconds, message);
            }
            if seconds > most {
                let message = "may not specify a duration larger than 2^32 seconds";
                errors.invalid_number(&path.child("expirationSeconds"), seconds, message);
            }
            required(path, projection, &["path"], errors);
        }
        _ => required(path, projection, &["path"], errors),
    }
}

fn ephemeral(path: &Path<'_>, source: &Value, errors: &mut Errors) {
    let Some(template) = read::given(source, "volumeClaimTemplate") else {
        return errors.required(&path.child("volumeClaimTemplate"), "");
    };
    let place = path.child("volumeClaimTemplate");
    crate::hooks::storage_spec::claim_spec(&place.child("spec"), read::at(template, "spec"), errors);
    let name = read::text(read::at(template, "metadata"), "name");
    if !name.is_empty() {
        invalid_each(&place.child("metadata").child("name"), name, dns_subdomain(name), errors);
    }
}
