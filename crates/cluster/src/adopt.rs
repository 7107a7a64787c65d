//! Handing what one manager set by updates to another that applies on the server.

use crate::request::patch_type;
use crate::writer::Writer;
use crate::{ClusterError, Effect, ErrorClass, Written};
use serde_json::{Value, json};

/// How often it is tried when somebody changes the object meanwhile; as often as upstream tries.
const TRIES: usize = 5;

/// Hands over the fields of `from`, if it has any. An object that is not there has none.
pub(crate) async fn adopt(writer: &Writer<'_>, from: &str, to: &str) -> Result<Written, ClusterError> {
    let mut tries = 1;
    loop {
        let Some(live) = writer.read().await? else { return Ok(Written::new(Effect::Unchanged, None)) };
        let managed = live.get("/metadata/managedFields");
        let entries = managed.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let adopted = merge::managed::adopt(entries, from, to).map_err(|error| {
            let message = format!("the managedFields of {} cannot be read: {error}", writer.target());
            ClusterError::new(ErrorClass::Malformed, message)
        })?;
        let Some(adopted) = adopted else { return Ok(Written::new(Effect::Unchanged, Some(live))) };
        // The version is replaced, not tested: the server answers that with a conflict of its own.
        let body = json!([
            {"op": "replace", "path": "/metadata/managedFields", "value": adopted},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live.meta().resource_version},
        ]);
        match writer.patch_as(patch_type::JSON, &body, to).await {
            Ok(object) => return Ok(Written::new(Effect::Patched, Some(object))),
            Err(error) if error.class == ErrorClass::Conflict && tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}
