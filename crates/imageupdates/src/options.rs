//! What the updater is made of.

use clock::Clock;
use cluster::ClusterClient;
use controller::EventSink;
use git::Repositories;
use registry::Client;
use std::path::PathBuf;
use std::sync::Arc;
use web::Reach;

/// What the updater is made of.
#[derive(Clone)]
pub struct Options {
    /// The control plane's cluster.
    pub client: ClusterClient,
    /// The control plane's namespace.
    pub namespace: String,
    /// Time.
    pub clock: Clock,
    /// Where repositories are read and pushed to.
    pub git: Repositories,
    /// The registries.
    pub registry: Client,
    /// Whose programs may be run for credentials.
    pub programs: Option<PathBuf>,
    /// Which addresses registries may have that nobody has configured.
    pub reach: Reach,
    /// Where events go.
    pub events: Arc<dyn EventSink>,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Commits, Applications, events and conditions.
    Yes,
    /// Nothing: the report says what would be.
    No,
}
