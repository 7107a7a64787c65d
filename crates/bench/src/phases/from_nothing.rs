//! From no application at all to every one of them Synced.

use crate::figures::{figure, note};
use crate::fixture;
use crate::observer::Seen;
use crate::stage::Stage;
use anyhow::Result;
use cluster::{Change, Target};
use futures::stream::{self, StreamExt, TryStreamExt};
use object::Object;
use std::collections::BTreeSet;

/// How many applications are being made at a time: what `kubectl apply` of several files in parallel would do.
const WRITES_AT_ONCE: usize = 8;

/// The clock starts before the first application is made and stops with the watch event that tells of the last one
/// being Synced, so that making them is part of the time.
pub async fn run(stage: &mut Stage) -> Result<()> {
    note("phase: from nothing to all Synced")?;
    let repository = format!("file://{}", stage.repository().display());
    let before = stage.usages()?;
    let began = stage.clock.monotonic();
    let applications = (0..stage.apps).map(|index| Object::from_value(&fixture::application(index, &repository)));
    let applications = applications.collect::<Result<Vec<_>, _>>()?;
    let writes = stream::iter(applications).map(|application| {
        let target = Target::of(&application);
        stage.write(target, Change::Create(application))
    });
    writes.buffer_unordered(WRITES_AT_ONCE).try_collect::<Vec<()>>().await?;
    figure("from_nothing_applications_made", began.elapsed().as_secs_f64(), "s")?;
    let ended = wait_synced(stage, &repository).await?;
    figure("from_nothing_all_synced", (ended - began).as_secs_f64(), "s")?;
    stage.report_cpu("from_nothing", &before)?;
    stage.settle().await;
    stage.report_cpu("from_nothing_and_settled", &before)?;
    stage.report_memory("from_nothing")?;
    let renders = stage.renders().await?;
    figure("from_nothing_renders", precise(renders.done), "renders")
}

/// Waits until every application is Synced to what `repository` holds; gives the time of the last event needed.
pub async fn wait_synced(stage: &mut Stage, repository: &str) -> Result<tokio::time::Instant> {
    let mut missing: BTreeSet<String> = (0..stage.apps).map(fixture::app_name).collect();
    let what = "Synced status of every application";
    stage
        .observer
        .wait(what, |event| {
            if let Seen::Application { is_synced: true, repository: compared, .. } = &event.seen
                && compared == repository
            {
                missing.remove(&event.name);
            }
            missing.is_empty().then_some(event.at)
        })
        .await
}

/// A count as a figure; counts here are far below what an f64 holds exactly.
pub fn precise(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
