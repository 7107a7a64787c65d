//! Where containers mount the pod's volumes.

use super::volumes_by_name::Volumes;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;
use std::collections::BTreeSet;

/// Problems of `volumeMounts` and `volumeDevices`.
pub fn validate(path: &Path<'_>, container: &Value, volumes: &Volumes<'_>, errors: &mut Errors) {
    let place = path.child("volumeMounts");
    let mut paths = BTreeSet::new();
    for (index, mount) in read::list(container, "volumeMounts").iter().enumerate() {
        // Compat: a wrong sub-path is reported at the list, without the index.
        sub_paths(&place, mount, errors);
        let place = place.index(index);
        let name = read::text(mount, "name");
        if name.is_empty() {
            errors.required(&place.child("name"), "");
        }
        if !volumes.contains_key(name) {
            errors.not_found(&place.child("name"), name);
        }
        let at = read::text(mount, "mountPath");
        if at.is_empty() {
            errors.required(&place.child("mountPath"), "");
        }
        if !paths.insert(at) {
            errors.invalid_text(&place.child("mountPath"), at, "must be unique");
        }
    }
    devices(&path.child("volumeDevices"), container, volumes, errors);
}

fn sub_paths(path: &Path<'_>, mount: &Value, errors: &mut Errors) {
    for field in ["subPath", "subPathExpr"] {
        let text = read::text(mount, field);
        if !text.is_empty() {
            descending(&path.child(field), text, errors);
        }
    }
}

/// A relative path that does not climb.
pub fn descending(path: &Path<'_>, text: &str, errors: &mut Errors) {
    if text.starts_with('/') {
        errors.invalid_text(path, text, "must be a relative path");
    }
    no_climbing(path, text, errors);
}

/// A path without `..`.
pub fn no_climbing(path: &Path<'_>, text: &str, errors: &mut Errors) {
    if text.split('/').any(|part| part == "..") {
        errors.invalid_text(path, text, "must not contain '..'");
    }
}

fn devices(path: &Path<'_>, container: &Value, volumes: &Volumes<'_>, errors: &mut Errors) {
    let mut paths = BTreeSet::new();
    for (index, device) in read::list(container, "volumeDevices").iter().enumerate() {
        let place = path.index(index);
        let name = read::text(device, "name");
        if name.is_empty() {
            errors.required(&place.child("name"), "");
        }
        if !volumes.contains_key(name) {
            errors.not_found(&place.child("name"), name);
        }
        let at = read::text(device, "devicePath");
        if at.is_empty() {
            errors.required(&place.child("devicePath"), "");
        } else if !paths.insert(at) {
            errors.invalid_text(&place.child("devicePath"), at, "must be unique");
        }
    }
}
