//! How a field is patched, as its type says.

use super::error::StrategicError;
use schema::{Field, Type};

/// The type of a field that is a map, or of the items of one that is a list, and how it is patched.
pub(super) struct Rule<'t> {
    pub ty: &'t Type,
    pub merge: bool,
    pub replace: bool,
    pub retain_keys: bool,
    pub merge_key: &'t str,
}

/// The rule of a field whose values are maps.
pub(super) fn map_rule<'t>(ty: &'t Type, key: &str) -> Result<Rule<'t>, StrategicError> {
    let field = find(ty, key)?;
    Ok(rule(field, &field.ty))
}

/// The rule of a field whose values are lists.
pub(super) fn list_rule<'t>(ty: &'t Type, key: &str) -> Result<Rule<'t>, StrategicError> {
    let field = find(ty, key)?;
    let Some(items) = field.ty.items() else {
        return Err(StrategicError::Other("expected slice or array type, but got: struct".to_owned()));
    };
    if items.list.is_some() && items.map.is_none() {
        return Err(StrategicError::Other("unexpected slice of slice".to_owned()));
    }
    Ok(rule(field, items))
}

fn rule<'t>(field: &'t Field, ty: &'t Type) -> Rule<'t> {
    Rule {
        ty,
        merge: field.patch.merge,
        replace: field.patch.replace,
        retain_keys: field.patch.retain_keys,
        merge_key: field.patch.merge_key.as_deref().unwrap_or_default(),
    }
}

/// Compat: a field is found without regard to case when no other fits.
fn find<'t>(ty: &'t Type, key: &str) -> Result<&'t Field, StrategicError> {
    let fields = match &ty.map {
        Some(map) if map.fields.is_empty() && !ty.is_untyped() => return Err(no_struct("map")),
        Some(map) => &map.fields,
        None if ty.list.is_some() => return Err(no_struct("slice")),
        None => return Err(no_struct("string")),
    };
    let folded = || fields.iter().find(|field| field.name.eq_ignore_ascii_case(key));
    ty.field(key).or_else(folded).ok_or_else(|| {
        let name = ty.name.as_deref().and_then(|name| name.rsplit('.').next()).unwrap_or_default();
        StrategicError::Other(format!("unable to find api field in struct {name} for the json field {key:?}"))
    })
}

fn no_struct(kind: &str) -> StrategicError {
    StrategicError::Other(format!("merging an object in json but data type is not struct, instead is: {kind}"))
}
