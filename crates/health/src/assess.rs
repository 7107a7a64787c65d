//! The order in which a health is looked for: deletion, overrides, built-in rules.

use crate::kinds;
use crate::overrides::Overrides;
use api::HealthStatusCode;
use api::names::FINALIZER_HOOK;
use object::Object;

/// How well something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In one word.
    pub status: HealthStatusCode,
    /// In more words; may be empty.
    pub message: String,
}

impl Health {
    /// A health with words.
    #[must_use]
    pub fn new(status: HealthStatusCode, message: impl Into<String>) -> Self {
        Health { status, message: message.into() }
    }
}

/// Why a health could not be found out. The object's health is then [`HealthError::health`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HealthError {
    /// The kind is known, but not in this version.
    #[error("unsupported {kind} GVK: {gvk}")]
    Version {
        /// What upstream calls the kind.
        kind: &'static str,
        /// The version it came in.
        gvk: String,
    },
    /// A field holds what cannot be read.
    #[error("failed to convert {0} to typed")]
    Field(&'static str),
    /// A custom rule failed.
    #[error("{0}")]
    Override(String),
}

impl HealthError {
    /// What the object's health is while it cannot be found out.
    #[must_use]
    pub fn health(&self) -> Health {
        Health::new(HealthStatusCode::Unknown, self.to_string())
    }
}

/// How well a live object is; `None` when nothing says what being well would mean for it, which is not the same as
/// being well.
///
/// # Errors
/// When a rule exists but cannot be applied.
pub fn assess(live: &Object, overrides: &dyn Overrides) -> Result<Option<Health>, HealthError> {
    let meta = live.meta();
    let is_held_hook = meta.finalizers.iter().any(|finalizer| **finalizer == *FINALIZER_HOOK);
    if meta.is_terminating() && !is_held_hook {
        return Ok(Some(Health::new(HealthStatusCode::Progressing, "Pending deletion")));
    }
    if let Some(health) = overrides.health(live).map_err(HealthError::Override)? {
        return Ok(Some(health));
    }
    match kinds::rule(live.gvk()) {
        Some(rule) => rule(live).map(Some),
        None => Ok(None),
    }
}
