//! What was observed, as writes. Pure: the strategy decides, this says how it is written and under which guard.
//!
//! Start reading at [`decide`]; `actions` has the writes, `draft` their order and guards.

mod analysis_run;
mod draft;
mod experiment;
mod patch;
mod promise;
mod registration;

mod actions;
mod claims;
mod left;
mod unreadable;
mod workload;

use crate::observed::{Observed, Seen, What};
use actions::act_all;
use controller::{Done, Plan, Planned, Severity};
use draft::Draft;
use jiff::{SignedDuration, Timestamp};
use strategy::{World, plan};
use traffic::{Router, Routers};

/// A wake is at least this far away: what is due now has been dealt with in this pass.
const WAKE_PAUSE: SignedDuration = SignedDuration::from_millis(50);

/// How often a workload is looked at that nothing tells of.
const WORKLOAD_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Decides on one object.
#[must_use]
pub fn decide(observed: &Observed, now: Timestamp) -> Plan {
    match &observed.what {
        What::Nothing => Plan::default(),
        What::Unreadable(object, problem) => unreadable::plan(object, problem, now),
        What::Rollout(seen) => decide_rollout(seen, now),
        What::Service(service) => left::service(service),
        What::Ingress { object, routed_by } => left::ingress(object, routed_by),
        What::DestinationRule(rule) => left::destination_rule(rule),
    }
}

fn decide_rollout(seen: &Seen, now: Timestamp) -> Plan {
    if seen.invalid.is_none()
        && let Some(plan) = claims::plan(seen).or_else(|| workload::note_generation(seen))
    {
        return plan;
    }
    let routers = Routers::of(&seen.rollout, &seen.routed);
    let world = World {
        rollout: &seen.rollout,
        identity: &seen.spec.identity,
        sets: &seen.sets,
        is_name_taken: seen.is_name_taken,
        services: &seen.services,
        runs: &seen.runs,
        experiments: &seen.experiments,
        pods: &seen.pods,
        router: routers.as_ref().map(|routers| routers as &dyn Router),
        targets: seen.registered.targets,
        invalid: seen.invalid.as_deref(),
        warnings: &seen.warnings,
    };
    let decided = plan(&world, now);
    let mut draft = Draft::new(seen);
    act_all(&mut draft, &decided, now);
    let mut plan = draft.finish();
    greet(seen, &mut plan);
    registration::tell(seen, &mut plan, now);
    plan.waiting.extend(decided.waiting.iter().map(ToString::to_string));
    if let Some(wake) = decided.wake {
        let soonest = now.checked_add(WAKE_PAUSE).unwrap_or(now);
        plan = plan.wake_at(wake.max(soonest), controller::Level::LOWEST);
    }
    if is_of_replica_set(seen) {
        let again = now.checked_add(WORKLOAD_AGAIN).unwrap_or(now);
        plan = plan.wake_at(again, controller::Level::LOWEST);
    }
    plan
}

/// Whether the template is that of a ReplicaSet: of those only Rollouts' own are followed, most being of Deployments.
fn is_of_replica_set(seen: &Seen) -> bool {
    seen.rollout.spec.workload_ref.as_ref().is_some_and(|reference| reference.kind == "ReplicaSet")
}

/// Tells people that a Rollout is dealt with, together with the first thing that is done about it.
fn greet(seen: &Seen, plan: &mut Plan) {
    if !seen.sets.is_empty() || !seen.rollout.status.observed_generation.is_empty() {
        return;
    }
    let (namespace, name) = (seen.object.namespace().unwrap_or_default(), seen.object.name());
    let message = format!("Rollout resource added to informer: {namespace}/{name}");
    let greeting = draft::event(&seen.object, Severity::Normal, "RolloutAddedToInformer", &message);
    let first = plan.writes.first_mut().or(plan.status.as_mut());
    first.into_iter().for_each(|planned| planned.events.insert(0, greeting.clone()));
}

fn is_absence(error: &cluster::ClusterError) -> bool {
    error.class == cluster::ErrorClass::NotFound
}

/// The status to write when the writes are made.
#[must_use]
pub fn conclude(observed: &Observed, plan: &Plan, done: &[Done], now: Timestamp) -> Option<Planned> {
    let failures = done.iter().filter_map(|done| Some((done, done.result.as_ref().err()?)));
    // A pod that is gone meanwhile needs nothing any more.
    let mut failures = failures.filter(|(done, error)| !(*done.target.gvk.kind == *"Pod" && is_absence(error)));
    let failed = failures.next();
    match (failed, &observed.what) {
        (None, _) => plan.status.clone(),
        (Some((done, error)), What::Rollout(seen)) if plan.writes.get(done.index).is_some_and(actions::creates_set) => {
            unreadable::creation_failed(seen, &done.target.name, &error.message, now)
        }
        (Some((done, error)), What::Rollout(seen)) if actions::is_route(&done.target) => {
            unreadable::route_refused(seen, &done.target, error, now)
        }
        // The status says what the writes brought about; they did not.
        (Some(_), _) => None,
    }
}
