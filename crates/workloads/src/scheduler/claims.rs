//! Whether the claims of a pod let it be placed.

use crate::claim_binding::{CLAIMS, CLASSES, claims_of};
use apiserver::{Api, Object};

/// Why no node can take the pod because of its claims.
pub(super) fn objection(api: &Api, pod: &Object) -> Option<String> {
    let namespace = pod.namespace().unwrap_or_default();
    claims_of(pod).into_iter().find_map(|name| {
        let Some(claim) = api.get(&CLAIMS, namespace, &name) else {
            return Some(format!("persistentvolumeclaim \"{name}\" not found"));
        };
        let text = |pointer: &str| claim.get(pointer).and_then(|value| value.as_str().map(str::to_owned));
        if text("/status/phase").is_some_and(|phase| phase == "Bound") {
            return None;
        }
        let class = text("/spec/storageClassName").and_then(|class| api.get(&CLASSES, "", &class));
        let mode = class.and_then(|class| class.get("/volumeBindingMode"));
        let waits = mode.is_some_and(|mode| mode == "WaitForFirstConsumer");
        (!waits).then(|| "pod has unbound immediate PersistentVolumeClaims".to_owned())
    })
}
