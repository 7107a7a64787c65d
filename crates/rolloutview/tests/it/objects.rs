//! Objects as they are read from a case.

use api::rollouts::{AnalysisRun, Experiment, Rollout};
use budget::{Budget, Limits};
use jiff::Timestamp;
use object::Object;
use rolloutview::Seen;
use std::path::{Path, PathBuf};

/// The time at which every case is looked at.
pub fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().expect("a time")
}

/// The folder of a case.
pub fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case)
}

/// The objects of one case by kind.
#[derive(Default)]
pub struct Objects {
    pub rollouts: Vec<Rollout>,
    pub sets: Vec<Object>,
    pub pods: Vec<Object>,
    pub experiments: Vec<Experiment>,
    pub runs: Vec<AnalysisRun>,
}

impl Objects {
    /// Reads `objects.yaml` of a case.
    pub fn of(case: &str) -> Self {
        let text = std::fs::read_to_string(folder(case).join("objects.yaml")).expect("objects.yaml");
        let mut found = Objects::default();
        let mut budget = Budget::new(Limits::default());
        for document in yaml::parse_all(text.as_bytes(), yaml::Dialect::V2, &mut budget).expect("YAML") {
            let object = Object::from_value(&document.value).expect("an object");
            match &*object.gvk().kind {
                "Rollout" => found.rollouts.push(Rollout::read(&object).expect("a Rollout")),
                "ReplicaSet" => found.sets.push(object),
                "Pod" => found.pods.push(object),
                "Experiment" => found.experiments.push(Experiment::read(&object).expect("an Experiment")),
                "AnalysisRun" => found.runs.push(AnalysisRun::read(&object).expect("an AnalysisRun")),
                kind => unreachable!("no case has a {kind}"),
            }
        }
        found
    }

    /// What is seen of the first Rollout.
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            rollout: &self.rollouts[0],
            sets: &self.sets,
            pods: &self.pods,
            experiments: &self.experiments,
            runs: &self.runs,
        }
    }
}
