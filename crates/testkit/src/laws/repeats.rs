//! The same seed gives the same run.

use crate::faults::Weather;
use crate::gate::Mishap;
use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::trace::parting;
use crate::world::simulate;
use std::sync::Arc;
use std::time::Duration;

/// How often a run is repeated.
const TIMES: usize = 20;

/// How long the weather lasts in each run.
const ROUGH: Duration = Duration::from_secs(300);

/// Runs `subject` twenty times under one seed, through rough weather, a crash and its disturbances.
///
/// # Errors
/// Two traces differ.
pub fn repeats<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    let first = run(subject, seed)?;
    for time in 2..=TIMES {
        let again = run(subject, seed)?;
        if let Some((line, before, now)) = parting(&first, &again) {
            let how = format!("run {time} differs from the first in line {line}:\n  {before}\n  {now}");
            return Err(Broken { law: "repeats", seed, how, trace: again });
        }
    }
    Ok(())
}

fn run<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<Vec<String>, Broken> {
    simulate(seed, |world| async move {
        let scenario = Scenario::set("repeats", seed, String::new(), subject, world).await;
        scenario.world.faults.weather(Weather::ROUGH);
        let mishap = Mishap { crash_after_write: Some(2), ..Mishap::default() };
        let first = scenario.start_with("one", mishap);
        scenario.pass(ROUGH).await?;
        first.kill().await;
        let second = scenario.start("two");
        for disturbance in subject.disturbances() {
            scenario.disturb(disturbance).await;
            scenario.pass(ROUGH).await?;
        }
        scenario.world.faults.end();
        scenario.settle(&[&second]).await?;
        Ok(scenario.world.trace.lines())
    })
}
