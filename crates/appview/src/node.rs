//! One resource in the tree. A leaf module.

use api::{HealthStatusCode, SyncStatusCode};
use jiff::Timestamp;
use object::{Gvk, Key};

/// One resource in the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeNode {
    /// What it is called in addresses and in the page; see [`node_id`].
    pub id: String,
    /// Its kind.
    pub gvk: Gvk,
    /// Its namespace; empty when it has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its identity; empty when it is not there.
    pub uid: String,
    /// The node that owns it; `None` for what the application itself declares.
    pub parent: Option<String>,
    /// How well it is, where that can be said.
    pub health: Option<HealthStatusCode>,
    /// In more words.
    pub message: String,
    /// Whether it is as declared, where it is declared.
    pub sync: Option<SyncStatusCode>,
    /// A few words for what matters of its kind: `3/4 ready`, `Running`, `rev 2`.
    pub information: Vec<String>,
    /// Its revision, where revisions are counted.
    pub revision: Option<i64>,
    /// Whether it is a version that has been scaled to nothing.
    pub is_finished: bool,
    /// Whether it is a hook.
    pub is_hook: bool,
    /// Whether it is no longer declared.
    pub needs_pruning: bool,
    /// Whether it is there.
    pub is_live: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The images it runs.
    pub images: Vec<String>,
}

/// What a resource is called in addresses: `group/Kind/namespace/name`.
#[must_use]
pub fn node_id(key: &Key) -> String {
    format!("{}/{}/{}/{}", key.group, key.kind, key.namespace.as_deref().unwrap_or_default(), key.name)
}

/// The resource that an address means.
#[must_use]
pub fn parse_node_id(id: &str) -> Option<Key> {
    let mut parts = id.splitn(4, '/');
    let (group, kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_whole = !kind.is_empty() && !name.is_empty();
    is_whole.then(|| Key::new(group, kind, Some(namespace).filter(|own| !own.is_empty()), name))
}

impl TreeNode {
    /// Group, kind, namespace and name.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::new(&self.gvk.group, &self.gvk.kind, Some(&*self.namespace).filter(|own| !own.is_empty()), &self.name)
    }

    /// Which nodes look alike, and so may be shown as one.
    #[must_use]
    pub fn likeness(&self) -> (&str, &str, Option<HealthStatusCode>, Option<SyncStatusCode>) {
        (&self.gvk.group, &self.gvk.kind, self.health, self.sync)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_found_by_what_it_is_called() {
        let key = Key::new("rbac.authorization.k8s.io", "ClusterRole", None, "system:a");
        assert_eq!(node_id(&key), "rbac.authorization.k8s.io/ClusterRole//system:a");
        assert_eq!(parse_node_id(&node_id(&key)), Some(key));
        assert_eq!(parse_node_id("a/b"), None);
        assert_eq!(parse_node_id("a//b/c"), None);
    }
}
