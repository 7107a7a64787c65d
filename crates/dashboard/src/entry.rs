//! One Rollout with everything below it, and what was made of it already.

use api::rollouts::{AnalysisRun, Experiment, Rollout};
use bytes::Bytes;
use object::Object;
use rolloutview::{RolloutView, Seen};
use std::sync::{Arc, OnceLock};

/// Everything of one Rollout, as objects.
#[derive(Debug, Clone)]
pub struct Found {
    /// The Rollout.
    pub rollout: Object,
    /// Its ReplicaSets and those of its Experiments.
    pub sets: Vec<Object>,
    /// The pods of those.
    pub pods: Vec<Object>,
    /// Its Experiments.
    pub experiments: Vec<Object>,
    /// Its AnalysisRuns and those of its Experiments.
    pub runs: Vec<Object>,
    /// The workload it takes its pods from.
    pub workload: Option<Object>,
}

/// The parts of a page: the id and the markup of each.
pub type Parts = Arc<[(String, Arc<str>)]>;

/// One Rollout, read and looked at once.
#[derive(Debug)]
pub struct Entry {
    /// What it was made of.
    pub found: Found,
    /// The Rollout.
    pub rollout: Rollout,
    /// Its AnalysisRuns and those of its Experiments.
    pub runs: Vec<AnalysisRun>,
    /// How it looks.
    pub view: RolloutView,
    /// What was made of it, for those who follow it.
    pub made: Made,
}

/// What many who follow one Rollout share.
#[derive(Debug, Default)]
pub struct Made {
    /// Its RolloutInfo.
    pub info: OnceLock<Bytes>,
    /// The same as lists have it.
    pub listed: OnceLock<Bytes>,
    /// Its line in lists.
    pub row: OnceLock<Arc<str>>,
    /// The parts of its page.
    pub parts: OnceLock<Parts>,
}

impl Found {
    /// The versions of all objects: equal ones look equal.
    pub fn versions(&self) -> impl Iterator<Item = (&str, &str)> {
        let below = [&self.sets, &self.pods, &self.experiments, &self.runs];
        let all = std::iter::once(&self.rollout).chain(below.into_iter().flatten()).chain(&self.workload);
        all.map(|object| (&*object.meta().uid, &*object.meta().resource_version))
    }
}

impl Entry {
    /// Reads what was found.
    ///
    /// # Errors
    /// When the Rollout cannot be read. Of the rest, what cannot be read is left out.
    pub fn read(found: Found) -> Result<Self, api::ReadError> {
        let rollout = Rollout::read(&found.rollout)?;
        let experiments: Vec<Experiment> =
            found.experiments.iter().filter_map(|it| Experiment::read(it).ok()).collect();
        let runs: Vec<AnalysisRun> = found.runs.iter().filter_map(|it| AnalysisRun::read(it).ok()).collect();
        let view = RolloutView::of(&Seen {
            rollout: &rollout,
            sets: &found.sets,
            pods: &found.pods,
            experiments: &experiments,
            runs: &runs,
        });
        Ok(Entry { found, rollout, runs, view, made: Made::default() })
    }

    /// Namespace and name.
    pub fn key(&self) -> (&str, &str) {
        (&self.view.namespace, &self.view.name)
    }
}
