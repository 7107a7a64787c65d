//! Events, which stand in the namespace of what they are about.

use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about events.
pub const HOOKS: Hooks = Hooks { validate, validate_update: |new, _, errors| validate(new, errors), ..PLAIN };

fn validate(event: &Value, errors: &mut Errors) {
    const INVOLVED: Path<'static> = Path::root("involvedObject");
    let own = read::text(read::at(event, "metadata"), "namespace");
    let involved = read::text(read::at(event, "involvedObject"), "namespace");
    // Events about cluster-scoped objects stand in `default`.
    let fits = if involved.is_empty() { matches!(own, "" | "default" | "kube-system") } else { own == involved };
    if !fits {
        errors.invalid_text(&INVOLVED.child("namespace"), involved, "does not match event.namespace");
    }
}
