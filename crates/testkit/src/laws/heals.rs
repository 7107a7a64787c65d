//! A controller that stops anywhere is taken up where it stopped.

use crate::gate::Mishap;
use crate::laws::broken::Broken;
use crate::laws::scenario::Scenario;
use crate::subject::Subject;
use crate::world::simulate;
use std::sync::Arc;

/// The answers with which each write is refused once: somebody else was first, it is forbidden for the moment, the
/// server is overloaded, the server fails.
const REFUSALS: [u16; 4] = [409, 403, 429, 500];

/// More writes than this are not each tried; a stage this large tells nothing new.
const WRITES_MAX: u64 = 200;

/// Has `subject` die after each of its writes in turn, and each of them refused in several ways.
///
/// # Errors
/// What it leaves behind is not mended by the next process, or by itself.
pub fn heals<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    let writes = undisturbed(subject, seed)?.min(WRITES_MAX);
    for write in 1..=writes {
        crash(subject, seed, write)?;
        for status in REFUSALS {
            refuse(subject, seed, write, status)?;
        }
    }
    Ok(())
}

/// Has each write of `subject` in turn made, and answered as if it had not been: a timeout after success.
///
/// # Errors
/// What was made is made again, or what follows from it is not done.
pub fn heals_unheard<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<(), Broken> {
    let writes = undisturbed(subject, seed)?.min(WRITES_MAX);
    (1..=writes).try_for_each(|write| lose_answer(subject, seed, write))
}

fn lose_answer<S: Subject>(subject: &Arc<S>, seed: u64, write: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("the answer to write {write} is lost");
        let scenario = Scenario::set("heals unheard", seed, situation, subject, world).await;
        let mishap = Mishap { lose_answer_of_write: Some(write), ..Mishap::default() };
        let process = scenario.start_with("one", mishap);
        scenario.settle(&[&process]).await?;
        scenario.check().await
    })
}

/// How many writes there are when nothing goes wrong.
fn undisturbed<S: Subject>(subject: &Arc<S>, seed: u64) -> Result<u64, Broken> {
    simulate(seed, |world| async move {
        let scenario = Scenario::set("heals", seed, "undisturbed".to_owned(), subject, world).await;
        let process = scenario.start("one");
        scenario.settle(&[&process]).await?;
        scenario.check().await?;
        match process.gate.writes() {
            0 => Err(scenario.broken("nothing was written, so nothing was tested")),
            writes => Ok(writes),
        }
    })
}

fn crash<S: Subject>(subject: &Arc<S>, seed: u64, write: u64) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("a crash after write {write}");
        let scenario = Scenario::set("heals", seed, situation, subject, world).await;
        let mishap = Mishap { crash_after_write: Some(write), ..Mishap::default() };
        let first = scenario.start_with("one", mishap);
        scenario.settle(&[&first]).await?;
        first.kill().await;
        let second = scenario.start("two");
        scenario.settle(&[&second]).await?;
        scenario.check().await
    })
}

fn refuse<S: Subject>(subject: &Arc<S>, seed: u64, write: u64, status: u16) -> Result<(), Broken> {
    simulate(seed, |world| async move {
        let situation = format!("write {write} refused with {status}");
        let scenario = Scenario::set("heals", seed, situation, subject, world).await;
        let mishap = Mishap { refuse_write: Some((write, status)), ..Mishap::default() };
        let process = scenario.start_with("one", mishap);
        scenario.settle(&[&process]).await?;
        scenario.check().await
    })
}
