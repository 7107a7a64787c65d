//! Volumes, persistent volumes and claims.

use super::fields::{default_to, map, text};
use super::image;
use serde_json::{Map, Value, json};

/// File mode 0644, in decimal.
const FILE_MODE: i64 = 420;
/// Seconds a projected token lasts.
const TOKEN_SECONDS: i64 = 3600;

pub fn volume(volume: &mut Map<String, Value>) {
    if volume.keys().all(|key| key == "name") {
        volume.insert("emptyDir".to_owned(), json!({}));
    }
    if let Some(Value::Object(source)) = volume.get_mut("image") {
        let policy = if image::tag(text(source, "reference")) == "latest" { "Always" } else { "IfNotPresent" };
        default_to(source, "pullPolicy", policy);
    }
}

pub fn default_mode(source: &mut Map<String, Value>) {
    default_to(source, "defaultMode", FILE_MODE);
}

pub fn token_projection(token: &mut Map<String, Value>) {
    default_to(token, "expirationSeconds", TOKEN_SECONDS);
}

pub fn host_path(source: &mut Map<String, Value>) {
    default_to(source, "type", "");
}

pub fn iscsi(source: &mut Map<String, Value>) {
    default_to(source, "iscsiInterface", "default");
}

pub fn rbd(source: &mut Map<String, Value>) {
    default_to(source, "pool", "rbd");
    default_to(source, "user", "admin");
    default_to(source, "keyring", "/etc/ceph/keyring");
}

pub fn azure_disk(source: &mut Map<String, Value>) {
    default_to(source, "cachingMode", "ReadWrite");
    default_to(source, "fsType", "ext4");
    default_to(source, "readOnly", false);
    default_to(source, "kind", "Shared");
}

pub fn scale_io(source: &mut Map<String, Value>) {
    default_to(source, "storageMode", "ThinProvisioned");
    default_to(source, "fsType", "xfs");
}

pub fn persistent_volume(volume: &mut Map<String, Value>) {
    if let Some(status) = map(volume, "status") {
        default_to(status, "phase", "Pending");
    }
    if let Some(spec) = map(volume, "spec") {
        default_to(spec, "persistentVolumeReclaimPolicy", "Retain");
        default_to(spec, "volumeMode", "Filesystem");
    }
}

pub fn claim(claim: &mut Map<String, Value>) {
    if let Some(status) = map(claim, "status") {
        default_to(status, "phase", "Pending");
    }
}

pub fn claim_spec(spec: &mut Map<String, Value>) {
    default_to(spec, "volumeMode", "Filesystem");
}
