//! Which of upstream's two products a configuration is of. A leaf module.

/// What is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Argo CD's Applications.
    Applications,
    /// Argo Rollouts' Rollouts.
    Rollouts,
}

impl Product {
    /// The name of the ConfigMap that holds its configuration.
    #[must_use]
    pub const fn config_map(self) -> &'static str {
        match self {
            Product::Applications => "argocd-notifications-cm",
            Product::Rollouts => "argo-rollouts-notification-configmap",
        }
    }

    /// The name of the Secret that configuration refers to by `$key`.
    #[must_use]
    pub const fn secret(self) -> &'static str {
        match self {
            Product::Applications => "argocd-notifications-secret",
            Product::Rollouts => "argo-rollouts-notification-secret",
        }
    }

    /// What the object is called in expressions and templates.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Product::Applications => "app",
            Product::Rollouts => "rollout",
        }
    }
}
