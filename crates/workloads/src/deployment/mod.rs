//! Deployments: ReplicaSets by template, rolled over as the strategy says. Follows Kubernetes' deployment controller
//! decision by decision; the pass is a pure function from what was observed to a plan. Start at [`plan`].

mod annotations;
mod cleanup;
mod condition;
mod fenceposts;
mod new_replica_set;
mod observed;
mod recreate;
mod revision;
mod rolling;
mod rollout;
mod scale;
mod status;
mod template;

pub use observed::{Observed, OldPod};
pub use template::{HASH_LABEL, same_template};

use crate::claim;
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan};
use crate::reading::target;
use apiserver::{LabelSelector, Object, resources};
use jiff::Timestamp;
use new_replica_set::{Missing, Ready, next_name, split, synchronise};
use observed::{Deployment, NewCondition, ReplicaSet};
use rollout::Rollout;
use serde_json::{Value, json};

/// The name the Deployment's next ReplicaSet would get: whose namesake to look for.
#[must_use]
pub fn next_replica_set_name(deployment: &Object) -> String {
    next_name(&Deployment::read(deployment)).0
}

/// Whether the current template has a ReplicaSet among these.
#[must_use]
pub fn has_new_replica_set(deployment: &Object, owned: &[Object]) -> bool {
    let template = Deployment::read(deployment).spec.template;
    owned.iter().any(|set| same_template(&ReplicaSet::read(set).spec.template, &template))
}

/// What to do for a Deployment now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let deployment = Deployment::read(&observed.deployment);
    let selector = LabelSelector::from_value(Some(&deployment.spec.selector));
    if selector.is_empty() {
        return Plan::nothing();
    }
    let claim = claim::decide(&claim::Candidates {
        owner: &observed.deployment,
        resource: resources::REPLICA_SETS,
        selector: &selector,
        owned: &observed.owned,
        adoptable: &observed.adoptable,
    });
    if !claim.actions.is_empty() {
        // What is taken up or let go counts from the next pass on, when it bears its new owner.
        return Plan { actions: claim.actions, wake: None };
    }
    let (new, old) = split(&deployment, claim.kept.into_iter().map(ReplicaSet::read).collect());
    let mut rollout = Rollout { deployment, new, old, now, actions: Vec::new() };
    proceed(&mut rollout, observed);
    rollout.changes();
    let mut plan = Plan { wake: status::check_at(&rollout.deployment), actions: Vec::new() };
    if let Some(refusal) = observed.refused.as_ref().filter(|refusal| now < refusal.retry_at) {
        plan.wake_at(refusal.retry_at);
    }
    let status = write_status(&rollout.deployment);
    plan.actions = rollout.actions;
    plan.actions.extend(status);
    plan
}

fn proceed(rollout: &mut Rollout, observed: &Observed) {
    let before = rollout.deployment.status.clone();
    if observed.deployment.meta().is_terminating() {
        synchronise(rollout, observed, Missing::Leave);
        status::count(rollout);
        return;
    }
    note_pause(rollout);
    if rollout.deployment.spec.paused {
        resynchronise(rollout, observed);
        cleanup::clean_up(rollout);
        status::count(rollout);
        return;
    }
    if scale::is_scaled(rollout) {
        resynchronise(rollout, observed);
        status::count(rollout);
        return;
    }
    if rollout.deployment.is_rolling() {
        if synchronise(rollout, observed, Missing::Create) == Ready::No {
            return;
        }
        let complete = !rolling::step(rollout) && status::is_complete(&rollout.deployment);
        if complete {
            cleanup::clean_up(rollout);
        }
    } else {
        synchronise(rollout, observed, Missing::Leave);
        if !recreate::step(rollout, observed) && status::is_complete(&rollout.deployment) {
            cleanup::clean_up(rollout);
        }
    }
    status::judge(rollout, &before);
}

fn resynchronise(rollout: &mut Rollout, observed: &Observed) {
    synchronise(rollout, observed, Missing::Leave);
    scale::scale(rollout);
}

/// A pause, and its end, stop the clock of the progress deadline.
fn note_pause(rollout: &mut Rollout) {
    let deployment = &mut rollout.deployment;
    if deployment.progress_deadline().is_none() {
        return;
    }
    let reason = deployment.progressing().map(|condition| condition.reason.as_str());
    if reason == Some(status::TIMED_OUT) {
        return;
    }
    let noted = reason == Some("DeploymentPaused");
    let (reason, message) = match (deployment.spec.paused, noted) {
        (true, false) => ("DeploymentPaused", "Deployment is paused"),
        (false, true) => ("DeploymentResumed", "Deployment is resumed"),
        _ => return,
    };
    let condition = NewCondition { r#type: "Progressing", status: "Unknown", reason, message: message.to_owned() };
    deployment.set_condition(rollout.now, condition);
}

/// The one write of status and revision, if anything changed.
fn write_status(deployment: &Deployment) -> Option<Action> {
    let before = Deployment::read(&deployment.object);
    let change = merge_patch(&written(&before), &written(deployment))?;
    Some(Action::Patch {
        target: target(&resources::DEPLOYMENTS, &deployment.object),
        part: Part::Status,
        change,
        manager: CONTROLLER_MANAGER,
        resource_version: Some(deployment.object.meta().resource_version.clone()),
    })
}

fn written(deployment: &Deployment) -> Value {
    let mut value = json!({"status": deployment.status});
    if let Some(revision) = &deployment.revision {
        value["metadata"] = json!({"annotations": {annotations::REVISION: revision}});
    }
    value
}
