//! The table of functions: which overloads there are and what types they take and give.

use crate::ty::Type;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

const TABLE: &str = include_str!("functions.txt");

/// One way to call a function.
#[derive(Debug)]
pub(crate) struct Overload {
    pub id: &'static str,
    pub is_member: bool,
    pub args: Vec<Type>,
    pub result: Type,
}

type Table = BTreeMap<&'static str, Vec<Overload>>;

static FUNCTIONS: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let (name, overload) = row(line).expect("invariant: the table in this crate is well-formed");
        table.entry(name).or_default().push(overload);
    }
    table
});

/// The overloads of a function; `None` when there is no such function.
pub(crate) fn overloads(name: &str) -> Option<&'static [Overload]> {
    FUNCTIONS.get(name).map(Vec::as_slice)
}

fn row(line: &'static str) -> Option<(&'static str, Overload)> {
    let (head, rest) = line.split_once(" (")?;
    let (args, result) = rest.split_once(") ")?;
    let mut words = head.split(' ');
    let (name, id, form) = (words.next()?, words.next()?, words.next()?);
    let args = args.split(' ').filter(|arg| !arg.is_empty()).map(ty).collect::<Option<Vec<_>>>()?;
    Some((name, Overload { id, is_member: form == "member", args, result: ty(result)? }))
}

fn ty(text: &str) -> Option<Type> {
    if let Some((outer, inner)) = text.strip_suffix('>').and_then(|text| text.split_once('<')) {
        return Some(match outer {
            "list" => Type::List(Box::new(ty(inner)?)),
            "optional" => Type::optional(ty(inner)?),
            "type" => Type::Type(Some(Box::new(ty(inner)?))),
            "map" => {
                let (key, value) = inner.split_once(',')?;
                Type::Map(Box::new(ty(key)?), Box::new(ty(value)?))
            }
            _ => return None,
        });
    }
    Some(match text {
        "A" | "B" => Type::Param(text.into()),
        "quantity" => Type::Object(QUANTITY.into()),
        "url" => Type::Object(URL.into()),
        "format" => Type::Object(FORMAT.into()),
        "semver" => Type::Object(SEMVER.into()),
        "ip" => Type::Opaque(IP.into(), Vec::new()),
        "cidr" => Type::Opaque(CIDR.into(), Vec::new()),
        other => return simple(other),
    })
}

fn simple(name: &str) -> Option<Type> {
    Some(match name {
        "dyn" => Type::Dyn,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::Text,
        "bytes" => Type::Bytes,
        "timestamp" => Type::Timestamp,
        "duration" => Type::Duration,
        _ => return None,
    })
}

/// A type that stands in an expression as a name, such as `int`.
pub(crate) fn type_named(name: &str) -> Option<Type> {
    let any = |name: &str| Box::new(Type::Param(Arc::from(name)));
    Some(match name {
        "google.protobuf.Timestamp" => Type::Timestamp,
        "google.protobuf.Duration" => Type::Duration,
        "list" => Type::List(any("A")),
        "map" => Type::Map(any("A"), any("B")),
        "null_type" => Type::Null,
        "type" => Type::Type(None),
        "timestamp" | "duration" | "dyn" => return None,
        other => return simple(other).or_else(|| library_type(other)),
    })
}

fn library_type(name: &str) -> Option<Type> {
    Some(match name {
        QUANTITY | URL | FORMAT | SEMVER => Type::Object(name.into()),
        IP | CIDR => Type::Opaque(name.into(), Vec::new()),
        "optional_type" => Type::optional(Type::Param("A".into())),
        _ => return None,
    })
}

pub(crate) const QUANTITY: &str = "kubernetes.Quantity";
pub(crate) const URL: &str = "kubernetes.URL";
pub(crate) const FORMAT: &str = "kubernetes.NamedFormat";
pub(crate) const SEMVER: &str = "kubernetes.Semver";
pub(crate) const IP: &str = "net.IP";
pub(crate) const CIDR: &str = "net.CIDR";
