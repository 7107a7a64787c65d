//! Labels and annotations that pods have while their version is new, and others while it is stable. Only keys that were
//! put there before are taken away; the template hash never counts them.

use crate::replica_set::ReplicaSet;
use api::rollouts::PodMetadata;
use api::rollouts::names::ANNOTATION_EPHEMERAL_METADATA;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What must be changed in some metadata: values to set, and `None` for keys to take away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetadataChange {
    /// Labels.
    pub labels: BTreeMap<String, Option<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Option<String>>,
}

impl MetadataChange {
    /// Whether nothing must be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.annotations.is_empty()
    }

    /// As a merge patch of metadata.
    #[must_use]
    pub fn to_patch(&self) -> Value {
        let mut patch = Map::new();
        for (name, change) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            if !change.is_empty() {
                patch.insert(name.to_owned(), json!(change));
            }
        }
        Value::Object(patch)
    }
}

/// What was put on a ReplicaSet's pods before.
#[must_use]
pub fn injected(set: &ReplicaSet) -> Option<PodMetadata> {
    serde_json::from_str(set.annotations.get(ANNOTATION_EPHEMERAL_METADATA)?).ok()
}

/// What must be changed in `metadata` so that it has what is wanted and no longer what was put there before.
#[must_use]
pub fn change(metadata: &Value, injected: Option<&PodMetadata>, wanted: Option<&PodMetadata>) -> MetadataChange {
    let none = BTreeMap::new();
    let side = |field: &str, of: fn(&PodMetadata) -> &BTreeMap<String, String>| {
        difference(&metadata[field], injected.map_or(&none, of), wanted.map_or(&none, of))
    };
    MetadataChange { labels: side("labels", |it| &it.labels), annotations: side("annotations", |it| &it.annotations) }
}

fn difference(
    current: &Value,
    injected: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> BTreeMap<String, Option<String>> {
    // Compat: a wanted empty value on a missing key counts as there.
    let set = wanted
        .iter()
        .filter(|(key, value)| current[key.as_str()].as_str().unwrap_or_default() != value.as_str())
        .map(|(key, value)| (key.clone(), Some(value.clone())));
    let removed = injected
        .keys()
        .filter(|key| !wanted.contains_key(*key) && current.get(key.as_str()).is_some())
        .map(|key| (key.clone(), None));
    set.chain(removed).collect()
}

/// A pod template without what was put there.
#[must_use]
pub fn stripped(set: &ReplicaSet) -> Value {
    let mut template = set.template.clone();
    if let Some(injected) = injected(set) {
        for (field, keys) in [("labels", &injected.labels), ("annotations", &injected.annotations)] {
            if let Some(map) = template.pointer_mut(&format!("/metadata/{field}")).and_then(Value::as_object_mut) {
                map.retain(|key, _| !keys.contains_key(key));
            }
        }
    }
    template
}

/// How the annotation remembers what is put there.
#[must_use]
pub fn remembered(wanted: &PodMetadata) -> String {
    let mut fields = Vec::new();
    for (name, map) in [("labels", &wanted.labels), ("annotations", &wanted.annotations)] {
        if !map.is_empty() {
            fields.push(format!("\"{name}\":{}", json!(map)));
        }
    }
    format!("{{{}}}", fields.join(","))
}
