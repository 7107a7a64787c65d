//! What the commands ask registries and read repositories with.

use clock::{Clock, Offload};
use cluster::ClusterClient;
use controller::Silent;
use git::{Repositories, RepositoriesOptions};
use imageupdates::Options;
use registry::Client;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use web::Reach;

/// What asks registries for whoever types: from their own machine, so any of them.
pub(super) fn options(
    (client, namespace): (ClusterClient, String),
    clock: &Clock,
    mirrors: &TempDir,
    programs: Option<PathBuf>,
) -> Options {
    Options {
        client,
        namespace,
        clock: clock.clone(),
        git: Repositories::new(RepositoriesOptions::new(mirrors.path()), Offload::pool(2)),
        registry: Client::new(registry::Options::default(), clock),
        programs,
        reach: Reach::Anywhere,
        events: Arc::new(Silent),
    }
}
