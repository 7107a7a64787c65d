//! The shape of a type: what merging, patching and decoding must know of a field. A leaf module.

use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// A type. Like Kubernetes' own schema it may allow several forms at once (a scalar, a list or a map): most types allow
/// exactly one, a type about which nothing is known allows all three.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Type {
    /// The OpenAPI name, such as `io.k8s.api.core.v1.PodSpec`; `None` for types without a name.
    pub name: Option<Box<str>>,
    /// Set when a scalar is allowed.
    pub scalar: Option<Scalar>,
    /// Set when a list is allowed.
    pub list: Option<ListType>,
    /// Set when a map or struct is allowed.
    pub map: Option<MapType>,
}

/// The kinds of scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// Any text.
    String,
    /// Base64 text of bytes.
    Bytes,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits, or of a size nobody states.
    Int64,
    /// A number that may have a fraction.
    Float,
    /// True or false.
    Boolean,
    /// An integer or text, such as a port.
    IntOrString,
    /// A resource quantity, such as `100m`.
    Quantity,
    /// A time in whole seconds.
    Time,
    /// A time in microseconds.
    MicroTime,
    /// Any scalar.
    Untyped,
}

/// A list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListType {
    /// The type of its items.
    pub items: TypeRef,
    /// How items are told apart.
    pub kind: ListKind,
}

/// How the items of a list are told apart when it is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListKind {
    /// Not at all: the list is one value.
    Atomic,
    /// By value.
    Set,
    /// By these fields of each item.
    Map(Box<[Box<str>]>),
}

/// A map or a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct MapType {
    /// The declared fields, sorted by name; empty for maps.
    pub fields: Box<[Field]>,
    /// The type of whatever is not declared; `None` when nothing else is allowed.
    pub other: Option<TypeRef>,
    /// Whether the whole is one value when merged.
    pub atomic: bool,
}

/// One declared field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in JSON.
    pub name: Box<str>,
    /// Its type.
    pub ty: TypeRef,
    /// Whether OpenAPI lists it as required.
    pub required: bool,
    /// What a list-map key counts as when it is left out. For types of custom resources, any default.
    pub default: Option<Value>,
    /// How a strategic merge patch treats it.
    pub patch: PatchStrategy,
    /// Set when servers write the field even when it is empty, and what they write then.
    pub zero: Option<Zero>,
}

/// What a server writes for an empty field that it does not leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zero {
    /// `null`: pointers, lists, maps and times.
    Null,
    /// The zero of the type: `""`, `0`, `false`, `"0"` for quantities, a struct of its always-written fields.
    OfType,
}

/// The markers `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchStrategy {
    /// Lists are merged rather than replaced.
    pub merge: bool,
    /// Maps may lose keys by `$retainKeys`.
    pub retain_keys: bool,
    /// Maps are replaced rather than merged.
    pub replace: bool,
    /// The field that tells apart the items of a merged list of maps.
    pub merge_key: Option<Box<str>>,
}

/// A type as named by a field, a list or a map. Dereferences to the [`Type`]; cheap to clone.
#[derive(Debug, Clone)]
pub enum TypeRef {
    /// One of Kubernetes' own, by its place in the table.
    Builtin(u32),
    /// A type of its own.
    Shared(Arc<Type>),
    /// Nothing is known: maps merge by key, lists are one value.
    Deduced,
    /// Nothing is known, and maps too are one value.
    Untyped,
}

impl TypeRef {
    /// A reference to a type of its own.
    #[must_use]
    pub fn new(ty: Type) -> Self {
        TypeRef::Shared(Arc::new(ty))
    }

    /// A scalar.
    #[must_use]
    pub fn scalar(scalar: Scalar) -> Self {
        TypeRef::new(Type { scalar: Some(scalar), ..Type::default() })
    }
}

impl PartialEq for TypeRef {
    /// The same reference, or equal types of their own.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (TypeRef::Builtin(a), TypeRef::Builtin(b)) => a == b,
            (TypeRef::Shared(a), TypeRef::Shared(b)) => Arc::ptr_eq(a, b) || a == b,
            (TypeRef::Deduced, TypeRef::Deduced) | (TypeRef::Untyped, TypeRef::Untyped) => true,
            _ => false,
        }
    }
}

pub(crate) static DEDUCED: LazyLock<Type> = LazyLock::new(|| anything(TypeRef::Deduced, MapMerge::ByKey));
pub(crate) static UNTYPED: LazyLock<Type> = LazyLock::new(|| anything(TypeRef::Untyped, MapMerge::Whole));

#[derive(PartialEq)]
enum MapMerge {
    ByKey,
    Whole,
}

fn anything(map_items: TypeRef, merge: MapMerge) -> Type {
    Type {
        name: None,
        scalar: Some(Scalar::Untyped),
        list: Some(ListType { items: TypeRef::Untyped, kind: ListKind::Atomic }),
        map: Some(MapType { fields: Box::default(), other: Some(map_items), atomic: merge == MapMerge::Whole }),
    }
}

impl Type {
    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_untyped(&self) -> bool {
        self.scalar.is_some() && self.list.is_some() && self.map.is_some()
    }

    /// The declared field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.map.as_ref()?.field(name)
    }

    /// The type of the item `name` of a map or struct: the declared field's or that of undeclared ones.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&TypeRef> {
        self.map.as_ref()?.child(name)
    }

    /// The type of a list's items.
    #[must_use]
    pub fn items(&self) -> Option<&TypeRef> {
        Some(&self.list.as_ref()?.items)
    }
}

impl MapType {
    /// The declared field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let index = self.fields.binary_search_by(|field| (*field.name).cmp(name)).ok()?;
        self.fields.get(index)
    }

    /// The type of the item `name`: the declared field's or that of undeclared ones.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&TypeRef> {
        self.field(name).map(|field| &field.ty).or(self.other.as_ref())
    }
}
