//! What admission of pods must know of other objects, gathered from the store.

use super::metadata;
use super::request::Writing;
use crate::error::ApiError;
use crate::group_resource::{GroupResource, resources};
use crate::store::object_key;
use kinds::admission::{PodFacts, admit_pod, service_account_of};
use serde_json::Value;

const PRIORITY_CLASSES: GroupResource = GroupResource::new("scheduling.k8s.io", "priorityclasses");
const RUNTIME_CLASSES: GroupResource = GroupResource::new("node.k8s.io", "runtimeclasses");

/// Characters of randomness in the name of the token's volume.
const SUFFIX_LENGTH: usize = 5;

/// Adds to a new pod what admission adds; other kinds pass.
pub fn admit(writing: &Writing<'_>, pod: &mut Value) -> Result<(), ApiError> {
    let resource = writing.served.resource.name();
    if resource != resources::PODS {
        return Ok(());
    }
    let store = &writing.shared.store;
    let account_key = object_key(writing.namespace, service_account_of(pod));
    let account = store.get(&resources::SERVICE_ACCOUNTS, &account_key).map(|entry| entry.object.value());
    let classes: Vec<Value> =
        store.list(&PRIORITY_CLASSES, "").entries.into_iter().map(|(_, entry)| entry.object.value()).collect();
    let runtime_name = pod.pointer("/spec/runtimeClassName").and_then(Value::as_str).unwrap_or_default();
    let runtime = store.get(&RUNTIME_CLASSES, runtime_name).map(|entry| entry.object.value());
    let suffix = writing.shared.draw("volume-names", |random| random.name_suffix(SUFFIX_LENGTH));
    let facts = PodFacts {
        service_account: account.as_ref(),
        priority_classes: &classes,
        runtime_class: runtime.as_ref(),
        volume_suffix: &suffix,
    };
    let admitted = admit_pod(pod, &facts);
    admitted.map_err(|refused| ApiError::forbidden(&resource, metadata::text(pod, "name"), &refused.0))
}
