//! A controller that does what the test says, and a cluster for it.

use clock::Clock;
use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Target, Write};
use controller::{
    Controller, Counter, Done, Environment, Failure, Leadership, Level, Metrics, Plan, Planned, Queue, Shutdown,
    Silent, Step, Views, run,
};
use embedded::Cluster;
use jiff::Timestamp;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What one pass is to do.
#[expect(clippy::large_enum_variant, reason = "made once a pass")]
pub enum Script {
    Do(Plan),
    /// Ask, whatever the answers.
    AskForever,
    Panic,
    Fail(Failure),
    /// Take this long to observe, then do nothing.
    Slow(Duration),
}

type Says = dyn Fn(&str, u32) -> Script + Send + Sync;

pub struct Scripted {
    says: Box<Says>,
    /// The passes so far: key, level and time since the start.
    pub passes: Mutex<Vec<(String, u8, Duration)>>,
    pub ended: Mutex<u32>,
    start: Instant,
}

pub struct Observed(Script);

impl Controller for Scripted {
    type Key = String;
    type Observed = Observed;
    type Query = &'static str;

    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn observe(&self, key: &String, level: Level) -> Result<Observed, Failure> {
        let pass = {
            let mut passes = self.passes.lock().expect("no panic");
            passes.push((key.clone(), level.0, self.start.elapsed()));
            passes.iter().filter(|(other, _, _)| other == key).count()
        };
        let script = (self.says)(key, u32::try_from(pass).expect("few passes"));
        if let Script::Slow(time) = script {
            tokio::time::sleep(time).await;
        }
        *self.ended.lock().expect("no panic") += 1;
        match script {
            Script::Fail(failure) => Err(failure),
            script => Ok(Observed(script)),
        }
    }

    async fn answer(&self, _: &String, observed: Observed, _: Vec<&'static str>) -> Result<Observed, Failure> {
        Ok(observed)
    }

    fn plan(observed: &Observed, _now: Timestamp) -> Step<&'static str> {
        match &observed.0 {
            Script::Do(plan) => Step::Do(plan.clone()),
            Script::AskForever => Step::Ask(vec!["again"]),
            Script::Panic => unreachable!("as the test says"),
            Script::Fail(_) | Script::Slow(_) => Step::Do(Plan::default()),
        }
    }

    fn conclude(_: &Observed, plan: &Plan, done: &[Done], _now: Timestamp) -> Option<Planned> {
        let mut status = plan.status.clone()?;
        let results: Vec<&str> = done.iter().map(|done| if done.result.is_ok() { "ok" } else { "failed" }).collect();
        if let Change::Patch { body, .. } = &mut status.write.change {
            body["data"]["results"] = Value::from(results.join(","));
        }
        Some(status)
    }
}

/// A running controller.
pub struct Running {
    pub cluster: Cluster,
    pub client: ClusterClient,
    pub clusters: Clusters,
    pub controller: Arc<Scripted>,
    pub queue: Queue<String>,
    pub metrics: Metrics,
    pub views: Views,
    pub shutdown: Shutdown,
    pub task: JoinHandle<()>,
}

pub async fn cluster() -> (Cluster, ClusterClient, Clock) {
    let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH), 1);
    let cluster = Cluster::builder().clock(clock.clone()).start().await.expect("a cluster in memory");
    let client = ClusterClient::from_service(cluster.service(), &clock);
    (cluster, client, clock)
}

impl Running {
    /// Runs with two workers and for ever in the lead.
    pub async fn start(says: impl Fn(&str, u32) -> Script + Send + Sync + 'static) -> Self {
        Running::start_led(Leadership::always(), says).await
    }

    pub async fn start_led(leadership: Leadership, says: impl Fn(&str, u32) -> Script + Send + Sync + 'static) -> Self {
        let (cluster, client, clock) = cluster().await;
        let clusters = Clusters::home(client.clone(), None);
        let passes = Mutex::default();
        let controller =
            Arc::new(Scripted { says: Box::new(says), passes, ended: Mutex::default(), start: Instant::now() });
        let (queue, metrics, views, shutdown) = (Queue::new(), Metrics::default(), Views::default(), Shutdown::new());
        let environment = Environment {
            clock,
            clusters: clusters.clone(),
            leadership,
            events: Arc::new(Silent),
            metrics: metrics.clone(),
            views: views.clone(),
        };
        let task = tokio::spawn(run(Arc::clone(&controller), queue.clone(), environment, 2, shutdown.clone()));
        Running { cluster, client, clusters, controller, queue, metrics, views, shutdown, task }
    }

    pub fn count(&self, counter: Counter) -> u64 {
        self.metrics.get(counter, "scripted")
    }

    /// When the passes over `key` were, in milliseconds, and at which level.
    pub fn passes(&self, key: &str) -> Vec<(u128, u8)> {
        let passes = self.controller.passes.lock().expect("no panic");
        let own = passes.iter().filter(|(other, _, _)| other == key);
        own.map(|(_, level, at)| (at.as_millis(), *level)).collect()
    }

    pub async fn data(&self, name: &str) -> Option<Value> {
        let gvk = Gvk::new("", "v1", "ConfigMap");
        let object = self.client.get(&gvk, Some("default"), name).await.expect("readable")?;
        Some(object.get("/data").unwrap_or(Value::Null))
    }
}

pub fn config_map(name: &str) -> Object {
    let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}});
    Object::from_value(&value).expect("an object")
}

pub fn create(name: &str) -> Write {
    let object = config_map(name);
    Write::new(Target::of(&object), Change::Create(object))
}

pub fn set(name: &str, data: Value) -> Write {
    let body = json!({"data": data});
    Write::new(Target::of(&config_map(name)), Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole })
}

pub async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
