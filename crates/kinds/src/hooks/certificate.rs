//! Certificate signing requests: who asks is written down at creation and stays.

use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about certificate signing requests.
pub const HOOKS: Hooks = Hooks {
    create: |request, context| {
        let spec = read::at_mut(request, "spec");
        for field in ["username", "uid", "groups", "extra"] {
            read::copy(spec, context.user, field);
        }
    },
    update: |new, old| read::copy(new, old, "spec"),
    update_part: keep_for_part,
    validate,
    ..PLAIN
};

/// `approval` writes only the conditions that approve or deny, besides metadata.
fn keep_for_part(_: &str, new: &mut Value, old: &Value) {
    read::copy(new, old, "spec");
    let conditions = read::at(new, "status").get("conditions").cloned();
    let mut status = read::at(old, "status").clone();
    if let Some(conditions) = conditions {
        read::set(&mut status, "conditions", conditions);
    }
    read::set(new, "status", status);
}

fn validate(request: &Value, errors: &mut Errors) {
    const SPEC: Path<'static> = Path::root("spec");
    let spec = read::at(request, "spec");
    if read::list(spec, "usages").is_empty() {
        errors.required(&SPEC.child("usages"), "");
    }
    let path = SPEC.child("signerName");
    let signer = read::text(spec, "signerName");
    if signer.is_empty() {
        errors.required(&path, "");
    } else if !signer.contains('/') {
        errors.invalid_text(
            &path,
            signer,
            "must be a fully qualified domain and path of the form 'example.com/signer-name'",
        );
    }
}
