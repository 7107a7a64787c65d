//! Making and deleting the pods of a Job.

use super::indexes;
use super::observed::{INDEX, Member, Spec, TRACKING};
use crate::plan::{Action, Birth, CONTROLLER_MANAGER, Note, Severity, Target};
use crate::pod_template::pod_from_template;
use crate::reading::{about, target};
use apiserver::{Object, resources};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who tells of a Job's events.
pub(super) const SOURCE: &str = "job-controller";

/// An event about the Job.
pub(super) fn note(job: &Object, severity: Severity, reason: &'static str, message: String) -> Action {
    Action::Tell(Note { about: about(job), source: SOURCE, severity, reason, message, action: None })
}

/// The writes that make `count` more pods; those of an indexed Job take the lowest free indexes.
pub(super) fn creations(job: &Object, spec: &Spec, completed: &str, active: &[&Member<'_>], count: i64) -> Vec<Action> {
    let count = usize::try_from(count).unwrap_or_default();
    if !spec.is_indexed() {
        return (0..count).map(|_| creation(job, pod_from_template(&spec.template, job))).collect();
    }
    let mut taken: BTreeSet<i64> = active.iter().filter_map(|member| member.index()).collect();
    taken.extend(indexes::parse(completed));
    let free = (0..spec.completions.unwrap_or_default()).filter(|index| !taken.contains(index));
    free.take(count).map(|index| creation(job, indexed(job, spec, index))).collect()
}

fn creation(job: &Object, mut pod: Value) -> Action {
    let mut finalizers = pod["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
    finalizers.push(TRACKING.into());
    pod["metadata"]["finalizers"] = finalizers.into();
    Action::Create {
        target: Target {
            resource: resources::PODS,
            namespace: job.namespace().unwrap_or_default().into(),
            name: Box::default(),
        },
        object: pod,
        manager: CONTROLLER_MANAGER,
        birth: Some(Birth { about: about(job), source: SOURCE, created: "Created pod: " }),
    }
}

/// A pod of an indexed Job knows its index by label, annotation, host name and environment.
fn indexed(job: &Object, spec: &Spec, index: i64) -> Value {
    let mut pod = pod_from_template(&spec.template, job);
    let text = index.to_string();
    pod["metadata"]["generateName"] = format!("{}-{index}-", job.name()).into();
    pod["metadata"]["labels"][INDEX] = text.as_str().into();
    pod["metadata"]["annotations"][INDEX] = text.into();
    pod["spec"]["hostname"] = format!("{}-{index}", job.name()).into();
    let variable = json!({
        "name": "JOB_COMPLETION_INDEX",
        "valueFrom": {"fieldRef": {"fieldPath": format!("metadata.labels['{INDEX}']")}},
    });
    for list in ["containers", "initContainers"] {
        for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
            let mut variables = container["env"].as_array().cloned().unwrap_or_default();
            variables.push(variable.clone());
            container["env"] = variables.into();
        }
        if pod["spec"][list].is_null()
            && let Some(spec) = pod["spec"].as_object_mut()
        {
            spec.remove(list);
        }
    }
    pod
}

/// The writes that delete pods that are not needed any more, with what tells of them.
pub(super) fn deletions<'o>(job: &Object, doomed: impl Iterator<Item = &'o Object>) -> Vec<Action> {
    let deletion = |pod: &Object| {
        let delete = Action::Delete {
            target: target(&resources::PODS, pod),
            uid: pod.meta().uid.clone(),
            grace_seconds: None,
            propagation: None,
            manager: CONTROLLER_MANAGER,
        };
        [delete, note(job, Severity::Normal, "SuccessfulDelete", format!("Deleted pod: {}", pod.name()))]
    };
    doomed.flat_map(deletion).collect()
}
