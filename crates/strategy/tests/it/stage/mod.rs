//! A small world in memory: it carries plans out write by write and lets pods come and go, a pass at a time. Users' hands
//! are in `hands`, what it looks like in one line is in `line`.

mod balancer;
mod hands;
mod line;
mod pods;

use api::rollouts::names::{ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH, LABEL_STEP_INDEX};
use api::rollouts::{Rollout, RolloutStatus};
use balancer::Balancer;
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Object};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use strategy::validation::{Origin, References, first_problem};
use strategy::{
    Action, ExperimentRun, ExperimentVersion, Identity, Plan, Pod, ReplicaSet, Run, Service, Targets, World, plan,
};
use traffic::Router;

/// Passes until a plan must have come to an end.
const PASSES_MAX: usize = 300;

/// The world.
pub struct Stage {
    pub rollout: Rollout,
    pub sets: Vec<ReplicaSet>,
    pub pods: Vec<Pod>,
    pub runs: Vec<Run>,
    pub experiments: Vec<ExperimentRun>,
    pub services: BTreeMap<String, Fetched<Service>>,
    pub balancer: Balancer,
    pub targets: Targets,
    pub now: Timestamp,
    /// Images whose pods never become available.
    pub broken: BTreeSet<String>,
    /// Pods that run and do not answer.
    pub crashed: BTreeSet<String>,
    /// The name of the next ReplicaSet is somebody else's until the hash changes.
    pub taken: BTreeSet<String>,
    /// What is accepted but does not hold.
    pub warnings: Vec<String>,
    /// Pods left to the workload that the Rollout takes the place of.
    pub workload: Option<i64>,
    /// How many pods of a ReplicaSet may come or go in one move.
    pub pace: usize,
    /// Events since they were last taken.
    pub events: Vec<String>,
    /// What held in the last plan.
    pub waiting: Vec<String>,
    identity: RefCell<Option<(i64, Option<i32>, Identity)>>,
    problem: RefCell<Option<Judged>>,
    made: i64,
}

/// A generation with its Services, and what is wrong with it.
type Judged = (i64, BTreeMap<String, Fetched<Service>>, Option<String>);

impl Stage {
    /// A world with one Rollout that has not been looked at yet.
    pub fn new(spec: Value) -> Self {
        let rollout = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
            "metadata": {"name": "web", "namespace": "shop", "uid": "r", "generation": 1},
            "spec": spec,
        });
        let rollout: Rollout = serde_json::from_value(rollout).expect("a Rollout");
        let names = strategy::validation::references(&rollout);
        let names = names.iter().filter(|it| it.kind == strategy::validation::ReferenceKind::Service);
        let service = || {
            let selector = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
            Fetched::Known(Service { selector, ..Service::default() })
        };
        Stage {
            services: names.map(|it| (it.name.to_owned(), service())).collect(),
            rollout,
            sets: Vec::new(),
            pods: Vec::new(),
            runs: Vec::new(),
            experiments: Vec::new(),
            balancer: Balancer::default(),
            targets: Targets::Unasked,
            now: "2026-01-01T00:00:00Z".parse().expect("a time"),
            broken: BTreeSet::new(),
            crashed: BTreeSet::new(),
            taken: BTreeSet::new(),
            warnings: Vec::new(),
            workload: None,
            pace: usize::MAX,
            events: Vec::new(),
            waiting: Vec::new(),
            identity: RefCell::default(),
            problem: RefCell::default(),
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

    /// Lets time pass; back when the number is negative.
    pub fn pass_time(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
    }

    fn identity(&self) -> Identity {
        let (generation, collisions) = (self.rollout.metadata.generation, self.rollout.status.collision_count);
        let mut known = self.identity.borrow_mut();
        match &*known {
            Some((of, with, identity)) if (*of, *with) == (generation, collisions) => identity.clone(),
            _ => {
                let identity = Identity::of(&self.rollout);
                *known = Some((generation, collisions, identity.clone()));
                identity
            }
        }
    }

    fn problem(&self) -> Option<String> {
        let generation = self.rollout.metadata.generation;
        let mut known = self.problem.borrow_mut();
        if let Some((of, with, problem)) = &*known
            && (*of, with) == (generation, &self.services)
        {
            return problem.clone();
        }
        let problem = self.problem_anew();
        *known = Some((generation, self.services.clone(), problem.clone()));
        problem
    }

    fn problem_anew(&self) -> Option<String> {
        let nothing = (BTreeMap::new(), BTreeMap::new());
        let found = References { services: &self.services, ingresses: &nothing.0, templates: &nothing.1, peers: &[] };
        first_problem(&self.rollout, Origin::Written, &found).map(|error| error.message())
    }

    /// One plan, not carried out.
    pub fn plan(&self) -> Plan {
        let identity = self.identity();
        let routing = self.rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
        let invalid = self.problem();
        let world = World {
            rollout: &self.rollout,
            identity: &identity,
            sets: &self.sets,
            is_name_taken: self.taken.contains(&identity.template),
            services: &self.services,
            runs: &self.runs,
            experiments: &self.experiments,
            pods: &self.pods,
            router: routing.map(|_| &self.balancer as &dyn Router),
            targets: self.targets,
            invalid: invalid.as_deref(),
            warnings: &self.warnings,
        };
        plan(&world, self.now)
    }

    /// One pass: a plan, carried out.
    pub fn pass(&mut self) -> Plan {
        self.pass_watched(&mut |_, _| {})
    }

    /// The same; `law` sees the world after each write, with the write.
    pub fn pass_watched(&mut self, law: &mut dyn FnMut(&Stage, &Action)) -> Plan {
        let plan = self.plan();
        for action in &plan.actions {
            self.act(action);
            law(self, action);
        }
        if let Some(status) = &plan.status {
            self.rollout.status = (**status).clone();
        }
        self.events.extend(plan.events.iter().map(|event| event.reason.clone()));
        self.waiting = plan.waiting.iter().map(ToString::to_string).collect();
        plan
    }

    /// A pass that ends after so many writes, as if the process had died: no status is written.
    pub fn pass_cut_short(&mut self, writes: usize, law: &mut dyn FnMut(&Stage, &Action)) {
        for action in self.plan().actions.iter().take(writes) {
            self.act(action);
            law(self, action);
        }
    }

    /// Passes until there is nothing to do.
    pub fn settle(&mut self) {
        self.settle_by(&mut |stage| stage.pass());
    }

    /// The same, pass by pass as `pass` does it.
    pub fn settle_by(&mut self, pass: &mut dyn FnMut(&mut Stage) -> Plan) {
        let mut told = Vec::new();
        for _ in 0..PASSES_MAX {
            let plan = pass(self);
            let moved = self.move_pods();
            // What is told again and again in the same words is one event.
            let is_told = plan.events == std::mem::replace(&mut told, plan.events.clone());
            if plan.actions.is_empty() && plan.status.is_none() && is_told && !moved {
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
            Action::ChangeSet { name, change } => self.change_set(name, change),
            Action::DeleteSet(name) => self.delete_set(name),
            Action::Switch { service, to, adopt, .. } => {
                let service = self.services.get_mut(service).expect("the Service is there");
                let Fetched::Known(service) = service else { unreachable!("the Service is known") };
                service.hash = Some(to.clone());
                if *adopt {
                    service.managed_by = Some("web".to_owned());
                }
            }
            Action::Route(write) => self.balancer.written(write),
            Action::StartRun(new) => {
                assert!(self.runs.iter().all(|run| run.name != new.name), "{} is there already", new.name);
                let label = |key: &str| new.labels.get(key).cloned();
                self.runs.push(Run {
                    name: new.name.clone(),
                    hash: label(LABEL_POD_TEMPLATE_HASH),
                    step_index: label(LABEL_STEP_INDEX),
                    created: self.now,
                    ..Run::default()
                });
            }
            Action::EndRun(name) => {
                self.runs.iter_mut().filter(|run| run.name == *name).for_each(|run| run.is_terminated = true);
            }
            Action::DeleteRun(name) => self.runs.retain(|run| run.name != *name),
            Action::StartExperiment { name, step } => self.start_experiment(name, *step),
            Action::EndExperiment(name) => {
                let named = self.experiments.iter_mut().filter(|it| it.run.name == *name);
                named.for_each(|it| it.run.is_terminated = true);
            }
            Action::DeleteExperiment(name) => self.experiments.retain(|it| it.run.name != *name),
            Action::Evict { pod, .. } => self.evict(pod),
            Action::ChangePod { pod, change } => {
                let pod = self.pods.iter_mut().find(|it| it.name == *pod).expect("the pod is there");
                merge(&mut pod.metadata, &change.to_patch());
            }
            Action::ScaleWorkload(replicas) => self.workload = Some(*replicas),
        }
    }

    fn change_set(&mut self, name: &str, change: &strategy::SetChange) {
        let set = self.sets.iter_mut().find(|set| set.name == name).expect("the ReplicaSet is there");
        if let Some((from, to)) = change.replicas {
            assert_eq!(set.size.spec, from, "{name} is scaled from what it has");
            assert!(to >= 0, "{name} is scaled to a number");
            set.size.spec = to;
        }
        for (key, value) in &change.annotations {
            match value {
                Some(value) => set.annotations.insert(key.clone(), value.clone()),
                None => set.annotations.remove(key),
            };
        }
        set.min_ready_seconds = change.min_ready_seconds.unwrap_or(set.min_ready_seconds);
        if let Some(affinity) = &change.affinity {
            set.template["spec"]["affinity"] = affinity.clone();
        }
        merge(&mut set.template["metadata"], &change.pod_metadata.to_patch());
    }

    fn delete_set(&mut self, name: &str) {
        let gone: Vec<String> = self.sets.iter().filter(|set| set.name == name).map(|set| set.uid.clone()).collect();
        self.sets.retain(|set| set.name != name);
        self.pods.retain(|pod| !gone.contains(&pod.set_uid));
    }

    fn create(&mut self, object: &Value) {
        self.made += 1;
        let mut object = object.clone();
        object["metadata"]["uid"] = json!(format!("s{}", self.made));
        object["metadata"]["creationTimestamp"] = json!(self.created().to_string());
        let set = ReplicaSet::read(&Object::from_value(&object).expect("an object")).expect("a ReplicaSet");
        assert!(object["metadata"]["labels"][LABEL_POD_TEMPLATE_HASH] == *set.hash);
        assert!(self.sets.iter().all(|other| other.name != set.name), "{} is there already", set.name);
        self.sets.push(ReplicaSet { is_observed: true, ..set });
    }

    /// When the next object is made: each a second after the one before, so that their order shows.
    fn created(&self) -> Timestamp {
        self.now.checked_add(SignedDuration::from_secs(self.made)).expect("a time")
    }

    fn start_experiment(&mut self, name: &str, step: usize) {
        assert!(self.experiments.iter().all(|it| it.run.name != name), "{name} is there already");
        let canary = self.rollout.spec.strategy.canary.as_ref().expect("a canary");
        let templates = canary.steps[step].experiment.as_ref().expect("an experiment").templates.iter();
        let version = |name: &str| ExperimentVersion {
            name: name.to_owned(),
            service: format!("web-{name}"),
            hash: format!("experiment-{name}"),
        };
        let templates = templates.map(|template| version(&template.name)).collect();
        let hash = self.identity().template;
        let run = Run { name: name.to_owned(), hash: Some(hash), created: self.now, ..Run::default() };
        self.experiments.push(ExperimentRun { run, templates });
    }
}

/// Merges like a merge patch.
fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() && !patch.is_empty() {
        *into = Value::Object(Map::new());
    }
    for (key, value) in patch {
        if !value.is_null() {
            merge(&mut into[key], value);
        } else if let Some(into) = into.as_object_mut() {
            into.remove(key);
        }
    }
}

/// A pod template with one container of this image.
pub fn template(image: &str) -> Value {
    json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image}]}})
}
