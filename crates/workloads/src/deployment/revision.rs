//! Revisions: the annotations by which a Deployment numbers its ReplicaSets and remembers older numbers.

use super::annotations::{DESIRED_REPLICAS, MAX_REPLICAS, REVISION, REVISION_HISTORY};
use super::fenceposts::max_surge;
use super::observed::{Deployment, ReplicaSet};

/// What a ReplicaSet does not inherit from its Deployment.
const NOT_INHERITED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    "deprecated.deployment.rollback.to",
];

/// Characters of the revision history kept at most, as upstream.
const HISTORY_CHARACTERS_MAX: usize = 2000;

/// The highest revision among these.
pub(super) fn max_revision<'r>(sets: impl IntoIterator<Item = &'r ReplicaSet>) -> i64 {
    sets.into_iter().filter_map(|set| set.number(REVISION)).max().unwrap_or_default()
}

/// Copies the Deployment's annotations to its new ReplicaSet and gives it the number, if that is higher than its own.
pub(super) fn annotate(deployment: &Deployment, set: &mut ReplicaSet, revision: i64) {
    for (key, value) in &deployment.annotations {
        if !NOT_INHERITED.contains(&key.as_str()) {
            set.annotations.insert(key.clone(), value.clone());
        }
    }
    let old = set.annotations.get(REVISION).cloned();
    let Ok(old_number) = old.as_deref().unwrap_or("0").parse::<i64>() else { return };
    if old_number < revision {
        set.annotations.insert(REVISION.to_owned(), revision.to_string());
        if let Some(old) = old {
            remember(set, &old);
        }
    }
}

/// Adds a former revision to the history; the oldest ones go when it becomes too long.
fn remember(set: &mut ReplicaSet, revision: &str) {
    let history = set.annotations.entry(REVISION_HISTORY.to_owned()).or_default();
    if history.is_empty() {
        history.push_str(revision);
        return;
    }
    let mut kept = history.as_str();
    while kept.len() + revision.len() + 1 > HISTORY_CHARACTERS_MAX {
        let Some((_, newer)) = kept.split_once(',') else { return };
        kept = newer;
    }
    *history = format!("{kept},{revision}");
}

/// Notes on a ReplicaSet which size the Deployment had when it was scaled.
pub(super) fn annotate_size(deployment: &Deployment, set: &mut ReplicaSet) {
    let desired = deployment.replicas();
    let most = desired + max_surge(deployment);
    set.annotations.insert(DESIRED_REPLICAS.to_owned(), desired.to_string());
    set.annotations.insert(MAX_REPLICAS.to_owned(), most.to_string());
}
