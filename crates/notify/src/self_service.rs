//! How the controllers are called, and whether namespaces configure themselves. A leaf module.

/// The controller's name in logs, metrics and events, for Applications.
pub const NAME_APPLICATIONS: &str = "notifications";
/// The same for Rollouts.
pub const NAME_ROLLOUTS: &str = "rollout-notifications";

/// Whether namespaces may hold configurations of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SelfService {
    /// They may not.
    #[default]
    Off,
    /// They may, besides that of the control plane.
    On,
}
