//! One delivery, checked and read.

use crate::delivery::Delivery;
use crate::event::Event;
use crate::providers::PROVIDERS;
use crate::refusal::Refusal;
use crate::secrets::Secrets;

/// The largest body when `webhook.maxPayloadSizeMB` says nothing else: upstream's own 50 MiB.
pub const BODY_BYTES_MAX: usize = 50 << 20;

/// What a delivery says: found by its headers or address, proven by its secret, then read.
///
/// # Errors
/// When nobody known sends such deliveries, the proof fails, or the body cannot be read. [`Refusal::status`] is the
/// answer's status; its text holds nothing of the delivery.
pub fn receive(delivery: &Delivery<'_>, secrets: &Secrets, body_bytes_max: usize) -> Result<Event, Refusal> {
    if delivery.body.len() > body_bytes_max {
        return Err(Refusal::TooLarge(body_bytes_max));
    }
    let provider = PROVIDERS.iter().find(|provider| (provider.claims)(delivery, secrets)).ok_or(Refusal::Unknown)?;
    (provider.verify)(delivery, secrets)?;
    (provider.read)(delivery)
}
