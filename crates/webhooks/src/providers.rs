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

use crate::provider::Provider;

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
