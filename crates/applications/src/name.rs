//! The controller's name. A leaf module.

/// The controller's name in logs, metrics and events.
pub const NAME: &str = "applications";
