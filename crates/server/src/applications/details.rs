//! What the tree shows of an object beyond its name: its health, its images, a few words. Objects below the tracked ones
//! are not kept whole, so they are read once for each version.

use cluster::{Cached, ClusterClient, Keep};
use futures::stream::{self, StreamExt};
use health::NoOverrides;
use object::{Fetched, Key, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Kinds that a tree tells more of than their names.
const TOLD: [(&str, &str); 8] = [
    ("", "Pod"),
    ("", "PersistentVolumeClaim"),
    ("apps", "ReplicaSet"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
    ("argoproj.io", "AnalysisRun"),
];

/// So many objects are read at a time for one tree.
const READS_AT_ONCE: usize = 8;

/// So many details are kept; when there are more, all are read anew.
const KEPT_MAX: usize = 50_000;

/// What is told of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// Its health; null for kinds that have none.
    pub health: Value,
    /// The images of its containers.
    pub images: Vec<String>,
    /// Pairs of a name and a value.
    pub info: Vec<Value>,
}

/// Details with the version they are of, by uid.
type Kept = BTreeMap<Box<str>, (Box<str>, Detail)>;

/// Details that were read before.
#[derive(Debug, Default)]
pub struct Details(Mutex<Kept>);

impl Details {
    /// The details of many objects, in their order.
    pub async fn of(&self, client: &ClusterClient, objects: &[Cached]) -> Vec<Detail> {
        let one = |cached: Cached| async move { self.one(client, &cached).await };
        stream::iter(objects.to_vec()).map(one).buffered(READS_AT_ONCE).collect().await
    }

    async fn one(&self, client: &ClusterClient, cached: &Cached) -> Detail {
        let object = &cached.object;
        let gvk = object.gvk();
        if cached.keep != Keep::Metadata {
            return detail(object);
        }
        if !TOLD.contains(&(&*gvk.group, &*gvk.kind)) {
            return Detail::default();
        }
        let meta = object.meta();
        if let Some((version, known)) = self.lock().get(&meta.uid)
            && *version == meta.resource_version
        {
            return known.clone();
        }
        let Fetched::Known(whole) = client.fetch(gvk, object.namespace(), object.name()).await else {
            return Detail::default();
        };
        let read = detail(&whole);
        let mut kept = self.lock();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(whole.meta().uid.clone(), (whole.meta().resource_version.clone(), read.clone()));
        read
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is told of an object that is there whole.
fn detail(object: &Object) -> Detail {
    let health = match health::assess(object, &NoOverrides) {
        Ok(Some(health)) => json!({"status": health.status.as_str(), "message": health.message}),
        Ok(None) => Value::Null,
        Err(error) => {
            let health = error.health();
            json!({"status": health.status.as_str(), "message": health.message})
        }
    };
    let value = object.value();
    let is_pod = object.key().kind.as_ref() == "Pod";
    let spec = if is_pod { value.pointer("/spec") } else { value.pointer("/spec/template/spec") };
    let containers = |field: &str| {
        let list = spec.and_then(|spec| spec.get(field)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|one| one["image"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let mut images = containers("initContainers");
    images.extend(containers("containers"));
    images.sort();
    images.dedup();
    Detail { health, images, info: if is_pod { pod_info(&value) } else { revision(&value) } }
}

fn pair(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn pod_info(pod: &Value) -> Vec<Value> {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array).cloned().unwrap_or_default();
    let all = pod.pointer("/spec/containers").and_then(Value::as_array).map_or(0, Vec::len);
    let ready = statuses.iter().filter(|status| status["ready"] == true).count();
    let restarts: i64 = statuses.iter().filter_map(|status| status["restartCount"].as_i64()).sum();
    let waiting = statuses.iter().find_map(|status| status.pointer("/state/waiting/reason").and_then(Value::as_str));
    let phase = pod.pointer("/status/phase").and_then(Value::as_str).unwrap_or("Unknown");
    let is_going = pod.pointer("/metadata/deletionTimestamp").is_some();
    let reason = if is_going { "Terminating" } else { waiting.unwrap_or(phase) };
    let mut info = vec![pair("Status Reason", reason)];
    if let Some(node) = pod.pointer("/spec/nodeName").and_then(Value::as_str) {
        info.push(pair("Node", node));
    }
    info.push(pair("Containers", &format!("{ready}/{all}")));
    if restarts > 0 {
        info.push(pair("Restart Count", &restarts.to_string()));
    }
    info
}

fn revision(object: &Value) -> Vec<Value> {
    let revision = object.pointer("/metadata/annotations/deployment.kubernetes.io~1revision").and_then(Value::as_str);
    revision.map(|revision| pair("Revision", &format!("Rev:{revision}"))).into_iter().collect()
}

/// The reference to an object in answers.
#[must_use]
pub fn reference(key: &Key) -> Value {
    let mut value = json!({"kind": key.kind, "name": key.name});
    if !key.group.is_empty() {
        value["group"] = json!(key.group);
    }
    if let Some(namespace) = &key.namespace {
        value["namespace"] = json!(namespace);
    }
    value
}
