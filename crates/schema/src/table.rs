//! The text form of Kubernetes' types. One line a type: name, kinds, type, then one column a field.
//!
//! A type is written as `s` and the like for scalars, `#n` for the type of line n, `[T]`, `set[T]`, `map(a,b)[T]` for
//! lists, `{T}` for maps, `struct` for a line's own fields; `!` before a map or struct says that it is merged as one
//! value, `+` before a `#n` that it is merged by key here though its type says otherwise; `any` and `raw` are the types about which nothing is known. A field is `name type options`.
//!
//! Writing is in `generate`; only a table it wrote is ever read, so reading has no errors to report.

use crate::types::{Field, ListKind, ListType, MapType, PatchStrategy, Scalar, Type, TypeRef, Zero};
use serde_json::Value;

pub(crate) const SCALARS: [(&str, Scalar); 11] = [
    ("s", Scalar::String),
    ("bytes", Scalar::Bytes),
    ("i32", Scalar::Int32),
    ("i64", Scalar::Int64),
    ("f", Scalar::Float),
    ("b", Scalar::Boolean),
    ("intstr", Scalar::IntOrString),
    ("q", Scalar::Quantity),
    ("time", Scalar::Time),
    ("microtime", Scalar::MicroTime),
    ("scalar", Scalar::Untyped),
];

pub(crate) struct Line<'t> {
    pub name: &'t str,
    kinds: &'t str,
    body: &'t str,
}

pub(crate) fn split(line: &str) -> Line<'_> {
    let mut columns = line.splitn(3, '\t');
    let mut next = || columns.next().unwrap_or_default();
    Line { name: next(), kinds: next(), body: next() }
}

/// Group, version and kind of each kind of a line.
pub(crate) fn kinds<'t>(line: &Line<'t>) -> impl Iterator<Item = (&'t str, &'t str, &'t str)> {
    line.kinds.split(',').filter_map(|kind| {
        let (group, rest) = kind.split_once('/')?;
        let (version, kind) = rest.split_once('/')?;
        Some((group, version, kind))
    })
}

pub(crate) fn parse(line: &Line<'_>) -> Type {
    let mut columns = line.body.split('\t');
    let text = columns.next().unwrap_or_default();
    let mut ty = match text.trim_start_matches('!') {
        "struct" => {
            let fields = columns.map(field).collect();
            let map = MapType { fields, other: None, atomic: text.starts_with('!') };
            Type { map: Some(map), ..Type::default() }
        }
        _ => (*reference(text)).clone(),
    };
    ty.name = Some(line.name.into());
    ty
}

fn field(text: &str) -> Field {
    let mut parts = text.split(' ');
    let name = parts.next().unwrap_or_default();
    let ty = reference(parts.next().unwrap_or_default());
    let mut field =
        Field { name: name.into(), ty, required: false, default: None, patch: PatchStrategy::default(), zero: None };
    for option in parts {
        match option.split_once('=').unwrap_or((option, "")) {
            ("required", _) => field.required = true,
            ("null", _) => field.zero = Some(Zero::Null),
            ("zero", _) => field.zero = Some(Zero::OfType),
            ("default", value) => field.default = serde_json::from_str(value).ok(),
            ("merge", _) => field.patch.merge = true,
            ("retainKeys", _) => field.patch.retain_keys = true,
            ("replace", _) => field.patch.replace = true,
            ("key", key) => field.patch.merge_key = Some(key.into()),
            _ => {}
        }
    }
    // Compat: a field that is always written has its zero for default, so that a key which is left out is "" or 0.
    if field.default.is_none() && field.zero == Some(Zero::OfType) {
        field.default = zero_scalar(&field.ty);
    }
    field
}

fn zero_scalar(ty: &TypeRef) -> Option<Value> {
    match (ty, ty.scalar?) {
        (TypeRef::Builtin(_) | TypeRef::Deduced | TypeRef::Untyped, _) => None,
        (_, Scalar::String) => Some(Value::from("")),
        (_, Scalar::Int32 | Scalar::Int64) => Some(Value::from(0)),
        _ => None,
    }
}

fn reference(text: &str) -> TypeRef {
    if let Some(named) = text.strip_prefix('+') {
        return with_own_keys(&reference(named));
    }
    let (atomic, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    if let Some((_, scalar)) = SCALARS.iter().find(|(name, _)| *name == text) {
        return TypeRef::scalar(*scalar);
    }
    match text {
        "any" => return TypeRef::Deduced,
        "raw" => return TypeRef::Untyped,
        _ => {}
    }
    if let Some(index) = text.strip_prefix('#') {
        return index.parse().map_or(TypeRef::Deduced, TypeRef::Builtin);
    }
    if let Some(other) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let map = MapType { fields: Box::default(), other: Some(reference(other)), atomic };
        return TypeRef::new(Type { map: Some(map), ..Type::default() });
    }
    let (kind, items) = text.split_once('[').unwrap_or(("", text));
    let items = reference(items.strip_suffix(']').unwrap_or(items));
    let kind = match kind.strip_prefix("map(").and_then(|keys| keys.strip_suffix(')')) {
        Some(keys) => ListKind::Map(keys.split(',').map(Into::into).collect()),
        None if kind == "set" => ListKind::Set,
        None => ListKind::Atomic,
    };
    TypeRef::new(Type { list: Some(ListType { items, kind }), ..Type::default() })
}

/// A copy of a struct that merges by key.
fn with_own_keys(ty: &Type) -> TypeRef {
    let mut ty = ty.clone();
    if let Some(map) = &mut ty.map {
        map.atomic = false;
    }
    TypeRef::new(ty)
}
