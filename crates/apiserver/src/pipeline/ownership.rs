//! managedFields: who owns which field. The bookkeeping is `merge`'s; here it is told what a write changes.

use super::request::Writing;
use serde_json::Value;

/// Notes that this write changes `live` (an empty object at a creation) to `new`. Both in the request's version.
pub fn note_update(writing: &Writing<'_>, live: &Value, new: &mut Value) {
    let _ = (writing, live, new);
}
