//! What a Rollout owns: its ReplicaSets, AnalysisRuns and Experiments.

use crate::observer::Observer;
use crate::selecting::{is_empty, selects};
use api::rollouts::names::LABEL_POD_TEMPLATE_HASH;
use api::rollouts::{ANALYSIS_RUN, AnalysisRun, EXPERIMENT, Experiment, Rollout};
use controller::Failure;
use object::{Key, Object};
use std::collections::BTreeMap;
use strategy::{ExperimentRun, ReplicaSet, Run};

/// The ReplicaSets of a Rollout.
#[derive(Debug, Default)]
pub struct Claimed {
    /// Its own.
    pub sets: Vec<ReplicaSet>,
    /// The same as objects.
    pub objects: BTreeMap<String, Object>,
    /// Nobody's, that it selects.
    pub orphans: Vec<Object>,
    /// Its own, that it does not select.
    pub strays: Vec<Object>,
}

/// What a Rollout has had measured and tried.
#[derive(Debug, Default)]
pub struct Made {
    /// Its AnalysisRuns.
    pub runs: Vec<Run>,
    /// Its Experiments.
    pub experiments: Vec<ExperimentRun>,
    /// Identities of both, by name.
    pub uids: BTreeMap<String, Box<str>>,
}

impl Observer {
    /// The ReplicaSets that are a Rollout's or are to be.
    pub(super) fn claim(&self, object: &Object, rollout: &Rollout) -> Result<Claimed, Failure> {
        self.certain("apps", "ReplicaSet")?;
        // A selector that says nothing is refused, and claims nothing until it is mended.
        let selector = rollout.spec.selector.as_ref().filter(|selector| !is_empty(selector));
        let mut claimed = Claimed::default();
        for set in self.controlled(object, "ReplicaSet") {
            let is_stray = selector.is_some_and(|selector| !selects(selector, set.meta()));
            if is_stray {
                claimed.strays.push(set);
                continue;
            }
            match ReplicaSet::read(&set) {
                Ok(read) => {
                    claimed.objects.insert(read.name.clone(), set);
                    claimed.sets.push(read);
                }
                Err(error) => return Err(Failure::Retry(error.0)),
            }
        }
        if let Some(selector) = selector {
            let namespace = object.namespace().unwrap_or_default();
            let names = self.index().orphans(namespace);
            let find = |name: Box<str>| self.cache.get(&Key::new("apps", "ReplicaSet", Some(namespace), &name));
            let found = names.into_iter().filter_map(|name| find(name).into_known()).map(|cached| cached.object);
            claimed.orphans = found.filter(|set| is_free(set) && selects(selector, set.meta())).collect();
        }
        Ok(claimed)
    }

    /// What a Rollout has had measured and tried.
    pub(super) fn made(&self, object: &Object) -> Result<Made, Failure> {
        self.certain(api::names::GROUP, ANALYSIS_RUN)?;
        self.certain(api::names::GROUP, EXPERIMENT)?;
        let mut made = Made::default();
        for found in self.controlled(object, ANALYSIS_RUN) {
            made.uids.insert(found.name().to_owned(), found.meta().uid.clone());
            // One that cannot be read is one whose verdict is waited for.
            made.runs.push(AnalysisRun::read(&found).map_or_else(|_| unread(&found), |run| Run::of(&run)));
        }
        for found in self.controlled(object, EXPERIMENT) {
            made.uids.insert(found.name().to_owned(), found.meta().uid.clone());
            let unread = |_| ExperimentRun { run: unread(&found), templates: Vec::new() };
            made.experiments.push(Experiment::read(&found).map_or_else(unread, |it| ExperimentRun::of(&it)));
        }
        Ok(made)
    }

    /// The objects of a kind that `owner` controls, by name.
    fn controlled(&self, owner: &Object, kind: &str) -> Vec<Object> {
        let uid = &owner.meta().uid;
        let children = self.cache.children(uid).into_iter().map(|cached| cached.object);
        let is_own = |child: &Object| child.meta().controller().is_some_and(|owner| owner.uid == *uid);
        children.filter(|child| *child.gvk().kind == *kind && is_own(child)).collect()
    }
}

fn is_free(set: &Object) -> bool {
    let meta = set.meta();
    meta.controller().is_none() && !meta.is_terminating() && meta.labels.contains_key(LABEL_POD_TEMPLATE_HASH)
}

fn unread(object: &Object) -> Run {
    let meta = object.meta();
    let label = |key: &str| meta.labels.get(key).map(ToString::to_string);
    Run {
        name: meta.name.to_string(),
        hash: label(LABEL_POD_TEMPLATE_HASH),
        step_index: label(api::rollouts::names::LABEL_STEP_INDEX),
        is_deleting: meta.is_terminating(),
        created: meta.creation_timestamp.unwrap_or_default(),
        ..Run::default()
    }
}
