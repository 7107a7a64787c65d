//! Old reads do no harm.

use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;
use std::time::Duration;

/// How long the past is served.
const STALE: Duration = Duration::from_secs(120);

/// From how many moments of the first run lists are served to the second process.
const MOMENTS: u64 = 8;

/// Starts a second process on lists from several moments of the stage's and the first one's time, of each resource that
/// is listed in turn, then lets the present through.
///
/// # Errors
/// Something forbidden happens meanwhile, or the world is not as it should be in the end.
pub fn stale_safe<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    let resources = subject.listed().into_iter();
    resources
        .flat_map(|plural| (0..=MOMENTS).map(move |moment| (plural, moment)))
        .try_for_each(|(plural, moment)| from_the_past(subject, seed, plural, moment))
}

fn from_the_past<S: Subject>(subject: &Arc<S>, seed: u64, plural: &'static str, moment: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("{plural} from moment {moment} of {MOMENTS}");
        let scenario = Scenario::set("stale-safe", seed, situation, subject, world).await;
        let first = scenario.start("one");
        scenario.settle(&[&first]).await?;
        first.kill().await;
        let (before, after) = (scenario.beginning, scenario.world.revision());
        scenario.world.faults.stale(plural, before + (after - before) * moment / MOMENTS);
        let second = scenario.start("two");
        scenario.pass(STALE).await?;
        scenario.world.faults.end();
        scenario.settle(&[&second]).await?;
        scenario.check().await
    })
}
