//! What others change is undone or taken in.

use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;

/// Does each of the subject's disturbances to a finished world, with the process running and with it down.
///
/// # Errors
/// The world is not as it should be afterwards.
pub fn drift_proof<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    for disturbance in subject.disturbances() {
        running(subject, seed, disturbance)?;
        down(subject, seed, disturbance)?;
    }
    Ok(())
}

fn running<S: Subject>(subject: &Arc<S>, seed: u64, disturbance: &'static str) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("{disturbance}, while it runs");
        let scenario = Scenario::set("drift-proof", seed, situation, subject, world).await;
        let process = scenario.start("one");
        scenario.settle(&[&process]).await?;
        scenario.disturb(disturbance).await;
        scenario.settle(&[&process]).await?;
        scenario.check().await
    })
}

fn down<S: Subject>(subject: &Arc<S>, seed: u64, disturbance: &'static str) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("{disturbance}, while it is down");
        let scenario = Scenario::set("drift-proof", seed, situation, subject, world).await;
        let first = scenario.start("one");
        scenario.settle(&[&first]).await?;
        first.kill().await;
        scenario.disturb(disturbance).await;
        let second = scenario.start("two");
        scenario.settle(&[&second]).await?;
        scenario.check().await
    })
}
