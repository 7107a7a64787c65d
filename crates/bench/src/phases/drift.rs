//! Changes by hand, until they are undone.

use crate::figures::{distribution, note};
use crate::fixture;
use crate::observer::{Observer, Seen};
use crate::stage::Stage;
use anyhow::Result;
use cluster::{Change, Part, PatchKind, Target};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Pause between two changes: each is measured by itself.
const PAUSE: Duration = Duration::from_millis(200);

/// What Deployments are scaled to by hand; the repository says 0.
const BY_HAND: u64 = 1;

/// Scales one Deployment after the other, spread over all applications; measures from the watch event that tells of the
/// change to the one that tells of its repair.
pub async fn run(stage: &mut Stage, drifts: u32) -> Result<()> {
    note("phase: drift")?;
    stage.settle().await;
    let before = stage.usages()?;
    let mut samples = Vec::new();
    for number in 0..drifts {
        let index = spread(number, drifts, stage.apps);
        let target =
            Target::new(fixture::deployment_kind(), Some(&fixture::namespace(index)), &fixture::app_name(index));
        let body = json!({ "spec": { "replicas": BY_HAND } });
        let patch = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        stage.write(target, patch).await?;
        let name = fixture::app_name(index);
        let changed = replicas(&mut stage.observer, &name, BY_HAND).await?;
        let repaired = replicas(&mut stage.observer, &name, 0).await?;
        samples.push(repaired - changed);
        tokio::time::sleep(PAUSE).await;
    }
    distribution("drift_repaired", &samples)?;
    stage.report_cpu("drift", &before)
}

async fn replicas(observer: &mut Observer, name: &str, wanted: u64) -> Result<Instant> {
    let found = observer.wait("changed number of replicas", |event| match &event.seen {
        Seen::Deployment { replicas, .. } if event.name == name && *replicas == wanted => Some(event.at),
        _ => None,
    });
    found.await
}

/// The `number`th of `count` applications that lie evenly among all.
fn spread(number: u32, count: u32, apps: u32) -> u32 {
    let place = u64::from(number) * u64::from(apps) / u64::from(count);
    u32::try_from(place).unwrap_or(apps - 1)
}
