//! What every sender brings: how it is recognised, proves itself, and is read.

use crate::delivery::{Delivery, Sender};
use crate::event::Event;
use crate::refusal::Refusal;
use crate::secrets::{Key, Secrets, is_secret};

/// How one sender is recognised, proves itself, and is read.
pub(crate) struct Provider {
    pub(crate) claims: fn(&Delivery<'_>, &Secrets) -> bool,
    pub(crate) verify: fn(&Delivery<'_>, &Secrets) -> Result<(), Refusal>,
    pub(crate) read: fn(&Delivery<'_>) -> Result<Event, Refusal>,
}

/// Whether the address names this kind of registry: `?type=…`.
pub(crate) fn is_type(delivery: &Delivery<'_>, name: &str) -> bool {
    delivery.parameter("type") == Some(name)
}

/// A registry that cannot sign must show a secret, and there must be one to show.
pub(crate) fn must_show(sender: Sender, secrets: &Secrets, key: Key, sent: Option<&str>) -> Result<(), Refusal> {
    let secret = secrets.get(key).ok_or(Refusal::NoSecret { sender, key: key.name })?;
    is_secret(sender, Some(secret), sent, "the secret is missing")
}
