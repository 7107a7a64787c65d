//! The ReplicaSet of the wanted version: making it, and keeping its revision and annotations.

use crate::affinity;
use crate::conditions::{Holds, condition, find, set};
use crate::pass::Pass;
use crate::plan::{Action, SetChange};
use crate::pod_metadata;
use crate::replica_set::{ReplicaSet, revision_max};
use crate::words::{REASON_CREATED, REASON_FOUND, REASON_ROLLOUT_UPDATED};
use api::rollouts::names::{
    ANNOTATION_DESIRED_REPLICAS, ANNOTATION_EPHEMERAL_METADATA, ANNOTATION_NOTIFIED, ANNOTATION_REVISION,
    ANNOTATION_REVISION_HISTORY, CONDITION_PROGRESSING, LABEL_POD_TEMPLATE_HASH,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Annotations of a Rollout that its ReplicaSets do not get.
const NOT_COPIED: [&str; 5] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    ANNOTATION_REVISION,
    ANNOTATION_REVISION_HISTORY,
    ANNOTATION_DESIRED_REPLICAS,
    ANNOTATION_NOTIFIED,
];

/// Whether the template is another than the one that was last acted on.
pub fn has_template_changed(pass: &Pass<'_>) -> bool {
    let current = pass.before().current_pod_hash.as_str();
    let wanted = pass.new.map_or(pass.world.identity.template.as_str(), |set| set.hash.as_str());
    !current.is_empty() && current != wanted
}

/// Whether template or steps are others than those last acted on.
pub fn has_changed(pass: &Pass<'_>) -> bool {
    let is_canary = pass.rollout().spec.strategy.blue_green.is_none();
    (is_canary && pass.before().current_step_hash != pass.world.identity.steps) || has_template_changed(pass)
}

/// Makes the ReplicaSet of a version that has none.
pub fn create(pass: &mut Pass<'_>) {
    if pass.world.is_name_taken {
        return take_another_name(pass);
    }
    let revision = revision_max(pass.world.sets) + 1;
    let hash = &pass.world.identity.template;
    let name = format!("{}-{hash}", pass.rollout().metadata.name);
    let object = Box::new(replica_set(pass, &name, revision));
    pass.act(Action::CreateSet { name: name.clone(), object });
    set_rollout_revision(pass, revision);
    pass.tell_done(REASON_CREATED, format!("Created ReplicaSet {name} (revision {revision})"));
    let message = format!("Created new replica set {name:?}");
    let created = condition(CONDITION_PROGRESSING, Holds::True, REASON_CREATED, message, pass.time());
    let mut status = pass.before().clone();
    set(&mut status.conditions, created);
    pass.plan.status = Some(Box::new(status));
    pass.plan.barrier = Some("the new ReplicaSet is seen");
}

/// Somebody else's ReplicaSet has the name: counts it, which changes the hash.
fn take_another_name(pass: &mut Pass<'_>) {
    let mut status = pass.before().clone();
    status.collision_count = Some(status.collision_count.unwrap_or(0).saturating_add(1));
    pass.plan.status = Some(Box::new(status));
    pass.plan.barrier = Some("the hash is computed anew");
}

fn replica_set(pass: &Pass<'_>, name: &str, revision: i64) -> Value {
    let rollout = pass.rollout();
    let hash = pass.world.identity.template.as_str();
    let mut template = rollout.spec.template.clone();
    template["metadata"]["labels"][LABEL_POD_TEMPLATE_HASH] = json!(hash);
    let labels = template["metadata"]["labels"].clone();
    let affinity = affinity::with_term(rollout, hash);
    if !affinity.is_null() {
        template["spec"]["affinity"] = affinity;
    }
    let mut annotations = copied(pass);
    annotations.insert(ANNOTATION_REVISION.to_owned(), revision.to_string());
    annotations.insert(ANNOTATION_DESIRED_REPLICAS.to_owned(), pass.replicas().to_string());
    let (fresh, stable) = rollout.spec.strategy.pod_metadata();
    if let Some(wanted) = if pass.stable.is_some() { fresh } else { stable } {
        let change = pod_metadata::change(&template["metadata"], None, Some(wanted));
        if !change.is_empty() {
            for (part, values) in [("labels", change.labels), ("annotations", change.annotations)] {
                for (key, value) in values {
                    template["metadata"][part][key] = json!(value);
                }
            }
            annotations.insert(ANNOTATION_EPHEMERAL_METADATA.to_owned(), pod_metadata::remembered(wanted));
        }
    }
    let mut selector = json!(rollout.spec.selector.clone().unwrap_or_default());
    selector["matchLabels"][LABEL_POD_TEMPLATE_HASH] = json!(hash);
    let owner = &rollout.metadata;
    json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": owner.namespace,
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": [{
                "apiVersion": api::names::API_VERSION,
                "kind": api::rollouts::ROLLOUT,
                "name": owner.name,
                "uid": owner.uid,
                "controller": true,
                "blockOwnerDeletion": true,
            }],
        },
        "spec": {
            "replicas": 0,
            "minReadySeconds": rollout.spec.min_ready_seconds,
            "selector": selector,
            "template": template,
        },
    })
}

fn copied(pass: &Pass<'_>) -> BTreeMap<String, String> {
    let annotations = pass.rollout().metadata.annotations.iter();
    let copied = annotations.filter(|(key, _)| !NOT_COPIED.contains(&key.as_str()));
    copied.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Keeps the wanted version's ReplicaSet at the highest revision, and the Rollout at the same.
pub fn sync(pass: &mut Pass<'_>) {
    let Some(new) = pass.new else { return };
    let mut change = SetChange::default();
    for (key, value) in copied(pass) {
        if new.annotations.get(&key) != Some(&value) {
            change.annotations.insert(key, Some(value));
        }
    }
    let mut revision = new.revision().unwrap_or(0);
    let older = pass.world.sets.iter().filter(|set| set.name != new.name);
    let highest = revision_max(older) + 1;
    // A revision that is no number was written by somebody else, and stays.
    if new.revision().is_some_and(|revision| revision < highest) {
        if let Some(former) = new.annotations.get(ANNOTATION_REVISION) {
            change.annotations.insert(ANNOTATION_REVISION_HISTORY.to_owned(), Some(with_history(new, former)));
        }
        change.annotations.insert(ANNOTATION_REVISION.to_owned(), Some(highest.to_string()));
        revision = highest;
    }
    if new.min_ready_seconds != pass.rollout().spec.min_ready_seconds {
        change.min_ready_seconds = Some(pass.rollout().spec.min_ready_seconds);
    }
    let current = new.template.pointer("/spec/affinity").cloned().unwrap_or_default();
    let hash = new.hash.as_str();
    let has_term = affinity::without_term(&current, pass.rollout()) != current;
    let is_over = has_term && pass.before().stable_rs == hash && pass.before().current_pod_hash == hash;
    if is_over || affinity::is_outdated(&current, pass.rollout(), hash) {
        change.affinity = Some(affinity::with_term(pass.rollout(), hash));
    }
    if !change.is_empty() {
        pass.act(Action::ChangeSet { name: new.name.clone(), change });
    }
    if revision > 0 {
        set_rollout_revision(pass, revision);
    }
    if find(&pass.conditions, CONDITION_PROGRESSING).is_none() {
        let message = format!("Found new replica set {:?}", new.name);
        let found = condition(CONDITION_PROGRESSING, Holds::True, REASON_FOUND, message, pass.time());
        set(&mut pass.conditions, found);
    }
}

fn with_history(set: &ReplicaSet, former: &str) -> String {
    match set.annotations.get(ANNOTATION_REVISION_HISTORY).filter(|history| !history.is_empty()) {
        Some(history) => format!("{history},{former}"),
        None => former.to_owned(),
    }
}

fn set_rollout_revision(pass: &mut Pass<'_>, revision: i64) {
    if pass.rollout().annotation(ANNOTATION_REVISION) != Some(revision.to_string().as_str()) {
        pass.act(Action::SetRevision(revision));
        pass.tell_done(REASON_ROLLOUT_UPDATED, format!("Rollout updated to revision {revision}"));
    }
    pass.revision = revision;
}
