//! All that one pass reads.

use crate::key::WorkKey;
use crate::memory::Spec;
use crate::workload::Workload;
use api::rollouts::{AnalysisTemplateSpec, Listening, Rollout};
use object::{Fetched, Object};
use std::collections::BTreeMap;
use std::sync::Arc;
use strategy::validation::{Peer, References, TemplateKey};
use strategy::{ExperimentRun, Pod, ReplicaSet, Run, Service, Targets};
use traffic::Note;

/// All that one pass reads.
#[derive(Debug)]
pub struct Observed {
    /// What it is about.
    pub key: WorkKey,
    /// What was found.
    pub what: What,
}

/// What was found under a key.
#[derive(Debug)]
pub enum What {
    /// Nothing that is to be dealt with: it is gone, going, or somebody else's.
    Nothing,
    /// A Rollout with a field of a type that cannot be read, and which.
    Unreadable(Object, String),
    /// A Rollout.
    Rollout(Box<Seen>),
    /// A Service that no Rollout names.
    Service(SeenService),
    /// An Ingress and the Rollouts that share traffic out by it.
    Ingress {
        /// The Ingress.
        object: Object,
        /// Names of those Rollouts.
        routed_by: Vec<Box<str>>,
    },
    /// A DestinationRule that no Rollout names.
    DestinationRule(Object),
}

/// A Service that no Rollout names.
#[derive(Debug)]
pub struct SeenService {
    /// The Service.
    pub object: Object,
    /// What matters of it.
    pub service: Service,
}

/// Whether a load balancer has the pods that a Service selects.
#[derive(Debug, Default)]
pub struct Registered {
    /// Whether it has.
    pub targets: Targets,
    /// What to tell people of it.
    pub notes: Vec<Note>,
}

/// A Rollout and all that planning it needs.
#[derive(Debug)]
pub struct Seen {
    /// The Rollout as it stands in the cluster.
    pub object: Object,
    /// The same, with selector and template of the workload it refers to filled in.
    pub rollout: Rollout,
    /// What follows from its spec: its hashes, and what is wrong with it.
    pub spec: Arc<Spec>,
    /// Its ReplicaSets.
    pub sets: Vec<ReplicaSet>,
    /// The same as objects.
    pub set_objects: BTreeMap<String, Object>,
    /// ReplicaSets that are nobody's and that it selects.
    pub orphans: Vec<Object>,
    /// ReplicaSets that are its own but that it does not select.
    pub strays: Vec<Object>,
    /// The name its next ReplicaSet would have is that of somebody else's.
    pub is_name_taken: bool,
    /// The Services it names.
    pub services: BTreeMap<String, Fetched<Service>>,
    /// The same as objects.
    pub service_objects: BTreeMap<String, Object>,
    /// Its AnalysisRuns.
    pub runs: Vec<Run>,
    /// Its Experiments.
    pub experiments: Vec<ExperimentRun>,
    /// Identities of its AnalysisRuns and Experiments, by name.
    pub uids: BTreeMap<String, Box<str>>,
    /// Its pods, where they matter.
    pub pods: Vec<Pod>,
    /// What routers read.
    pub routed: traffic::Objects,
    /// Whether the load balancer has the pods of the Service that was switched last.
    pub registered: Registered,
    /// The templates of what it measures, with those they include.
    pub templates: BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>>,
    /// Other Rollouts that name a Service of its.
    pub peers: Vec<Peer>,
    /// What is accepted but does not hold.
    pub warnings: Vec<String>,
    /// The workload it refers to.
    pub workload: Option<Fetched<Arc<Workload>>>,
    /// Who wants to hear of its events.
    pub listening: Option<Listening>,
    /// What is wrong with it or with what it refers to.
    pub invalid: Option<String>,
}

impl Seen {
    /// What was found of the objects that the Rollout refers to.
    #[must_use]
    pub fn references(&self) -> References<'_> {
        References {
            services: &self.services,
            ingresses: &self.routed.ingresses,
            templates: &self.templates,
            peers: &self.peers,
        }
    }
}
