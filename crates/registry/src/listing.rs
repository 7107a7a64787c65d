//! A repository's tags, and what some registries say of them besides.

use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tags of a repository. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Their names, in the registry's order.
    pub tags: Arc<Vec<String>>,
    /// When they were built, where the list says so: Google's registries do.
    pub created: Arc<BTreeMap<String, Timestamp>>,
}

/// A page of tags.
#[derive(Deserialize)]
pub(crate) struct Page {
    tags: Option<Vec<String>>,
    /// Google's: what each manifest is, by its digest.
    #[serde(default)]
    manifest: Option<BTreeMap<String, OfManifest>>,
}

/// What Google's registries say of a manifest.
///
/// Compat: <https://cloud.google.com/container-registry/docs/reference/docker-api>; a build that gives no time is of 1970
/// or before.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct OfManifest {
    tag: Vec<String>,
    time_created_ms: String,
}

impl Page {
    /// Adds what it says.
    pub(crate) fn read(self, tags: &mut Vec<String>, created: &mut BTreeMap<String, Timestamp>) {
        tags.extend(self.tags.unwrap_or_default());
        for manifest in self.manifest.unwrap_or_default().into_values() {
            let at = manifest.time_created_ms.parse().ok().filter(|at: &i64| *at > 0);
            let Some(at) = at.and_then(|at| Timestamp::from_millisecond(at).ok()) else { continue };
            created.extend(manifest.tag.into_iter().map(|tag| (tag, at)));
        }
    }
}
