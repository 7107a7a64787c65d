//! A Rollout or an Experiment with everything below it, as one look at the cluster finds it.

use super::ending::failed;
use super::session::Session;
use crate::failure::Failure;
use api::ReadError;
use api::rollouts::{ANALYSIS_RUN, AnalysisRun, EXPERIMENT, Experiment, ROLLOUT, Rollout};
use object::{Gvk, Object};
use rolloutview::Seen;

/// What one look at a namespace found.
pub(super) struct Looked {
    pub rollout: Rollout,
    pub below: Below,
}

/// Everything that Rollouts and Experiments of a namespace may own.
pub(super) struct Below {
    pub sets: Vec<Object>,
    pub pods: Vec<Object>,
    pub experiments: Vec<Experiment>,
    pub runs: Vec<AnalysisRun>,
}

impl Looked {
    pub(super) fn seen(&self) -> Seen<'_> {
        Seen {
            rollout: &self.rollout,
            sets: &self.below.sets,
            pods: &self.below.pods,
            experiments: &self.below.experiments,
            runs: &self.below.runs,
        }
    }
}

/// One Rollout.
pub(super) async fn rollout(session: &Session, name: &str) -> Result<Rollout, Failure> {
    let object = shown(session, ROLLOUT, name).await?;
    Rollout::read(&object).map_err(unreadable)
}

// Compat: commands that show something name what is missing by its kind, those that change it by its resource.
async fn shown(session: &Session, kind: &str, name: &str) -> Result<Object, Failure> {
    let found = session.find(&Session::gvk(kind), name).await?;
    found.ok_or_else(|| failed(format!("{}.argoproj.io {name:?} not found", kind.to_ascii_lowercase())))
}

/// One Rollout with everything below it.
pub(super) async fn look(session: &Session, name: &str) -> Result<Looked, Failure> {
    Ok(Looked { rollout: rollout(session, name).await?, below: below(session).await? })
}

/// One Experiment.
pub(super) async fn experiment(session: &Session, name: &str) -> Result<Experiment, Failure> {
    let object = shown(session, EXPERIMENT, name).await?;
    Experiment::read(&object).map_err(unreadable)
}

/// Everything that may be below something in the namespace. One that cannot be read is left out: the rest is shown.
pub(super) async fn below(session: &Session) -> Result<Below, Failure> {
    let (sets, pods) = (Gvk::new("apps", "v1", "ReplicaSet"), Gvk::new("", "v1", "Pod"));
    let (experiments, runs) = (Session::gvk(EXPERIMENT), Session::gvk(ANALYSIS_RUN));
    let (sets, pods, experiments, runs) =
        tokio::try_join!(session.list(&sets), session.list(&pods), session.list(&experiments), session.list(&runs))?;
    Ok(Below {
        sets,
        pods,
        experiments: experiments.iter().filter_map(|object| Experiment::read(object).ok()).collect(),
        runs: runs.iter().filter_map(|object| AnalysisRun::read(object).ok()).collect(),
    })
}

/// What an object says that no client of this version can read.
pub(super) fn unreadable(error: ReadError) -> Failure {
    failed(error.to_string())
}
