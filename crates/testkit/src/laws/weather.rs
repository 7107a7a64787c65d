//! Watches that lose, repeat and delay events lead to the same end.

use crate::faults::Weather;
use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;
use std::time::Duration;

/// How often all disturbances happen.
const ROUNDS: u32 = 3;

/// The longest pause between two disturbances: shorter than events are late, so that they meet old reads.
const GAP_MAX: Duration = Duration::from_secs(4);

/// How long each round is left to settle, as far as the weather lets it.
const ROUND: Duration = Duration::from_secs(120);

/// Lets `subject` work in rough weather, disturbed in quick succession, under each of the seeds.
///
/// # Errors
/// Something forbidden happens, or the world is not as it should be when the weather is over.
pub fn weathers<S: Subject>(subject: &Arc<S>, seeds: impl IntoIterator<Item = u64>) -> Result<(), Broken> {
    seeds.into_iter().try_for_each(|seed| rough(subject, seed))
}

fn rough<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let scenario = Scenario::set("weathers", seed, "rough weather".to_owned(), subject, world).await;
        let mut random = scenario.world.clock.random("gaps");
        scenario.world.faults.weather(Weather::ROUGH);
        let process = scenario.start("one");
        for _ in 0..ROUNDS {
            for disturbance in subject.disturbances() {
                let gap = random.below(u64::try_from(GAP_MAX.as_millis()).unwrap_or(u64::MAX));
                scenario.pass(Duration::from_millis(gap)).await?;
                scenario.disturb(disturbance).await;
            }
            scenario.pass(ROUND).await?;
        }
        scenario.world.faults.end();
        scenario.settle(&[&process]).await?;
        scenario.check().await
    })
}
