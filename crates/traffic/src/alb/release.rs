//! An Ingress that a Rollout no longer shares traffic out by: its actions lead to their own Services again.

use super::managed::{ANNOTATION_MANAGED, ManagedKeys};
use serde_json::{Map, Value, json};

/// What an annotation of an action begins with, after its prefix.
const ACTION: &str = "/actions.";

/// The same as [`ANNOTATION_MANAGED`], as releases before 1.5 wrote it.
const ANNOTATION_MANAGED_BEFORE: &str = "rollouts.argoproj.io/managed-alb-actions";

/// The merge patch that takes out of an Ingress what Rollouts other than `routed_by` have put there; `None` when there
/// is nothing of others.
#[must_use]
pub fn release_alb(ingress: &Value, routed_by: &[&str]) -> Option<Value> {
    let annotations = ingress.pointer("/metadata/annotations")?.as_object()?;
    let text = |key: &str| annotations.get(key).and_then(Value::as_str).unwrap_or_default();
    // What cannot be read was written by somebody else, and stays.
    let mut managed = ManagedKeys::parse(text(ANNOTATION_MANAGED)).ok()?;
    let left = managed.release(routed_by);
    if left.is_empty() {
        return None;
    }
    let mut patch = Map::new();
    for key in left.iter().filter(|key| annotations.contains_key(key.as_str())) {
        if let Some(reset) = key.split_once(ACTION).and_then(|(_, service)| reset(service, text(key))) {
            patch.insert(key.clone(), json!(reset));
        }
    }
    let rest = if managed.is_empty() { Value::Null } else { json!(managed.to_string()) };
    patch.insert(ANNOTATION_MANAGED.to_owned(), rest);
    if annotations.contains_key(ANNOTATION_MANAGED_BEFORE) {
        patch.insert(ANNOTATION_MANAGED_BEFORE.to_owned(), Value::Null);
    }
    Some(json!({"metadata": {"annotations": patch}}))
}

/// The action that leads to its own Service; `None` when the one before cannot be read.
///
/// Upstream gives up where the Service is not among those of the action, as with a root Service; here the port of the
/// others is taken.
fn reset(service: &str, before: &str) -> Option<String> {
    let before: Value = serde_json::from_str(before).ok()?;
    let groups = before.pointer("/ForwardConfig/TargetGroups")?.as_array()?;
    let own = groups.iter().find(|group| group["ServiceName"] == *service);
    let port = own.or_else(|| groups.last())?["ServicePort"].as_str()?;
    let (service, port) = (json!(service), json!(port));
    let group = format!(r#"{{"ServiceName":{service},"ServicePort":{port},"Weight":100}}"#);
    let sticky = before.pointer("/ForwardConfig/TargetGroupStickinessConfig").map(|sticky| {
        let (enabled, seconds) = (&sticky["Enabled"], &sticky["DurationSeconds"]);
        format!(r#","TargetGroupStickinessConfig":{{"Enabled":{enabled},"DurationSeconds":{seconds}}}"#)
    });
    let sticky = sticky.unwrap_or_default();
    Some(format!(r#"{{"Type":"forward","ForwardConfig":{{"TargetGroups":[{group}]{sticky}}}}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ingress(managed: &str) -> Value {
        json!({"metadata": {"annotations": {
            "alb.ingress.kubernetes.io/actions.root": r#"{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"80","Weight":10},{"ServiceName":"root","ServicePort":"8080","Weight":90}]}}"#,
            "rollouts.argoproj.io/managed-alb-annotations": managed,
        }}})
    }

    #[test]
    fn only_what_is_left_behind_is_reset() {
        let both =
            r#"{"a":["alb.ingress.kubernetes.io/actions.root"],"b":["alb.ingress.kubernetes.io/actions.other"]}"#;
        assert_eq!(release_alb(&ingress(both), &["a", "b"]), None);
        let patch = release_alb(&ingress(both), &["b"]).expect("a patch");
        let annotations = &patch["metadata"]["annotations"];
        let action = r#"{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"root","ServicePort":"8080","Weight":100}]}}"#;
        assert_eq!(annotations["alb.ingress.kubernetes.io/actions.root"], action);
        let rest = r#"{"b":["alb.ingress.kubernetes.io/actions.other"]}"#;
        assert_eq!(annotations["rollouts.argoproj.io/managed-alb-annotations"], rest);
        let one = r#"{"a":["alb.ingress.kubernetes.io/actions.root"]}"#;
        let patch = release_alb(&ingress(one), &[]).expect("a patch");
        assert_eq!(patch["metadata"]["annotations"]["rollouts.argoproj.io/managed-alb-annotations"], Value::Null);
        assert_eq!(release_alb(&ingress("nonsense"), &[]), None);
    }
}
