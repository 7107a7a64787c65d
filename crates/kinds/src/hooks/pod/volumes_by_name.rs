//! What mounts look their volumes up in.

use serde_json::Value;
use std::collections::BTreeMap;

/// Volumes of a pod by name, for the mounts that refer to them.
pub type Volumes<'v> = BTreeMap<&'v str, &'v Value>;
