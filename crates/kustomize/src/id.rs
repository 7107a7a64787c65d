//! Who an object is: group, version, kind, namespace and name, and which kinds have no namespace.

use std::sync::LazyLock;

/// Group, version and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gvk {
    pub group: Box<str>,
    pub version: Box<str>,
    pub kind: Box<str>,
}

/// The namespace objects without one live in.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// What the original calls the namespace of cluster-wide objects.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// Who an object is, borrowed from its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id<'a> {
    pub group: &'a str,
    pub version: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
    pub namespace: &'a str,
}

/// The group and version of an `apiVersion`.
pub(crate) fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Gvk {
    /// The `apiVersion`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Whether everything this selector names is so in `id`.
    pub fn selects(&self, id: &Id<'_>) -> bool {
        (self.group.is_empty() || *self.group == *id.group)
            && (self.version.is_empty() || *self.version == *id.version)
            && (self.kind.is_empty() || *self.kind == *id.kind)
    }

    /// Whether everything that `other` names is so here.
    pub fn is_selected_by(&self, other: &Gvk) -> bool {
        (other.group.is_empty() || self.group == other.group)
            && (other.version.is_empty() || self.version == other.version)
            && (other.kind.is_empty() || self.kind == other.kind)
    }
}

impl std::fmt::Display for Gvk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_gvk(f, &self.group, &self.version, &self.kind)
    }
}

fn write_gvk(f: &mut std::fmt::Formatter<'_>, group: &str, version: &str, kind: &str) -> std::fmt::Result {
    write!(f, "{}.{}.{}", or(kind, "[noKind]"), or(version, "[noVer]"), or(group, "[noGrp]"))
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

impl Id<'_> {
    /// Whether objects of this kind certainly have no namespace.
    pub fn is_cluster_scoped(&self) -> bool {
        is_cluster_scoped(self.group, self.version, self.kind)
    }

    /// The namespace the object ends up in.
    pub fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped() { NO_NAMESPACE } else { or(self.namespace, DEFAULT_NAMESPACE) }
    }

    /// Whether both live in the same namespace.
    pub fn same_namespace(&self, other: &Id<'_>) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// Whether both are one object.
    pub fn is(&self, other: &Id<'_>) -> bool {
        self.same_type_and_name(other) && self.same_namespace(other)
    }

    /// Whether both are one object as far as type and name go.
    pub fn same_type_and_name(&self, other: &Id<'_>) -> bool {
        self.name == other.name && self.kind == other.kind && self.group == other.group && self.version == other.version
    }

    /// A text that equal ids share, for indexes.
    pub fn key(&self) -> String {
        format!("{}\0{}\0{}\0{}\0{}", self.name, self.kind, self.effective_namespace(), self.group, self.version)
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_gvk(f, self.group, self.version, self.kind)?;
        write!(f, "/{}.{}", or(self.name, "[noName]"), or(self.namespace, "[noNs]"))
    }
}

/// The kinds the original knows, each with whether it is cluster-wide. It knows those of Kubernetes 1.21 only.
const SCOPES: &str = include_str!("../data/scopes.tsv");

/// Kind, group and version; and whether such objects are cluster-wide.
type Scope = ((&'static str, &'static str, &'static str), bool);

static KNOWN: LazyLock<Vec<Scope>> = LazyLock::new(|| {
    let mut known: Vec<Scope> = SCOPES
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (group, version) = group_version(columns.next()?);
            Some(((columns.next()?, group, version), columns.next()? == "cluster"))
        })
        .collect();
    known.sort_unstable();
    known
});

fn scope(group: &str, version: &str, kind: &str) -> Option<bool> {
    let at = KNOWN.binary_search_by(|(known, _)| known.cmp(&(kind, group, version))).ok()?;
    KNOWN.get(at).map(|(_, cluster)| *cluster)
}

/// Whether objects of this kind certainly have no namespace. Kinds nobody knows count as having one.
pub(crate) fn is_cluster_scoped(group: &str, version: &str, kind: &str) -> bool {
    scope(group, version, kind).unwrap_or(false)
}

/// Whether the original knows the fields of this kind.
pub(crate) fn is_known(group: &str, version: &str, kind: &str) -> bool {
    scope(group, version, kind).is_some()
}
