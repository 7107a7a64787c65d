//! What cannot be listed is not taken for absent.

use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;
use std::time::Duration;

/// How long it cannot be listed.
const UNLISTED: Duration = Duration::from_secs(600);

/// Restarts the subject while each of its lists is forbidden in turn, then allows it again.
///
/// # Errors
/// Something forbidden happens meanwhile, or the world is not as it should be in the end.
pub fn unknown_is_not_absent<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    subject.listed().into_iter().try_for_each(|plural| unlisted(subject, seed, plural))
}

fn unlisted<S: Subject>(subject: &Arc<S>, seed: u64, plural: &'static str) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("{plural} cannot be listed");
        let scenario = Scenario::set("unknown is not absent", seed, situation, subject, world).await;
        let first = scenario.start("one");
        scenario.settle(&[&first]).await?;
        first.kill().await;
        scenario.world.faults.unlist(plural);
        let second = scenario.start("two");
        scenario.pass(UNLISTED).await?;
        scenario.world.faults.end();
        scenario.settle(&[&second]).await?;
        scenario.check().await
    })
}
