//! A few words for what matters of a kind.

use object::Object;
use rolloutview::PodView;
use serde_json::Value;

/// So many images are kept of one resource.
const IMAGES_MAX: usize = 8;
/// The annotations that count revisions, by kind.
const REVISIONS: [&str; 2] = ["deployment.kubernetes.io/revision", "rollout.argoproj.io/revision"];

/// What is told of one object besides its name and state.
#[derive(Debug, Default)]
pub struct Information {
    /// A few words.
    pub words: Vec<String>,
    /// Its revision.
    pub revision: Option<i64>,
    /// Whether it is a version that has been scaled to nothing.
    pub is_finished: bool,
    /// Its images.
    pub images: Vec<String>,
}

/// What is told of an object; little when only its metadata is known.
pub fn information(object: &Object) -> Information {
    let value = object.value();
    let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
    let mut told = Information { images: images(&value), ..Information::default() };
    let meta = object.meta();
    told.revision = REVISIONS.iter().find_map(|own| meta.annotation(own)).and_then(|text| text.parse().ok());
    match &*meta.gvk.kind {
        "Pod" => {
            let pod = PodView::of(object);
            told.words = vec![pod.status, pod.ready];
            if pod.restarts > 0 {
                told.words.push(format!("{} restarts", pod.restarts));
            }
        }
        "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout" => {
            let wanted = number("/spec/replicas").unwrap_or(1);
            let ready = number("/status/readyReplicas").unwrap_or_default();
            told.words.push(format!("{ready}/{wanted} ready"));
            told.is_finished = &*meta.gvk.kind == "ReplicaSet" && wanted == 0 && ready == 0;
        }
        "DaemonSet" => {
            let ready = number("/status/numberReady").unwrap_or_default();
            told.words.push(format!("{ready}/{} ready", number("/status/desiredNumberScheduled").unwrap_or_default()));
        }
        "Job" => told.words.push(format!("{} done", number("/status/succeeded").unwrap_or_default())),
        "Service" => told.words.extend(value.pointer("/spec/type").and_then(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    if let Some(revision) = told.revision.filter(|_| &*meta.gvk.kind == "ReplicaSet") {
        told.words.insert(0, format!("rev {revision}"));
    }
    told
}

fn images(value: &Value) -> Vec<String> {
    let lists = ["/spec/containers", "/spec/template/spec/containers"];
    let containers = lists.iter().filter_map(|own| value.pointer(own)).filter_map(Value::as_array).flatten();
    containers.filter_map(|own| own["image"].as_str()).take(IMAGES_MAX).map(str::to_owned).collect()
}
