//! The cache this controller reads: only the kinds it needs, and of each only as much.

use crate::settings::Settings;
use api::names::{GROUP, VERSION};
use api::rollouts::names::{LABEL_ANALYSIS_RUN_UID, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{ANALYSIS_RUN, ANALYSIS_TEMPLATE, CLUSTER_ANALYSIS_TEMPLATE, EXPERIMENT, ROLLOUT};
use cluster::{Cache, ClusterClient, Followed, GroupKind, Instance, Keep, Ownership, Selection};
use object::{Gvk, Meta};
use std::sync::Arc;

/// The kinds that are read, by group.
const KINDS: [(&str, &str); 12] = [
    (GROUP, ROLLOUT),
    (GROUP, ANALYSIS_RUN),
    (GROUP, EXPERIMENT),
    (GROUP, ANALYSIS_TEMPLATE),
    (GROUP, CLUSTER_ANALYSIS_TEMPLATE),
    ("apps", "ReplicaSet"),
    ("apps", "Deployment"),
    ("", "PodTemplate"),
    ("", "Service"),
    ("networking.k8s.io", "Ingress"),
    ("batch", "Job"),
    // A router may be installed later: its kinds are followed as soon as they are defined.
    DEFINITION,
];

/// Definitions of kinds.
const DEFINITION: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

/// A cache of the cluster of `client` that keeps what this controller reads.
///
/// Assumption: called inside a Tokio runtime.
#[must_use]
pub fn start_cache(client: ClusterClient, settings: &Settings) -> Cache {
    let only = KINDS.iter().chain(&traffic::KINDS).map(|(group, kind)| Followed {
        kind: GroupKind::new(group, kind),
        // Most ReplicaSets of a cluster are of Deployments, most Jobs measure nothing: no business of ours.
        labels: match *kind {
            "ReplicaSet" => Some(LABEL_POD_TEMPLATE_HASH.into()),
            "Job" => Some(LABEL_ANALYSIS_RUN_UID.into()),
            _ => None,
        },
    });
    let namespaces = settings.namespace.iter().cloned().collect();
    let selection = Selection { only: only.collect(), namespaces, ..Selection::default() };
    Cache::start(client, selection, Arc::new(Kept))
}

struct Kept;

impl Ownership for Kept {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, meta: &Meta) -> Keep {
        // Workloads that a Rollout refers to are few, and read in whole when they changed.
        // Of a definition and of a Job it is enough to know that it changed.
        let is_named_only =
            matches!(&*meta.gvk.kind, "Deployment" | "PodTemplate" | "Job") || *meta.gvk.kind == *DEFINITION.1;
        if is_named_only { Keep::Metadata } else { Keep::WithoutManagedFields }
    }
}

/// A kind of this group.
#[must_use]
pub fn own(kind: &str) -> Gvk {
    Gvk::new(GROUP, VERSION, kind)
}

/// ReplicaSets.
#[must_use]
pub fn replica_sets() -> Gvk {
    Gvk::new("apps", "v1", "ReplicaSet")
}
