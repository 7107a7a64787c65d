//! Why a delivery was not taken. No message holds a word of the delivery.

use crate::delivery::Sender;

/// Why a delivery was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No sender known here sends such headers. Status 400.
    #[error("Unknown webhook event")]
    Unknown,
    /// The sender is known, this event of its is not one that is listened to. Status 400.
    #[error("{0} webhook: this event is not listened to; choose the push events")]
    Event(Sender),
    /// The secret, signature or password is missing or wrong. Status 401.
    #[error("{sender} webhook: {problem}")]
    Unauthorized {
        /// Who claims to send it.
        sender: Sender,
        /// What is missing or wrong.
        problem: &'static str,
    },
    /// The registry may only report with a secret, and none is configured. Status 401.
    #[error("{sender} webhook: set {key} in argocd-secret first")]
    NoSecret {
        /// Who claims to send it.
        sender: Sender,
        /// The key to set.
        key: &'static str,
    },
    /// The body cannot be read. Status 400.
    #[error("{sender} webhook: {problem}")]
    Body {
        /// Who sends it.
        sender: Sender,
        /// Where and what.
        problem: String,
    },
    /// The body is larger than allowed. Status 413.
    #[error("webhook: the body is larger than {0} bytes (webhook.maxPayloadSizeMB)")]
    TooLarge(usize),
}

impl Refusal {
    /// The HTTP status that fits.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Unknown | Refusal::Event(_) | Refusal::Body { .. } => 400,
            Refusal::Unauthorized { .. } | Refusal::NoSecret { .. } => 401,
            Refusal::TooLarge(_) => 413,
        }
    }
}
