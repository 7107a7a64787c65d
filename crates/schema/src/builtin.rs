//! Kubernetes' own types, read from the committed table. Only the index is made at first use (under a millisecond);
//! each type is parsed when somebody first asks for it, for every test process pays for what is done eagerly.

use crate::table::{self, Line};
use crate::types::{DEDUCED, Type, TypeRef, UNTYPED};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{LazyLock, OnceLock};

/// The table made by [`crate::types_table`].
const TABLE: &str = include_str!("../data/types.tsv");

/// Kubernetes' own OpenAPI v2 document (version 1.36) without descriptions, as gzipped JSON.
#[must_use]
pub fn openapi_v2_gz() -> &'static [u8] {
    include_bytes!("../data/openapi-v2.json.gz")
}

/// All of Kubernetes' own types.
pub struct Schema {
    lines: Vec<Line<'static>>,
    parsed: Vec<OnceLock<Type>>,
    kinds: BTreeMap<(&'static str, &'static str, &'static str), u32>,
}

impl Schema {
    /// Kubernetes' own types, of the version this crate was generated for.
    #[must_use]
    pub fn builtin() -> &'static Schema {
        static BUILTIN: LazyLock<Schema> = LazyLock::new(|| Schema::index(TABLE));
        &BUILTIN
    }

    fn index(text: &'static str) -> Schema {
        let lines: Vec<Line<'static>> = text.lines().map(table::split).collect();
        let mut kinds = BTreeMap::new();
        for (index, line) in (0..).zip(&lines) {
            for kind in table::kinds(line) {
                kinds.insert(kind, index);
            }
        }
        let parsed = lines.iter().map(|_| OnceLock::new()).collect();
        Schema { lines, parsed, kinds }
    }

    /// The type of a kind; the core group is the empty string.
    #[must_use]
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<TypeRef> {
        self.kinds.get(&(group, version, kind)).copied().map(TypeRef::Builtin)
    }

    /// The type of a kind by its `apiVersion`.
    #[must_use]
    pub fn of(&self, api_version: &str, kind: &str) -> Option<TypeRef> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.kind(group, version, kind)
    }

    /// The type with this OpenAPI name, such as `io.k8s.api.core.v1.PodSpec`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<TypeRef> {
        let index = self.lines.binary_search_by(|line| line.name.cmp(name)).ok()?;
        u32::try_from(index).ok().map(TypeRef::Builtin)
    }

    /// Group, version and kind of everything that has a type, in order.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> + '_ {
        self.kinds.keys().copied()
    }

    pub(crate) fn at(&self, index: u32) -> &Type {
        let at = usize::try_from(index).expect("invariant: a table index fits the address space");
        let slot = self.parsed.get(at).expect("invariant: references are made by the generator, which checks them");
        slot.get_or_init(|| table::parse(&self.lines[at]))
    }
}

impl Deref for TypeRef {
    type Target = Type;

    fn deref(&self) -> &Type {
        match self {
            TypeRef::Builtin(index) => Schema::builtin().at(*index),
            TypeRef::Shared(ty) => ty,
            TypeRef::Deduced => &DEDUCED,
            TypeRef::Untyped => &UNTYPED,
        }
    }
}
