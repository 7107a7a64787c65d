//! managedFields: who owns which field. The bookkeeping is `merge`'s; here it is told what a write is about.

use super::request::Writing;
use crate::error::{ApiError, Cause};
use crate::resource::{Resource, Served};
use crate::scale_fields::ScaleFields;
use merge::fields::{Path, PathElement, Set};
use merge::managed::{self, ApplyError, Force, Managers, OneVersion, Versions, Write};
use object::Gvk;
use schema::{Schema, TypeRef};
use serde_json::Value;
use std::collections::BTreeMap;

/// The versions of one resource.
struct VersionsOf<'a>(&'a Served);

impl Versions for VersionsOf<'_> {
    fn type_of(&self, api_version: &str) -> Option<TypeRef> {
        match &self.0.resource {
            Resource::BuiltIn(kind) => Schema::builtin().of(api_version, kind.kind),
            Resource::Custom(custom) => {
                let version = api_version.strip_prefix(&*custom.group)?.strip_prefix('/')?;
                custom.version(version).map(|version| version.ty.clone())
            }
        }
    }

    fn convert(&self, object: &Value, api_version: &str) -> Option<Value> {
        let gvk = Gvk::from_api_version(api_version, self.0.resource.kind());
        self.type_of(api_version)?;
        let mut converted = object.clone();
        self.0.resource.convert(&mut converted, &gvk);
        Some(converted)
    }
}

/// Fields that nobody can own through this endpoint, because a write there does not reach them.
fn ignored(writing: &Writing<'_>) -> Set {
    match writing.subresource {
        "" if writing.served.has_status() => Set::of(&["status"]),
        "status" if writing.served.resource.is_custom() => Set::of(&["spec", "metadata"]),
        "status" => Set::of(&["spec", "metadata.labels"]),
        _ => Set::new(),
    }
}

fn with_write<T>(writing: &Writing<'_>, act: impl FnOnce(&Write<'_>) -> T) -> T {
    let gvk = writing.gvk();
    let write = Write {
        manager: &writing.options.manager,
        api_version: &gvk.api_version(),
        kind: &gvk.kind,
        subresource: writing.subresource,
        now: &writing.shared.now_text(),
        versions: &VersionsOf(writing.served),
        ignored: &ignored(writing),
    };
    act(&write)
}

/// Notes that this write changes `live` (`None` at a creation) to `new`. Both in the request's version, defaulted.
pub fn note_update(writing: &Writing<'_>, live: Option<&Value>, new: &mut Value) {
    let value = std::mem::take(new);
    *new = with_write(writing, |write| managed::record_update(live, value, write));
}

/// What comes of applying `applied` over `live`, ownership included.
pub fn apply(writing: &Writing<'_>, live: Option<&Value>, applied: &Value, force: Force) -> Result<Value, ApiError> {
    with_write(writing, |write| managed::apply(live, applied, force, write)).map_err(refusal)
}

fn refusal(error: ApplyError) -> ApiError {
    let message = error.to_string();
    match error {
        ApplyError::ObjectType(_) | ApplyError::ManagedFields => ApiError::bad_request(message),
        ApplyError::Conflicts(conflicts) => {
            let causes = conflicts.0.iter().map(|conflict| Cause {
                reason: "FieldManagerConflict".to_owned(),
                message: conflict.message(),
                field: conflict.field(),
            });
            ApiError::new(409, "Conflict", message).with_causes(causes.collect())
        }
        _ => ApiError::new(500, "", message),
    }
}

/// Keeps the times of entries that this write did not change, so that a write without effect is none.
pub fn restore_times(old: &Value, new: &mut Value) {
    managed::restore_times(old, new);
}

/// Ownership of an object as its `Scale` shows it, and back.
pub struct ScaleOwnership<'a> {
    writing: &'a Writing<'a>,
    /// Where each version of the object has the replica count.
    paths: BTreeMap<String, Path>,
    scale: OneVersion,
}

impl<'a> ScaleOwnership<'a> {
    /// For one write of the scale subresource.
    pub fn new(writing: &'a Writing<'a>, fields: &ScaleFields) -> Self {
        let path: Path = fields.spec_replicas.split('/').skip(1).map(PathElement::field).collect();
        let scale = Schema::builtin().of(SCALE_VERSION, "Scale").unwrap_or(TypeRef::Deduced);
        ScaleOwnership {
            writing,
            paths: BTreeMap::from([(writing.gvk().api_version(), path)]),
            scale: OneVersion { api_version: SCALE_VERSION.to_owned(), ty: scale },
        }
    }

    /// The type of a `Scale`.
    pub fn ty(&self) -> &TypeRef {
        &self.scale.ty
    }

    /// Gives the `Scale` of `live` its owners.
    pub fn show(&self, live: &Value, scale: &mut Value) {
        managed::set_entries(scale, &managed::to_scale(&managers(live), &self.paths));
    }

    fn with_write<T>(&self, act: impl FnOnce(&Write<'_>) -> T) -> T {
        act(&Write {
            manager: &self.writing.options.manager,
            api_version: SCALE_VERSION,
            kind: "Scale",
            subresource: "scale",
            now: &self.writing.shared.now_text(),
            versions: &self.scale,
            ignored: &Set::new(),
        })
    }

    /// Notes a change of the `Scale`.
    pub fn note_update(&self, live: &Value, new: &mut Value) {
        let value = std::mem::take(new);
        *new = self.with_write(|write| managed::record_update(Some(live), value, write));
    }

    /// Applies over the `Scale`.
    pub fn apply(&self, live: &Value, applied: &Value, force: Force) -> Result<Value, ApiError> {
        self.with_write(|write| managed::apply(Some(live), applied, force, write)).map_err(refusal)
    }

    /// Brings the owners of the written `Scale` back into the object.
    pub fn bring_back(&self, live: &Value, scale: &Value, new: &mut Value) {
        let api_version = self.writing.gvk().api_version();
        let after = managed::from_scale(&managers(live), &managers(scale), &self.paths, &api_version);
        managed::set_entries(new, &after);
    }
}

const SCALE_VERSION: &str = "autoscaling/v1";

fn managers(object: &Value) -> Managers {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries.and_then(|entries| managed::decode(entries).ok()).unwrap_or_default()
}
