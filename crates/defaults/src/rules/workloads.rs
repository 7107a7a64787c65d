//! Deployments, replica sets, stateful sets, daemon sets and replication controllers.

use super::fields::{default_to, items, map, text};
use serde_json::{Map, Value, json};

/// How many old revisions are kept.
const REVISIONS: i64 = 10;
/// Seconds without progress after which a rollout is said to hang.
const PROGRESS_SECONDS: i64 = 600;

pub fn deployment(deployment: &mut Map<String, Value>) {
    let Some(spec) = map(deployment, "spec") else { return };
    default_to(spec, "replicas", 1);
    default_to(spec, "revisionHistoryLimit", REVISIONS);
    default_to(spec, "progressDeadlineSeconds", PROGRESS_SECONDS);
    let Some(strategy) = map(spec, "strategy") else { return };
    default_to(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = map(strategy, "rollingUpdate")
    {
        default_to(rolling, "maxUnavailable", "25%");
        default_to(rolling, "maxSurge", "25%");
    }
}

pub fn replica_set(set: &mut Map<String, Value>) {
    if let Some(spec) = map(set, "spec") {
        default_to(spec, "replicas", 1);
    }
}

/// The annotation in which the first version's count of templates lives on.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

pub fn daemon_set(set: &mut Map<String, Value>) {
    // Compat: the annotation is there whenever the server writes a daemon set; the count itself is kept elsewhere.
    if let Some(annotations) = map(set, "metadata").and_then(|metadata| map(metadata, "annotations")) {
        default_to(annotations, TEMPLATE_GENERATION, "0");
    }
    let Some(spec) = map(set, "spec") else { return };
    default_to(spec, "revisionHistoryLimit", REVISIONS);
    let Some(strategy) = map(spec, "updateStrategy") else { return };
    default_to(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = map(strategy, "rollingUpdate")
    {
        default_to(rolling, "maxUnavailable", 1);
        default_to(rolling, "maxSurge", 0);
    }
}

pub fn stateful_set(set: &mut Map<String, Value>) {
    let Some(spec) = map(set, "spec") else { return };
    default_to(spec, "podManagementPolicy", "OrderedReady");
    default_to(spec, "replicas", 1);
    default_to(spec, "revisionHistoryLimit", REVISIONS);
    if let Some(strategy) = map(spec, "updateStrategy") {
        if !strategy.contains_key("type") {
            default_to(strategy, "type", "RollingUpdate");
            default_to(strategy, "rollingUpdate", json!({}));
        }
        let rolls = text(strategy, "type") == "RollingUpdate";
        if let (true, Some(Value::Object(rolling))) = (rolls, strategy.get_mut("rollingUpdate")) {
            default_to(rolling, "partition", 0);
        }
    }
    if let Some(retention) = map(spec, "persistentVolumeClaimRetentionPolicy") {
        default_to(retention, "whenDeleted", "Retain");
        default_to(retention, "whenScaled", "Retain");
    }
    for claim in items(spec, "volumeClaimTemplates") {
        claim.insert("apiVersion".to_owned(), "v1".into());
        claim.insert("kind".to_owned(), "PersistentVolumeClaim".into());
    }
}

pub fn replication_controller(controller: &mut Map<String, Value>) {
    let labels = controller.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels")).cloned();
    if let Some(labels) = labels {
        if let Some(metadata) = map(controller, "metadata") {
            default_to(metadata, "labels", labels.clone());
        }
        if let Some(spec) = map(controller, "spec") {
            default_to(spec, "selector", labels);
        }
    }
    if let Some(spec) = map(controller, "spec") {
        default_to(spec, "replicas", 1);
    }
}
