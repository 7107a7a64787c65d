//! Metadata in the JSON of upstream's API. A leaf module.

use crate::go_json::Fields;
use object::Meta;
use serde_json::Value;

/// The metadata of what is below a Rollout.
pub fn below_meta(meta: &Meta) -> Value {
    let mut fields = Fields::default();
    fields.text("name", &meta.name).text("namespace", meta.namespace.as_deref().unwrap_or_default());
    fields.text("uid", &meta.uid).time("creationTimestamp", meta.creation_timestamp);
    fields.take()
}
