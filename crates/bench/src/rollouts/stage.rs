//! The two processes, a client and a watch.

use super::fixture::NAMESPACE;
use super::watch::Watch;
use crate::arguments::Arguments;
use crate::figures::figure;
use crate::processes::{Process, Usage};
use anyhow::{Context, Result};
use api::rollouts::ROLLOUT;
use clock::Clock;
use cluster::{Change, ClusterClient, Part, PatchKind, Target, Write};
use futures::stream::{self, StreamExt, TryStreamExt};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// How many writes are under way at a time: what `kubectl apply` of several files in parallel would do.
const WRITES_AT_ONCE: usize = 16;

/// Enough nodes for all pods: each takes 110.
const NODES: &str = "60";

/// What a measured stretch began with.
pub struct Usages {
    cluster: Usage,
    controllers: Usage,
}

/// Everything that phases work on.
pub struct Stage {
    clock: Clock,
    client: ClusterClient,
    watch: Watch,
    cluster: Process,
    controllers: Process,
    capstan: PathBuf,
    folder: TempDir,
    flags: &'static [&'static str],
}

impl Stage {
    /// Starts both processes; no Rollout exists yet.
    pub async fn set(arguments: &Arguments) -> Result<Self> {
        Self::set_with(arguments, &[]).await
    }

    /// The same, with these flags more for the controllers.
    pub async fn set_with(arguments: &Arguments, flags: &'static [&'static str]) -> Result<Self> {
        let clock = Clock::system();
        let folder = TempDir::with_prefix("capstan-bench-")?;
        let data = folder.path().join("cluster").display().to_string();
        let up = ["cluster", "up", "--data", &data, "--api", "127.0.0.1:0", "--nodes", NODES, "--pod-delay-ms", "0"];
        let mut cluster = Process::start("cluster", &arguments.capstan, &up)?;
        cluster.printed("capstan is ready").await?;
        let kubeconfig = folder.path().join("cluster").join("kubeconfig");
        let client = ClusterClient::from_kubeconfig(Some(&kubeconfig), None, &clock).await?;
        install(&client).await?;
        let controllers = start_controllers(&arguments.capstan, folder.path(), flags).await?;
        let watch = Watch::start(&client).await;
        let capstan = arguments.capstan.clone();
        Ok(Stage { clock, client, watch, cluster, controllers, capstan, folder, flags })
    }

    /// Starts the controllers anew: what they need is then not mixed with what it took to come there.
    pub async fn restart_controllers(&mut self) -> Result<()> {
        self.controllers = start_controllers(&self.capstan, self.folder.path(), self.flags).await?;
        Ok(())
    }

    pub fn now(&self) -> Instant {
        self.clock.monotonic()
    }

    /// Makes objects, several at a time.
    pub async fn create(&self, values: impl Iterator<Item = Value>) -> Result<()> {
        let objects = values.map(|value| Object::from_value(&value)).collect::<Result<Vec<_>, _>>()?;
        let writes = objects.into_iter().map(|object| Write::new(Target::of(&object), Change::Create(object)));
        self.write_all(writes.collect()).await
    }

    /// Changes Rollouts, several at a time.
    pub async fn patch_all(&self, names: &BTreeSet<String>, body: Value) -> Result<()> {
        let one = |name: &String| {
            let change = Change::Patch { kind: PatchKind::Merge, body: body.clone(), part: Part::Whole };
            Write::new(rollout(name), change)
        };
        self.write_all(names.iter().map(one).collect()).await
    }

    /// Changes the status of one.
    pub async fn patch_status(&self, name: &str, body: Value) -> Result<()> {
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Status };
        self.client.write(&Write::new(rollout(name), change)).await.context("a status patch")?;
        Ok(())
    }

    /// Changes the status of Rollouts, several at a time.
    pub async fn patch_all_statuses(&self, names: &BTreeSet<String>, body: Value) -> Result<()> {
        let one = |name: &String| {
            let change = Change::Patch { kind: PatchKind::Merge, body: body.clone(), part: Part::Status };
            Write::new(rollout(name), change)
        };
        self.write_all(names.iter().map(one).collect()).await
    }

    /// The cluster's client.
    pub fn client(&self) -> &ClusterClient {
        &self.client
    }

    async fn write_all(&self, writes: Vec<Write>) -> Result<()> {
        let writes = stream::iter(writes).map(|write| async move { self.client.write(&write).await.map(drop) });
        writes.buffer_unordered(WRITES_AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(())
    }

    /// Waits until all are Healthy with this image; gives the time of the last event needed.
    pub async fn wait_healthy(&mut self, mut missing: BTreeSet<String>, image: &str) -> Result<Instant> {
        let wait = self.watch.wait("health of every Rollout", |event| {
            if event.phase == "Healthy" && event.image == image {
                missing.remove(&event.name);
            }
            missing.is_empty().then_some(event.at)
        });
        wait.await
    }

    /// Waits until all are paused.
    pub async fn wait_paused(&mut self, mut missing: BTreeSet<String>) -> Result<()> {
        let wait = self.watch.wait("pause of every Rollout", |event| {
            if event.phase == "Paused" {
                missing.remove(&event.name);
            }
            missing.is_empty().then_some(())
        });
        wait.await
    }

    /// Waits until one is at a step; gives the time of the event.
    pub async fn wait_step(&mut self, name: &str, step: i32) -> Result<Instant> {
        let is_there =
            |event: &super::watch::Event| (event.name == name && event.step == Some(step)).then_some(event.at);
        self.watch.wait("step after a promotion", is_there).await
    }

    /// Waits until nothing changes any more.
    pub async fn settle(&mut self, quiet: Duration) {
        self.watch.settle(quiet).await;
    }

    /// What both processes have used up to now.
    pub fn usages(&self) -> Result<Usages> {
        Ok(Usages { cluster: self.cluster.usage()?, controllers: self.controllers.usage()? })
    }

    /// Prints what both processes have used since `before`.
    pub fn report_cpu(&self, phase: &str, before: &Usages) -> Result<()> {
        let now = self.usages()?;
        figure(&format!("{phase}_cluster_cpu"), now.cluster.cpu_seconds - before.cluster.cpu_seconds, "s")?;
        let controllers = now.controllers.cpu_seconds - before.controllers.cpu_seconds;
        figure(&format!("{phase}_controllers_cpu"), controllers, "s")
    }

    /// Prints the memory of both processes, now and at most.
    pub fn report_memory(&self, phase: &str) -> Result<()> {
        let now = self.usages()?;
        figure(&format!("{phase}_controllers_rss"), now.controllers.resident_megabytes, "MB")?;
        figure(&format!("{phase}_controllers_peak_rss"), now.controllers.peak_megabytes, "MB")?;
        figure(&format!("{phase}_cluster_peak_rss"), now.cluster.peak_megabytes, "MB")
    }
}

async fn start_controllers(capstan: &Path, folder: &Path, flags: &[&str]) -> Result<Process> {
    let kubeconfig = folder.join("cluster").join("kubeconfig").display().to_string();
    let data = folder.join("controllers").display().to_string();
    let run = ["run", "--controllers", "rollouts", "--kubeconfig", &kubeconfig, "--data", &data];
    let run: Vec<&str> = run.iter().chain(flags).copied().collect();
    let mut controllers = Process::start("controllers", capstan, &run)?;
    controllers.printed("capstan is ready").await?;
    Ok(controllers)
}

fn rollout(name: &str) -> Target {
    let gvk = Gvk::from_api_version(api::names::API_VERSION, ROLLOUT);
    Target::new(gvk, Some(NAMESPACE), name)
}

/// The namespaces and the definitions, as `capstan install` prints them.
async fn install(client: &ClusterClient) -> Result<()> {
    let namespace = |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let namespaces = [api::names::DEFAULT_NAMESPACE, "argo-rollouts", NAMESPACE].map(namespace);
    for value in namespaces.into_iter().chain(api::crds()) {
        let object = Object::from_value(&value)?;
        client.write(&Write::new(Target::of(&object), Change::Create(object))).await?;
    }
    Ok(())
}
