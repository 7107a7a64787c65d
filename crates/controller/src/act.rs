//! Makes the writes of a plan: in order, each under its guard, stopping at the first refusal.

use crate::leadership::Leadership;
use crate::{Done, Guard, OnFailure, Plan, Planned};
use cluster::{ClusterError, Clusters, ErrorClass, Precondition, WRITE_TIMEOUT, Write};
use futures::StreamExt;

/// How many writes of one group are made side by side: enough to hide a slow server's latency, few enough that one
/// large application does not starve the others.
const SIDE_BY_SIDE: usize = 10;

/// What came of the writes.
#[derive(Debug)]
pub(crate) struct Acted {
    /// The writes that were tried.
    pub(crate) done: Vec<Done>,
    /// Why the rest was not.
    pub(crate) stop: Option<Stop>,
}

/// Why the rest of a plan was not carried out.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A guard was refused: the plan was made of old reads.
    Refused(ClusterError),
    /// A write failed that the rest depends on.
    Failed(ClusterError),
    /// Not, or not long enough, the leader.
    NotLeader,
}

/// Makes the writes of `plan`, all but the status.
pub(crate) async fn act(plan: &Plan, clusters: &Clusters, leadership: &Leadership) -> Acted {
    let mut acted = Acted { done: Vec::with_capacity(plan.writes.len()), stop: None };
    let numbered: Vec<(usize, &Planned)> = plan.writes.iter().enumerate().collect();
    for group in numbered.chunk_by(|(_, a), (_, b)| a.group == b.group) {
        if !leadership.may_act_for(WRITE_TIMEOUT) {
            acted.stop = Some(Stop::NotLeader);
            break;
        }
        let mut attempts = Vec::with_capacity(group.len());
        for (index, planned) in group {
            attempts.push(attempt(*index, planned, guarded(planned, &acted.done), clusters));
        }
        let results: Vec<Done> = futures::stream::iter(attempts).buffered(SIDE_BY_SIDE).collect().await;
        acted.stop = group.iter().zip(&results).find_map(|((_, planned), done)| stops(planned, done));
        acted.done.extend(results);
        if acted.stop.is_some() {
            break;
        }
    }
    acted
}

/// Makes one write under its guard, after those in `done`.
pub(crate) async fn act_one(
    planned: &Planned,
    done: &[Done],
    clusters: &Clusters,
    leadership: &Leadership,
) -> Result<cluster::Written, Stop> {
    if !leadership.may_act_for(WRITE_TIMEOUT) {
        return Err(Stop::NotLeader);
    }
    let result = match guarded(planned, done) {
        Ok(write) => make(clusters, planned, &write).await,
        Err(error) => Err(error),
    };
    result.map_err(|error| if is_refusal(planned, &error) { Stop::Refused(error) } else { Stop::Failed(error) })
}

async fn attempt(index: usize, planned: &Planned, write: Result<Write, ClusterError>, clusters: &Clusters) -> Done {
    let result = match write {
        Ok(write) => make(clusters, planned, &write).await,
        Err(error) => Err(error),
    };
    Done { index, cluster: planned.cluster.clone(), target: planned.write.target.clone(), result }
}

async fn make(clusters: &Clusters, planned: &Planned, write: &Write) -> Result<cluster::Written, ClusterError> {
    clusters.client(&planned.cluster)?.write(write).await
}

/// The write with its guard as a precondition.
fn guarded(planned: &Planned, done: &[Done]) -> Result<Write, ClusterError> {
    let left = |index: usize| {
        let object = done.iter().find(|done| done.index == index)?.result.as_ref().ok()?.object.as_ref()?;
        let meta = object.meta();
        Some(Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) })
    };
    match planned.guard.precondition(left) {
        Some(precondition) => Ok(planned.write.clone().only_if(precondition)),
        None => {
            let message = format!("{} was to follow a write that was not made", planned.write.target);
            Err(ClusterError::new(ErrorClass::NotSent, message))
        }
    }
}

fn stops(planned: &Planned, done: &Done) -> Option<Stop> {
    let error = done.result.as_ref().err()?;
    if is_refusal(planned, error) {
        return Some(Stop::Refused(error.clone()));
    }
    (planned.on_failure == OnFailure::Stop).then(|| Stop::Failed(error.clone()))
}

/// Whether the write's guard did not hold.
fn is_refusal(planned: &Planned, error: &ClusterError) -> bool {
    let is_guarded = planned.guard != Guard::Manner;
    is_guarded && matches!(error.class, ErrorClass::Conflict | ErrorClass::NotFound | ErrorClass::AlreadyExists)
}
