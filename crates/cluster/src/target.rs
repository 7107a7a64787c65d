//! What a request is about: a kind as a cluster serves it, and one object of it.

use object::{Gvk, Key, Object};
use std::fmt;

/// The name by which a cluster is known here. The home cluster is the one the controllers' own objects live in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(Box<str>);

impl ClusterId {
    /// The cluster called `name`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        ClusterId(name.into())
    }

    /// The cluster the controllers' own objects live in.
    #[must_use]
    pub fn home() -> Self {
        ClusterId::default()
    }

    /// Whether this is the home cluster.
    #[must_use]
    pub fn is_home(&self) -> bool {
        self.0.is_empty()
    }
}

impl Default for ClusterId {
    fn default() -> Self {
        ClusterId("".into())
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_home() { "home" } else { &self.0 })
    }
}

/// Whether objects of a kind live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
}

/// One kind as a cluster serves it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// The name in paths: `deployments`.
    pub plural: Box<str>,
    /// Where its objects live.
    pub scope: Scope,
    /// What may be done with it, sorted: `create`, `delete`, `get`, `list`, `patch`, `update`, `watch`, …
    pub verbs: Vec<Box<str>>,
    /// Names of its subresources, sorted: `scale`, `status`, …
    pub subresources: Vec<Box<str>>,
}

impl Resource {
    /// Whether `verb` may be used on it.
    #[must_use]
    pub fn allows(&self, verb: &str) -> bool {
        self.verbs.iter().any(|allowed| &**allowed == verb)
    }

    /// The path of the collection, in `namespace` where the kind is namespaced and one is given.
    #[must_use]
    pub fn collection(&self, namespace: Option<&str>) -> String {
        let base = if self.gvk.group.is_empty() {
            format!("/api/{}", self.gvk.version)
        } else {
            format!("/apis/{}/{}", self.gvk.group, self.gvk.version)
        };
        match (self.scope, namespace) {
            (Scope::Namespaced, Some(namespace)) => format!("{base}/namespaces/{namespace}/{}", self.plural),
            // Compat: a namespace on a cluster-scoped object is ignored, as kubectl does.
            _ => format!("{base}/{}", self.plural),
        }
    }
}

/// A kind whatever its version: group and kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// API group; empty for core.
    pub group: Box<str>,
    /// Kind.
    pub kind: Box<str>,
}

impl GroupKind {
    /// That kind of that group.
    #[must_use]
    pub fn new(group: &str, kind: &str) -> Self {
        GroupKind { group: group.into(), kind: kind.into() }
    }

    /// The kind of what `key` names.
    #[must_use]
    pub fn of(key: &Key) -> Self {
        GroupKind { group: key.group.clone(), kind: key.kind.clone() }
    }
}

impl std::fmt::Display for GroupKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.group.is_empty() { f.write_str(&self.kind) } else { write!(f, "{}.{}", self.kind, self.group) }
    }
}

/// One object to read or write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Namespace; `None` for cluster-scoped kinds.
    pub namespace: Option<Box<str>>,
    /// Name; empty where the server makes one.
    pub name: Box<str>,
}

impl Target {
    /// The object of that kind, namespace and name; an empty namespace counts as none.
    #[must_use]
    pub fn new(gvk: Gvk, namespace: Option<&str>, name: &str) -> Self {
        let namespace = namespace.filter(|namespace| !namespace.is_empty()).map(Into::into);
        Target { gvk, namespace, name: name.into() }
    }

    /// The object itself.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        Target::new(object.gvk().clone(), object.namespace(), object.name())
    }

    /// What identifies it whatever the version.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::new(&self.gvk.group, &self.gvk.kind, self.namespace.as_deref(), &self.name)
    }
}

impl fmt::Display for Target {
    /// `apps/v1 Deployment shop/web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.gvk.api_version(), self.gvk.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(group: &str, scope: Scope) -> Resource {
        let gvk = Gvk::new(group, "v1", "Thing");
        Resource { gvk, plural: "things".into(), scope, verbs: vec!["get".into()], subresources: vec![] }
    }

    #[test]
    fn paths_follow_group_and_scope() {
        let path = |group, scope, namespace| resource(group, scope).collection(namespace);
        assert_eq!(path("", Scope::Namespaced, Some("shop")), "/api/v1/namespaces/shop/things");
        assert_eq!(path("x.io", Scope::Namespaced, None), "/apis/x.io/v1/things");
        assert_eq!(path("x.io", Scope::Cluster, Some("shop")), "/apis/x.io/v1/things");
    }

    #[test]
    fn targets_print_as_people_say_them() {
        assert_eq!(
            Target::new(Gvk::new("apps", "v1", "Deployment"), Some("shop"), "web").to_string(),
            "apps/v1 Deployment shop/web"
        );
        assert_eq!(Target::new(Gvk::new("", "v1", "Node"), Some(""), "n1").to_string(), "v1 Node n1");
    }
}
