//! Where requests may go: what is asked is written by people who may not ask everything that this process can reach.

use cluster::ClusterClient;
use object::Gvk;
use url::{Host, Url};
use web::Reach;

/// Endings of names that only a cluster itself resolves.
const CLUSTER_DOMAINS: [&str; 2] = [".svc", ".svc.cluster.local"];

/// Where requests may go. Metadata services and link-local addresses are beyond all of them, also behind names and
/// redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// To the public internet, and to Services of the cluster by their names.
    #[default]
    Guarded,
    /// Also to private addresses that an object names.
    Private,
    /// Also to those that an answer names: for a person's own machine.
    Anywhere,
}

/// Who names a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// An object in the cluster: a metric, a notification's service.
    Object,
    /// A redirect.
    Answer,
}

impl Network {
    /// How far away the host of `url` may be; `cluster` tells which names are Services.
    pub async fn reach(self, url: &Url, named_by: NamedBy, cluster: &ClusterClient) -> Reach {
        match (self, named_by) {
            (Network::Anywhere, _) => Reach::Anywhere,
            (_, NamedBy::Answer) => Reach::Public,
            (Network::Private, NamedBy::Object) => Reach::Private,
            (Network::Guarded, NamedBy::Object) if is_of_cluster(url, cluster).await => Reach::Private,
            (Network::Guarded, NamedBy::Object) => Reach::Public,
        }
    }
}

/// Whether a host is a Service of the cluster.
async fn is_of_cluster(url: &Url, cluster: &ClusterClient) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return false };
    let name = name.trim_end_matches('.');
    if CLUSTER_DOMAINS.iter().any(|domain| name.ends_with(domain)) {
        return true;
    }
    match name.split('.').collect::<Vec<_>>().as_slice() {
        ["localhost"] => false,
        // Nothing of the public internet has a name without a dot.
        [_] => true,
        // `name.namespace` looks like a domain: only the cluster can tell.
        [service, namespace] => {
            let found = cluster.get(&Gvk::new("", "v1", "Service"), Some(namespace), service).await;
            matches!(found, Ok(Some(_)))
        }
        _ => false,
    }
}
