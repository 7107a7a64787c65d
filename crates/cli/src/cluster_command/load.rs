//! `cluster load`: manifests of files and folders, put into the embedded cluster.

use super::manifests::{self, Manifest};
use super::running::{Found, find};
use super::snapshot::Data;
use crate::failure::Failure;
use crate::terminal;
use clap::Args;
use clock::Clock;
use cluster::{Change, ClusterClient, Conflicts, Effect, Manager, Scope, Target, Write};
use object::Object;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The flags of `cluster load`.
#[derive(Debug, Args)]
pub(crate) struct Load {
    /// Files of manifests, YAML or JSON, or folders of them; `-` reads standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Namespace of objects that name none
    #[arg(short, long, default_value = "default")]
    namespace: String,
    #[command(flatten)]
    data: Data,
}

/// Who is told to own what was loaded.
const MANAGER: &str = "capstan-load";

impl Load {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        // The files first: one that cannot be read must leave the cluster as it is.
        let manifests = manifests::read(&self.paths)?;
        let mut failures = 0_usize;
        let found = find(&self.data.folder, clock).await?;
        let client = match &found {
            Found::Running(client) => client.clone(),
            Found::Stopped(stopped) => {
                let server = stopped.server(clock.clone()).await;
                ClusterClient::from_service(server.map_err(|error| Failure::with_code(1, error.to_string()))?, clock)
            }
        };
        for manifest in &manifests {
            match self.apply(&client, manifest).await {
                Ok(effect) => terminal::print(&format!("{} {effect}\n", manifest.name()))?,
                Err(error) => {
                    failures += 1;
                    terminal::note(&format!("{}: {}: {error}", manifest.place, manifest.name()));
                }
            }
        }
        if failures == 0 {
            return Ok(());
        }
        Err(Failure::with_code(1, format!("{failures} of {} objects were refused", manifests.len())))
    }

    /// Applies one; the word for what became of it.
    async fn apply(&self, client: &ClusterClient, manifest: &Manifest) -> Result<&'static str, Failure> {
        let mut value = manifest.value.clone();
        let gvk = object::Gvk::from_api_version(
            value["apiVersion"].as_str().unwrap_or_default(),
            value["kind"].as_str().unwrap_or_default(),
        );
        let resource = match client.resource(&gvk).await {
            Ok(resource) => resource,
            // Its definition may have come a moment ago, among these very manifests.
            Err(_) => {
                client.refresh_served().await?;
                client.resource(&gvk).await?
            }
        };
        if resource.scope == Scope::Namespaced && value["metadata"]["namespace"].is_null() {
            value["metadata"]["namespace"] = json!(self.namespace);
        }
        let desired = Object::from_value(&value).map_err(|error| Failure::new(error.to_string()))?;
        let before = client.get(&gvk, desired.namespace(), desired.name()).await?;
        let target = Target::of(&desired);
        let change = Change::ApplyServerSide { desired, manager: Manager(MANAGER.into()), conflicts: Conflicts::Force };
        let written = client.write(&Write::new(target, change)).await?;
        Ok(match (&before, &written.object) {
            (None, _) => Effect::Created.word(),
            (Some(before), Some(after)) if contents(before) == contents(after) => Effect::Unchanged.word(),
            _ => Effect::Configured.word(),
        })
    }
}

/// What it says, without who owns what: a server may record owners anew where nothing else differs.
fn contents(object: &Object) -> Value {
    let mut value = object.value();
    if let Some(metadata) = value["metadata"].as_object_mut() {
        metadata.retain(|key, _| key != "managedFields" && key != "resourceVersion");
    }
    value
}
