//! managedFields: who owns which field. The bookkeeping is `merge`'s; here it is told what a write is about.

use super::request::Writing;
use crate::error::{ApiError, Cause};
use crate::resource::{Resource, Served};
use merge::fields::Set;
use merge::managed::{self, ApplyError, Force, Versions, Write};
use object::Gvk;
use schema::{Schema, TypeRef};
use serde_json::Value;

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
        "status" => Set::of(&["spec"]),
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
