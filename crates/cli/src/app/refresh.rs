//! Asking the controller to look again, and waiting until it has.

use super::output::merge_patch;
use super::store::{AppName, Found, Store};
use crate::failure::Failure;
use api::names;
use serde_json::json;
use std::time::Duration;

/// How often an application is read while something is waited for.
pub(crate) const POLL: Duration = Duration::from_millis(250);

/// How closely the controller is to look.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refresh {
    Normal,
    Hard,
}

/// Asks for a refresh and gives the application once the request is gone.
pub(crate) async fn refresh(
    store: &Store,
    name: &AppName,
    found: Found,
    kind: Refresh,
    timeout: Option<Duration>,
) -> Result<Found, Failure> {
    let word = match kind {
        Refresh::Normal => "normal",
        Refresh::Hard => "hard",
    };
    if let Some(api) = &store.server {
        return super::server::refresh(api, &found, word).await;
    }
    let now = store.client.clock().now();
    let annotations = json!({ names::ANNOTATION_REFRESH: word, names::ANNOTATION_REFRESH_TIMESTAMP: now.to_string() });
    store.patch(&found, merge_patch("metadata", json!({ "annotations": annotations }))).await?;
    let done = async {
        loop {
            tokio::time::sleep(POLL).await;
            let found = store.get(name).await?;
            if found.app.annotation(names::ANNOTATION_REFRESH).is_none() {
                return Ok(found);
            }
        }
    };
    match timeout {
        None => done.await,
        // Compat: after the time-out the application is shown as it is.
        Some(timeout) => match tokio::time::timeout(timeout, done).await {
            Ok(result) => result,
            Err(_) => store.get(name).await,
        },
    }
}
