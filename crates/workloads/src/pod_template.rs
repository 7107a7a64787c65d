//! A pod made from a template, managed by its owner.

use crate::reading::controller_reference;
use apiserver::Object;
use serde_json::{Map, Value, json};

/// The pod to create: the template's labels, annotations, finalizers and spec under a generated name.
pub(crate) fn pod_from_template(template: &Value, owner: &Object) -> Value {
    let mut metadata = Map::new();
    for field in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template["metadata"].get(field) {
            metadata.insert(field.to_owned(), value.clone());
        }
    }
    metadata.insert("generateName".to_owned(), format!("{}-", owner.name()).into());
    metadata.insert("namespace".to_owned(), owner.namespace().unwrap_or_default().into());
    metadata.insert("ownerReferences".to_owned(), json!([controller_reference(owner)]));
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
}
