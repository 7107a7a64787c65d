//! The ReplicaSet of the current template: finding it, numbering it, making it.

use super::annotations::REVISION;
use super::fenceposts::max_surge;
use super::observed::{Deployment, NewCondition, Observed, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus};
use super::revision;
use super::rollout::Rollout;
use super::template::{HASH_LABEL, same_template};
use crate::plan::{Action, CONTROLLER_MANAGER, Severity, Target};
use crate::reading::{controller_reference, is_controlled_by};
use crate::template_hash::pod_template_hash;
use apiserver::resources;
use serde_json::{Value, json};

/// Whether a missing ReplicaSet is made in this pass.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Create,
    Leave,
}

/// How far the pass may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    /// There is a new ReplicaSet, or there is to be none yet.
    Yes,
    /// Its name is taken or it was refused: the status says so, and the pass ends.
    No,
}

/// Splits the ReplicaSets, oldest first, into that of the current template and the others.
pub(super) fn split(deployment: &Deployment, mut sets: Vec<ReplicaSet>) -> (Option<ReplicaSet>, Vec<ReplicaSet>) {
    sets.sort_by(|one, other| (one.created, &one.name).cmp(&(other.created, &other.name)));
    let template = &deployment.spec.template;
    let new = sets.iter().position(|set| same_template(&set.spec.template, template));
    let new = new.map(|index| sets.remove(index));
    (new, sets)
}

/// The name the next new ReplicaSet gets, with the hash in it.
pub(super) fn next_name(deployment: &Deployment) -> (String, String) {
    let hash = pod_template_hash(&deployment.spec.template, deployment.status.collision_count);
    (format!("{}-{hash}", deployment.object.name()), hash)
}

/// Numbers the new ReplicaSet and brings the Deployment's own number and condition in line; makes it when it is
/// missing and may be made.
pub(super) fn synchronise(rollout: &mut Rollout, observed: &Observed, missing: Missing) -> Ready {
    let number = revision::max_revision(&rollout.old) + 1;
    if let Some(new) = rollout.new.as_mut() {
        revision::annotate(&rollout.deployment, new, number);
        new.spec.min_ready_seconds = rollout.deployment.spec.min_ready_seconds;
        rollout.deployment.revision = new.annotations.get(REVISION).cloned();
        let message = format!("Found new replica set \"{}\"", new.name);
        if rollout.deployment.progress_deadline().is_some() && rollout.deployment.progressing().is_none() {
            let condition =
                NewCondition { r#type: "Progressing", status: "True", reason: "FoundNewReplicaSet", message };
            rollout.deployment.set_condition(rollout.now, condition);
        }
        return Ready::Yes;
    }
    if missing == Missing::Leave { Ready::Yes } else { create(rollout, observed, number) }
}

fn create(rollout: &mut Rollout, observed: &Observed, number: i64) -> Ready {
    let (name, hash) = next_name(&rollout.deployment);
    if let Some(namesake) = observed.namesake.as_ref().filter(|namesake| namesake.name() == name) {
        debug_assert!(!is_controlled_by(namesake, &rollout.deployment.object.meta().uid), "own ones are in `old`");
        // Compat: the count goes into the next hash, so that the next pass takes another name.
        let count = rollout.deployment.status.collision_count.unwrap_or_default() + 1;
        rollout.deployment.status.collision_count = Some(count);
        return Ready::No;
    }
    if let Some(refusal) = observed.refused.as_ref().filter(|refusal| rollout.now < refusal.retry_at) {
        refused(rollout, &name, &refusal.message);
        return Ready::No;
    }
    let mut set = ReplicaSet {
        object: None,
        uid: Box::default(),
        created: rollout.now,
        annotations: Default::default(),
        spec: ReplicaSetSpec {
            replicas: 0,
            min_ready_seconds: rollout.deployment.spec.min_ready_seconds,
            template: rollout.deployment.spec.template.clone(),
        },
        status: ReplicaSetStatus::default(),
        told: Vec::new(),
        name,
    };
    set.spec.replicas = grown(rollout, &set);
    revision::annotate(&rollout.deployment, &mut set, number);
    revision::annotate_size(&rollout.deployment, &mut set);
    rollout.actions.push(creation(&rollout.deployment, &set, &hash));
    if set.spec.replicas > 0 {
        let message = format!("Scaled up replica set {} from 0 to {}", set.name, set.spec.replicas);
        rollout.actions.push(rollout.note(Severity::Normal, "ScalingReplicaSet", message));
    }
    rollout.deployment.revision = Some(number.to_string());
    if rollout.deployment.progress_deadline().is_some() {
        let message = format!("Created new replica set \"{}\"", set.name);
        let condition = NewCondition { r#type: "Progressing", status: "True", reason: "NewReplicaSetCreated", message };
        rollout.deployment.set_condition(rollout.now, condition);
    }
    rollout.new = Some(set);
    Ready::Yes
}

/// The last attempt was refused: the status says so before the next attempt is made.
fn refused(rollout: &mut Rollout, name: &str, cause: &str) {
    let reason = "ReplicaSetCreateError";
    let message = format!("Failed to create new replica set \"{name}\": {cause}");
    if rollout.deployment.progressing().is_some_and(|condition| condition.reason == reason) {
        return;
    }
    rollout.actions.push(rollout.note(Severity::Warning, reason, message.clone()));
    if rollout.deployment.progress_deadline().is_some() {
        let condition = NewCondition { r#type: "Progressing", status: "False", reason, message };
        rollout.deployment.set_condition(rollout.now, condition);
    }
}

/// The size the new ReplicaSet may have now: as far as the surge allows beside the old ones.
pub(super) fn grown(rollout: &Rollout, new: &ReplicaSet) -> i64 {
    let deployment = &rollout.deployment;
    if !deployment.is_rolling() {
        return deployment.replicas();
    }
    let others: i64 = rollout.old.iter().map(|set| set.spec.replicas).sum();
    let room = deployment.replicas() + max_surge(deployment) - others - new.spec.replicas;
    if room <= 0 {
        return new.spec.replicas;
    }
    new.spec.replicas + room.min(deployment.replicas() - new.spec.replicas)
}

fn creation(deployment: &Deployment, set: &ReplicaSet, hash: &str) -> Action {
    let mut template = deployment.spec.template.clone();
    template["metadata"]["labels"][HASH_LABEL] = hash.into();
    let mut selector = deployment.spec.selector.clone();
    selector["matchLabels"][HASH_LABEL] = hash.into();
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": set.name, "namespace": deployment.object.namespace(),
            "labels": template["metadata"]["labels"], "annotations": set.annotations,
            "ownerReferences": [controller_reference(&deployment.object)],
        },
        "spec": {"replicas": set.spec.replicas, "selector": selector, "template": template},
    });
    if set.spec.min_ready_seconds != 0 {
        object["spec"]["minReadySeconds"] = Value::from(set.spec.min_ready_seconds);
    }
    Action::Create {
        target: Target {
            resource: resources::REPLICA_SETS,
            namespace: deployment.object.namespace().unwrap_or_default().into(),
            name: set.name.as_str().into(),
        },
        object,
        manager: CONTROLLER_MANAGER,
        birth: None,
    }
}
