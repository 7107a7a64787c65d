//! A Rollout in the JSON of upstream's API.

use crate::entry::Entry;
use crate::go_json::Fields;
use crate::info_meta::below_meta;
use crate::info_run::run_info;
use object::Object;
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

#[cfg(test)]
mod tests {
    //! Against what upstream's `NewRolloutInfo` (9f8d111d) makes of the same objects, as `json.Marshal` writes it.

    use super::*;
    use crate::snapshot::{Snapshot, World};
    use budget::{Budget, Limits};
    use std::path::Path;

    fn world(text: &str) -> World {
        let mut world = World::default();
        let mut budget = Budget::new(Limits::default());
        for document in yaml::parse_all(text.as_bytes(), yaml::Dialect::V2, &mut budget).expect("YAML") {
            let object = Object::from_value(&document.value).expect("an object");
            let kind = match &*object.gvk().kind {
                "Rollout" => &mut world.rollouts,
                "ReplicaSet" => &mut world.sets,
                "Pod" => &mut world.pods,
                "Experiment" => &mut world.experiments,
                "AnalysisRun" => &mut world.runs,
                kind => unreachable!("no case has a {kind}"),
            };
            kind.push(object);
        }
        world
    }

    /// What upstream's types write although it was not given: zeros and empty strings of fields without `omitempty`.
    fn without_empty(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let kept = map.iter().map(|(key, value)| (key.clone(), without_empty(value)));
                let is_empty = |value: &Value| match value {
                    Value::Null => true,
                    Value::String(text) => text.is_empty(),
                    Value::Number(number) => number.as_i64() == Some(0),
                    Value::Object(map) => map.is_empty(),
                    _ => false,
                };
                Value::Object(kept.filter(|(_, value)| !is_empty(value)).collect())
            }
            Value::Array(list) => Value::Array(list.iter().map(without_empty).collect()),
            other => other.clone(),
        }
    }

    fn without_empty_sources(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match key.as_str() {
                        "specAndStatus" | "steps" => *value = without_empty(value),
                        _ => without_empty_sources(value),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(without_empty_sources),
            _ => {}
        }
    }

    #[test]
    fn infos_are_those_of_upstream() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut cases = 0;
        for entry in std::fs::read_dir(own.join("tests/recorded")).expect("recorded") {
            let path = entry.expect("an entry").path();
            let case = path.file_stem().expect("a name").to_str().expect("text");
            let objects = own.join("../rolloutview/tests/cases").join(case).join("objects.yaml");
            let world = world(&std::fs::read_to_string(objects).expect("objects.yaml"));
            let snapshot = Snapshot::of(&world, &Snapshot::default());
            let rollout = &world.rollouts[0];
            let entry = snapshot.entry(rollout.namespace().expect("a namespace"), rollout.name()).expect("it is read");
            let recorded = std::fs::read_to_string(&path).expect("readable");
            let mut expected: Value = serde_json::from_str(&recorded).expect("JSON");
            let mut found = rollout_info(entry, Extent::Whole);
            // There the objects are read into Go's types and written again, which adds what is empty.
            without_empty_sources(&mut expected);
            without_empty_sources(&mut found);
            // There the comparison of experiments contradicts itself, and their order is chance; here the newest is first.
            for value in [&mut expected, &mut found] {
                if let Some(experiments) = value["experiments"].as_array_mut() {
                    experiments.sort_by_key(|experiment| experiment["objectMeta"]["name"].to_string());
                }
            }
            let lines = |value: &Value| format!("{value:#}");
            let (found, expected) = (lines(&found), lines(&expected));
            let differing = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
            assert_eq!(differing, None, "{case}");
            assert_eq!(found, expected, "{case}");
            cases += 1;
        }
        assert!(cases >= 15, "{cases}");
    }
}
