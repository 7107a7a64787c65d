//! Left alone, a controller comes to an end: the world is as it should be, and nothing is written any more.

use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use controller::Counter;
use std::sync::Arc;
use std::time::Duration;

/// How long nothing may be written once all is done: longer than any timer of a controller should be.
const CALM: Duration = Duration::from_secs(3600);

/// Puts `subject` on its stage and lets it finish.
///
/// # Errors
/// It does not come to an end, needs too many passes, ends with something wrong, or writes again without cause.
pub fn converges<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let scenario = Scenario::set("converges", seed, String::new(), subject, world).await;
        let process = scenario.start("one");
        scenario.settle(&[&process]).await?;
        scenario.check().await?;
        let passes: u64 = count(&process.metrics, Counter::Passes);
        if passes > subject.passes_max() {
            let how = format!("{passes} passes were needed where {} should do", subject.passes_max());
            return Err(scenario.broken(&how));
        }
        let panics = count(&process.metrics, Counter::Panics);
        if panics > 0 {
            return Err(scenario.broken(&format!("{panics} passes panicked")));
        }
        let writes = process.gate.writes();
        scenario.pass(CALM).await?;
        match process.gate.writes() - writes {
            0 => scenario.check().await,
            more => Err(scenario.broken(&format!("{more} writes were made after everything was done"))),
        }
    })
}

fn count(metrics: &controller::Metrics, wanted: Counter) -> u64 {
    metrics.snapshot().iter().filter(|(counter, _, _)| *counter == wanted).map(|(_, _, count)| count).sum()
}
