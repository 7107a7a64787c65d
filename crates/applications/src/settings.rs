//! What holds for all applications of one control plane.

use api::Tracking;
use api::names::{DEFAULT_NAMESPACE, IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use cluster::Excluded;
use jiff::SignedDuration;

/// What holds for all applications of one control plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Namespace of the control plane: where Applications, projects and repository Secrets are.
    pub namespace: String,
    /// How objects are marked.
    pub tracking: Tracking,
    /// Kinds that are neither compared nor synced.
    pub excluded: Vec<Excluded>,
    /// How long a repository may be out of reach before applications that were compared once are called unknown.
    pub grace: SignedDuration,
    /// How long an operation may take, its retries included; `None` for ever.
    pub operation_limit: Option<SignedDuration>,
    /// How sources are rendered.
    pub render: render::Settings,
}

impl Default for Settings {
    /// Upstream's defaults.
    fn default() -> Self {
        Settings {
            namespace: DEFAULT_NAMESPACE.to_owned(),
            tracking: Tracking::default(),
            excluded: Excluded::usual(),
            grace: SignedDuration::from_secs(180),
            operation_limit: None,
            render: render::Settings::default(),
        }
    }
}

impl Settings {
    /// Whether objects of this kind are left aside.
    #[must_use]
    pub fn is_excluded(&self, group: &str, kind: &str) -> bool {
        self.excluded.iter().any(|excluded| excluded.matches(group, kind))
    }
}

/// Whether a destination means the cluster that the control plane runs in.
#[must_use]
pub fn is_home(destination: &api::ApplicationDestination) -> bool {
    match (destination.server.as_str(), destination.name.as_str()) {
        (server, "") => server.trim_end_matches('/') == IN_CLUSTER_SERVER,
        ("", name) => name == IN_CLUSTER_NAME,
        _ => false,
    }
}
