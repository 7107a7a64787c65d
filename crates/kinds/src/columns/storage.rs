//! Config maps, secrets, volumes and their classes.

use super::age::age;
use super::name::name;
use crate::read;
use jiff::Timestamp;
use serde_json::{Value, json};

const UNSET: &str = "<unset>";
const IS_DEFAULT: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

fn entries(object: &Value, key: &str) -> usize {
    read::map(object, key).map_or(0, serde_json::Map::len)
}

/// Config maps.
pub fn config_map(object: &Value, now: Timestamp) -> Vec<Value> {
    let count = entries(object, "data") + entries(object, "binaryData");
    vec![name(object), json!(count), json!(age(object, now))]
}

/// Secrets.
pub fn secret(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::text(object, "type")), json!(entries(object, "data")), json!(age(object, now))]
}

fn access_modes(modes: &[Value]) -> String {
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => Some("RWO"),
        Some("ReadOnlyMany") => Some("ROX"),
        Some("ReadWriteMany") => Some("RWX"),
        Some("ReadWriteOncePod") => Some("RWOP"),
        _ => None,
    };
    modes.iter().filter_map(short).collect::<Vec<_>>().join(",")
}

fn phase(object: &Value) -> &str {
    match read::at(object, "metadata").get("deletionTimestamp") {
        Some(_) => "Terminating",
        None => read::text(read::at(object, "status"), "phase"),
    }
}

fn or_unset(text: &str) -> Value {
    json!(if text.is_empty() { UNSET } else { text })
}

/// Claims.
pub fn claim(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let volume = read::text(spec, "volumeName");
    let (capacity, modes) = if volume.is_empty() {
        ("", String::new())
    } else {
        let capacity = read::text(read::at(status, "capacity"), "storage");
        (capacity, access_modes(read::list(status, "accessModes")))
    };
    vec![
        name(object),
        json!(phase(object)),
        json!(volume),
        json!(capacity),
        json!(modes),
        json!(read::text(spec, "storageClassName")),
        or_unset(read::text(spec, "volumeAttributesClassName")),
        json!(age(object, now)),
        or_unset(read::text(spec, "volumeMode")),
    ]
}

/// Volumes.
pub fn volume(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let claim = read::given(spec, "claimRef")
        .map(|claim| format!("{}/{}", read::text(claim, "namespace"), read::text(claim, "name")));
    vec![
        name(object),
        json!(read::text(read::at(spec, "capacity"), "storage")),
        json!(access_modes(read::list(spec, "accessModes"))),
        json!(read::text(spec, "persistentVolumeReclaimPolicy")),
        json!(phase(object)),
        json!(claim.unwrap_or_default()),
        json!(read::text(spec, "storageClassName")),
        or_unset(read::text(spec, "volumeAttributesClassName")),
        json!(read::text(status, "reason")),
        json!(age(object, now)),
        or_unset(read::text(spec, "volumeMode")),
    ]
}

/// Storage classes.
pub fn storage_class(object: &Value, now: Timestamp) -> Vec<Value> {
    let annotations = read::at(read::at(object, "metadata"), "annotations");
    let is_default = IS_DEFAULT.iter().any(|key| read::text(annotations, key) == "true");
    let own = read::text(read::at(object, "metadata"), "name");
    let shown = if is_default { format!("{own} (default)") } else { own.to_owned() };
    vec![
        json!(shown),
        json!(read::text(object, "provisioner")),
        json!(read::text(object, "reclaimPolicy")),
        json!(read::text(object, "volumeBindingMode")),
        json!(read::flag(object, "allowVolumeExpansion")),
        json!(age(object, now)),
    ]
}

/// Volume attachments.
pub fn attachment(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = read::at(object, "spec");
    vec![
        name(object),
        json!(read::text(spec, "attacher")),
        json!(read::text(read::at(spec, "source"), "persistentVolumeName")),
        json!(read::text(spec, "nodeName")),
        json!(read::flag(read::at(object, "status"), "attached")),
        json!(age(object, now)),
    ]
}

/// Nodes of storage drivers.
pub fn csi_node(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::list(read::at(object, "spec"), "drivers").len()), json!(age(object, now))]
}
