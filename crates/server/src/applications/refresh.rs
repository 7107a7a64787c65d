//! Asking the controller to look again, and waiting until it has.

use super::write::patch;
use crate::call::Call;
use crate::index::Entry;
use crate::problem::{Code, Problem};
use api::names;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How long a refresh is waited for.
const WITHIN: Duration = Duration::from_secs(60);

/// How closely the controller is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At what may have changed.
    Normal,
    /// At everything anew.
    Hard,
}

impl Kind {
    /// Reads the parameter `refresh`.
    ///
    /// # Errors
    /// There is no such kind.
    pub fn read(text: &str) -> Result<Option<Self>, Problem> {
        match text {
            "" => Ok(None),
            "normal" | "true" => Ok(Some(Kind::Normal)),
            "hard" => Ok(Some(Kind::Hard)),
            _ => Err(Problem::invalid("refresh must be normal or hard")),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Normal => "normal",
            Kind::Hard => "hard",
        }
    }
}

/// Asks for a refresh and gives the application once the request is gone.
///
/// # Errors
/// It could not be asked for, or was not done in time.
pub async fn refresh(call: &Call, entry: &Arc<Entry>, kind: Kind) -> Result<Arc<Entry>, Problem> {
    let now = call.site.clock.now().to_string();
    let annotations = json!({ names::ANNOTATION_REFRESH: kind.word(), names::ANNOTATION_REFRESH_TIMESTAMP: now });
    patch(call, entry, json!({"metadata": {"annotations": annotations}})).await?;
    let done = call.site.index.until(entry.namespace(), entry.object.name(), |entry| {
        entry.is_none_or(|entry| !entry.object.meta().annotations.contains_key(names::ANNOTATION_REFRESH))
    });
    match tokio::time::timeout(WITHIN, done).await {
        Ok(Some(entry)) => Ok(entry),
        Ok(None) => Err(Problem::denied()),
        Err(_) => Err(Problem::new(Code::DeadlineExceeded, "application refresh deadline exceeded")),
    }
}

/// Asks for a refresh without waiting for it.
///
/// # Errors
/// It could not be asked for.
pub async fn ask(site: &crate::site::Site, entry: &Entry, concern: webhooks::Concern) -> Result<(), Problem> {
    let now = site.clock.now().to_string();
    let annotations = match concern {
        webhooks::Concern::Refresh => {
            json!({ names::ANNOTATION_REFRESH: Kind::Normal.word(), names::ANNOTATION_REFRESH_TIMESTAMP: now })
        }
        webhooks::Concern::Hydrate => {
            json!({ names::ANNOTATION_HYDRATE: Kind::Normal.word(), names::ANNOTATION_HYDRATE_TIMESTAMP: now })
        }
    };
    let body = json!({"metadata": {"annotations": annotations}});
    let only_if = cluster::Precondition { uid: Some(entry.object.meta().uid.clone()), resource_version: None };
    let change = cluster::Change::Patch { kind: cluster::PatchKind::Merge, body, part: cluster::Part::Whole };
    let write = cluster::Write::new(cluster::Target::of(&entry.object), change).only_if(only_if);
    site.home()?.write(&write).await?;
    Ok(())
}
