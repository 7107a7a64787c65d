//! Go's types as far as templates can tell them apart: they show in `printf "%T"`, in error messages, in what may be
//! passed where, and in which comparisons are allowed.

use std::fmt;

/// Which of Go's signed integer types a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum IntKind {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
}

/// Which of Go's unsigned integer types a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum UintKind {
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
}

/// A Go type, of a value or of a parameter. Displays as Go's `%T` does: `map[string]interface {}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: any value, nil included.
    Any,
    /// `reflect.Value`: any value, and also the absence of one. For builtins.
    Reflect,
    /// `bool`.
    Bool,
    /// `int`, `int64`, …
    Int(IntKind),
    /// `uint`, `uint8`, …
    Uint(UintKind),
    /// `float64`.
    Float64,
    /// `complex128`.
    Complex128,
    /// `string`.
    String,
    /// A slice.
    List(ListType),
    /// A map with keys of type `string`.
    Map(MapType),
    /// Any function.
    Func,
    /// A type of an [`crate::GoObject`], by its Go name: `*semver.Version`, `time.Time`.
    Named(&'static str),
}

/// The type of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListType {
    /// Its name, when it has one of its own (`chartutil.VersionSet`).
    pub name: Option<&'static str>,
    /// The type of its elements.
    pub elem: &'static Type,
}

impl ListType {
    /// `[]interface {}`.
    pub const ANY: ListType = ListType { name: None, elem: &Type::Any };
    /// `[]string`.
    pub const STRINGS: ListType = ListType { name: None, elem: &Type::String };
    /// `[]int`.
    pub const INTS: ListType = ListType { name: None, elem: &Type::INT };
    /// `[]uint8`, which is `[]byte`.
    pub const BYTES: ListType = ListType { name: None, elem: &Type::Uint(UintKind::Uint8) };
}

/// The type of a map whose keys are strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapType {
    /// Its name, when it has one of its own (`chartutil.Values`).
    pub name: Option<&'static str>,
    /// The type of its elements.
    pub elem: &'static Type,
}

impl MapType {
    /// `map[string]interface {}`.
    pub const ANY: MapType = MapType { name: None, elem: &Type::Any };
    /// `map[string]string`.
    pub const STRINGS: MapType = MapType { name: None, elem: &Type::String };
}

impl Type {
    /// `int`.
    pub const INT: Type = Type::Int(IntKind::Int);
    /// `int64`.
    pub const INT64: Type = Type::Int(IntKind::Int64);
    /// `[]interface {}`.
    pub const LIST: Type = Type::List(ListType::ANY);
    /// `[]string`.
    pub const STRINGS: Type = Type::List(ListType::STRINGS);
    /// `[]byte`.
    pub const BYTES: Type = Type::List(ListType::BYTES);
    /// `map[string]interface {}`.
    pub const MAP: Type = Type::Map(MapType::ANY);

    /// Whether a value of this type may be passed where `target` is expected: Go's assignability.
    #[must_use]
    pub fn assignable_to(self, target: Type) -> bool {
        match (self, target) {
            (_, Type::Any | Type::Reflect) => true,
            (Type::List(from), Type::List(to)) => {
                from.elem == to.elem && (from.name == to.name || unnamed(from.name, to.name))
            }
            (Type::Map(from), Type::Map(to)) => {
                from.elem == to.elem && (from.name == to.name || unnamed(from.name, to.name))
            }
            (from, to) => from == to,
        }
    }

    /// Whether nil may be passed where this type is expected.
    #[must_use]
    pub fn can_be_nil(self) -> bool {
        match self {
            Type::Any | Type::Reflect | Type::List(_) | Type::Map(_) | Type::Func => true,
            Type::Named(name) => name.starts_with('*'),
            _ => false,
        }
    }
}

/// Types that differ only in name are assignable when one of them has none.
fn unnamed(from: Option<&str>, to: Option<&str>) -> bool {
    from.is_none() || to.is_none()
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("interface {}"),
            Type::Reflect => f.write_str("reflect.Value"),
            Type::Bool => f.write_str("bool"),
            Type::Int(kind) => f.write_str(int_name(*kind)),
            Type::Uint(kind) => f.write_str(uint_name(*kind)),
            Type::Float64 => f.write_str("float64"),
            Type::Complex128 => f.write_str("complex128"),
            Type::String => f.write_str("string"),
            Type::List(ListType { name: Some(name), .. }) | Type::Map(MapType { name: Some(name), .. }) => {
                f.write_str(name)
            }
            Type::List(list) => write!(f, "[]{}", list.elem),
            Type::Map(map) => write!(f, "map[string]{}", map.elem),
            Type::Func => f.write_str("func()"),
            Type::Named(name) => f.write_str(name),
        }
    }
}

fn int_name(kind: IntKind) -> &'static str {
    match kind {
        IntKind::Int => "int",
        IntKind::Int8 => "int8",
        IntKind::Int16 => "int16",
        IntKind::Int32 => "int32",
        IntKind::Int64 => "int64",
    }
}

fn uint_name(kind: UintKind) -> &'static str {
    match kind {
        UintKind::Uint => "uint",
        UintKind::Uint8 => "uint8",
        UintKind::Uint16 => "uint16",
        UintKind::Uint32 => "uint32",
        UintKind::Uint64 => "uint64",
        UintKind::Uintptr => "uintptr",
    }
}

/// Go's `reflect.Kind`, as far as templates meet it. Displays as `kindOf` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Invalid,
    Bool,
    Int(IntKind),
    Uint(UintKind),
    Float64,
    Complex128,
    String,
    Slice,
    Map,
    Struct,
    Ptr,
    Func,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int(kind) => int_name(*kind),
            Kind::Uint(kind) => uint_name(*kind),
            Kind::Float64 => "float64",
            Kind::Complex128 => "complex128",
            Kind::String => "string",
            Kind::Slice => "slice",
            Kind::Map => "map",
            Kind::Struct => "struct",
            Kind::Ptr => "ptr",
            Kind::Func => "func",
        })
    }
}
