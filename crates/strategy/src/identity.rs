//! What a version of a workload is called: the hash of its pod template, byte for byte as Argo Rollouts computes it, and
//! the ReplicaSet that already is that version, whoever made it.

mod encoding;
mod fnv;

mod go_json;

mod hash;

mod steps;

mod recognise;

pub use encoding::Encoding;
pub use hash::template_hash;
pub use recognise::{Recognised, recognise};
pub use steps::{step_hash, steps_json};

use api::rollouts::Rollout;

/// The hashes of one Rollout. Worth keeping between passes: they change with its generation and its collision count only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Hash of the pod template; names the ReplicaSet that is made.
    pub template: String,
    /// The same as releases before 1.9 computed it; ReplicaSets of theirs bear it.
    pub template_before: String,
    /// Hash of the steps; empty for blue-green.
    pub steps: String,
}

impl Identity {
    /// Computes the hashes.
    #[must_use]
    pub fn of(rollout: &Rollout) -> Self {
        let collisions = rollout.status.collision_count;
        let canary = rollout.spec.strategy.canary.as_ref().filter(|_| rollout.spec.strategy.blue_green.is_none());
        Identity {
            template: template_hash(&rollout.spec.template, collisions, Encoding::Current),
            template_before: template_hash(&rollout.spec.template, collisions, Encoding::BeforeOneNine),
            steps: canary.map(|canary| step_hash(&canary.steps)).unwrap_or_default(),
        }
    }

    /// Whether a ReplicaSet labelled with this hash is the version, by its label alone.
    #[must_use]
    pub fn names(&self, hash: &str) -> bool {
        hash == self.template || hash == self.template_before
    }
}
