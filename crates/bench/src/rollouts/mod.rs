//! Many Rollouts on a cluster in a process of its own: what they cost while nothing happens, how quickly all of them
//! change, and how quickly a promotion is acted on.

mod fixture;
mod stage;
mod watch;

use crate::arguments::Arguments;
use crate::figures::{distribution, figure, note};
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

pub use fixture::{BLUE, NAMESPACE, YELLOW, image, rollout};
pub use stage::Stage;

/// How long nothing happens.
const IDLE: Duration = Duration::from_secs(60);

/// Nothing changes any more when nothing has changed for this long.
const QUIET: Duration = Duration::from_secs(5);

/// Measures everything.
pub async fn run(arguments: &Arguments) -> Result<()> {
    let mut stage = Stage::set(arguments).await?;
    idle(&mut stage, arguments.rollouts).await?;
    change(&mut stage, arguments.changed).await?;
    promote(&mut stage, arguments.promoted).await?;
    stage.report_memory("whole_run")?;
    crate::machine::load("at the end")
}

/// Many Rollouts without pods, at rest.
async fn idle(stage: &mut Stage, count: u32) -> Result<()> {
    note(&format!("phase: {count} Rollouts at rest"))?;
    let names: BTreeSet<String> = (0..count).map(|index| format!("idle-{index:05}")).collect();
    let (began, before) = (stage.now(), stage.usages()?);
    stage.create(names.iter().map(|name| fixture::idle(name))).await?;
    let ended = stage.wait_healthy(names, fixture::BLUE).await?;
    figure("idle_all_healthy", (ended - began).as_secs_f64(), "s")?;
    stage.report_cpu("idle_from_nothing", &before)?;
    stage.restart_controllers().await?;
    stage.settle(QUIET).await;
    let before = stage.usages()?;
    tokio::time::sleep(IDLE).await;
    figure("idle_length", IDLE.as_secs_f64(), "s")?;
    stage.report_cpu("idle", &before)?;
    stage.report_memory("idle")
}

/// Many Rollouts of three pods each get another template at once, and go through three steps.
async fn change(stage: &mut Stage, count: u32) -> Result<()> {
    note(&format!("phase: {count} Rollouts changed at once"))?;
    let names: BTreeSet<String> = (0..count).map(|index| format!("moved-{index:04}")).collect();
    stage.create(names.iter().map(|name| fixture::stepping(name))).await?;
    stage.wait_healthy(names.clone(), fixture::BLUE).await?;
    stage.settle(QUIET).await;
    let (began, before) = (stage.now(), stage.usages()?);
    stage.patch_all(&names, fixture::image(fixture::YELLOW)).await?;
    figure("changed_all_asked_for", (stage.now() - began).as_secs_f64(), "s")?;
    let ended = stage.wait_healthy(names, fixture::YELLOW).await?;
    figure("changed_all_healthy", (ended - began).as_secs_f64(), "s")?;
    stage.report_cpu("changed", &before)
}

/// Rollouts at a pause are promoted one after the other.
async fn promote(stage: &mut Stage, count: u32) -> Result<()> {
    note(&format!("phase: {count} promotions"))?;
    let names: BTreeSet<String> = (0..count).map(|index| format!("paused-{index:04}")).collect();
    stage.create(names.iter().map(|name| fixture::pausing(name))).await?;
    stage.wait_healthy(names.clone(), fixture::BLUE).await?;
    stage.patch_all(&names, fixture::image(fixture::YELLOW)).await?;
    stage.wait_paused(names.clone()).await?;
    stage.settle(QUIET).await;
    let mut samples = Vec::new();
    for name in &names {
        let began = stage.now();
        stage.patch_status(name, json!({"status": {"pauseConditions": null}})).await?;
        // The event may have come before the patch's own call was back.
        let acted = stage.wait_step(name, 2).await?;
        samples.push(acted.saturating_duration_since(began));
    }
    distribution("promotion_acted_on", &samples)
}
