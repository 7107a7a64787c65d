//! What surrounds one render, owned, so that it can go to another thread.

use super::credentials::Repositories;
use super::elsewhere::Port;
use cluster::ClusterId;
use jiff::Timestamp;
use render::{Capabilities, Jsonnet, Lent, Surroundings, Workshop};
use std::collections::BTreeMap;
use std::sync::Arc;
use tree::Tree;

/// What surrounds one render.
pub(super) struct Around {
    pub tree: Arc<dyn Tree>,
    /// The commit's full name, and when it was made; of a chart, its version, and when it was packed.
    pub revision: String,
    pub committed: Timestamp,
    /// What may be had from elsewhere.
    pub port: Arc<Port>,
    /// The sources that may be referred to; `None` for one that is a chart.
    pub refs: BTreeMap<String, Option<Arc<dyn Tree>>>,
    pub tools: Tools,
    /// The cluster it is rendered for.
    pub cluster: ClusterId,
}

/// What all renders share.
#[derive(Clone, Default)]
pub(super) struct Tools {
    /// What each cluster can do, where that is known.
    pub capabilities: BTreeMap<ClusterId, Arc<Capabilities>>,
    /// A secret of this installation.
    pub salt: [u8; 32],
    pub jsonnet: Option<Arc<dyn Jsonnet>>,
    pub workshop: Arc<Workshop>,
    /// What is declared about repositories.
    pub repositories: Arc<Repositories>,
}

impl Around {
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            committed_seconds: self.committed.as_second(),
            refs: self.refs.iter().map(|(name, tree)| (name.clone(), lent(tree.as_deref()))).collect(),
            capabilities: self.tools.capabilities.get(&self.cluster).map(|own| &**own),
            jsonnet: self.tools.jsonnet.as_deref(),
            elsewhere: Some(&*self.port),
            workshop: Some(&self.tools.workshop),
            salt: self.tools.salt,
            ..Surroundings::of(&*self.tree, &self.revision)
        }
    }
}

fn lent(tree: Option<&dyn Tree>) -> Lent<'_> {
    tree.map_or(Lent::Chart, Lent::Files)
}
