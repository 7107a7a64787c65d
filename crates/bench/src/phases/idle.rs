//! What it costs to stand by.

use crate::figures::{figure, note};
use crate::stage::Stage;
use anyhow::Result;
use std::time::Duration;

/// How long nothing happens.
const LENGTH: Duration = Duration::from_secs(60);

/// Measures both processes while nobody does anything.
pub async fn run(stage: &mut Stage) -> Result<()> {
    note("phase: idle")?;
    stage.settle().await;
    let before = stage.usages()?;
    tokio::time::sleep(LENGTH).await;
    figure("idle_length", LENGTH.as_secs_f64(), "s")?;
    stage.report_cpu("idle", &before)
}
