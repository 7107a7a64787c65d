//! Namespaces: the finalizer that empties them, which only `finalize` removes.

use crate::checks::text::{invalid_each, qualified_name};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about namespaces.
pub const HOOKS: Hooks = Hooks {
    create: |namespace, _| {
        let spec = read::at_mut(namespace, "spec");
        let mut finalizers = read::list(spec, "finalizers").to_vec();
        if !finalizers.iter().any(|finalizer| finalizer == "kubernetes") {
            finalizers.push(json!("kubernetes"));
        }
        read::set(spec, "finalizers", finalizers);
    },
    update: |new, old| keep_finalizers(new, old),
    update_part: |_, new, old| read::copy(new, old, "status"),
    validate,
    validate_update: |new, _, errors| validate(new, errors),
    validate_part: |_, new, _, errors| validate(new, errors),
    ..PLAIN
};

fn keep_finalizers(new: &mut Value, old: &Value) {
    let before = read::at(old, "spec").clone();
    read::copy(read::at_mut(new, "spec"), &before, "finalizers");
}

fn validate(namespace: &Value, errors: &mut Errors) {
    const SPEC: Path<'static> = Path::root("spec");
    let path = SPEC.child("finalizers");
    for finalizer in read::list(read::at(namespace, "spec"), "finalizers").iter().filter_map(Value::as_str) {
        invalid_each(&path, finalizer, qualified_name(finalizer), errors);
        if finalizer != "kubernetes" && !finalizer.contains('/') {
            errors.invalid_text(
                &path,
                finalizer,
                "name is neither a standard finalizer name nor is it fully qualified",
            );
        }
    }
}
