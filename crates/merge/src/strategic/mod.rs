//! Strategic merge patch: merge patch that knows which lists are merged by key, with directives for the rest. Applied
//! as the API server does, and computed as kubectl does.
//!
//! Knows nothing of objects: the type says how each field is treated. Start reading at [`apply`] for the server's
//! side and at [`three_way`] for the client's.

mod diff;
mod directive;
mod error;
mod list;
mod lookup;
mod merge;
mod order;

pub use error::StrategicError;

use diff::Differences;
use merge::Merging;
use schema::Type;
use serde_json::{Map, Value};

/// Applies `patch` to `original`, an object of type `ty`.
///
/// # Errors
/// When the patch is malformed, in the words of the API server.
pub fn apply(original: &Value, patch: &Value, ty: &Type) -> Result<Value, StrategicError> {
    merge::merge_map(object(original)?, object(patch)?, ty, Merging::IntoObject).map(Value::Object)
}

/// The patch that makes `modified` of `original`.
///
/// # Errors
/// When one of them does not fit the type so badly that their lists cannot be told apart.
pub fn two_way(original: &Value, modified: &Value, ty: &Type) -> Result<Value, StrategicError> {
    let what = Differences::All;
    diff::diff_maps(&object(original)?, &object(modified)?, ty, what).map(Value::Object)
}

/// The patch that `kubectl apply` sends for `current`, where `original` was applied last and `modified` is to be
/// applied now: what `modified` changes, and deletions of what it has no more. Everything else of `current` stays.
///
/// # Errors
/// As [`two_way`].
pub fn three_way(original: &Value, modified: &Value, current: &Value, ty: &Type) -> Result<Value, StrategicError> {
    let (original, modified, current) = (object(original)?, object(modified)?, object(current)?);
    let changes = diff::diff_maps(&current, &modified, ty, Differences::Changes)?;
    let deletions = diff::diff_maps(&original, &modified, ty, Differences::Deletions)?;
    merge::merge_map(deletions, changes, ty, Merging::IntoPatch).map(Value::Object)
}

fn object(value: &Value) -> Result<Map<String, Value>, StrategicError> {
    match value {
        Value::Object(map) => Ok(map.clone()),
        Value::Null => Ok(Map::new()),
        _ => Err(StrategicError::Document),
    }
}
