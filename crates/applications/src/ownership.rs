//! Whose an object is, and how much of it is worth keeping: the cluster cache asks for every object it sees.

use crate::neighbour::CONTROLLER;
use crate::sources::{CONFIG, KNOWN_HOSTS, OWN_SECRET, SECRET_TYPE, TLS_CERTS};
use api::Tracking;
use api::names::{APP_PROJECT, APPLICATION, GROUP};
use cluster::{Instance, Keep, Ownership};
use object::Meta;

/// Ownership by Argo's marks.
#[derive(Debug, Clone, Default)]
pub struct ByTracking {
    tracking: Tracking,
}

impl ByTracking {
    /// Ownership by these marks.
    #[must_use]
    pub fn new(tracking: Tracking) -> Self {
        ByTracking { tracking }
    }
}

impl Ownership for ByTracking {
    fn instance_of(&self, meta: &Meta) -> Option<Instance> {
        self.tracking.instance(meta).map(|instance| Instance::named(&instance))
    }

    fn keep(&self, meta: &Meta) -> Keep {
        let is_read = self.instance_of(meta).is_some() || is_control_plane(meta);
        if is_read { Keep::WithoutManagedFields } else { Keep::Metadata }
    }
}

/// What the server reads besides: policies, parameters, keys of signatures, notifications.
const OF_SERVER: [&str; 4] =
    ["argocd-rbac-cm", "argocd-cmd-params-cm", "argocd-gpg-keys-cm", "argocd-notifications-cm"];

/// What registries show that they send webhooks.
const OF_IMAGES: &str = "argocd-image-updater-secret";

/// Upstream's mark of what belongs to the control plane; other Secrets are referred to only where they carry it.
const PART_OF: (&str, &str) = ("app.kubernetes.io/part-of", "argocd");

/// Whether the object is one the control plane itself reads, wherever it is.
fn is_control_plane(meta: &Meta) -> bool {
    let is_part = || meta.labels.get(PART_OF.0).is_some_and(|label| **label == *PART_OF.1);
    match (&*meta.gvk.group, &*meta.gvk.kind) {
        (GROUP, APPLICATION | APP_PROJECT) => true,
        ("apps", "StatefulSet" | "Deployment") => *meta.name == *CONTROLLER,
        ("", "Secret") => {
            meta.labels.contains_key(SECRET_TYPE) || [OWN_SECRET, OF_IMAGES].contains(&&*meta.name) || is_part()
        }
        ("", "ConfigMap") => {
            [KNOWN_HOSTS, TLS_CERTS, CONFIG].contains(&&*meta.name) || OF_SERVER.contains(&&*meta.name)
        }
        _ => false,
    }
}
