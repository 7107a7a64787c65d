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

/// Starts a second process on lists from several moments of the first one's run, then lets the present through.
///
/// # Errors
/// Something forbidden happens meanwhile, or the world is not as it should be in the end.
pub fn stale_safe<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    (0..=MOMENTS).try_for_each(|moment| from_the_past(subject, seed, moment))
}

fn from_the_past<S: Subject>(subject: &Arc<S>, seed: u64, moment: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("lists from moment {moment} of {MOMENTS}");
        let scenario = Scenario::set("stale-safe", seed, situation, subject, world).await;
        let before = revision(&scenario);
        let first = scenario.start("one");
        scenario.settle(&[&first]).await?;
        first.kill().await;
        let after = revision(&scenario);
        scenario.world.faults.stale(Some(before + (after - before) * moment / MOMENTS));
        let second = scenario.start("two");
        scenario.pass(STALE).await?;
        scenario.world.faults.end();
        // Watches that began in the past would catch up by themselves; what was listed must be listed again.
        scenario.world.server.compact();
        scenario.settle(&[&second]).await?;
        scenario.check().await
    })
}

fn revision<S: Subject>(scenario: &Scenario<S>) -> u64 {
    scenario.world.server.api("test").revision()
}
