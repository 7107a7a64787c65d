//! The workload that a Rollout takes the place of.

use crate::key::RolloutKey;
use crate::observer::Observer;
use crate::workload::Workload;
use api::rollouts::{Rollout, WorkloadRef};
use controller::Failure;
use object::{Fetched, Gvk, Key, Object};
use serde_json::Value;
use std::sync::Arc;

/// What came of looking for it.
pub struct Resolved {
    /// The workload; `None` when the Rollout refers to none.
    pub workload: Option<Fetched<Arc<Workload>>>,
    /// What is wrong with the reference.
    pub problem: Option<String>,
}

/// A kind that can be referred to, with the places of its parts.
struct Kind {
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    template: &'static str,
    selector: Option<&'static str>,
    is_cached: bool,
}

const KINDS: [Kind; 3] = [
    Kind {
        group: "apps",
        kind: "Deployment",
        plural: "deployments.apps",
        template: "/spec/template",
        selector: Some("/spec/selector"),
        is_cached: true,
    },
    Kind {
        group: "apps",
        kind: "ReplicaSet",
        plural: "replicasets.apps",
        template: "/spec/template",
        selector: Some("/spec/selector"),
        // Only those of Rollouts are.
        is_cached: false,
    },
    Kind {
        group: "",
        kind: "PodTemplate",
        plural: "podtemplates",
        template: "/template",
        selector: None,
        is_cached: true,
    },
];

impl Observer {
    /// Fills selector and template in from the workload that the spec refers to.
    pub(super) async fn resolve(&self, key: &RolloutKey, rollout: &mut Rollout) -> Result<Resolved, Failure> {
        let Some(reference) = rollout.spec.workload_ref.clone().filter(|_| rollout.spec.template.is_null()) else {
            return Ok(Resolved { workload: None, problem: None });
        };
        let gvk = Gvk::from_api_version(&reference.api_version, &reference.kind);
        let Some(kind) = KINDS.iter().find(|kind| *kind.kind == *gvk.kind && *kind.group == *gvk.group) else {
            let problem = format!("workload of type {}/{} is not supported", gvk.group, gvk.kind);
            return Ok(Resolved { workload: Some(Fetched::Absent), problem: Some(problem) });
        };
        let Some(workload) = self.workload(key, kind, &gvk, &reference).await? else {
            // Compat: the name with its namespace, as upstream's lister has it.
            let problem = format!("{} \"{}/{}\" not found", kind.plural, key.namespace, reference.name);
            return Ok(Resolved { workload: Some(Fetched::Absent), problem: Some(problem) });
        };
        rollout.spec.template = workload.template.clone();
        if rollout.spec.selector.is_none() {
            rollout.spec.selector.clone_from(&workload.selector);
        }
        Ok(Resolved { workload: Some(Fetched::Known(workload)), problem: None })
    }

    async fn workload(
        &self,
        key: &RolloutKey,
        kind: &Kind,
        gvk: &Gvk,
        reference: &WorkloadRef,
    ) -> Result<Option<Arc<Workload>>, Failure> {
        if kind.is_cached {
            match self.cache.get(&Key::new(kind.group, kind.kind, Some(&key.namespace), &reference.name)) {
                Fetched::Known(cached) => {
                    let meta = cached.object.meta();
                    if let Some(known) = self.memories.workload(key, &meta.uid, &meta.resource_version) {
                        return Ok(Some(known));
                    }
                }
                Fetched::Absent => return Ok(None),
                Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
            }
        }
        let found = self.cache.client().get(gvk, Some(&key.namespace), &reference.name).await?;
        let workload = found.map(|object| Arc::new(read(&object, kind)));
        if let Some(workload) = &workload {
            self.memories.keep_workload(key, workload);
        }
        Ok(workload)
    }
}

fn read(object: &Object, kind: &Kind) -> Workload {
    let (meta, value) = (object.meta(), object.value());
    let selector = kind.selector.and_then(|path| value.pointer(path)).cloned();
    Workload {
        gvk: meta.gvk.clone(),
        name: meta.name.clone(),
        uid: meta.uid.clone(),
        version: meta.resource_version.clone(),
        generation: meta.generation,
        replicas: value.pointer("/spec/replicas").and_then(Value::as_i64),
        template: value.pointer(kind.template).cloned().unwrap_or_default(),
        selector: selector.and_then(|selector| serde_json::from_value(selector).ok()),
    }
}
