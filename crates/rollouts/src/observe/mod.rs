//! Reads what planning needs: from the cache, and, where that has too little, from the API server.

mod measured;
mod owned;
mod pods;
mod registered;
mod routed;
mod workload;

use crate::kept::replica_sets;
use crate::key::{RolloutKey, WorkKey};
use crate::observed::{Observed, Registered, Seen, SeenService, What};
use crate::observer::Observer;
use crate::problem::problem;
use crate::references::{Referent, alb_ingresses, services};
use api::rollouts::Rollout;
use controller::Failure;
use object::{Fetched, Key, Object};
use std::collections::{BTreeMap, BTreeSet};
use strategy::identity::recognise;
use strategy::validation::{Peer, overlaps};
use strategy::{Service, needs_pods};
use workload::Resolved;

impl Observer {
    /// All that planning `key` needs.
    ///
    /// # Errors
    /// What cannot be read decides what is done.
    pub async fn observe(&self, key: &WorkKey) -> Result<Observed, Failure> {
        let what = match key {
            WorkKey::Rollout(rollout) => self.rollout(rollout).await?,
            WorkKey::Service { namespace, name } => self.left_service(namespace, name)?,
            WorkKey::Ingress { namespace, name } => self.left_ingress(namespace, name)?,
            WorkKey::DestinationRule { namespace, name } => self.left_rule(namespace, name)?,
        };
        Ok(Observed { key: key.clone(), what })
    }

    async fn rollout(&self, key: &RolloutKey) -> Result<What, Failure> {
        let object = match self.cache.get(&key.object_key()) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => {
                self.memories.forget(key);
                return Ok(What::Nothing);
            }
            Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
        };
        if object.meta().is_terminating() || !self.settings.is_own(object.meta()) {
            return Ok(What::Nothing);
        }
        match Rollout::read(&object) {
            Ok(rollout) => self.seen(key, object, rollout).await.map(|seen| What::Rollout(Box::new(seen))),
            Err(error) => Ok(What::Unreadable(object, error.problem)),
        }
    }

    async fn seen(&self, key: &RolloutKey, object: Object, mut rollout: Rollout) -> Result<Seen, Failure> {
        let Resolved { workload, problem: unresolved } = self.resolve(key, &mut rollout).await?;
        let known = workload.as_ref().and_then(Fetched::known).map(|workload| &**workload);
        let spec = self.memories.spec(key, &rollout, known);
        let claimed = self.claim(&object, &rollout)?;
        let (services, service_objects) = self.services(key, &rollout);
        let made = self.made(&object)?;
        let routed = self.routed(key, &rollout, &claimed.sets);
        let mut seen = Seen {
            is_name_taken: false,
            registered: Registered::default(),
            spec,
            sets: claimed.sets,
            set_objects: claimed.objects,
            orphans: claimed.orphans,
            strays: claimed.strays,
            services,
            service_objects,
            runs: made.runs,
            experiments: made.experiments,
            uids: made.uids,
            pods: Vec::new(),
            routed,
            templates: self.templates(key, &rollout),
            peers: self.sharing(key, &rollout),
            warnings: Vec::new(),
            workload,
            listening: self.audience.as_ref().and_then(|audience| audience(&object)),
            invalid: unresolved,
            object,
            rollout,
        };
        seen.invalid = seen.invalid.take().or_else(|| problem(&seen));
        if seen.invalid.is_none() {
            seen.routed.balancers = self.asked_balancers(&seen).await;
            seen.registered = self.registered(key, &seen).await?;
            seen.warnings = self.warnings(key, &seen);
            seen.is_name_taken = self.is_name_taken(key, &seen).await?;
            if needs_pods(&seen.rollout, self.cache.client().clock().now()) {
                seen.pods = self.pods(key, &seen).await?;
            }
        }
        Ok(seen)
    }

    /// Whether somebody else's ReplicaSet has the name that the next one would have. Asked of the API server: what is
    /// in the way may have none of the labels by which ReplicaSets are followed.
    async fn is_name_taken(&self, key: &RolloutKey, seen: &Seen) -> Result<bool, Failure> {
        if recognise(&seen.rollout, &seen.spec.identity, &seen.sets).is_some() {
            return Ok(false);
        }
        let name = format!("{}-{}", key.name, seen.spec.identity.template);
        let found = self.cache.client().get(&replica_sets(), Some(&key.namespace), &name).await?;
        let owner = found.as_ref().and_then(|found| found.meta().controller());
        let is_own = owner.is_some_and(|owner| owner.uid == seen.object.meta().uid);
        if is_own && !seen.strays.iter().any(|stray| stray.name() == name) {
            return Err(Failure::Retry(format!("ReplicaSet {name} is there and not yet seen")));
        }
        Ok(found.is_some())
    }

    fn services(
        &self,
        key: &RolloutKey,
        rollout: &Rollout,
    ) -> (BTreeMap<String, Fetched<Service>>, BTreeMap<String, Object>) {
        let (mut read, mut objects) = (BTreeMap::new(), BTreeMap::new());
        for name in services(rollout) {
            let found = self.cache.get(&Key::new("", "Service", Some(&key.namespace), name));
            if let Fetched::Known(cached) = &found {
                objects.insert(name.to_owned(), cached.object.clone());
            }
            read.insert(name.to_owned(), found.map(|cached| Service::read(&cached.object)));
        }
        (read, objects)
    }

    /// The other Rollouts that name a Service of its.
    fn sharing(&self, key: &RolloutKey, rollout: &Rollout) -> Vec<Peer> {
        let index = self.index();
        let naming =
            services(rollout).into_iter().flat_map(|name| index.naming(Referent::Service, &key.namespace, name));
        let others: BTreeSet<RolloutKey> = naming.filter(|other| other != key).collect();
        drop(index);
        self.peers(&others)
    }

    /// What of a Rollout is accepted but does not hold.
    fn warnings(&self, key: &RolloutKey, seen: &Seen) -> Vec<String> {
        let mut index = self.index();
        if seen.workload.is_some() {
            index.overlaps.rollout_is(key, &seen.rollout);
        }
        let others = index.overlaps.others(key);
        drop(index);
        let found = overlaps(&seen.rollout, &self.peers(&others));
        seen.spec.warnings.iter().cloned().chain(found.iter().map(ToString::to_string)).collect()
    }

    fn peers(&self, others: &BTreeSet<RolloutKey>) -> Vec<Peer> {
        let find = |other: &RolloutKey| self.cache.get(&other.object_key()).into_known();
        let found = others.iter().filter_map(find).filter_map(|cached| Rollout::read(&cached.object).ok());
        found.map(|other| Peer::of(&other)).collect()
    }

    /// A Service, if no Rollout names it.
    fn left_service(&self, namespace: &str, name: &str) -> Result<What, Failure> {
        self.certain(api::names::GROUP, api::rollouts::ROLLOUT)?;
        let found = match self.cache.get(&Key::new("", "Service", Some(namespace), name)) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => return Ok(What::Nothing),
            Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
        };
        let service = Service::read(&found);
        // Of another Rollout that names it, it is no longer as soon as that one has gone or named another.
        let is_its = |naming: &RolloutKey| service.managed_by.as_deref().is_none_or(|manager| *manager == *naming.name);
        if self.index().naming(Referent::Service, namespace, name).iter().any(is_its) {
            return Ok(What::Nothing);
        }
        Ok(What::Service(SeenService { service, object: found }))
    }

    /// An Ingress, with the Rollouts that share traffic out by it.
    fn left_ingress(&self, namespace: &str, name: &str) -> Result<What, Failure> {
        self.certain(api::names::GROUP, api::rollouts::ROLLOUT)?;
        let object = match self.cache.get(&Key::new("networking.k8s.io", "Ingress", Some(namespace), name)) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => return Ok(What::Nothing),
            Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
        };
        let naming = self.index().naming(Referent::Ingress, namespace, name);
        let routes = |key: &RolloutKey| match self.cache.get(&key.object_key()) {
            Fetched::Known(cached) => {
                // One that cannot be read keeps what it has.
                Rollout::read(&cached.object).map_or(true, |it| alb_ingresses(&it).iter().any(|own| own == name))
            }
            Fetched::Absent => false,
            Fetched::Unknown(_) => true,
        };
        let routed_by = naming.into_iter().filter(routes).map(|key| key.name).collect();
        Ok(What::Ingress { object, routed_by })
    }
}
