//! One kind: its names, where it is served, and what is special about it. Entries of the table are written with the
//! short builders here; what is not said takes the value that most kinds have.

use crate::field::Errors;
use object::Gvk;
use serde_json::Value;

/// Whether objects of a kind live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
}

/// A part of an object that is written by requests of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subresource {
    /// Last segment of its path.
    pub name: &'static str,
    /// What it takes and gives; `None` for the kind itself.
    pub gvk: Option<(&'static str, &'static str, &'static str)>,
    /// Verbs it answers.
    pub verbs: &'static [&'static str],
}

/// What a write may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// The object itself; its status is kept.
    Whole,
    /// Its status; everything else is kept.
    Status,
    /// Another subresource that is written with the whole object, by name: `finalize`, `approval`,
    /// `ephemeralcontainers`, `resize`.
    Other(&'a str),
}

/// What the server knows at a creation besides the object.
#[derive(Debug, Clone, Copy)]
pub struct CreateContext<'a> {
    /// The uid the object gets.
    pub uid: &'a str,
    /// The time, RFC 3339 with whole seconds.
    pub now: &'a str,
    /// Who creates it, as a `UserInfo` (`username`, `uid`, `groups`, `extra`).
    pub user: &'a Value,
}

/// Which names a kind takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// RFC 1123 subdomain, up to 253 bytes.
    Subdomain,
    /// RFC 1123 label, up to 63 bytes.
    Label,
    /// RFC 1035 label, up to 63 bytes.
    Label1035,
    /// Anything that can stand in a path.
    PathSegment,
    /// Subdomain of at most 52 bytes, so that the names made from it stay within 63.
    CronJob,
    /// An IP address in its canonical form.
    IpAddress,
    /// Nothing is checked here.
    Free,
}

/// How `metadata.generation` of a kind counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// Not counted by the server.
    None,
    /// Starts at one and goes up when one of these fields (JSON pointers) changes.
    On(&'static [&'static str]),
}

/// Under which group and version objects of a kind are kept, when the same objects are served under several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storage {
    /// API group whose resource holds the objects.
    pub group: &'static str,
    /// Version in which hooks see them.
    pub version: &'static str,
}

/// Where a kind keeps what the scale subresource reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalePaths {
    /// JSON pointer to the wanted number.
    pub spec_replicas: &'static str,
    /// JSON pointer to the observed number.
    pub status_replicas: &'static str,
    /// JSON pointer to the selector.
    pub selector: &'static str,
}

/// A field that lists and watches can be narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selectable {
    /// Its name in selectors.
    pub field: &'static str,
    /// JSON pointer to its value in the storage version.
    pub pointer: &'static str,
    /// What it counts as when it is missing.
    pub missing: &'static str,
}

/// What is special about a kind. All functions see the storage version, defaulted.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Changes on creation: what the server resets and adds.
    pub create: fn(&mut Value, &CreateContext<'_>),
    /// Changes on an update of the object itself.
    pub update: fn(&mut Value, &Value),
    /// Changes on an update of the status, besides keeping everything else but the metadata.
    pub update_status: fn(&mut Value, &Value),
    /// Changes on a write through another subresource, by its name.
    pub update_part: fn(&str, &mut Value, &Value),
    /// Problems of a new object.
    pub validate: fn(&Value, &mut Errors),
    /// Problems of a change, those of the new state included.
    pub validate_update: fn(&Value, &Value, &mut Errors),
    /// Problems of a change of the status.
    pub validate_status: fn(&Value, &Value, &mut Errors),
    /// Problems of a change through another subresource, by its name.
    pub validate_part: fn(&str, &Value, &Value, &mut Errors),
    /// What is accepted with a warning. The second value is the state before an update.
    pub warnings: fn(&Value, Option<&Value>) -> Vec<String>,
}

/// Hooks of a kind without peculiarities.
pub const PLAIN: Hooks = Hooks {
    create: |_, _| (),
    update: |_, _| (),
    update_status: |_, _| (),
    update_part: |_, _, _| (),
    validate: |_, _| (),
    validate_update: |_, _, _| (),
    validate_status: |_, _, _| (),
    validate_part: |_, _, _, _| (),
    warnings: |_, _| Vec::new(),
};

/// A built-in kind.
#[derive(Clone, Copy)]
pub struct Kind {
    /// API group; empty for core.
    pub group: &'static str,
    /// Versions, the preferred one first.
    pub versions: &'static [&'static str],
    /// Kind.
    pub kind: &'static str,
    /// Resource, as in paths.
    pub plural: &'static str,
    /// Short names.
    pub short_names: &'static [&'static str],
    /// Categories, such as `all`.
    pub categories: &'static [&'static str],
    /// Scope.
    pub scope: Scope,
    /// Verbs.
    pub verbs: &'static [&'static str],
    /// Subresources by name.
    pub subresources: &'static [Subresource],
    /// Where objects are kept.
    pub storage: Storage,
    /// Which names are taken.
    pub names: NameRule,
    /// How generations count.
    pub generation: Generation,
    /// Scale subresource.
    pub scale: Option<ScalePaths>,
    /// Fields that can be selected besides name and namespace.
    pub selectable: &'static [Selectable],
    /// Whether objects keep a status that only the status subresource writes.
    pub has_status: bool,
    /// Whether a status given at creation is kept.
    pub keeps_first_status: bool,
    /// Whether an update may leave out the resource version.
    pub unconditional_update: bool,
    /// Whether an update of a missing object creates it.
    pub create_on_update: bool,
    /// What every answer about it warns of, when clients should use another kind.
    pub deprecated: Option<&'static str>,
    /// What is special.
    pub hooks: Hooks,
}

/// Verbs of an ordinary resource.
pub(crate) const ALL_VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// Verbs of a status subresource.
pub(crate) const PART_VERBS: &[&str] = &["get", "patch", "update"];
/// The status subresource.
pub(crate) const STATUS: Subresource = Subresource { name: "status", gvk: None, verbs: PART_VERBS };
/// The scale subresource.
pub(crate) const SCALE: Subresource =
    Subresource { name: "scale", gvk: Some(("autoscaling", "v1", "Scale")), verbs: PART_VERBS };

impl Kind {
    /// A namespaced kind in version `v1`.
    pub(crate) const fn namespaced(group: &'static str, kind: &'static str, plural: &'static str) -> Self {
        Kind {
            group,
            versions: &["v1"],
            kind,
            plural,
            short_names: &[],
            categories: &[],
            scope: Scope::Namespaced,
            verbs: ALL_VERBS,
            subresources: &[],
            storage: Storage { group, version: "v1" },
            names: NameRule::Subdomain,
            generation: Generation::None,
            scale: None,
            selectable: &[],
            has_status: false,
            keeps_first_status: false,
            unconditional_update: true,
            create_on_update: false,
            deprecated: None,
            hooks: PLAIN,
        }
    }

    /// A cluster-scoped kind in version `v1`.
    pub(crate) const fn cluster(group: &'static str, kind: &'static str, plural: &'static str) -> Self {
        Kind { scope: Scope::Cluster, ..Kind::namespaced(group, kind, plural) }
    }

    pub(crate) const fn short(self, short_names: &'static [&'static str]) -> Self {
        Kind { short_names, ..self }
    }

    pub(crate) const fn categories(self, categories: &'static [&'static str]) -> Self {
        Kind { categories, ..self }
    }

    pub(crate) const fn all(self) -> Self {
        self.categories(&["all"])
    }

    /// With these subresources, by name; `status` among them makes a kind with a status.
    pub(crate) const fn parts(self, subresources: &'static [Subresource]) -> Self {
        Kind { subresources, ..self }
    }

    /// With a status, which writes of the object itself keep.
    pub(crate) const fn status(self) -> Self {
        let subresources = if self.subresources.is_empty() { &[STATUS] } else { self.subresources };
        Kind { has_status: true, subresources, ..self }
    }

    /// With a status that creation may set.
    pub(crate) const fn first_status(self) -> Self {
        Kind { keeps_first_status: true, ..self }
    }

    pub(crate) const fn scaled(self, paths: ScalePaths) -> Self {
        Kind { scale: Some(paths), subresources: &[SCALE, STATUS], ..self }
    }

    pub(crate) const fn verbs(self, verbs: &'static [&'static str]) -> Self {
        Kind { verbs, ..self }
    }

    pub(crate) const fn named(self, names: NameRule) -> Self {
        Kind { names, ..self }
    }

    pub(crate) const fn counts(self, fields: &'static [&'static str]) -> Self {
        Kind { generation: Generation::On(fields), ..self }
    }

    pub(crate) const fn counts_spec(self) -> Self {
        self.counts(&["/spec"])
    }

    pub(crate) const fn versions(self, versions: &'static [&'static str], storage: Storage) -> Self {
        Kind { versions, storage, ..self }
    }

    pub(crate) const fn selects(self, selectable: &'static [Selectable]) -> Self {
        Kind { selectable, ..self }
    }

    pub(crate) const fn needs_resource_version(self) -> Self {
        Kind { unconditional_update: false, ..self }
    }

    pub(crate) const fn creates_on_update(self) -> Self {
        Kind { create_on_update: true, ..self }
    }

    pub(crate) const fn deprecated(self, warning: &'static str) -> Self {
        Kind { deprecated: Some(warning), ..self }
    }

    pub(crate) const fn with(self, hooks: Hooks) -> Self {
        Kind { hooks, ..self }
    }

    /// The kind's name in lower case, as kubectl takes it.
    #[must_use]
    pub fn singular(&self) -> String {
        self.kind.to_ascii_lowercase()
    }

    /// The kind of its lists.
    #[must_use]
    pub fn list_kind(&self) -> String {
        format!("{}List", self.kind)
    }

    /// Group, version and kind in this version.
    #[must_use]
    pub fn gvk(&self, version: &str) -> Gvk {
        Gvk::new(self.group, version, self.kind)
    }

    /// Group, version and kind in which hooks see its objects and the store keeps them.
    #[must_use]
    pub fn storage_gvk(&self) -> Gvk {
        Gvk::new(self.storage.group, self.storage.version, self.kind)
    }

    /// The subresource of that name.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Option<&'static Subresource> {
        self.subresources.iter().find(|part| part.name == name)
    }

    /// `Deployment.apps`, as messages name a kind.
    #[must_use]
    pub fn qualified_kind(&self) -> String {
        if self.group.is_empty() { self.kind.to_owned() } else { format!("{}.{}", self.kind, self.group) }
    }

    /// `deployments.apps`, as messages name a resource.
    #[must_use]
    pub fn qualified_resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kind({})", self.qualified_kind())
    }
}
