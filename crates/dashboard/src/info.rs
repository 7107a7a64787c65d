//! A Rollout in the JSON of upstream's API.

use crate::entry::Entry;
use crate::go_json::Fields;
use crate::info_run::run_info;
use object::{Meta, Object};
use rolloutview::{ExperimentView, PodView, Role, SetView};
use serde_json::Value;

/// Whether everything is told, or what lists tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    Whole,
    /// What lists tell.
    // Compat: without experiments and analyses, and without what another workload says of containers.
    Listed,
}

/// The RolloutInfo of a Rollout.
pub fn rollout_info(entry: &Entry, extent: Extent) -> Value {
    let (view, rollout) = (&entry.view, &entry.rollout);
    let source = entry.found.rollout.value();
    let mut fields = Fields::default();
    fields.value("objectMeta", rollout_meta(&entry.found.rollout, &source));
    fields.text("status", &view.status).text("message", &view.message).text("icon", view.icon);
    fields.text("strategy", view.strategy);
    if let Some(canary) = &view.canary {
        fields.text("step", &canary.step).text("setWeight", &canary.set_weight.to_string());
        fields.text("actualWeight", &canary.actual_weight.to_string());
        if !canary.step.is_empty() {
            fields.value("steps", source.pointer("/spec/strategy/canary/steps").cloned().unwrap_or_default());
        }
    }
    fields.number("ready", view.ready).number("current", view.current).number("desired", view.desired);
    fields.number("updated", view.updated).number("available", view.available);
    let restarted = rollout.status.restarted_at.map(|at| go_time(at.timestamp()));
    fields.text("restartedAt", restarted.as_deref().unwrap_or("Never"));
    fields.text("generation", &rollout.status.observed_generation);
    fields.list("replicaSets", sets_info(&view.sets, &entry.found));
    let workload = entry.found.workload.as_ref().filter(|_| extent == Extent::Whole).map(Object::value);
    let template = workload.as_ref().unwrap_or(&source);
    fields.list("containers", containers(template, "/spec/template/spec/containers"));
    fields.list("initContainers", containers(template, "/spec/template/spec/initContainers"));
    if extent == Extent::Whole {
        let experiments = view.experiments.iter().map(|experiment| experiment_info(experiment, entry));
        fields.list("experiments", experiments.collect());
        fields.list("analysisRuns", view.runs.iter().map(|run| run_info(run, entry)).collect());
    }
    fields.take()
}

/// A point in time as Go prints one.
fn go_time(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").to_string()
}

fn rollout_meta(rollout: &Object, source: &Value) -> Value {
    let meta = rollout.meta();
    let mut fields = Fields::default();
    fields.text("name", &meta.name).text("namespace", rollout.namespace().unwrap_or_default()).text("uid", &meta.uid);
    fields.text("resourceVersion", &meta.resource_version).number("generation", meta.generation);
    fields.time("creationTimestamp", meta.creation_timestamp);
    for key in ["labels", "annotations"] {
        let map = source["metadata"][key].clone();
        fields.value(key, if map.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { map });
    }
    fields.take()
}

/// The metadata of what is below a Rollout.
pub fn below_meta(meta: &Meta) -> Value {
    let mut fields = Fields::default();
    fields.text("name", &meta.name).text("namespace", meta.namespace.as_deref().unwrap_or_default());
    fields.text("uid", &meta.uid).time("creationTimestamp", meta.creation_timestamp);
    fields.take()
}

fn containers(template: &Value, pointer: &str) -> Vec<Value> {
    let one = |container: &Value| {
        let mut fields = Fields::default();
        fields.text("name", container["name"].as_str().unwrap_or_default());
        fields.text("image", container["image"].as_str().unwrap_or_default()).take()
    };
    template.pointer(pointer).and_then(Value::as_array).into_iter().flatten().map(one).collect()
}

fn sets_info(sets: &[SetView], found: &crate::entry::Found) -> Vec<Value> {
    sets.iter().filter_map(|set| set_info(set, found)).collect()
}

fn set_info(set: &SetView, found: &crate::entry::Found) -> Option<Value> {
    let object = found.sets.iter().find(|object| *object.meta().uid == *set.uid)?;
    let init: Vec<Value> = containers(&object.value(), "/spec/template/spec/initContainers");
    let mut fields = Fields::default();
    fields.value("objectMeta", below_meta(object.meta()));
    fields.text("status", set.status).text("icon", set.icon).number("revision", set.revision);
    for role in [Role::Stable, Role::Canary, Role::Active, Role::Preview, Role::Ping, Role::Pong] {
        fields.flag(role.as_str(), set.is(role));
    }
    fields.number("replicas", set.replicas).number("available", set.available);
    fields.text("template", &set.template).text("scaleDownDeadline", &set.scale_down_deadline);
    fields.list("images", set.images.iter().map(|image| image.as_str().into()).collect());
    fields.list("initContainerImages", init.iter().map(|container| container["image"].clone()).collect());
    fields.list("pods", set.pods.iter().filter_map(|pod| pod_info(pod, set, found)).collect());
    Some(fields.take())
}

fn pod_info(pod: &PodView, set: &SetView, found: &crate::entry::Found) -> Option<Value> {
    let is_it = |object: &&Object| {
        object.name() == pod.name && object.meta().owner_references.iter().any(|owner| *owner.uid == *set.uid)
    };
    let object = found.pods.iter().find(is_it)?;
    let mut fields = Fields::default();
    fields.value("objectMeta", below_meta(object.meta()));
    fields.text("status", &pod.status).text("icon", pod.icon).text("ready", &pod.ready);
    Some(fields.number("restarts", pod.restarts).take())
}

fn experiment_info(experiment: &ExperimentView, entry: &Entry) -> Value {
    let object = entry.found.experiments.iter().find(|object| object.name() == experiment.name);
    let mut fields = Fields::default();
    fields.value("objectMeta", object.map(|object| below_meta(object.meta())).unwrap_or_default());
    fields.text("icon", experiment.icon).number("revision", experiment.revision);
    fields.text("status", &experiment.status).text("message", &experiment.message);
    fields.list("replicaSets", sets_info(&experiment.sets, &entry.found));
    fields.list("analysisRuns", experiment.runs.iter().map(|run| run_info(run, entry)).collect());
    fields.take()
}
