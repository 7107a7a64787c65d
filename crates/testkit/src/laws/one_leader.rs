//! Of several processes one acts, and when it goes another takes over.

use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a successor may wait for a lease of 15 s, with its pauses.
const TAKEOVER: Duration = Duration::from_secs(40);

/// Runs two processes, cuts off the one that leads while there is something to do, and lets it come back.
///
/// # Errors
/// Both write at a time, none takes over, or the world is not as it should be in the end.
pub fn one_leader<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let scenario = Scenario::set("one leader", seed, String::new(), subject, world).await;
        let (one, two) = (scenario.start("one"), scenario.start("two"));
        scenario.settle(&[&one, &two]).await?;
        scenario.check().await?;
        let (leader, other) = match (one.gate.writes(), two.gate.writes()) {
            (0, 0) => return Err(scenario.broken("nobody wrote")),
            (_, 0) => (one, two),
            (0, _) => (two, one),
            (one, two) => return Err(scenario.broken(&format!("both wrote: {one} and {two} writes"))),
        };
        leader.kill().await;
        for disturbance in subject.disturbances() {
            scenario.disturb(disturbance).await;
        }
        scenario.pass(TAKEOVER).await?;
        if other.gate.writes() == 0 {
            return Err(scenario.broken("nobody took over"));
        }
        let third = scenario.start("three");
        scenario.settle(&[&other, &third]).await?;
        match third.gate.writes() {
            0 => scenario.check().await,
            writes => Err(scenario.broken(&format!("{writes} writes by a process that does not lead"))),
        }
    })
}
