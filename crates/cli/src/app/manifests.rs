//! `app manifests`.

use super::managed::{Managed, veil};
use super::store::{AppName, Store};
use crate::failure::Failure;
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

/// YAML documents. Compat: each begins with a line of its own and ends with an empty one.
fn documents<'o>(objects: impl Iterator<Item = &'o Object>) -> String {
    let document = |object: &Object| {
        let mut value = object.value();
        veil(&object.gvk().group, &object.gvk().kind, None, Some(&mut value));
        format!("---\n{}\n", yaml::emit(&value))
    };
    objects.map(document).collect()
}
