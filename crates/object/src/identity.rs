//! What an object is called: its kind and its key.

use std::fmt;

/// Group, version and kind. The core group is the empty string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// API group; empty for core.
    pub group: Box<str>,
    /// API version within the group.
    pub version: Box<str>,
    /// Kind, in its singular camel-case form.
    pub kind: Box<str>,
}

impl Gvk {
    /// The three parts.
    #[must_use]
    pub fn new(group: &str, version: &str, kind: &str) -> Self {
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// From an object's `apiVersion` and `kind`.
    #[must_use]
    pub fn from_api_version(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Gvk::new(group, version, kind)
    }

    /// `group/version`, or the version alone for core.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, Kind={}", self.api_version(), self.kind)
    }
}

/// What identifies an object in one cluster, whatever version it is read in. Orders by group, kind, namespace, name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// API group; empty for core.
    pub group: Box<str>,
    /// Kind.
    pub kind: Box<str>,
    /// Namespace; `None` for cluster-scoped objects and manifests that name none.
    pub namespace: Option<Box<str>>,
    /// Name.
    pub name: Box<str>,
}

impl Key {
    /// The four parts; an empty namespace counts as none.
    #[must_use]
    pub fn new(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        let namespace = namespace.filter(|namespace| !namespace.is_empty()).map(Into::into);
        Key { group: group.into(), kind: kind.into(), namespace, name: name.into() }
    }
}

impl fmt::Display for Key {
    /// `group/Kind/namespace/name`, with empty parts left empty, as Argo CD writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.group, self.kind, self.namespace.as_deref().unwrap_or_default(), self.name)
    }
}
