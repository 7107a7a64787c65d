//! Resources that nobody declares: top-level, unmarked objects in the namespaces of applications whose project asks.

use api::{ClusterIdentity, OrphanedResourceKey};
use api::{Glob, OrphanedResourcesMonitorSettings, ProjectRules, Tracking};
use object::{Key, Meta};

/// What does not count as an orphan, ready for use.
#[derive(Debug, Clone)]
pub struct OrphanRules {
    warns: bool,
    ignored: Vec<Ignored>,
}

#[derive(Debug, Clone)]
struct Ignored {
    group: Glob,
    kind: Glob,
    name: Glob,
}

impl OrphanRules {
    /// A project's rules.
    #[must_use]
    pub fn new(settings: &OrphanedResourcesMonitorSettings) -> Self {
        let glob = |pattern: &str| Glob::new(if pattern.is_empty() { "*" } else { pattern }, &[]);
        let ignored = |item: &OrphanedResourceKey| Ignored {
            group: Glob::new(&item.group, &[]),
            kind: glob(&item.kind),
            name: glob(&item.name),
        };
        OrphanRules { warns: settings.warn != Some(false), ignored: settings.ignore.iter().map(ignored).collect() }
    }

    /// Whether orphans are told in a condition.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.warns
    }

    /// Whether an object is an orphan in the namespace of an application.
    #[must_use]
    pub fn is_orphan(
        &self,
        meta: &Meta,
        tracking: &Tracking,
        rules: &ProjectRules,
        cluster: ClusterIdentity<'_>,
    ) -> bool {
        let key = Key::new(&meta.gvk.group, &meta.gvk.kind, meta.namespace.as_deref(), &meta.name);
        meta.owner_references.is_empty()
            && tracking.instance(meta).is_none()
            && !is_furniture(meta)
            && rules.permits_live(&key, cluster)
            && !self.ignored.iter().any(|ignored| {
                ignored.group.matches(&meta.gvk.group)
                    && ignored.kind.matches(&meta.gvk.kind)
                    && ignored.name.matches(&meta.name)
            })
    }
}

/// What Kubernetes itself puts into namespaces.
fn is_furniture(meta: &Meta) -> bool {
    match (&*meta.gvk.group, &*meta.gvk.kind, &*meta.name) {
        ("", "ServiceAccount", "default") | ("", "ConfigMap", "kube-root-ca.crt") => true,
        ("", "Service", "kubernetes") => meta.namespace.as_deref() == Some("default"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::AppProject;
    use object::Object;
    use serde_json::{Value, json};

    fn is_orphan(object: Value) -> bool {
        let mut project = AppProject::default_project("argocd");
        project.spec.namespace_resource_blacklist =
            serde_json::from_value(json!([{"group": "batch", "kind": "Job"}])).expect("kinds");
        let settings =
            serde_json::from_value(json!({"ignore": [{"kind": "Secret", "name": "kept-*"}]})).expect("settings");
        let cluster = ClusterIdentity {
            server: "https://kubernetes.default.svc",
            name: "in-cluster",
            ownership: api::ClusterOwnership::Shared,
        };
        let object = Object::from_value(&object).expect("an object");
        OrphanRules::new(&settings).is_orphan(
            object.meta(),
            &Tracking::default(),
            &ProjectRules::new(&project),
            cluster,
        )
    }

    #[test]
    fn only_unmarked_top_level_objects_that_nobody_excuses_are_orphans() {
        let object = |api_version: &str, kind: &str, name: &str| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}});
        assert!(is_orphan(object("v1", "ConfigMap", "a")));
        assert!(is_orphan(object("v1", "Secret", "other")));
        assert!(!is_orphan(object("v1", "Secret", "kept-a")), "ignored");
        assert!(!is_orphan(object("v1", "ServiceAccount", "default")));
        assert!(!is_orphan(object("v1", "ConfigMap", "kube-root-ca.crt")));
        assert!(!is_orphan(object("batch/v1", "Job", "a")), "not permitted");
        let mut owned = object("apps/v1", "ReplicaSet", "a");
        owned["metadata"]["ownerReferences"] =
            json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "a", "uid": "1"}]);
        assert!(!is_orphan(owned));
        let mut marked = object("v1", "ConfigMap", "a");
        marked["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "app:/ConfigMap:shop/a"});
        assert!(!is_orphan(marked));
    }
}
