//! What routers read: Ingresses, and the objects of meshes and gateways that the Rollout names.

use crate::key::RolloutKey;
use crate::observed::{Seen, What};
use crate::observer::Observer;
use crate::references::{Referent, alb_ingresses, ingresses, routed_name};
use api::rollouts::Rollout;
use api::rollouts::names::ANNOTATION_MANAGED_BY;
use cluster::GroupKind;
use controller::Failure;
use object::{Fetched, Key};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use strategy::{ReplicaSet, may_verify};
use traffic::{Balanced, Objects, Place};

/// How often what was found may name more: a VirtualService its VirtualRouter, which names nothing that is read.
const ROUNDS_MAX: usize = 3;
/// How many load balancers of an Ingress are asked: it has one.
const HOSTS_MAX: usize = 4;

impl Observer {
    /// What the routers of a Rollout read; nothing where it has none, as most.
    pub(super) fn routed(&self, key: &RolloutKey, rollout: &Rollout, sets: &[ReplicaSet]) -> Objects {
        if rollout.spec.strategy.canary.as_ref().is_none_or(|canary| canary.traffic_routing.is_none()) {
            return Objects::default();
        }
        let unready = sets.iter().filter(|set| !set.is_available());
        let mut objects = Objects {
            ingresses: self.ingresses(key, rollout),
            unready: unready.map(|set| (set.hash.clone(), set.name.clone())).collect(),
            versions: self.versions(),
            ..Objects::default()
        };
        for _ in 0..ROUNDS_MAX {
            let mut missing = traffic::needed(rollout, &objects);
            missing.retain(|place| !objects.others.contains_key(place));
            if missing.is_empty() {
                break;
            }
            missing.into_iter().for_each(|place| self.read_routed(place, &mut objects.others));
        }
        objects
    }

    fn ingresses(&self, key: &RolloutKey, rollout: &Rollout) -> BTreeMap<String, Fetched<Arc<Value>>> {
        let read = |name: String| {
            let found = self.cache.get(&Key::new("networking.k8s.io", "Ingress", Some(&key.namespace), &name));
            (name, found.map(|cached| Arc::new(cached.object.value())))
        };
        ingresses(rollout).into_iter().map(read).collect()
    }

    /// The versions in which the kinds of routers are served, as far as that is known.
    fn versions(&self) -> BTreeMap<(&'static str, &'static str), String> {
        let Some(served) = self.cache.client().known_served() else { return BTreeMap::new() };
        let version = |kind: (&'static str, &'static str)| {
            let resource = served.preferred(kind.0, kind.1).into_known()?;
            Some((kind, resource.gvk.version.to_string()))
        };
        traffic::KINDS.into_iter().filter_map(version).collect()
    }

    /// One object, or all of its kind in its namespace.
    fn read_routed(&self, place: Place, found: &mut BTreeMap<Place, Fetched<Arc<Value>>>) {
        if !place.name.is_empty() {
            let key = Key::new(place.group, place.kind, Some(&place.namespace), &place.name);
            let object = self.cache.get(&key).map(|cached| Arc::new(cached.object.value()));
            found.insert(place, object);
            return;
        }
        for cached in self.cache.objects(&GroupKind::new(place.group, place.kind)) {
            if cached.object.namespace() == Some(&place.namespace) {
                let one = Place { name: cached.object.name().to_owned(), ..place.clone() };
                found.insert(one, Fetched::Known(Arc::new(cached.object.value())));
            }
        }
        // All of a kind is no object; that it was asked for is noted.
        found.insert(place, Fetched::Absent);
    }

    /// What the load balancers of a Rollout are seen to do, as long as something waits for that; and once, so that the
    /// status tells of them.
    pub(super) async fn asked_balancers(&self, seen: &Seen) -> Option<BTreeMap<String, Vec<Balanced>>> {
        let balancers = self.balancers.as_ref()?;
        let names = alb_ingresses(&seen.rollout);
        let mut found = BTreeMap::new();
        if !may_verify(&seen.rollout) && seen.rollout.status.albs.len() == names.len() {
            return Some(found);
        }
        for name in names {
            let ingress = seen.routed.ingresses.get(&name).and_then(Fetched::known);
            let hosts = ingress.map(|ingress| hosts_of(ingress)).unwrap_or_default();
            let mut balanced = Vec::new();
            for host in &hosts {
                let balancer = match balancers.load_balancer(host).await {
                    Ok(Some(balancer)) => Fetched::Known(balancer),
                    Ok(None) => Fetched::Absent,
                    Err(cause) => Fetched::Unknown(cause),
                };
                balanced.push(Balanced { host: host.clone(), balancer });
            }
            if hosts.is_empty() {
                let balancer = Fetched::Unknown("its status.loadBalancer.ingress has no hostname yet".to_owned());
                balanced.push(Balanced { host: String::new(), balancer });
            }
            found.insert(name, balanced);
        }
        Some(found)
    }

    /// A DestinationRule, if no Rollout names it.
    pub(super) fn left_rule(&self, namespace: &str, name: &str) -> Result<What, Failure> {
        self.certain(api::names::GROUP, api::rollouts::ROLLOUT)?;
        let (group, kind) = traffic::DESTINATION_RULE;
        let object = match self.cache.get(&Key::new(group, kind, Some(namespace), name)) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => return Ok(What::Nothing),
            Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
        };
        let naming = self.index().naming_anywhere(Referent::Routed, &routed_name(group, kind, namespace, name));
        let manager = object.meta().annotation(ANNOTATION_MANAGED_BY);
        let is_its = |naming: &RolloutKey| manager.is_none_or(|manager| *manager == *naming.name);
        Ok(if naming.iter().any(is_its) { What::Nothing } else { What::DestinationRule(object) })
    }
}

/// The hosts under which an Ingress's load balancers are reached.
fn hosts_of(ingress: &Value) -> Vec<String> {
    let entries = ingress.pointer("/status/loadBalancer/ingress").and_then(Value::as_array).into_iter().flatten();
    let hosts = entries.filter_map(|entry| entry["hostname"].as_str()).filter(|host| !host.is_empty());
    hosts.take(HOSTS_MAX).map(str::to_owned).collect()
}
