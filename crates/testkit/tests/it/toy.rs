//! A toy: for every ConfigMap labelled `toy: source` there is a Secret `<name>-copy` with the same data in an
//! annotation, and the source's annotation `toy/state` says which data was copied. A copy goes with its source.

use cluster::{
    Cache, Cached, Change, ClusterClient, Clusters, Excluded, Instance, Notice, Ownership, Part, PatchKind,
    Propagation, Selection, Target, Write,
};
use controller::{
    Controller, Elector, Failure, Guard, Leadership, LeaseConfig, Level, Plan, Planned, Queue, Silent, Step, run,
};
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Gvk, Key, Meta, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::{Replica, Subject, World};

const NAMESPACE: &str = "toys";

/// What is wrong with a toy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Nothing.
    None,
    /// The state says when it was written, and so is never as wanted.
    StampsTime,
    /// The state is written before the copy is made, and believed.
    StateFirst,
    /// The state is believed, and the copy not looked at.
    TrustsState,
    /// A copy is deleted because the cache does not have its source.
    PrunesUnasked,
    /// A source that cannot be listed counts as absent.
    UnknownIsAbsent,
    /// Each version of a source is worked on once, whatever comes of it.
    TriesOnce,
    /// It acts whether it leads or not.
    IgnoresLease,
    /// It looks into a source of chance that is not handed in.
    UsesEntropy,
}

/// The toy as a subject of laws.
pub struct Toy {
    pub defect: Defect,
    pub replicas: Replicas,
}

/// Whether there may be several processes. Election costs a request every two seconds, and most laws run one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replicas {
    One,
    Several,
}

struct Copier {
    defect: Defect,
    client: ClusterClient,
    cache: Cache,
    tried: Mutex<BTreeMap<String, String>>,
}

pub struct Observed {
    defect: Defect,
    name: String,
    source: Fetched<Cached>,
    copy: Fetched<Cached>,
    /// Whether the source is really gone, once asked.
    is_gone: Option<Fetched<()>>,
    was_tried: bool,
}

pub struct IsGone;

impl std::fmt::Display for IsGone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("whether the source is gone")
    }
}

impl Controller for Copier {
    type Key = String;
    type Observed = Observed;
    type Query = IsGone;

    fn name(&self) -> &'static str {
        "copier"
    }

    async fn observe(&self, name: &String, _level: Level) -> Result<Observed, Failure> {
        let source = self.cache.get(&Key::new("", "ConfigMap", Some(NAMESPACE), name));
        let copy = self.cache.get(&Key::new("", "Secret", Some(NAMESPACE), &copy_name(name)));
        let version = source.known().map(|source| source.object.meta().resource_version.to_string());
        let tried = version
            .map(|version| self.tried.lock().expect("no panic").insert(name.clone(), version.clone()) == Some(version));
        let was_tried = self.defect == Defect::TriesOnce && tried == Some(true);
        Ok(Observed { defect: self.defect, name: name.clone(), source, copy, is_gone: None, was_tried })
    }

    async fn answer(&self, name: &String, observed: Observed, _queries: Vec<IsGone>) -> Result<Observed, Failure> {
        let source = self.client.fetch(&Gvk::new("", "v1", "ConfigMap"), Some(NAMESPACE), name).await;
        Ok(Observed { is_gone: Some(source.map(drop)), ..observed })
    }

    fn plan(observed: &Observed, now: Timestamp) -> Step<IsGone> {
        match (&observed.source, &observed.copy) {
            (Fetched::Unknown(cause), _) if observed.defect != Defect::UnknownIsAbsent => wait(cause, now),
            (_, Fetched::Unknown(cause)) => wait(cause, now),
            (Fetched::Known(_), _) if observed.was_tried => Step::Do(Plan::default()),
            (Fetched::Known(source), copy) => Step::Do(copy_plan(observed, &source.object, copy.as_ref().known(), now)),
            (_, Fetched::Known(copy)) => prune_plan(observed, copy, now),
            (_, Fetched::Absent) => Step::Do(Plan::default()),
        }
    }
}

fn wait(cause: &str, now: Timestamp) -> Step<IsGone> {
    let soon = now + SignedDuration::from_secs(30);
    Step::Do(Plan { waiting: vec![cause.to_owned()], ..Plan::default() }.wake_at(soon, Level::LOWEST))
}

fn copy_plan(observed: &Observed, source: &Object, copy: Option<&&Cached>, now: Timestamp) -> Plan {
    let data = source.get("/data").unwrap_or(Value::Null).to_string();
    let state = source.meta().annotation("toy/state");
    let believes = matches!(observed.defect, Defect::TrustsState | Defect::StateFirst);
    if believes && state == Some(&data) {
        return Plan::default();
    }
    let target = Target::new(Gvk::new("", "v1", "Secret"), Some(NAMESPACE), &copy_name(&observed.name));
    let write = match copy {
        Some(copy) if copy.object.meta().annotation("toy/data") == Some(&data) => None,
        Some(copy) => {
            let body = json!({"metadata": {"annotations": {"toy/data": data}}});
            let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
            Some(Planned::new(Write::new(target, change), Guard::unchanged(copy.object.meta())))
        }
        None => Some(Planned::new(Write::new(target, Change::Create(secret(&observed.name, &data))), Guard::Manner)),
    };
    let wanted = match observed.defect {
        Defect::StampsTime => format!("{data} at {now}"),
        Defect::UsesEntropy => format!("{data} or {}", RandomState::new().hash_one(1)),
        _ => data,
    };
    let is_stated = match observed.defect {
        Defect::UsesEntropy => {
            state.is_some_and(|state| state.starts_with(wanted.split(" or ").next().unwrap_or_default()))
        }
        _ => state == Some(&wanted),
    };
    let body = json!({"metadata": {"annotations": {"toy/state": wanted}}});
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    let status = Planned::new(Write::new(Target::of(source), change), Guard::unchanged(source.meta()));
    let status = (!is_stated).then_some(status);
    let plan = match observed.defect {
        Defect::StateFirst => {
            Plan { writes: status.into_iter().chain(write.map(|write| write.in_group(1))).collect(), ..Plan::default() }
        }
        _ => Plan { writes: write.into_iter().collect(), status, ..Plan::default() },
    };
    match observed.defect {
        Defect::StampsTime => plan.wake_at(now + SignedDuration::from_secs(60), Level::LOWEST),
        _ => plan,
    }
}

fn prune_plan(observed: &Observed, copy: &Cached, now: Timestamp) -> Step<IsGone> {
    let is_sure = matches!(observed.defect, Defect::PrunesUnasked | Defect::UnknownIsAbsent);
    match &observed.is_gone {
        None if !is_sure => Step::Ask(vec![IsGone]),
        Some(Fetched::Unknown(cause)) => wait(cause, now),
        // The cache will say so too, by and by.
        Some(Fetched::Known(())) => wait("the source to be seen", now),
        None | Some(Fetched::Absent) => {
            let delete = Write::new(Target::of(&copy.object), Change::Delete(Propagation::Background));
            let writes = vec![Planned::new(delete, Guard::same(copy.object.meta()))];
            Step::Do(Plan { writes, ..Plan::default() })
        }
    }
}

fn copy_name(name: &str) -> String {
    format!("{name}-copy")
}

fn secret(name: &str, data: &str) -> Object {
    let value = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": copy_name(name), "namespace": NAMESPACE,
        "labels": {"toy": "copy"}, "annotations": {"toy/data": data}}});
    Object::from_value(&value).expect("an object")
}

/// Toys are theirs whose name they bear.
struct ByName;

impl Ownership for ByName {
    fn instance_of(&self, meta: &Meta) -> Option<Instance> {
        meta.labels.get("toy").map(|_| Instance::named(meta.name.trim_end_matches("-copy")))
    }
}

impl Subject for Toy {
    type Stage = ();

    async fn stage(&self, world: &World) {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
        create(world, namespace).await;
        create(world, source("alpha", "1")).await;
        create(world, source("beta", "1")).await;
    }

    async fn process(self: Arc<Self>, _world: World, _stage: (), replica: Replica) {
        let selection = Selection { excluded: Excluded::usual(), ..Selection::default() };
        let cache = Cache::start(replica.client.clone(), selection, Arc::new(ByName));
        let queue = Queue::new();
        let keys = queue.clone();
        cache.listen(Arc::new(move |notice: &Notice| {
            let Notice::Object { instances, .. } = notice else { return };
            instances.iter().for_each(|instance| keys.add(instance.name().to_owned(), Level::LOWEST));
        }));
        let clusters = Clusters::home(replica.client.clone(), Some(cache.clone()));
        let client = replica.client.clone();
        let copier = Arc::new(Copier { defect: self.defect, client, cache, tried: Mutex::default() });
        let shutdown = replica.shutdown.clone();
        match self.replicas {
            Replicas::One => {
                let environment = replica.environment(clusters, Leadership::always(), Arc::new(Silent));
                run(copier, queue, environment, 2, shutdown).await;
            }
            Replicas::Several => {
                let config = LeaseConfig::new("default", "toy", &replica.name);
                let (elector, elected) = Elector::new(replica.client.clone(), config);
                let leadership = if self.defect == Defect::IgnoresLease { Leadership::always() } else { elected };
                let environment = replica.environment(clusters, leadership, Arc::new(Silent));
                tokio::join!(elector.run(shutdown.clone()), run(copier, queue, environment, 2, shutdown));
            }
        }
    }

    async fn wrong(&self, world: &World, _stage: &()) -> Option<String> {
        let sources = known(world, "ConfigMap");
        let copies = known(world, "Secret");
        for (name, source) in &sources {
            let data = source.get("/data").unwrap_or(Value::Null).to_string();
            let Some(copy) = copies.get(&copy_name(name)) else { return Some(format!("{name} has no copy")) };
            if copy.meta().annotation("toy/data") != Some(&data) {
                return Some(format!("the copy of {name} is not what it should be"));
            }
            if !source.meta().annotation("toy/state").is_some_and(|state| state.starts_with(&data)) {
                return Some(format!("{name} does not say that it is copied"));
            }
        }
        let orphan = copies.keys().find(|copy| !sources.contains_key(copy.trim_end_matches("-copy")));
        orphan.map(|copy| format!("{copy} outlived its source"))
    }

    fn forbidden(&self, world: &World, _stage: &()) -> Option<String> {
        // Only beta is ever deleted.
        let deleted = world.trace.writes().into_iter().find(|line| {
            line.contains("DELETE") && line.contains("-copy") && !line.contains("beta-copy") && line.contains("-> 2")
        });
        deleted.map(|line| format!("a copy was deleted whose source exists: {line}"))
    }

    fn disturbances(&self) -> Vec<&'static str> {
        vec![
            "a copy is deleted",
            "a copy is changed",
            "a source is changed",
            "a source is added",
            "a source is deleted",
        ]
    }

    async fn disturb(&self, world: &World, _stage: &(), disturbance: &'static str) {
        let merge = |body| Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        match disturbance {
            "a copy is deleted" => write(world, "Secret", "alpha-copy", Change::Delete(Propagation::Background)).await,
            "a copy is changed" => {
                write(
                    world,
                    "Secret",
                    "alpha-copy",
                    merge(json!({"metadata": {"annotations": {"toy/data": "other"}}})),
                )
                .await;
            }
            "a source is changed" => write(world, "ConfigMap", "alpha", merge(json!({"data": {"a": "2"}}))).await,
            "a source is added" => {
                let gamma = Object::from_value(&source("gamma", "1")).expect("an object");
                write(world, "ConfigMap", "gamma", Change::Create(gamma)).await;
            }
            "a source is deleted" => write(world, "ConfigMap", "beta", Change::Delete(Propagation::Background)).await,
            other => unreachable!("no such disturbance: {other}"),
        }
    }

    fn quiet(&self) -> Duration {
        // Longer than the runtime waits after a refusal that only somebody else's change can mend.
        Duration::from_secs(220)
    }

    fn listed(&self) -> Vec<&'static str> {
        vec!["configmaps", "secrets"]
    }
}

fn source(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": value},
           "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"toy": "source"}}})
}

async fn create(world: &World, value: Value) {
    let object = Object::from_value(&value).expect("an object");
    let write = Write::new(Target::of(&object), Change::Create(object));
    world.client().write(&write).await.expect("the stage is set");
}

/// Others may find the object gone or there already: disturbances come again and in any order.
async fn write(world: &World, kind: &str, name: &str, change: Change) {
    let target = Target::new(Gvk::new("", "v1", kind), Some(NAMESPACE), name);
    let _ = world.client().write(&Write::new(target, change)).await;
}

/// The toys of a kind as they really are.
fn known(world: &World, kind: &str) -> BTreeMap<String, Object> {
    let api = world.server.api("test");
    let resource = api.resource_of("v1", kind).expect("a served kind");
    let objects = api.list(&resource, NAMESPACE).items;
    let toys = objects.into_iter().filter(|object| object.meta().labels.contains_key("toy"));
    toys.map(|object| (object.name().to_owned(), object)).collect()
}
