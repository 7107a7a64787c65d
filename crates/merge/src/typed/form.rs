//! Which of the forms a type allows a value takes.
//!
//! Compat: a value of no allowed form, and null, take the first form that the type allows, in the order map, scalar,
//! list; what does not fit is then looked at as if it were empty.

use schema::{ListKind, ListType, MapType, Scalar, Type};
use serde_json::{Map, Value};

/// The form a value is handled as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form<'t> {
    Map(&'t MapType),
    Scalar(Scalar),
    List(&'t ListType),
}

/// Which forms a type leaves open for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    map: bool,
    scalar: bool,
    list: bool,
}

pub(crate) fn open(ty: &Type, value: &Value) -> Open {
    let all = Open { map: ty.map.is_some(), scalar: ty.scalar.is_some(), list: ty.list.is_some() };
    let none = Open { map: false, scalar: false, list: false };
    match value {
        Value::Object(_) if all.map => Open { map: true, ..none },
        Value::Array(_) if all.list => Open { list: true, ..none },
        Value::String(_) | Value::Number(_) | Value::Bool(_) if all.scalar => Open { scalar: true, ..none },
        _ => all,
    }
}

impl Open {
    /// The form among those left open; `None` for a type that allows nothing.
    pub fn first(self, ty: &Type) -> Option<Form<'_>> {
        let map = ty.map.as_ref().filter(|_| self.map).map(Form::Map);
        let scalar = || ty.scalar.filter(|_| self.scalar).map(Form::Scalar);
        let list = || ty.list.as_ref().filter(|_| self.list).map(Form::List);
        map.or_else(scalar).or_else(list)
    }
}

pub(crate) fn form<'t>(ty: &'t Type, value: &Value) -> Option<Form<'t>> {
    open(ty, value).first(ty)
}

/// The entries of a map, or nothing when the value is something else.
pub(crate) fn entries(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value?.as_object()
}

/// The items of a list, or nothing when the value is something else.
pub(crate) fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(crate) fn is_atomic(list: &ListType) -> bool {
    list.kind == ListKind::Atomic
}
