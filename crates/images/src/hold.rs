//! Versions that somebody took back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A version that is not written again until a newer one appears or it is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Registry and repository.
    pub image: String,
    /// Tag, or digest with the strategy of that name.
    pub version: String,
    /// What was done: a rollback, an aborted rollout, a command.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}
