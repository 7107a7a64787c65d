//! What templates cannot know: the present, and what is drawn at random.

use crate::work::Work;
use helm::Chance;
use sha2::{Digest, Sha256};

/// Passwords and keys follow from the installation's secret and from whose source this is, so that they stay from render
/// to render and nobody else can tell them.
pub(crate) fn of(work: &Work<'_>) -> Chance {
    let application = &work.input.application;
    let mut hasher = Sha256::new();
    hasher.update(work.around.salt);
    for text in [&application.instance_name, &application.namespace, &work.source.path, &work.source.chart] {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    Chance { now_seconds: work.around.committed_seconds, seed: hasher.finalize().into() }
}
