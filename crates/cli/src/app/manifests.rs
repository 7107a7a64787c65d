//! `app manifests`.

use super::managed::{Managed, veil};
use super::server;
use super::store::{AppName, Store};
use crate::failure::Failure;
use crate::session::Api;
use crate::terminal;
use clap::{Args, ValueEnum};
use object::Object;
use std::collections::BTreeMap;

/// The flags of `app manifests`.
#[derive(Debug, Args)]
pub(crate) struct Manifests {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Source of manifests
    #[arg(long, default_value = "git")]
    source: Side,
    /// Show manifests at a specific revision; hooks are shown too
    #[arg(long)]
    revision: Option<String>,
    /// Namespace of the application
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

/// Which manifests are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Side {
    Git,
    Live,
}

impl Manifests {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        if let Some(api) = &store.server {
            return self.by_server(store, api, &name).await;
        }
        let mut managed = Managed::read(store, store.get(&name).await?).await?;
        let targets = managed.targets(self.revision.as_deref()).await?;
        let text = match (self.source, &self.revision) {
            (Side::Git, None) => documents(targets.resources.iter().map(|target| &target.object)),
            // Compat: only where a revision is named, hooks are among the manifests.
            (Side::Git, Some(_)) => {
                let all = targets.resources.iter().chain(&targets.hooks).chain(&targets.delete_hooks);
                let all: BTreeMap<_, _> = all.map(|target| (&target.key, &target.object)).collect();
                documents(all.into_values())
            }
            (Side::Live, _) => {
                let assessment = managed.assess(&targets).await;
                documents(assessment.pairs.pairs.iter().filter_map(|pair| pair.live.known()))
            }
        };
        terminal::print(&text)
    }
}

impl Manifests {
    async fn by_server(&self, store: &Store, api: &Api, name: &AppName) -> Result<(), Failure> {
        let found = store.get(name).await?;
        let objects = match self.source {
            Side::Git => server::manifests(api, &found, self.revision.as_deref()).await?,
            Side::Live => {
                let managed = server::managed(api, &found, None).await?;
                managed.iter().filter_map(|item| server::state(item, "liveState")).collect()
            }
        };
        let documents = objects.iter().map(|value| format!("---\n{}\n", yaml::emit(value)));
        terminal::print(&documents.collect::<String>())
    }
}

/// YAML documents. Compat: each begins with a line of its own and ends with an empty one.
fn documents<'o>(objects: impl Iterator<Item = &'o Object>) -> String {
    let document = |object: &Object| {
        let mut value = object.value();
        veil(&object.gvk().group, &object.gvk().kind, None, Some(&mut value));
        format!("---\n{}\n", yaml::emit(&value))
    };
    objects.map(document).collect()
}
