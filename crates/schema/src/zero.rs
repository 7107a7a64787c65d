//! What an object looks like of which nothing is set: the fields that servers write all the same.

use crate::types::{Scalar, Type, Zero};
use serde_json::{Map, Value};

/// How deep always-written structs may nest. Kubernetes' own nest less than 10 deep; the bound only guards the stack.
const DEPTH_MAX: usize = 32;

/// The empty object of a type as a server would write it, without `apiVersion` and `kind`. For a Deployment that is
/// `metadata`, `spec` with an empty template and so on; for a type of a custom resource it is `{}`.
#[must_use]
pub fn empty_object(ty: &Type) -> Value {
    empty_struct(ty, DEPTH_MAX)
}

fn empty_struct(ty: &Type, depth: usize) -> Value {
    let mut out = Map::new();
    for field in ty.map.iter().flat_map(|map| map.fields.iter()) {
        match field.zero {
            Some(Zero::Null) => drop(out.insert(field.name.to_string(), Value::Null)),
            Some(Zero::OfType) if depth > 0 => drop(out.insert(field.name.to_string(), zero(&field.ty, depth - 1))),
            Some(Zero::OfType) | None => {}
        }
    }
    Value::Object(out)
}

fn zero(ty: &Type, depth: usize) -> Value {
    match ty.scalar {
        _ if ty.is_untyped() => Value::Null,
        None if ty.map.is_some() => empty_struct(ty, depth),
        None => Value::Null,
        Some(Scalar::String) => Value::from(""),
        Some(Scalar::Boolean) => Value::from(false),
        Some(Scalar::Quantity) => Value::from("0"),
        Some(Scalar::Int32 | Scalar::Int64 | Scalar::Float | Scalar::IntOrString) => Value::from(0),
        Some(Scalar::Bytes | Scalar::Time | Scalar::MicroTime | Scalar::Untyped) => Value::Null,
    }
}
