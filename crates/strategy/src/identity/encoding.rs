//! How templates have been written over time. A leaf module.

/// How the template was written before it was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As Kubernetes' libraries do since 0.34, and Argo Rollouts since 1.9.
    Current,
    /// As before: `"creationTimestamp":null` first in all metadata.
    BeforeOneNine,
}
