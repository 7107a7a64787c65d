//! Every sender that is understood, in the order in which they are asked whether a delivery is theirs.

mod alibaba_registry;
mod azure_devops;
mod azure_registry;
mod bitbucket;
mod bitbucket_server;
mod cloud_events;
mod docker_hub;
mod ghcr;
mod github;
mod gitlab;
mod gogs;
mod harbor;
mod quay;

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

/// Registries that are asked for by name come first: their senders choose the address. Gogs comes before GitHub, whose
/// headers it sends too.
pub(crate) const PROVIDERS: [Provider; 13] = [
    docker_hub::PROVIDER,
    quay::PROVIDER,
    azure_registry::PROVIDER,
    alibaba_registry::PROVIDER,
    cloud_events::PROVIDER,
    azure_devops::PROVIDER,
    gogs::PROVIDER,
    ghcr::PROVIDER,
    github::PROVIDER,
    gitlab::PROVIDER,
    bitbucket::PROVIDER,
    bitbucket_server::PROVIDER,
    harbor::PROVIDER,
];

/// Whether the address names this kind of registry: `?type=…`.
fn is_type(delivery: &Delivery<'_>, name: &str) -> bool {
    delivery.parameter("type") == Some(name)
}

/// A registry that cannot sign must show a secret, and there must be one to show.
fn must_show(sender: Sender, secrets: &Secrets, key: Key, sent: Option<&str>) -> Result<(), Refusal> {
    let secret = secrets.get(key).ok_or(Refusal::NoSecret { sender, key: key.name })?;
    is_secret(sender, Some(secret), sent, "the secret is missing")
}
