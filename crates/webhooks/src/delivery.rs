//! One request to the webhook address, as far as it matters here.

use std::collections::BTreeMap;
use std::fmt;

/// A request to the webhook address.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Headers by lower-case name; of repeated ones the first.
    pub headers: &'a BTreeMap<String, String>,
    /// Parameters of the address, decoded; of repeated ones the first.
    pub query: &'a BTreeMap<String, String>,
    /// The body, whole: signatures are of all of it.
    pub body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// A header by its lower-case name; an empty one counts as missing.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter of the address; an empty one counts as missing.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Who sends deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// Azure DevOps.
    AzureDevOps,
    /// Gogs, Gitea and Forgejo.
    Gogs,
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Bitbucket Server and Data Center.
    BitbucketServer,
    /// GitHub's container registry.
    Ghcr,
    /// Harbor.
    Harbor,
    /// Docker Hub.
    DockerHub,
    /// Quay.
    Quay,
    /// Azure Container Registry.
    AzureRegistry,
    /// Alibaba Cloud's registry.
    AlibabaRegistry,
    /// CloudEvents, such as of Amazon's registry.
    CloudEvents,
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sender::AzureDevOps => "Azure DevOps",
            Sender::Gogs => "Gogs",
            Sender::GitHub => "GitHub",
            Sender::GitLab => "GitLab",
            Sender::Bitbucket => "Bitbucket",
            Sender::BitbucketServer => "Bitbucket Server",
            Sender::Ghcr => "GHCR",
            Sender::Harbor => "Harbor",
            Sender::DockerHub => "Docker Hub",
            Sender::Quay => "Quay",
            Sender::AzureRegistry => "Azure Container Registry",
            Sender::AlibabaRegistry => "Alibaba Container Registry",
            Sender::CloudEvents => "CloudEvents",
        })
    }
}
