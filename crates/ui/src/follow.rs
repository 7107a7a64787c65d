//! What is kept of a cluster for people to look at.

use applications::{ByTracking, Settings};
use cluster::{Cache, ClusterClient, Instance, Keep, Ownership, Selection};
use object::Meta;
use std::sync::Arc;

/// Kinds whose state people look at though no application declares them.
const LOOKED_AT: [&str; 12] = [
    "Pod",
    "ReplicaSet",
    "Job",
    "StatefulSet",
    "Deployment",
    "DaemonSet",
    "Service",
    "Ingress",
    "HTTPRoute",
    "Rollout",
    "AnalysisRun",
    "Experiment",
];

/// Keeps what is shown.
struct Shown {
    tracking: ByTracking,
}

impl Ownership for Shown {
    fn instance_of(&self, meta: &Meta) -> Option<Instance> {
        self.tracking.instance_of(meta)
    }

    fn keep(&self, meta: &Meta) -> Keep {
        if LOOKED_AT.contains(&&*meta.gvk.kind) { Keep::WithoutManagedFields } else { self.tracking.keep(meta) }
    }
}

/// Begins to follow a cluster.
pub fn start(client: ClusterClient, settings: &Settings) -> Cache {
    let selection = Selection { excluded: settings.excluded.clone(), ..Selection::default() };
    Cache::start(client, selection, Arc::new(Shown { tracking: ByTracking::new(settings.tracking.clone()) }))
}
