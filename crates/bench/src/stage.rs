//! Everything that phases work on: the two processes, the repository, a client, and the view of the cluster.

use crate::arguments::Arguments;
use crate::figures::{figure, note};
use crate::fixture;
use crate::metrics::{self, Renders};
use crate::observer::Observer;
use crate::processes::{Process, Usage};
use anyhow::{Context, Result};
use clock::{Clock, Offload};
use cluster::{Change, ClusterClient, Conflicts, Manager, Target, Write};
use git::{Layout, NewCommit, Signature, commit_files};
use object::Object;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// The name in which this program writes.
const MANAGER: &str = "bench";

/// Nothing changes any more when nothing has changed for this long.
const QUIET: Duration = Duration::from_secs(5);

/// What a measured stretch began with.
pub struct Usages {
    pub cluster: Usage,
    pub controllers: Usage,
}

/// The processes and what surrounds them.
pub struct Stage {
    pub apps: u32,
    pub clock: Clock,
    pub client: ClusterClient,
    pub observer: Observer,
    offload: Offload,
    cluster: Process,
    controllers: Process,
    metrics: String,
    folder: TempDir,
}

impl Stage {
    /// Starts both processes and makes the repository; no application exists yet.
    pub async fn set(arguments: &Arguments) -> Result<Self> {
        let clock = Clock::system();
        let folder = TempDir::with_prefix("capstan-bench-")?;
        let data = |name: &str| folder.path().join(name).display().to_string();
        let (cluster_data, controllers_data) = (data("cluster"), data("controllers"));
        let up = ["cluster", "up", "--data", &cluster_data, "--api", "127.0.0.1:0"];
        let mut cluster = Process::start("cluster", &arguments.capstan, &up)?;
        cluster.printed("capstan is ready").await?;
        let kubeconfig = folder.path().join("cluster").join("kubeconfig");
        let client = ClusterClient::from_kubeconfig(Some(&kubeconfig), None, &clock).await?;
        install(&client).await?;
        let kubeconfig = kubeconfig.display().to_string();
        let run = ["run", "--kubeconfig", &kubeconfig, "--data", &controllers_data, "--metrics", "127.0.0.1:0"];
        let mut controllers = Process::start("controllers", &arguments.capstan, &run)?;
        // Printed just before they are ready, to another stream: the order in which the two lines arrive is not known.
        let url = controllers.printed("http://").await?;
        let metrics = url.trim_start_matches("http://").trim_end_matches("/metrics").to_owned();
        let observer = Observer::start(&client).await?;
        let offload = Offload::pool(1);
        let apps = arguments.apps;
        let stage = Stage { apps, clock, client, observer, offload, cluster, controllers, metrics, folder };
        let files = (0..apps).flat_map(fixture::files).collect();
        stage.commit("All applications", files).await?;
        note(&format!("applications: {apps}, in {} namespaces, one repository", fixture::namespaces(apps).len()))?;
        Ok(stage)
    }

    /// Where repositories lie.
    pub fn repositories(&self) -> PathBuf {
        self.folder.path().join("repositories")
    }

    /// The repository.
    pub fn repository(&self) -> PathBuf {
        self.repositories().join("apps.git")
    }

    /// Puts `files` on the main branch.
    pub async fn commit(&self, message: &str, files: Vec<(String, String)>) -> Result<()> {
        let path = self.repository();
        let author = Signature { name: MANAGER.into(), email: "bench@capstan.invalid".into(), time: self.clock.now() };
        let changes = files.into_iter().map(|(path, content)| (path, content.into())).collect();
        let commit = NewCommit { branch: "main".into(), message: message.into(), author, changes };
        self.offload.run(move || commit_files(&path, Layout::Bare, &commit)).await?;
        Ok(())
    }

    /// Writes to the cluster.
    pub async fn write(&self, target: Target, change: Change) -> Result<()> {
        let about = format!("{}/{}", target.gvk.kind, target.name);
        self.client.write(&Write::new(target, change)).await.with_context(|| format!("cannot write {about}"))?;
        Ok(())
    }

    /// Waits until nothing changes any more.
    pub async fn settle(&mut self) {
        self.observer.settle(QUIET).await;
    }

    /// The controllers' counters.
    pub async fn renders(&self) -> Result<Renders> {
        metrics::read(&self.metrics).await
    }

    /// What both processes have used up to now.
    pub fn usages(&self) -> Result<Usages> {
        Ok(Usages { cluster: self.cluster.usage()?, controllers: self.controllers.usage()? })
    }

    /// Prints what both processes have used since `before`.
    pub fn report_cpu(&self, phase: &str, before: &Usages) -> Result<()> {
        let now = self.usages()?;
        let cluster = now.cluster.cpu_seconds - before.cluster.cpu_seconds;
        let controllers = now.controllers.cpu_seconds - before.controllers.cpu_seconds;
        figure(&format!("{phase}_cluster_cpu"), cluster, "s")?;
        figure(&format!("{phase}_controllers_cpu"), controllers, "s")
    }

    /// Prints the largest memory of both processes so far.
    pub fn report_memory(&self, phase: &str) -> Result<()> {
        let now = self.usages()?;
        figure(&format!("{phase}_cluster_peak_rss"), now.cluster.peak_megabytes, "MB")?;
        figure(&format!("{phase}_controllers_peak_rss"), now.controllers.peak_megabytes, "MB")
    }

    /// Prints what is known only at the end.
    pub fn report_peaks(&self) -> Result<()> {
        self.report_memory("whole_run")?;
        crate::machine::load("at the end")
    }
}

/// Makes the namespace of the control plane and the definitions, as `capstan install` prints them.
async fn install(client: &ClusterClient) -> Result<()> {
    let namespace: Value = json!({ "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": api::names::DEFAULT_NAMESPACE } });
    for value in std::iter::once(namespace).chain(api::crds()) {
        let desired = Object::from_value(&value)?;
        let target = Target::of(&desired);
        let change = Change::ApplyServerSide { desired, manager: Manager(MANAGER.into()), conflicts: Conflicts::Force };
        client.write(&Write::new(target, change)).await?;
    }
    Ok(())
}
