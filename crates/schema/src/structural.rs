//! The type of a custom resource, from the structural schema its definition carries.
//!
//! Compat: lists without a list type are one value; a subtree below `x-kubernetes-preserve-unknown-fields` allows
//! undeclared fields in all of its objects; schemas without a type allow a scalar, a list and a map.

use crate::builtin::Schema;
use crate::types::{Field, ListKind, ListType, MapType, PatchStrategy, Scalar, Type, TypeRef};
use serde_json::{Map, Value};

/// How deep a structural schema is followed. Definitions are limited by their size only, so the stack must be guarded;
/// what lies deeper counts as unknown.
const DEPTH_MAX: usize = 100;

/// What the type of a custom resource is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomResource {
    /// Undeclared fields are dropped by the server.
    Pruned,
    /// `spec.preserveUnknownFields: true`, the schema-less mode of old definitions.
    PreservesUnknown,
}

/// The type of a custom resource with this `openAPIV3Schema`; `apiVersion`, `kind` and `metadata` need not be declared.
#[must_use]
pub fn from_structural(schema: &Value, mode: CustomResource) -> TypeRef {
    let mut ty = convert(schema, mode, DEPTH_MAX);
    add_object_fields(&mut ty);
    TypeRef::new(ty)
}

fn flag(schema: &Value, key: &str) -> bool {
    schema.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn text<'v>(schema: &'v Value, key: &str) -> Option<&'v str> {
    schema.get(key)?.as_str()
}

fn convert(schema: &Value, mode: CustomResource, depth: usize) -> Type {
    let Some(depth) = depth.checked_sub(1) else { return (*TypeRef::Deduced).clone() };
    let mode = match flag(schema, "x-kubernetes-preserve-unknown-fields") {
        true => CustomResource::PreservesUnknown,
        false => mode,
    };
    let mut ty = Type::default();
    match text(schema, "type") {
        None => {
            let int_or_string = flag(schema, "x-kubernetes-int-or-string");
            ty.scalar = Some(if int_or_string { Scalar::IntOrString } else { Scalar::Untyped });
            ty.list = Some(list(schema, mode, depth));
            ty.map = Some(map(schema, mode, depth));
        }
        Some("object") => ty.map = Some(map(schema, mode, depth)),
        Some("array") => ty.list = Some(list(schema, mode, depth)),
        Some(scalar) => ty.scalar = Some(convert_scalar(scalar, text(schema, "format"))),
    }
    if flag(schema, "x-kubernetes-embedded-resource") {
        add_object_fields(&mut ty);
    }
    ty
}

fn convert_scalar(ty: &str, format: Option<&str>) -> Scalar {
    match (ty, format) {
        ("integer", Some("int32")) => Scalar::Int32,
        ("integer", _) => Scalar::Int64,
        ("number", _) => Scalar::Float,
        ("boolean", _) => Scalar::Boolean,
        ("string", None) => Scalar::String,
        ("string", Some("byte")) => Scalar::Bytes,
        // Compat: any other format makes a string accept every scalar when types are checked for an apply.
        _ => Scalar::Untyped,
    }
}

fn map(schema: &Value, mode: CustomResource, depth: usize) -> MapType {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten().map(|(name, property)| field(schema, name, property, mode, depth));
    let other = match schema.get("additionalProperties") {
        Some(Value::Bool(allowed)) => allowed.then_some(TypeRef::Deduced),
        Some(values) => Some(TypeRef::new(convert(values, mode, depth))),
        None if mode == CustomResource::PreservesUnknown || properties.is_none_or(Map::is_empty) => {
            Some(TypeRef::Deduced)
        }
        None => None,
    };
    MapType { fields: fields.collect(), other, atomic: text(schema, "x-kubernetes-map-type") == Some("atomic") }
}

fn field(owner: &Value, name: &str, property: &Value, mode: CustomResource, depth: usize) -> Field {
    let required = owner.get("required").and_then(Value::as_array);
    Field {
        name: name.into(),
        ty: TypeRef::new(convert(property, mode, depth)),
        required: required.is_some_and(|names| names.iter().any(|required| required == name)),
        default: property.get("default").cloned(),
        patch: PatchStrategy::default(),
        zero: None,
    }
}

fn list(schema: &Value, mode: CustomResource, depth: usize) -> ListType {
    let items = schema.get("items").map_or(TypeRef::Untyped, |items| TypeRef::new(convert(items, mode, depth)));
    let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    let kind = match text(schema, "x-kubernetes-list-type") {
        Some("set") => ListKind::Set,
        Some("map") => ListKind::Map(keys.into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()),
        _ => ListKind::Atomic,
    };
    ListType { items, kind }
}

/// The fields of every object, in place of whatever was declared of them.
fn add_object_fields(ty: &mut Type) {
    let Some(map) = &mut ty.map else { return };
    let metadata = Schema::builtin().named("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    let own = [
        ("apiVersion", TypeRef::scalar(Scalar::String)),
        ("kind", TypeRef::scalar(Scalar::String)),
        ("metadata", metadata.unwrap_or(TypeRef::Deduced)),
    ];
    let mut fields = std::mem::take(&mut map.fields).into_vec();
    fields.retain(|field| own.iter().all(|(name, _)| *name != &*field.name));
    fields.extend(own.into_iter().map(|(name, ty)| Field {
        name: name.into(),
        ty,
        required: false,
        default: None,
        patch: PatchStrategy::default(),
        zero: None,
    }));
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    map.fields = fields.into();
}
