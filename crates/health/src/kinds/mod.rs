//! The built-in rules, one file a kind, and the table of them.

mod api_service;
mod autoscaler;
mod daemon_set;
mod deployment;
mod ingress;
mod job;
mod pod;
mod replica_set;
mod rollout;
mod service;
mod stateful_set;
mod volume_claim;
mod workflow;

use crate::outcome::{Health, HealthError};
use object::{Gvk, Object};

/// How well a live object of one kind is.
pub(crate) type Rule = fn(&Object) -> Result<Health, HealthError>;

struct Entry {
    group: &'static str,
    kind: &'static str,
    /// Versions the rule reads; empty for all.
    versions: &'static [&'static str],
    /// What upstream's error calls the kind.
    called: &'static str,
    rule: Rule,
}

#[rustfmt::skip]
const RULES: &[Entry] = &[
    Entry { group: "apps", kind: "Deployment", versions: &["v1"], called: "Deployment", rule: deployment::health },
    Entry { group: "apps", kind: "StatefulSet", versions: &["v1"], called: "StatefulSet", rule: stateful_set::health },
    Entry { group: "apps", kind: "ReplicaSet", versions: &["v1"], called: "ReplicaSet", rule: replica_set::health },
    Entry { group: "apps", kind: "DaemonSet", versions: &["v1"], called: "DaemonSet", rule: daemon_set::health },
    Entry { group: "extensions", kind: "Ingress", versions: &[], called: "Ingress", rule: ingress::health },
    Entry { group: "networking.k8s.io", kind: "Ingress", versions: &[], called: "Ingress", rule: ingress::health },
    Entry { group: "argoproj.io", kind: "Workflow", versions: &[], called: "Workflow", rule: workflow::health },
    Entry { group: "argoproj.io", kind: "Rollout", versions: &[], called: "Rollout", rule: rollout::health },
    Entry { group: "apiregistration.k8s.io", kind: "APIService", versions: &["v1", "v1beta1"], called: "APIService", rule: api_service::health },
    Entry { group: "", kind: "Service", versions: &["v1"], called: "Service", rule: service::health },
    Entry { group: "", kind: "PersistentVolumeClaim", versions: &["v1"], called: "PersistentVolumeClaim", rule: volume_claim::health },
    Entry { group: "", kind: "Pod", versions: &["v1"], called: "Pod", rule: pod::health },
    Entry { group: "batch", kind: "Job", versions: &["v1"], called: "Job", rule: job::health },
    Entry { group: "autoscaling", kind: "HorizontalPodAutoscaler", versions: &["v1", "v2"], called: "HPA", rule: autoscaler::health },
];

/// The rule for a kind, `None` when there is none. A kind with a rule in a version it does not read gets an error.
pub(crate) fn rule(gvk: &Gvk) -> Option<impl Fn(&Object) -> Result<Health, HealthError>> {
    let entry = RULES.iter().find(|entry| *entry.group == *gvk.group && *entry.kind == *gvk.kind)?;
    Some(move |live: &Object| {
        let version = &*live.gvk().version;
        if !entry.versions.is_empty() && !entry.versions.contains(&version) {
            return Err(HealthError::Version { kind: entry.called, gvk: live.gvk().to_string() });
        }
        (entry.rule)(live)
    })
}
