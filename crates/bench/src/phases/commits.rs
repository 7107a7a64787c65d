//! Commits that touch one application, until the cluster has the new image.

use super::from_nothing::{precise, wait_synced};
use crate::figures::{distribution, figure, note};
use crate::fixture;
use crate::git_server;
use crate::observer::Seen;
use crate::stage::Stage;
use anyhow::Result;
use cluster::{Change, Part, PatchKind, Target};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;
use std::time::Duration;

/// Pauses between commits are up to this long, by chance: a commit must not fall into step with polls, of which there
/// is one every 2 s for remote repositories.
const PAUSE_MAX_MILLISECONDS: u64 = 2000;

/// How many applications are moved to another repository at a time.
const WRITES_AT_ONCE: usize = 8;

/// Commits to the repository on disk.
pub async fn local(stage: &mut Stage, commits: u32) -> Result<()> {
    note("phase: commits to a local repository")?;
    measure(stage, "commit_local", commits).await
}

/// Moves every application to the same repository behind http, then commits.
pub async fn http(stage: &mut Stage, commits: u32) -> Result<()> {
    note("phase: commits to a repository over http")?;
    let base = git_server::serve(&stage.repositories()).await?;
    let repository = format!("{base}/apps.git");
    let began = stage.clock.monotonic();
    let moves = stream::iter(0..stage.apps).map(|index| {
        let name = fixture::app_name(index);
        let target = Target::new(fixture::application_kind(), Some(api::names::DEFAULT_NAMESPACE), &name);
        let body = json!({ "spec": { "source": { "repoURL": repository } } });
        stage.write(target, Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole })
    });
    moves.buffer_unordered(WRITES_AT_ONCE).try_collect::<Vec<()>>().await?;
    let ended = wait_synced(stage, &repository).await?;
    figure("commit_http_all_moved", (ended - began).as_secs_f64(), "s")?;
    measure(stage, "commit_http", commits).await
}

/// One commit after the other, each to another application. The first is not measured: it makes the repository one
/// that is active.
async fn measure(stage: &mut Stage, name: &str, commits: u32) -> Result<()> {
    stage.settle().await;
    let mut random = stage.clock.random("pauses");
    commit_one(stage, 0, name).await?;
    stage.settle().await;
    let (before, renders) = (stage.usages()?, stage.renders().await?);
    let mut samples = Vec::new();
    for number in 1..=commits {
        tokio::time::sleep(Duration::from_millis(random.below(PAUSE_MAX_MILLISECONDS))).await;
        samples.push(commit_one(stage, number, name).await?);
    }
    distribution(&format!("{name}_applied"), &samples)?;
    stage.report_cpu(&format!("{name}_phase"), &before)?;
    stage.settle().await;
    let after = stage.renders().await?;
    let each = f64::from(commits);
    figure(&format!("{name}_renders_each"), precise(after.done - renders.done) / each, "renders")?;
    figure(&format!("{name}_renders_spared_each"), precise(after.spared - renders.spared) / each, "renders")
}

/// Changes one application's image; gives the time from the branch's move to the watch event with the new image.
async fn commit_one(stage: &mut Stage, number: u32, phase: &str) -> Result<Duration> {
    // A prime step, so that commits wander over all directories and namespaces.
    let index = number * 37 % stage.apps;
    let image = format!("registry.example/app:{phase}-{number}");
    let files = vec![(fixture::deployment_path(index), fixture::deployment(index, &image))];
    stage.commit(&format!("{image} for {}", fixture::app_name(index)), files).await?;
    let began = stage.clock.monotonic();
    let name = fixture::app_name(index);
    let arrived = stage.observer.wait("Deployment with the committed image", |event| match &event.seen {
        Seen::Deployment { image: applied, .. } if event.name == name && *applied == image => Some(event.at),
        _ => None,
    });
    // The event may have come before the commit's own call was back.
    Ok(arrived.await?.saturating_duration_since(began))
}
