//! A new weight for many Rollouts at once: how long until every route says so, and how often each was written.

use super::fixture::{routed, second_ingress};
use super::routes::Routes;
use crate::figures::{figure, note};
use crate::rollouts::{BLUE, Stage, YELLOW, image};
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// Nothing changes any more when nothing has changed for this long.
const QUIET: Duration = Duration::from_secs(5);

pub async fn run(stage: &mut Stage, count: u32) -> Result<()> {
    note(&format!("phase: a new weight for {count} Rollouts behind a router"))?;
    let names: BTreeSet<String> = (0..count).map(|index| format!("routed-{index:04}")).collect();
    stage.create(names.iter().flat_map(|name| routed(name))).await?;
    stage.wait_healthy(names.clone(), BLUE).await?;
    stage.patch_all(&names, image(YELLOW)).await?;
    stage.wait_paused(names.clone()).await?;
    stage.settle(QUIET).await;
    let mut routes = Routes::start(stage.client()).await;
    let (began, before) = (stage.now(), stage.usages()?);
    stage.patch_all_statuses(&names, json!({"status": {"pauseConditions": null}})).await?;
    figure("weights_all_asked_for", (stage.now() - began).as_secs_f64(), "s")?;
    let ended = routes.wait(names.iter().map(|name| second_ingress(name)).collect(), "60").await?;
    figure("weights_all_written", ended.saturating_duration_since(began).as_secs_f64(), "s")?;
    figure("weights_writes_of_one_route_most", f64::from(routes.writes_most(QUIET).await), "writes")?;
    stage.report_cpu("weights", &before)
}
