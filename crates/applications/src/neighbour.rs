//! Upstream's own controller, running beside this one: both would write the same objects, so this one stands back until
//! the other is gone or it is told not to mind.

use cluster::Cache;
use object::{Fetched, Key, Object};

/// What upstream's manifests call its controller.
pub const CONTROLLER: &str = "argocd-application-controller";

/// Put on upstream's controller, this has both act.
pub const ACT_BESIDE: &str = "capstan.dev/act-beside";

/// The kinds that run it: upstream's manifests use the one, with dynamic distribution of clusters the other.
pub const KINDS: [&str; 2] = ["StatefulSet", "Deployment"];

/// What to do while upstream's controller runs in the same namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Neighbour {
    /// Look and write nothing.
    #[default]
    StandBack,
    /// Act all the same.
    Ignore,
}

/// Whether a key is that of upstream's controller in the control plane's namespace.
#[must_use]
pub fn is_upstream(key: &Key, namespace: &str) -> bool {
    *key.group == *"apps"
        && KINDS.contains(&&*key.kind)
        && *key.name == *CONTROLLER
        && key.namespace.as_deref() == Some(namespace)
}

/// Upstream's controller, where it runs: what is said while this one stands back.
#[must_use]
pub fn running(cache: &Cache, namespace: &str) -> Option<String> {
    KINDS.into_iter().find_map(|kind| match cache.get(&Key::new("apps", kind, Some(namespace), CONTROLLER)) {
        Fetched::Known(cached) => says(&cached.object),
        Fetched::Absent | Fetched::Unknown(_) => None,
    })
}

/// What is said of upstream's controller, unless it runs nowhere or people want both to act.
#[must_use]
pub fn says(object: &Object) -> Option<String> {
    if object.meta().annotation(ACT_BESIDE) == Some("true") {
        return None;
    }
    let replicas = |field: &str| object.get(field).and_then(|value| value.as_i64()).unwrap_or_default();
    // Pods may be there still after it was scaled down, and be wanted before they are there.
    let wanted = object.get("/spec/replicas").and_then(|value| value.as_i64()).unwrap_or(1);
    if wanted == 0 && replicas("/status/replicas") == 0 {
        return None;
    }
    let (kind, name) = (&object.gvk().kind, object.name());
    let namespace = object.meta().namespace.as_deref().unwrap_or_default();
    Some(format!(
        "upstream's controller runs beside ({kind} {namespace}/{name}), so nothing is written: scale it to 0 to hand over, \
         or annotate it {ACT_BESIDE}=true to have both act"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_runs_as_long_as_it_is_wanted_or_there() {
        let runs_as = |spec: serde_json::Value, status: serde_json::Value, told: &str| {
            let value = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": spec, "status": status,
                "metadata": {"name": CONTROLLER, "namespace": "argocd", "annotations": {ACT_BESIDE: told}}});
            says(&Object::from_value(&value).expect("an object")).is_some()
        };
        let runs = |spec, status| runs_as(spec, status, "");
        assert!(!runs_as(json!({}), json!({}), "true"));
        assert!(runs(json!({}), json!({})));
        assert!(runs(json!({"replicas": 1}), json!({"replicas": 0})));
        assert!(runs(json!({"replicas": 0}), json!({"replicas": 1})));
        assert!(!runs(json!({"replicas": 0}), json!({"replicas": 0})));
    }

    #[test]
    fn only_the_one_of_the_same_namespace_counts() {
        let key = |kind: &str, namespace: &str| Key::new("apps", kind, Some(namespace), CONTROLLER);
        assert!(is_upstream(&key("StatefulSet", "argocd"), "argocd"));
        assert!(is_upstream(&key("Deployment", "argocd"), "argocd"));
        assert!(!is_upstream(&key("StatefulSet", "default"), "argocd"));
        assert!(!is_upstream(&key("DaemonSet", "argocd"), "argocd"));
    }
}
