//! Whether the load balancer has the pods of the Service that was switched last, as far as somebody can be asked.

use crate::key::RolloutKey;
use crate::observed::{Registered, Seen};
use crate::observer::Observer;
use crate::settings::TARGET_GROUP_BINDING;
use api::rollouts::Rollout;
use cluster::{ClusterError, ErrorClass, ListQuery};
use controller::Failure;
use object::{Fetched, Gvk, Object};
use serde_json::Value;
use strategy::Targets;
use strategy::identity::recognise;
use traffic::{Note, Preference, is_bound_to, registration, stable_and_canary, target_group_of};

const ERROR: &str = "TargetGroupVerifyError";
const UNVERIFIED: &str = "TargetGroupUnverified";
const VERIFIED: &str = "TargetGroupVerified";

impl Observer {
    /// Asks, where something waits for it.
    pub(super) async fn registered(&self, key: &RolloutKey, seen: &Seen) -> Result<Registered, Failure> {
        let (Some(balancers), Some(name)) = (&self.balancers, service_to_ask_for(seen)) else {
            return Ok(Registered::default());
        };
        let Some(service) = seen.service_objects.get(name) else { return Ok(Registered::default()) };
        let value = service.value();
        let mut bindings = self.bindings(key).await?;
        bindings.retain(|binding| is_bound_to(binding, &value));
        if bindings.is_empty() {
            return Ok(Registered::default());
        }
        let unverified = Registered { targets: Targets::Unverified, notes: Vec::new() };
        let new = recognise(&seen.rollout, &seen.spec.identity, &seen.sets).map(|recognised| recognised.set());
        let selected = seen.services.get(name).and_then(Fetched::known).and_then(|service| service.hash.as_deref());
        let Some(new) = new.filter(|new| selected == Some(&new.hash)) else { return Ok(unverified) };
        let slices = self.slices(key, name).await?;
        if !are_of(&slices, &new.name) {
            return Ok(unverified);
        }
        let mut notes = Vec::new();
        for binding in &bindings {
            let group = target_group_of(binding);
            match balancers.targets(group).await {
                Ok(targets) => {
                    let found = registration(binding, &value, &slices, &targets);
                    notes.push(told(name, group, found));
                }
                Err(cause) => {
                    let message = format!("Failed to verify Service {name} (TargetGroup {group}): {cause}");
                    notes.push(Note { reason: ERROR, message });
                }
            }
        }
        let are_all = notes.iter().all(|note| note.reason == VERIFIED);
        Ok(Registered { targets: if are_all { Targets::Verified } else { Targets::Unverified }, notes })
    }

    /// The TargetGroupBindings of a Rollout's namespace; none where the kind is not served.
    async fn bindings(&self, key: &RolloutKey) -> Result<Vec<Value>, Failure> {
        let version = self.settings.target_group_binding.as_deref().unwrap_or(TARGET_GROUP_BINDING);
        let gvk = Gvk::from_api_version(version, "TargetGroupBinding");
        match self.cache.client().list(&gvk, &ListQuery::in_namespace(&key.namespace)).await {
            Ok(found) => Ok(found.iter().map(Object::value).collect()),
            Err(ClusterError { class: ErrorClass::UnknownKind | ErrorClass::NotFound, .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    async fn slices(&self, key: &RolloutKey, service: &str) -> Result<Vec<Value>, Failure> {
        let gvk = Gvk::new("discovery.k8s.io", "v1", "EndpointSlice");
        let of_service = format!("kubernetes.io/service-name={service}");
        let query = ListQuery::in_namespace(&key.namespace).labels(&of_service);
        let found = self.cache.client().list(&gvk, &query).await?;
        Ok(found.iter().map(Object::value).collect())
    }
}

/// The Service whose pods the load balancer must have before anything goes on: of blue-green the active one until the
/// version is the stable one, of a canary the stable one as long as older versions are to go.
fn service_to_ask_for(seen: &Seen) -> Option<&str> {
    let rollout: &Rollout = &seen.rollout;
    let (status, strategy) = (&rollout.status, &rollout.spec.strategy);
    let new = recognise(rollout, &seen.spec.identity, &seen.sets)?.set();
    let is_stable = status.stable_rs == new.hash;
    if let Some(blue_green) = &strategy.blue_green {
        let is_analysed = status.blue_green.post_promotion_analysis_run_status.is_some();
        let is_first = status.stable_rs.is_empty();
        return (!is_stable && !is_analysed && !is_first).then_some(blue_green.active_service.as_str());
    }
    strategy.canary.as_ref()?.traffic_routing.as_ref()?.alb.as_ref()?;
    let goes = |set: &&strategy::ReplicaSet| set.name != new.name && set.size.spec > 0 && !set.has_deadline();
    let has_older = seen.sets.iter().any(|set| goes(&set));
    (is_stable && has_older).then(|| stable_and_canary(rollout, Preference::PingPong).0)
}

/// Whether all ready endpoints are pods of a ReplicaSet: right after a switch they are still those of another.
fn are_of(slices: &[Value], set: &str) -> bool {
    let prefix = format!("{set}-");
    let endpoints = slices.iter().flat_map(|slice| slice["endpoints"].as_array().into_iter().flatten());
    let mut ready = endpoints.filter(|it| it.pointer("/conditions/ready") != Some(&Value::Bool(false)));
    ready.all(|it| it.pointer("/targetRef/name").and_then(Value::as_str).is_some_and(|pod| pod.starts_with(&prefix)))
}

fn told(service: &str, group: &str, found: traffic::Registration) -> Note {
    let of = format!("Service {service} (TargetGroup {group})");
    if found.is_whole() {
        let message = format!("{of} verified: {} endpoints registered", found.registered);
        return Note { reason: VERIFIED, message };
    }
    let message = format!("{of} not verified: {}/{} endpoints registered", found.registered, found.total);
    Note { reason: UNVERIFIED, message }
}
