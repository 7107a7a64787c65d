//! Watches that lose, repeat and delay events lead to the same end.

use crate::faults::Weather;
use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;
use std::time::Duration;

/// How long the weather lasts.
const ROUGH: Duration = Duration::from_secs(900);

/// Lets `subject` work, and be disturbed, in rough weather under each of the seeds.
///
/// # Errors
/// Something forbidden happens, or the world is not as it should be when the weather is over.
pub fn weathers<S: Subject>(subject: &Arc<S>, seeds: impl IntoIterator<Item = u64>) -> Result<(), Broken> {
    seeds.into_iter().try_for_each(|seed| rough(subject, seed))
}

fn rough<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let scenario = Scenario::set("weathers", seed, "rough weather".to_owned(), subject, world).await;
        scenario.world.faults.weather(Weather::ROUGH);
        let process = scenario.start("one");
        let disturbances = subject.disturbances();
        for disturbance in &disturbances {
            scenario.pass(ROUGH / u32::try_from(disturbances.len()).unwrap_or(1)).await?;
            scenario.disturb(disturbance).await;
        }
        scenario.pass(ROUGH).await?;
        scenario.world.faults.end();
        scenario.settle(&[&process]).await?;
        scenario.check().await
    })
}
