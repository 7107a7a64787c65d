//! A small world in memory: it carries plans out and lets pods become available, a pass at a time.

use api::rollouts::names::{ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{Rollout, RolloutStatus};
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Object};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use strategy::{Action, Identity, Plan, ReplicaSet, Service, World, plan};
use traffic::{Routed, Router, Routing};

/// Passes until a plan must have come to an end.
const PASSES_MAX: usize = 200;

/// A router that does at once what it is told.
struct Obedient;

impl Router for Obedient {
    fn route(&self, _: &Routing) -> Routed {
        Routed::default()
    }
}

/// The world.
pub struct Stage {
    pub rollout: Rollout,
    pub sets: Vec<ReplicaSet>,
    pub services: BTreeMap<String, Fetched<Service>>,
    pub now: Timestamp,
    /// Images whose pods never become available.
    pub broken: BTreeSet<String>,
    /// Events since they were last taken.
    pub events: Vec<String>,
    /// What held in the last plan.
    pub waiting: Vec<String>,
    made: i64,
}

impl Stage {
    /// A world with one Rollout that has not been looked at yet.
    pub fn new(spec: Value) -> Self {
        let rollout = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
            "metadata": {"name": "web", "namespace": "shop", "uid": "r", "generation": 1},
            "spec": spec,
        });
        let rollout: Rollout = serde_json::from_value(rollout).expect("a Rollout");
        let mut names = Vec::new();
        if let Some(canary) = &rollout.spec.strategy.canary {
            names.extend([canary.canary_service.clone(), canary.stable_service.clone()]);
        }
        if let Some(blue_green) = &rollout.spec.strategy.blue_green {
            names.extend([blue_green.active_service.clone(), blue_green.preview_service.clone()]);
        }
        let named = names.into_iter().filter(|name| !name.is_empty());
        Stage {
            services: named.map(|name| (name, Fetched::Known(Service::default()))).collect(),
            rollout,
            sets: Vec::new(),
            now: "2026-01-01T00:00:00Z".parse().expect("a time"),
            broken: BTreeSet::new(),
            events: Vec::new(),
            waiting: Vec::new(),
            made: 0,
        }
    }

    /// Changes the spec.
    pub fn change(&mut self, change: impl FnOnce(&mut Rollout)) {
        change(&mut self.rollout);
        self.rollout.metadata.generation += 1;
    }

    /// Changes the status, as users do.
    pub fn patch(&mut self, change: impl FnOnce(&mut RolloutStatus)) {
        change(&mut self.rollout.status);
    }

    /// Lets time pass.
    pub fn pass_time(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
    }

    /// One plan, not carried out.
    pub fn plan(&self) -> Plan {
        let identity = Identity::of(&self.rollout);
        let routing = self.rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
        let world = World {
            rollout: &self.rollout,
            identity: &identity,
            sets: &self.sets,
            is_name_taken: false,
            services: &self.services,
            runs: &[],
            experiments: &[],
            pods: &[],
            router: routing.map(|_| &Obedient as &dyn Router),
            targets: strategy::Targets::Unasked,
            invalid: None,
        };
        plan(&world, self.now)
    }

    /// One pass: a plan, carried out; then pods come and go.
    pub fn pass(&mut self) -> Plan {
        let plan = self.plan();
        for action in &plan.actions {
            self.act(action);
        }
        if let Some(status) = &plan.status {
            self.rollout.status = (**status).clone();
        }
        self.events.extend(plan.events.iter().map(|event| event.reason.clone()));
        self.waiting = plan.waiting.iter().map(ToString::to_string).collect();
        plan
    }

    /// Pods come and go as ReplicaSets ask.
    pub fn move_pods(&mut self) -> bool {
        let mut moved = false;
        for set in &mut self.sets {
            let image = set.template.pointer("/spec/containers/0/image").and_then(Value::as_str).unwrap_or_default();
            let ready = if self.broken.contains(image) { 0 } else { set.size.spec };
            moved |= set.size.actual != set.size.spec || set.size.available != ready;
            (set.size.actual, set.size.ready, set.size.available) = (set.size.spec, ready, ready);
        }
        moved
    }

    /// Passes until there is nothing to do; `law` looks at the world after each.
    pub fn settle(&mut self, mut law: impl FnMut(&Stage)) {
        for _ in 0..PASSES_MAX {
            let plan = self.pass();
            law(self);
            let moved = self.move_pods();
            law(self);
            if plan.is_empty() && !moved {
                return;
            }
        }
        unreachable!("no end after {PASSES_MAX} passes; the last plan:\n{}", self.plan());
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::SetReplicas(replicas) => {
                let replicas = *replicas;
                self.change(|rollout| rollout.spec.replicas = Some(replicas));
            }
            Action::SetRevision(revision) => {
                self.rollout.metadata.annotations.insert(ANNOTATION_REVISION.to_owned(), revision.to_string());
            }
            Action::CreateSet { object, .. } => self.create(object),
            Action::ChangeSet { name, change } => {
                let set = self.sets.iter_mut().find(|set| set.name == *name).expect("the ReplicaSet is there");
                if let Some((from, to)) = change.replicas {
                    assert_eq!(set.size.spec, from, "{name} is scaled from what it has");
                    set.size.spec = to;
                }
                for (key, value) in &change.annotations {
                    match value {
                        Some(value) => set.annotations.insert(key.clone(), value.clone()),
                        None => set.annotations.remove(key),
                    };
                }
            }
            Action::DeleteSet(name) => self.sets.retain(|set| set.name != *name),
            Action::Switch { service, to, adopt, .. } => {
                let service = self.services.get_mut(service).expect("the Service is there");
                let Fetched::Known(service) = service else { unreachable!("the Service is known") };
                service.hash = Some(to.clone());
                if *adopt {
                    service.managed_by = Some("web".to_owned());
                }
            }
            other => unreachable!("not expected here: {other}"),
        }
    }

    fn create(&mut self, object: &Value) {
        self.made += 1;
        let mut object = object.clone();
        object["metadata"]["uid"] = json!(format!("s{}", self.made));
        let created = self.now.checked_add(SignedDuration::from_secs(self.made)).expect("a time");
        object["metadata"]["creationTimestamp"] = json!(created.to_string());
        let set = ReplicaSet::read(&Object::from_value(&object).expect("an object")).expect("a ReplicaSet");
        assert!(object["metadata"]["labels"][LABEL_POD_TEMPLATE_HASH] == *set.hash);
        self.sets.push(set);
    }

    /// The image of the version with this hash.
    pub fn image_of(&self, hash: &str) -> String {
        let set = self.sets.iter().find(|set| set.hash == hash);
        set.and_then(|set| set.template.pointer("/spec/containers/0/image")?.as_str()).unwrap_or("-").to_owned()
    }

    /// The world in one line.
    pub fn line(&self) -> String {
        let status = &self.rollout.status;
        let message = if status.message.is_empty() { String::new() } else { format!(" - {}", status.message) };
        let mut parts = vec![format!("{}{message}", status.phase)];
        if let (Some(index), Some(canary)) = (status.current_step_index, &self.rollout.spec.strategy.canary) {
            parts.push(format!("step {index}/{}", canary.steps.len()));
        }
        if let Some(weights) = &status.canary.weights {
            parts.push(format!("weight {}", weights.canary.weight));
        }
        parts.push(format!(
            "desired {} current {} updated {} available {}",
            self.rollout.spec.replicas(),
            status.replicas,
            status.updated_replicas,
            status.available_replicas
        ));
        let pods = self.sets.iter().filter(|set| set.size.spec > 0 || set.size.actual > 0);
        let pods = pods.map(|set| {
            let role = if set.hash == status.stable_rs { "*" } else { "" };
            let delay = if set.has_deadline() { " delay" } else { "" };
            format!("{}{role}:{}/{}{delay}", self.image_of(&set.hash), set.size.available, set.size.spec)
        });
        parts.push(pods.collect::<Vec<_>>().join(" "));
        for (name, service) in &self.services {
            let hash = service.known().and_then(|service| service.hash.clone()).unwrap_or_default();
            parts.push(format!("{name}->{}", self.image_of(&hash)));
        }
        parts.join(" | ")
    }
}

/// A pod template with one container of this image.
pub fn template(image: &str) -> Value {
    json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image}]}})
}
