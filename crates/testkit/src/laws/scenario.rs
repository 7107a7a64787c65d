//! What the laws' situations are made of.

use crate::gate::Mishap;
use crate::laws::broken::Broken;
use crate::subject::Subject;
use crate::world::{Process, World};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How much longer than its quiet time a subject may take to be done.
const LIMIT_FACTOR: u32 = 20;

/// How often what is forbidden is looked for.
const WATCH_STEP: Duration = Duration::from_secs(1);

/// One law's situation: a subject in a world.
pub(crate) struct Scenario<S: Subject> {
    pub law: &'static str,
    pub seed: u64,
    pub situation: String,
    pub subject: Arc<S>,
    pub world: World,
    /// The server's revision before the stage was set.
    pub beginning: u64,
    stage: S::Stage,
}

impl<S: Subject> Scenario<S> {
    /// Sets the stage.
    pub(crate) async fn set(law: &'static str, seed: u64, situation: String, subject: &Arc<S>, world: World) -> Self {
        let beginning = world.revision();
        let stage = subject.stage(&world).await;
        Scenario { law, seed, situation, subject: Arc::clone(subject), world, beginning, stage }
    }

    pub(crate) fn start(&self, name: &str) -> Process {
        self.start_with(name, Mishap::default())
    }

    pub(crate) fn start_with(&self, name: &str, mishap: Mishap) -> Process {
        self.world.start(&self.subject, &self.stage, name, mishap)
    }

    pub(crate) async fn disturb(&self, disturbance: &'static str) {
        self.subject.disturb(&self.world, &self.stage, disturbance).await;
    }

    /// Lets the subject finish, looking all the while for what is forbidden.
    pub(crate) async fn settle(&self, processes: &[&Process]) -> Result<(), Broken> {
        let quiet = self.subject.quiet();
        let finished = self.world.settle(processes, quiet, quiet * LIMIT_FACTOR);
        tokio::pin!(finished);
        loop {
            tokio::select! {
                biased;
                outcome = &mut finished => return outcome.map_err(|how| self.broken(&how)),
                () = sleep(WATCH_STEP) => self.check_forbidden()?,
            }
        }
    }

    /// Lets time pass, looking for what is forbidden.
    pub(crate) async fn pass(&self, time: Duration) -> Result<(), Broken> {
        let began = Instant::now();
        while began.elapsed() < time {
            sleep(WATCH_STEP).await;
            self.check_forbidden()?;
        }
        Ok(())
    }

    /// Fails unless the world is as it should be.
    pub(crate) async fn check(&self) -> Result<(), Broken> {
        self.check_forbidden()?;
        match self.subject.wrong(&self.world, &self.stage).await {
            None => Ok(()),
            Some(wrong) => Err(self.broken(&wrong)),
        }
    }

    fn check_forbidden(&self) -> Result<(), Broken> {
        match self.subject.forbidden(&self.world, &self.stage) {
            None => Ok(()),
            Some(forbidden) => Err(self.broken(&forbidden)),
        }
    }

    pub(crate) fn broken(&self, how: &str) -> Broken {
        let how = if self.situation.is_empty() { how.to_owned() } else { format!("{}: {how}", self.situation) };
        Broken::new(self.law, self.seed, how, &self.world)
    }
}
