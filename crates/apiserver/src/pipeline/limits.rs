//! Limit ranges: what new pods ask for when they do not say, and what they and claims may ask for.

use super::metadata;
use super::request::Writing;
use crate::error::ApiError;
use crate::group_resource::{GroupResource, resources};
use kinds::admission::limit_range::{broken, set_defaults};
use serde_json::Value;

/// `limitranges`.
const RANGES: GroupResource = GroupResource::new("", "limitranges");
/// `persistentvolumeclaims`.
const CLAIMS: GroupResource = GroupResource::new("", "persistentvolumeclaims");

/// Gives a new pod what it lacks, and refuses what is not allowed; other kinds pass.
pub fn admit(writing: &Writing<'_>, object: &mut Value) -> Result<(), ApiError> {
    let resource = writing.served.resource.name();
    if resource != resources::PODS && resource != CLAIMS {
        return Ok(());
    }
    let ranges = writing.shared.store.list(&RANGES, writing.namespace).entries;
    let ranges: Vec<Value> = ranges.into_iter().map(|(_, entry)| entry.object.value()).collect();
    if resource == resources::PODS {
        set_defaults(object, &ranges);
    }
    for range in &ranges {
        let problems = broken(&resource.resource, object, range);
        let cause = match problems.as_slice() {
            [] => continue,
            [one] => one.clone(),
            // Compat: as Kubernetes writes several errors as one.
            several => format!("[{}]", several.join(", ")),
        };
        return Err(ApiError::forbidden(&resource, metadata::text(object, "name"), &cause));
    }
    Ok(())
}
