//! The workload that a Rollout takes the place of: what is noted of it, and how many pods it is left.

use super::draft::{Draft, merge};
use crate::observed::Seen;
use crate::workload::Workload;
use api::rollouts::RolloutPhase;
use api::rollouts::names::ANNOTATION_WORKLOAD_GENERATION;
use cluster::Part;
use controller::{Guard, Plan};
use object::Fetched;
use serde_json::json;

/// Scale the workload down as the Rollout's own pods become ready.
const PROGRESSIVELY: &str = "progressively";

/// Notes in the Rollout which generation of the workload it is about; `None` when that is noted.
pub fn note_generation(seen: &Seen) -> Option<Plan> {
    let noted = seen.rollout.annotation(ANNOTATION_WORKLOAD_GENERATION);
    let wanted = known(seen).map(|workload| workload.generation.to_string());
    if noted == wanted.as_deref() || (wanted.is_none() && seen.rollout.spec.workload_ref.is_some()) {
        return None;
    }
    let mut draft = Draft::new(seen);
    draft.patch_rollout(json!({"metadata": {"annotations": { ANNOTATION_WORKLOAD_GENERATION: wanted }}}));
    Some(draft.finish())
}

fn known(seen: &Seen) -> Option<&Workload> {
    seen.workload.as_ref().and_then(Fetched::known).map(|workload| &**workload)
}

/// Gives the workload so many pods; gives the place of the write, if one is needed.
pub fn scale_workload(draft: &mut Draft<'_>, replicas: i64) -> Option<usize> {
    let workload = known(draft.seen).filter(|workload| &*workload.gvk.kind == "Deployment")?;
    if workload.replicas == Some(replicas) {
        return None;
    }
    let target = draft.target(workload.gvk.clone(), &workload.name);
    let guard = Guard::Uid(workload.uid.clone());
    Some(draft.push(merge(target, json!({"spec": {"replicas": replicas}}), Part::Whole), guard))
}

/// Leaves the workload as many pods as the Rollout still lacks, where it asks for that.
///
/// Upstream does so for the first revision only, so that a first version that fails and is repaired leaves the workload
/// as it is for ever; here later revisions scale it down too, but never up.
pub fn follow_progress(draft: &mut Draft<'_>) {
    let rollout = &draft.seen.rollout;
    let wants = rollout.spec.workload_ref.as_ref().is_some_and(|workload| workload.scale_down == PROGRESSIVELY);
    let Some(current) = known(draft.seen).and_then(|workload| workload.replicas).filter(|_| wants) else { return };
    let status = &rollout.status;
    if status.phase == RolloutPhase::Healthy.to_string() {
        scale_workload(draft, 0);
    } else if status.ready_replicas > 0 {
        let lacking = i64::from(rollout.spec.replicas()) - i64::from(status.ready_replicas);
        let wanted = lacking.max(0);
        if wanted < current || rollout.revision() == 1 {
            scale_workload(draft, wanted);
        }
    }
}
