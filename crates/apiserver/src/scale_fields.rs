//! Where an object keeps what the scale subresource shows. Leaf module.

/// Where the scale subresource finds its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleFields {
    /// JSON pointer to the wanted number.
    pub spec_replicas: String,
    /// JSON pointer to the observed number.
    pub status_replicas: String,
    /// JSON pointer to the selector; empty when there is none.
    pub selector: String,
}
