//! A workload that a Rollout takes the place of. A leaf module.

use api::rollouts::LabelSelector;
use object::Gvk;
use serde_json::Value;

/// A workload that a Rollout takes the place of.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// Its kind.
    pub gvk: Gvk,
    /// Its name.
    pub name: Box<str>,
    /// Its identity.
    pub uid: Box<str>,
    /// Its version.
    pub version: Box<str>,
    /// Counts changes of it.
    pub generation: i64,
    /// How many pods it asks for, where it asks for any.
    pub replicas: Option<i64>,
    /// Its pod template.
    pub template: Value,
    /// Its selector; `None` for a kind without.
    pub selector: Option<LabelSelector>,
}
