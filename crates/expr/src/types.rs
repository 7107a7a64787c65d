//! What is known of a value before it is computed: Go's types, as far as messages and checks tell them apart. A leaf
//! module.

use std::fmt;
use std::sync::Arc;

/// Which of Go's integer types a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IntKind {
    /// `int`: what expressions write and count with.
    Int,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `uint8`, a byte.
    Uint8,
    /// `uint64`.
    Uint64,
}

impl IntKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            IntKind::Int => "int",
            IntKind::Int32 => "int32",
            IntKind::Int64 => "int64",
            IntKind::Uint8 => "uint8",
            IntKind::Uint64 => "uint64",
        }
    }
}

/// Which of Go's slice types a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListType {
    /// `[]interface {}`: what expressions write out and JSON holds.
    Any,
    /// `[]int`: ranges.
    Int,
    /// `[]float64`: what Prometheus' vectors become.
    Float,
    /// `[]string`.
    String,
    /// `[2]interface {}`: a key and its value.
    Pair,
    /// `[][2]interface {}`.
    Pairs,
    /// A provider's own slice of maps, by its Go name.
    Maps(&'static str),
}

impl ListType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            ListType::Any => "[]interface {}",
            ListType::Int => "[]int",
            ListType::Float => "[]float64",
            ListType::String => "[]string",
            ListType::Pair => "[2]interface {}",
            ListType::Pairs => "[][2]interface {}",
            ListType::Maps(name) => name,
        }
    }

    /// What its items are known to be.
    pub(crate) fn item(self) -> Type {
        match self {
            ListType::Any | ListType::Pair => Type::Any,
            ListType::Int => Type::INT,
            ListType::Float => Type::Float,
            ListType::String => Type::String,
            ListType::Pairs => Type::list(ListType::Pair),
            ListType::Maps(_) => Type::Map(MapType::Any),
        }
    }
}

/// Which of Go's map types a map has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MapType {
    /// `map[string]interface {}`: what expressions write out and JSON holds.
    Any,
    /// `map[string]string`.
    Strings,
    /// `map[interface {}]interface {}`: what `fromPairs` makes.
    AnyKey,
    /// `map[interface {}][]interface {}`: what `groupBy` makes.
    Groups,
    /// `map[string]struct {}`: what `in` looks texts up in.
    StringSet,
    /// `map[int]struct {}`: what `in` looks integers up in.
    IntSet,
}

impl MapType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            MapType::Any => "map[string]interface {}",
            MapType::Strings => "map[string]string",
            MapType::AnyKey => "map[interface {}]interface {}",
            MapType::Groups => "map[interface {}][]interface {}",
            MapType::StringSet => "map[string]struct {}",
            MapType::IntSet => "map[int]struct {}",
        }
    }

    pub(crate) fn key(self) -> Type {
        match self {
            MapType::Any | MapType::Strings | MapType::StringSet => Type::String,
            MapType::AnyKey | MapType::Groups => Type::Any,
            MapType::IntSet => Type::INT,
        }
    }

    /// What its values are known to be.
    pub(crate) fn item(self) -> Type {
        match self {
            MapType::Strings => Type::String,
            MapType::Groups => Type::list(ListType::Any),
            _ => Type::Any,
        }
    }
}

/// What is known of a value. Displays as Go does.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Nothing.
    Unknown,
    /// `interface {}`: nothing either, but Go has a word for it.
    Any,
    /// It is nil.
    Nil,
    /// `bool`.
    Bool,
    /// An integer.
    Int(IntKind),
    /// `float64`.
    Float,
    /// `string`.
    String,
    /// `[]uint8`.
    Bytes,
    /// `time.Time`.
    Time,
    /// `time.Duration`.
    Duration,
    /// `time.Month`.
    Month,
    /// `time.Weekday`.
    Weekday,
    /// `*time.Location`.
    Zone,
    /// A list, and what its items are.
    List(ListType, Arc<Type>),
    /// A map.
    Map(MapType),
    /// A function.
    Function(Arc<Signature>),
}

/// What a function takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// What it takes.
    pub parameters: Vec<Type>,
    /// The last parameter may be given any number of times.
    pub is_variadic: bool,
    /// What it gives.
    pub returns: Type,
}

impl Signature {
    /// What takes these and gives that.
    #[must_use]
    pub fn new(parameters: &[Type], returns: Type) -> Self {
        Signature { parameters: parameters.to_vec(), is_variadic: false, returns }
    }
}

impl Type {
    /// `int`.
    pub const INT: Type = Type::Int(IntKind::Int);
    /// `int64`.
    pub const INT64: Type = Type::Int(IntKind::Int64);

    /// A list of that type.
    #[must_use]
    pub fn list(ty: ListType) -> Type {
        Type::List(ty, Arc::new(ty.item()))
    }

    /// `[]interface {}` whose items are known better than its type says.
    pub(crate) fn list_of(item: Type) -> Type {
        Type::List(ListType::Any, Arc::new(item))
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Type::Unknown | Type::Any)
    }

    pub(crate) fn is_integer(&self) -> bool {
        matches!(self, Type::Int(_))
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Type::Int(_) | Type::Float)
    }

    /// Bytes are a list of integers.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Type::List(..) | Type::Bytes)
    }

    /// What the items of a list, or the values of a map, are known to be.
    pub(crate) fn item(&self) -> Type {
        match self {
            Type::List(_, item) => (**item).clone(),
            Type::Bytes => Type::Int(IntKind::Uint8),
            Type::Map(ty) => ty.item(),
            _ => Type::Unknown,
        }
    }

    /// Whether a value of this type may stand where one of `other` is wanted.
    pub(crate) fn is_assignable_to(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Nil, Type::Any | Type::List(..) | Type::Bytes | Type::Map(_) | Type::Function(_) | Type::Zone) => {
                true
            }
            (Type::Unknown | Type::Nil, _) | (_, Type::Unknown | Type::Nil) => false,
            (_, Type::Any) => true,
            (Type::List(one, _), Type::List(other, _)) => one == other,
            _ => self == other,
        }
    }

    /// Whether `==` between the two makes sense.
    pub(crate) fn is_comparable_to(&self, other: &Type) -> bool {
        self.is_unknown()
            || other.is_unknown()
            || *self == Type::Nil
            || *other == Type::Nil
            || self.is_number() && other.is_number()
            || self.is_list() && other.is_list()
            || self.is_assignable_to(other)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Unknown | Type::Nil => "unknown",
            Type::Any => "interface {}",
            Type::Bool => "bool",
            Type::Int(kind) => kind.name(),
            Type::Float => "float64",
            Type::String => "string",
            Type::Bytes => "[]uint8",
            Type::Time => "time.Time",
            Type::Duration => "time.Duration",
            Type::Month => "time.Month",
            Type::Weekday => "time.Weekday",
            Type::Zone => "*time.Location",
            Type::List(ty, _) => ty.name(),
            Type::Map(ty) => ty.name(),
            Type::Function(signature) => return write_function(f, signature),
        })
    }
}

fn write_function(f: &mut fmt::Formatter<'_>, signature: &Signature) -> fmt::Result {
    f.write_str("func(")?;
    let last = signature.parameters.len().saturating_sub(1);
    for (at, parameter) in signature.parameters.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        let dots = if signature.is_variadic && at == last { "..." } else { "" };
        write!(f, "{comma}{dots}{parameter}")?;
    }
    write!(f, ") {}", signature.returns)
}
