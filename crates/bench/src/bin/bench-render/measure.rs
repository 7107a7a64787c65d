//! The process that is measured: sources of applications, as the controller of applications uses them.

use crate::figures::{distribution, figure};
use crate::{commit, fixture};
use anyhow::{Context, Result, bail};
use applications::AppKey;
use applications::sources::{Ask, Place, Reading, Repositories, SourceSeen, Sources, WakeApps, Wanted, wanted};
use clock::{Clock, Offload};
use cluster::ClusterId;
use futures::stream::{self, StreamExt, TryStreamExt};
use git::{RefWatcher, RepositoriesOptions, WatchOptions};
use render::{ApplicationFacts, Settings};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// How many applications the controller works on at a time.
const AT_ONCE: usize = 20;

/// Counts who is told that something has changed for it.
#[derive(Default)]
struct Woken(AtomicU64);

impl WakeApps for Woken {
    fn content_changed(&self, _: &AppKey) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn revision_renamed(&self, _: &AppKey) {}
}

/// Renders all, then what a commit to one application asks for.
pub async fn run(repository: &Path, apps: u32, parallel: usize) -> Result<()> {
    let clock = Clock::system();
    let folder = TempDir::with_prefix("capstan-bench-")?;
    let offload = Offload::pool(parallel);
    let git = Arc::new(git::Repositories::new(RepositoriesOptions::new(folder.path().to_owned()), offload.clone()));
    let watcher = RefWatcher::new(git.clone(), clock.clone(), WatchOptions::default());
    let reading = Reading { git, watcher, charts: None, clock: clock.clone(), offload, jsonnet: None, salt: [1; 32] };
    let woken = Arc::new(Woken::default());
    let sources = Sources::new(reading, woken.clone());
    let asked = (0..apps).map(|index| ask(index, &repository.display().to_string())).collect::<Result<Vec<_>>>()?;
    for (app, wanted) in &asked {
        sources.follow(app, std::slice::from_ref(wanted));
    }
    wait_listed(&sources, &asked).await;
    let began = clock.monotonic();
    let (objects, times) = pass(&sources, &asked, &clock).await?;
    figure("render_cold_all", (clock.monotonic() - began).as_secs_f64(), "s")?;
    distribution("render_cold_each", &times)?;
    figure("render_cold_objects", f64::from(u32::try_from(objects)?), "objects")?;
    figure("render_cold_renders", precise(sources.counters().renders())?, "renders")?;
    figure("render_cold_peak_rss", peak_megabytes()?, "MB")?;
    let (renders, told) = (sources.counters().renders(), woken.0.load(Ordering::Relaxed));
    let changed = fixture::path(apps / 4 * 2);
    commit(repository, "One application", vec![(format!("{changed}/production.yaml"), "replicaCount: 9\n".into())])?;
    let began = clock.monotonic();
    while woken.0.load(Ordering::Relaxed) == told {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    pass(&sources, &asked, &clock).await?;
    figure("render_after_commit_all", (clock.monotonic() - began).as_secs_f64(), "s")?;
    figure("render_after_commit_renders", precise(sources.counters().renders() - renders)?, "renders")?;
    figure("render_whole_run_peak_rss", peak_megabytes()?, "MB")
}

fn ask(index: u32, repository: &str) -> Result<(AppKey, Wanted)> {
    let name = format!("app-{index:04}");
    let source: api::ApplicationSource = serde_json::from_value(fixture::source(index, repository))?;
    let application =
        ApplicationFacts { instance_name: name.clone(), namespace: "bench".into(), project: "default".into() };
    let repositories = Repositories::default();
    let (settings, cluster) = (Settings::default(), ClusterId::home());
    let ask = Ask { application, settings: &settings, repositories: &repositories, has_several: false, cluster };
    let revision = source.target_revision.clone();
    let wanted = wanted(&ask, &[(source, revision)]).pop().context("one source gives one answer")?;
    Ok((AppKey::new("argocd", &name), wanted.map_err(anyhow::Error::msg)?))
}

async fn wait_listed(sources: &Sources, asked: &[(AppKey, Wanted)]) {
    for (app, wanted) in asked {
        while matches!(sources.follow(app, std::slice::from_ref(wanted))[..], [SourceSeen::Unread]) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Has every application looked at, and what is not known of it rendered; gives the number of objects, and how long each
/// took, waiting for a processor included.
async fn pass(sources: &Sources, asked: &[(AppKey, Wanted)], clock: &Clock) -> Result<(usize, Vec<Duration>)> {
    let looks = stream::iter(asked).map(|(app, wanted)| async move {
        let began = clock.monotonic();
        let seen = sources.follow(app, std::slice::from_ref(wanted)).pop();
        let seen = match seen {
            Some(SourceSeen::Resolved { revision, content: None, .. }) => {
                sources.render(app, Place::Followed(0), wanted, &revision).await
            }
            Some(seen) => seen,
            None => bail!("nothing is known of {}", app.name),
        };
        match seen {
            SourceSeen::Resolved { content: Some(content), .. } if content.rendered.problems.is_empty() => {
                Ok((content.rendered.objects.len(), clock.monotonic() - began))
            }
            other => bail!("{} was not rendered: {other:?}", app.name),
        }
    });
    let each: Vec<(usize, Duration)> = looks.buffer_unordered(AT_ONCE).try_collect().await?;
    let (counts, times): (Vec<usize>, Vec<Duration>) = each.into_iter().unzip();
    Ok((counts.iter().sum(), times))
}

fn precise(count: u64) -> Result<f64> {
    Ok(f64::from(u32::try_from(count)?))
}

/// The largest memory of this process so far.
fn peak_megabytes() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM in /proc/self/status")?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}
