//! `kubectl apply` on the client's side: what was applied last, what is wanted now and what is live give a patch.

use crate::three_way::three_way_patch;
use crate::writer::Writer;
use crate::{ClusterError, Effect, ErrorClass, WhenRefused, Written};
use object::Object;
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// The annotation that remembers what was applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// How often a patch that met a newer object is made anew. kubectl's own number.
const CONFLICTS_MAX: u32 = 5;

/// The pause before it, from the second time on. kubectl's own number.
const CONFLICT_PAUSE: Duration = Duration::from_secs(1);

/// Applies `desired` in the name of `manager`.
pub(crate) async fn apply(
    writer: &Writer<'_>,
    desired: Value,
    manager: &str,
    when_refused: WhenRefused,
) -> Result<Written, ClusterError> {
    let modified = with_last_applied(desired);
    let Some(live) = writer.read().await? else { return writer.create(modified, Some(manager)).await };
    if role_ref_differs(&modified, &live) {
        // Compat: upstream runs `kubectl auth reconcile` first, which replaces bindings whose roleRef changed: the
        // field cannot be changed.
        return writer.recreate(modified, Some(manager)).await;
    }
    let warnings = missing_annotation(writer, &live);
    let written = match patch(writer, &modified, live, manager).await {
        Err(error)
            if when_refused == WhenRefused::Recreate
                && matches!(error.class, ErrorClass::Conflict | ErrorClass::Invalid) =>
        {
            writer.recreate(modified, Some(manager)).await?
        }
        outcome => outcome?,
    };
    Ok(Written { warnings, ..written })
}

async fn patch(writer: &Writer<'_>, modified: &Value, live: Object, manager: &str) -> Result<Written, ClusterError> {
    let mut live = live;
    let mut conflicts = 0;
    loop {
        let current = live.value();
        let patch = three_way_patch(&writer.target().gvk, &last_applied(&current), modified, &current)?;
        if patch.is_empty() {
            return Ok(Written::new(Effect::Unchanged, Some(live)));
        }
        let body = patch.guarded(&writer.write.precondition);
        let error = match writer.patch_as(patch.content_type, &body, manager).await {
            Ok(object) => return Ok(Written::new(Effect::Configured, Some(object))),
            Err(error) => error,
        };
        // A conflict with the caller's own precondition is the caller's to resolve.
        let is_ours = writer.write.precondition.resource_version.is_none();
        if error.class != ErrorClass::Conflict || conflicts == CONFLICTS_MAX || !is_ours {
            return Err(error);
        }
        conflicts += 1;
        if conflicts > 1 {
            sleep(CONFLICT_PAUSE).await;
        }
        match writer.read().await? {
            Some(newer) => live = newer,
            None => return Err(error),
        }
    }
}

/// The manifest with a copy of itself in its annotations.
// Compat: the copy has `annotations: {}` where there are none, ends in a newline and escapes `<`, `>` and `&`, as Go's
// JSON encoder writes it; a later `kubectl apply` then finds nothing to change.
fn with_last_applied(desired: Value) -> Value {
    let mut modified = desired;
    let annotations = annotations_of(&mut modified);
    annotations.remove(LAST_APPLIED);
    let copy = modified.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026") + "\n";
    annotations_of(&mut modified).insert(LAST_APPLIED.to_owned(), Value::from(copy));
    modified
}

fn annotations_of(value: &mut Value) -> &mut Map<String, Value> {
    let metadata = &mut value["metadata"];
    if !metadata["annotations"].is_object() {
        metadata["annotations"] = json!({});
    }
    metadata["annotations"].as_object_mut().expect("invariant: made an object above when it was none")
}

/// What was applied last; null when that is not known.
fn last_applied(live: &Value) -> Value {
    let text = live["metadata"]["annotations"][LAST_APPLIED].as_str().unwrap_or_default();
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// kubectl's words to whoever applies an object that was made in another way.
fn missing_annotation(writer: &Writer<'_>, live: &Object) -> Vec<String> {
    if !last_applied(&live.value()).is_null() {
        return Vec::new();
    }
    let resource = writer.resource;
    let group = if resource.gvk.group.is_empty() { String::new() } else { format!(".{}", resource.gvk.group) };
    vec![format!(
        "Warning: resource {}{group}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. \
         kubectl apply should only be used on resources created declaratively by either kubectl create --save-config \
         or kubectl apply. The missing annotation will be patched automatically.",
        resource.plural,
        live.name()
    )]
}

fn role_ref_differs(modified: &Value, live: &Object) -> bool {
    let gvk = live.gvk();
    let is_binding = &*gvk.group == "rbac.authorization.k8s.io" && gvk.kind.ends_with("RoleBinding");
    is_binding && modified["roleRef"].is_object() && {
        let live = &live.value()["roleRef"];
        ["apiGroup", "kind", "name"].iter().any(|field| {
            let wanted = &modified["roleRef"][field];
            !wanted.is_null() && wanted != &live[field]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_reads_as_kubectl_writes_it() {
        let manifest =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "<&>"}});
        let modified = with_last_applied(manifest);
        let copy = modified["metadata"]["annotations"][LAST_APPLIED].as_str().expect("a copy");
        assert_eq!(
            copy,
            "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"\\u003c\\u0026\\u003e\"},\"kind\":\"ConfigMap\",\
             \"metadata\":{\"annotations\":{},\"name\":\"x\"}}\n"
        );
        assert_eq!(with_last_applied(modified.clone()), modified, "applying twice copies the manifest, not the copy");
        assert_eq!(last_applied(&modified)["metadata"]["name"], "x");
    }

    #[test]
    fn only_a_binding_with_another_role_is_replaced() {
        let binding = |role: &str| {
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
                   "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}})
        };
        let live = Object::from_value(&binding("view")).expect("an object");
        assert!(role_ref_differs(&binding("edit"), &live));
        assert!(!role_ref_differs(&binding("view"), &live));
    }
}
