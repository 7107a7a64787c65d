//! All that one pass reads. A leaf module.

use super::key::ExperimentKey;
use api::rollouts::{AnalysisRun, AnalysisRunSpec, Experiment};
use object::Object;
use std::collections::BTreeMap;
use strategy::ReplicaSet;

/// All that one pass reads.
#[derive(Debug)]
pub struct Observed {
    /// What it is about.
    pub key: ExperimentKey,
    /// What was found.
    pub what: What,
}

/// What was found under a key.
#[derive(Debug)]
pub enum What {
    /// Nothing that is to be dealt with: it is gone, going, or somebody else's.
    Nothing,
    /// An Experiment with a field of a type that cannot be read, and which.
    Unreadable(Object, String),
    /// An Experiment.
    Experiment(Box<Seen>),
}

/// An Experiment and what it has made.
#[derive(Debug)]
pub struct Seen {
    /// The Experiment as it stands in the cluster.
    pub object: Object,
    /// The same, read.
    pub experiment: Experiment,
    /// Its ReplicaSets, by template.
    pub versions: BTreeMap<String, Version>,
    /// Its Services, by template.
    pub services: BTreeMap<String, Object>,
    /// Its AnalysisRuns, by name.
    pub runs: BTreeMap<String, (Object, AnalysisRun)>,
    /// What its analyses come to, by analysis: the spec of a run without its arguments' values, or why there is none.
    pub specs: BTreeMap<String, Result<Templates, String>>,
    /// Templates whose ReplicaSet's name is somebody else's.
    pub taken: Vec<String>,
}

/// The templates of an analysis, each once.
pub type Templates = Vec<(String, bool, api::rollouts::AnalysisTemplateSpec)>;

/// The ReplicaSet of a template.
#[derive(Debug)]
pub struct Version {
    /// The ReplicaSet.
    pub object: Object,
    /// What matters of it.
    pub set: ReplicaSet,
}

impl Seen {
    /// What an analysis' run is made of, with these arguments.
    ///
    /// # Errors
    /// What is wrong with the templates or the arguments.
    pub fn run_spec(&self, analysis: &str, args: &[api::rollouts::Argument]) -> Result<AnalysisRunSpec, String> {
        let templates =
            self.specs.get(analysis).cloned().unwrap_or_else(|| Err("its template is not known".to_owned()))?;
        let named: Vec<analysis::templates::Named<'_>> = templates
            .iter()
            .map(|(name, is_of_cluster, spec)| analysis::templates::Named { name, is_of_cluster: *is_of_cluster, spec })
            .collect();
        let spec = &self.experiment.spec;
        let additions = analysis::templates::Additions {
            args,
            dry_run: &spec.dry_run,
            measurement_retention: &spec.measurement_retention,
        };
        analysis::templates::run_spec(&named, additions)
    }
}
