//! Looking kinds up by what a request names.

use crate::{KINDS, Kind};
use object::Gvk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A kind as one version serves it.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// The kind.
    pub kind: &'static Kind,
    /// The version it was asked for in.
    pub version: &'static str,
}

impl Served {
    /// Group, version and kind.
    #[must_use]
    pub fn gvk(&self) -> Gvk {
        self.kind.gvk(self.version)
    }
}

type Lookup = BTreeMap<(&'static str, &'static str, &'static str), Served>;

static BY_RESOURCE: LazyLock<Lookup> = LazyLock::new(|| index(|kind| kind.plural));
static BY_KIND: LazyLock<Lookup> = LazyLock::new(|| index(|kind| kind.kind));

fn index(name: fn(&Kind) -> &'static str) -> Lookup {
    served().map(|served| ((served.kind.group, served.version, name(served.kind)), served)).collect()
}

/// Every kind in every version, in the order of the table.
pub fn served() -> impl Iterator<Item = Served> {
    KINDS.iter().flat_map(|kind| kind.versions.iter().map(move |version| Served { kind, version }))
}

/// The kind whose objects stand under this resource.
#[must_use]
pub fn by_resource(group: &str, version: &str, plural: &str) -> Option<Served> {
    BY_RESOURCE.get(&(group, version, plural)).copied()
}

/// The kind of that name.
#[must_use]
pub fn by_gvk(gvk: &Gvk) -> Option<Served> {
    BY_KIND.get(&(&*gvk.group, &*gvk.version, &*gvk.kind)).copied()
}

/// Group and version pairs with at least one kind, in the order of the table.
#[must_use]
pub fn group_versions() -> Vec<(&'static str, &'static str)> {
    let mut seen = BTreeSet::new();
    served().map(|served| (served.kind.group, served.version)).filter(|pair| seen.insert(*pair)).collect()
}

/// Groups in the order in which discovery lists them, core left out.
#[must_use]
pub fn groups() -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    KINDS.iter().map(|kind| kind.group).filter(|group| !group.is_empty() && seen.insert(*group)).collect()
}
